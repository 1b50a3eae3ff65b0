"""Scores a submission by the kind of its truth."""

from itbench.interfaces.json import JsonObject
from itbench.interfaces.submission import Submission
from itbench_ciso.judging.sets import SHOWN
from itbench_ciso.scoring.criteria import criteria
from itbench_ciso.scoring.observed import observed_set
from itbench_ciso.scoring.parts import Parts
from itbench_ciso.scoring.variants import (
    judged_variants,
    share_right,
    unusable,
    variant_metrics,
    wrong_ways,
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
        return Parts(value=0.0, metrics=found.metrics | shares, reasons=[found.reason or ""])
    variants = judged_variants(truth, submission.observed)
    return Parts(
        value=float(all(each.is_right for each in variants)),
        metrics=found.metrics | variant_metrics(variants),
        reasons=[*unusable(variants), *wrong_ways(variants)],
    )


def _direct(submission: Submission, truth: JsonObject) -> Parts:
    variants = judged_variants(truth, submission.observed)
    shown = observed_set(submission.observed, SHOWN)
    is_shown_right = shown.verdict == ("true" if truth["shown"] else "false")
    metrics = variant_metrics(variants)
    if truth["kind"] == "update":
        metrics |= {
            part: share_right(each for each in variants if each.part == part) for part in ("kept", "closed")
        }
    reasons = [] if is_shown_right else [f"{SHOWN} was judged wrong: {shown.in_words}"]
    return Parts(
        value=float(is_shown_right and all(each.is_right for each in variants)),
        metrics=metrics,
        reasons=[*reasons, *unusable(variants), *wrong_ways(variants)],
    )
