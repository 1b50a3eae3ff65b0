"""Scores a submission by the kind of its truth."""

from itbench import JsonObject, Submission
from itbench_ciso.judging.sets import SHOWN
from itbench_ciso.scoring.criteria import criteria
from itbench_ciso.scoring.observed import observed_set
from itbench_ciso.scoring.parts import Parts
from itbench_ciso.scoring.variants import (
    judged_variants,
    unusable,
    update_metrics,
    variant_metrics,
    verdict_in_script,
    wrong_ways,
)

_IN_SCRIPT = (
    "verdict_in_script: where fetch.sh cannot read the words of the manifests, the policy does not judge right what it "
    "collects; the score does not depend on it"
)


def score_parts(submission: Submission, truth: JsonObject) -> Parts:
    """Return the parts of the score; what the kinds are, `itbench_ciso.scoring.truth` tells."""
    kind = truth["kind"]
    if kind == "published":
        return _published(submission, truth)
    return _scripted(submission, truth) if kind == "rego" else _direct(submission, truth)


def _published(submission: Submission, truth: JsonObject) -> Parts:
    found = criteria(submission, truth["violation_sets"])
    reasons = [found.reason] if found.reason else []
    return Parts(value=float(found.are_all_met), metrics=found.metrics, reasons=reasons)


def _scripted(submission: Submission, truth: JsonObject) -> Parts:
    found = criteria(submission, ())
    if not found.are_all_met:
        # The variants were not run.
        shares: dict[str, float | None] = dict.fromkeys(
            ("variants_right", "violations_found", "compliant_accepted"), 0.0
        )
        metrics = found.metrics | shares | {"verdict_in_script": None}
        return Parts(value=0.0, metrics=metrics, reasons=[found.reason or ""])
    variants = judged_variants(truth, submission.observed)
    in_script = verdict_in_script(variants)
    return Parts(
        value=float(all(each.is_right for each in variants)),
        metrics=found.metrics | variant_metrics(variants) | {"verdict_in_script": in_script},
        reasons=[*unusable(variants), *wrong_ways(variants), *([_IN_SCRIPT] if in_script else [])],
    )


def _direct(submission: Submission, truth: JsonObject) -> Parts:
    variants = judged_variants(truth, submission.observed)
    shown = observed_set(submission.observed, SHOWN)
    is_shown_right = shown.verdict == ("true" if truth["shown"] else "false")
    metrics = update_metrics(variants) if truth["kind"] == "update" else variant_metrics(variants)
    reasons = [] if is_shown_right else [f"{SHOWN} was judged wrong: {shown.in_words}"]
    return Parts(
        value=float(is_shown_right and all(each.is_right for each in variants)),
        metrics=metrics,
        reasons=[*reasons, *unusable(variants), *wrong_ways(variants)],
    )
