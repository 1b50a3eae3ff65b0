"""How well an answer knows how sure it may be: the Brier score of the confidences that it states."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from itbench_sre.scoring.answer import Diagnosis
from itbench_sre.scoring.matching import Match
from itbench_sre.truth import Truth


@dataclass(frozen=True, slots=True)
class Claim:
    """Something that an answer says with a confidence in [0, 1], and whether it is so."""

    confidence: float
    is_true: bool


def claims(diagnosis: Diagnosis, matches: Sequence[Match], truth: Truth) -> Iterator[Claim]:
    """Yield what an answer claims: that each object is a root cause, or, where it blames nothing, that nothing is wrong.

    `matches` are the different objects that it blames; of several names of one object the first counts.
    """
    if not diagnosis.factors:
        if diagnosis.confidence is not None:
            yield Claim(diagnosis.confidence, truth.is_nothing_wrong)
        return
    stated: dict[str, float | None] = {}
    for factor in diagnosis.factors:
        stated.setdefault(factor.name, factor.confidence)
    for match in matches:
        confidence = stated[match.text]
        if confidence is not None:
            yield Claim(confidence, match.is_hit)


def brier_score(found: Iterator[Claim]) -> float | None:
    """Give the mean squared difference of confidence and truth: 0 is best, 1 worst; None where nothing is claimed."""
    errors = [(claim.confidence - claim.is_true) ** 2 for claim in found]
    return sum(errors) / len(errors) if errors else None
