"""IBM's ROOT_CAUSE_ENTITY (ITBench-Evaluations), by rules instead of a model that judges."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from itbench_sre.scoring.matching import Match, covered_roots

RANKS: Final = (1, 2, 3, 4, 5)


@dataclass(frozen=True, slots=True)
class Quality:
    """Precision and recall, each in [0, 1], and their harmonic mean."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean; 0 where both are 0."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    def as_metrics(self, name: str) -> dict[str, float | None]:
        """Give the three numbers under `<name>_precision`, `<name>_recall` and `<name>_f1`."""
        return {f"{name}_precision": self.precision, f"{name}_recall": self.recall, f"{name}_f1": self.f1}


def root_cause_entity(matches: Sequence[Match], root_count: int) -> Quality:
    """Judge all blamed entities: precision is hits / named, recall is unique roots found / roots."""
    if not matches or not root_count:
        return Quality(0.0, 0.0)
    hits = sum(match.is_hit for match in matches)
    return Quality(hits / len(matches), covered_roots(matches) / root_count)


def root_cause_entity_at(matches: Sequence[Match], root_count: int, rank: int) -> Quality:
    """Judge the first `rank` blamed entities: precision is hits / looked at, recall is hits / roots.

    IBM counts hits, not unique roots, in this recall, so that it can exceed 1 there; here it is held to 1.
    """
    top = matches[:rank]
    if not top or not root_count:
        return Quality(0.0, 0.0)
    hits = sum(match.is_hit for match in top)
    return Quality(hits / len(top), min(1.0, hits / root_count))
