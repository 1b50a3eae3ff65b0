"""Guesses which change of an incident is its root from the bins of all its changes: a logit of few weights."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from math import exp, sqrt

from itbench_sre.world.incidents.balance import Drawn

# Pairs of these are looked at too: what is near and late tells more than both by themselves.
_PAIRED = (
    "before", "later", "distance", "mentions", "alerts", "warnings", "versions", "fewer_spans", "kind", "family",
)  # fmt: skip
_PASSES = 5
_STEP = 0.15
_SHRINKAGE = 0.01

# Of one change: what it has, each a feature and its bin, or a pair of these.
Marks = Sequence[tuple[str, ...]]


def marks_of(drawn: Drawn) -> list[Marks]:
    """Return what a ranker looks at of each change."""
    return [_marks(bins) for bins in drawn.changes]


def _marks(bins: Mapping[str, str]) -> Marks:
    paired = [(name, bins[name]) for name in _PAIRED if name in bins]
    return [*bins.items(), *((*one, *other) for one, other in combinations(paired, 2))]


class Ranker:
    """A conditional logit over the changes of an incident, fitted by one step for each incident at a time (Adagrad)."""

    def __init__(self) -> None:
        self._weights: dict[tuple[str, ...], float] = {}
        self._squares: dict[tuple[str, ...], float] = {}

    def learn(self, changes: Sequence[Sequence[Marks]], roots: Sequence[int]) -> None:
        """Learn from incidents: what is told of each change of each, and the place of its root."""
        for _ in range(_PASSES):
            for each, root in zip(changes, roots, strict=True):
                self._step(each, root)

    def likelihoods(self, changes: Sequence[Marks]) -> list[float]:
        """Return how likely each change of an incident is its root; the sum is 1."""
        sums = [sum(self._weights.get(mark, 0.0) for mark in marks) for marks in changes]
        most = max(sums)
        powers = [exp(each - most) for each in sums]
        whole = sum(powers)
        return [power / whole for power in powers]

    def _step(self, changes: Sequence[Marks], root: int) -> None:
        for place, (marks, likely) in enumerate(zip(changes, self.likelihoods(changes), strict=True)):
            miss = float(place == root) - likely
            for mark in marks:
                weight = self._weights.get(mark, 0.0)
                slope = miss - _SHRINKAGE * weight
                squares = self._squares.get(mark, 0.0) + slope * slope
                self._squares[mark] = squares
                self._weights[mark] = weight + _STEP * slope / sqrt(squares + 1e-9)
