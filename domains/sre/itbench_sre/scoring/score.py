"""Scores an answer to an SRE incident; pure: the same answer and truth always give the same parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from itbench_sre.scoring.answer import Diagnosis, read_diagnosis
from itbench_sre.scoring.classify import Classifier, WrongEntity
from itbench_sre.scoring.components import Components
from itbench_sre.scoring.confidence import brier_score, claims
from itbench_sre.scoring.distinct import distinct, repetition_reasons
from itbench_sre.scoring.matching import Match, Matcher, covered_roots
from itbench_sre.scoring.ntam import ntam_fault_localization, ntam_propagation_chain
from itbench_sre.scoring.precision import precision_at_full_recall, precision_at_full_recall_strict
from itbench_sre.scoring.propagation import fault_localization, propagation_chain
from itbench_sre.scoring.proximity import root_cause_proximity
from itbench_sre.scoring.root_cause import RANKS, Quality, root_cause_entity, root_cause_entity_at
from itbench_sre.scoring.sightings import Sightings
from itbench_sre.truth import Truth

Metrics = dict[str, float | None]


@dataclass(frozen=True, slots=True)
class ScoreParts:
    """A headline value in [0, 1], the metrics behind it (None is not measured), reasons, and JSON details."""

    value: float
    metrics: Metrics
    reasons: list[str]
    details: dict[str, Any]


def score_diagnosis(answer: Any, truth: Truth, sightings: Sightings | None = None) -> ScoreParts:
    """Score any JSON value as an answer; what cannot be read scores 0 with the reasons.

    `sightings` is what was observed of the named objects; without it, every name may be that of an object.
    """
    reading = read_diagnosis(answer)
    diagnosis = reading.diagnosis or Diagnosis()
    matcher = Matcher(truth, sightings)
    components = Components(matcher)
    classifier = Classifier(matcher, components)
    named = [matcher.match(factor.name) for factor in diagnosis.factors]
    matches = distinct(named)
    wrong = {match.text: classifier.classify(match) for match in matches if not match.is_hit}
    is_right_to_be_silent = truth.is_nothing_wrong and reading.diagnosis is not None and not named
    metrics = _headline_metrics(matches, len(matcher.roots))
    if truth.is_nothing_wrong:
        metrics = _silent_metrics(metrics, is_right=is_right_to_be_silent)
    metrics["false_alarm"] = float(bool(named)) if truth.is_nothing_wrong else None
    metrics["brier_score"] = brier_score(claims(diagnosis, matches, truth))
    metrics |= _wrong_metrics(matches, wrong)
    metrics["names_repeated"] = float(len(named) - len(matches))
    metrics |= _ibm_metrics(diagnosis, matches, matcher, components)
    reasons = [*_reasons(matches, wrong, matcher), *repetition_reasons(named)]
    return ScoreParts(
        value=metrics["precision_at_full_recall"] or 0.0,
        metrics=metrics,
        reasons=[*reading.problems, *diagnosis.notes, *reasons],
        details={
            "entities": [_entity_detail(match, wrong) for match in matches],
            "roots": _root_detail(matcher),
        },
    )


def _headline_metrics(matches: Sequence[Match], root_count: int) -> Metrics:
    metrics: Metrics = {
        "precision_at_full_recall": precision_at_full_recall(matches, root_count),
        "precision_at_full_recall_strict": precision_at_full_recall_strict(matches, root_count),
    }
    metrics |= root_cause_entity(matches, root_count).as_metrics("root_cause_entity")
    for rank in RANKS:
        metrics |= root_cause_entity_at(matches, root_count, rank).as_metrics(f"root_cause_entity_k@{rank}")
    return metrics


def _silent_metrics(metrics: Metrics, *, is_right: bool) -> Metrics:
    """Give the metrics of a task in which nothing is wrong: an empty answer is all that is right."""
    headlines = ("precision_at_full_recall", "precision_at_full_recall_strict")
    return {name: float(is_right) if name in headlines else None for name in metrics}


def _wrong_metrics(matches: Sequence[Match], wrong: dict[str, WrongEntity]) -> Metrics:
    kinds = [wrong[match.text] for match in matches if match.text in wrong]
    metrics: Metrics = {"entities_named": float(len(matches))}
    return metrics | {f"wrong_{kind.value}": float(kinds.count(kind)) for kind in WrongEntity}


def _ibm_metrics(
    diagnosis: Diagnosis, matches: Sequence[Match], matcher: Matcher, components: Components
) -> Metrics:
    return {
        **_as_metrics("propagation_chain", propagation_chain(diagnosis, matcher.truth, components)),
        "fault_localization": fault_localization(diagnosis, matcher, components),
        "ntam_propagation_chain": ntam_propagation_chain(diagnosis, matcher, components),
        "ntam_fault_localization": ntam_fault_localization(matches, matcher, components),
        **_as_metrics(
            "root_cause_proximity_no_fp", root_cause_proximity(matches, matcher, components, is_scaled=False)
        ),
        **_as_metrics(
            "root_cause_proximity_with_fp", root_cause_proximity(matches, matcher, components, is_scaled=True)
        ),
    }


def _as_metrics(name: str, quality: Quality | None) -> Metrics:
    if quality is None:
        return {f"{name}_{part}": None for part in ("precision", "recall", "f1")}
    return quality.as_metrics(name)


def _reasons(matches: Sequence[Match], wrong: dict[str, WrongEntity], matcher: Matcher) -> list[str]:
    reasons = [] if matches else ["the answer blames nothing"]
    found = {index for match in matches for index in match.roots}
    missing = [root for index, root in enumerate(matcher.roots) if index not in found]
    reasons += [f"the root cause {_listed(root.ids)} is not named" for root in missing]
    if not missing and covered_roots(matches) < len(matcher.roots):
        reasons.append(f"fewer different root causes are named than the {len(matcher.roots)} there are")
    if matcher.truth.is_nothing_wrong:
        reasons.append("nothing is wrong; an answer that blames nothing is right")
    elif not matcher.roots:
        reasons.append("the truth has no root cause")
    for match in matches:
        if match.is_hit:
            reasons.append(f"{match.text!r} is the root cause {match.groups[0].id!r}")
        else:
            reasons.append(f"{match.text!r} is wrong: {wrong[match.text].value.replace('_', ' ')}")
    return reasons


def _listed(ids: frozenset[str]) -> str:
    return " or ".join(repr(item) for item in sorted(ids))


def _entity_detail(match: Match, wrong: dict[str, WrongEntity]) -> dict[str, Any]:
    kind = wrong.get(match.text)
    return {
        "name": match.text,
        "is_root_cause": match.is_hit,
        "group_id": match.groups[0].id if match.groups else None,
        "wrong_as": None if kind is None else kind.value,
    }


def _root_detail(matcher: Matcher) -> list[list[str]]:
    return [sorted(root.ids) for root in matcher.roots]
