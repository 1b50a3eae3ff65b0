"""Measures, over a pool that nothing had chosen from, how often an incident should be taken by the bins of its roots."""

from collections import defaultdict
from collections.abc import Sequence

from itbench_sre.world.incidents.balance import Drawn

_MILLION = 1_000_000
_ROUNDS = 30
# No bin makes an incident rarer than this by itself: what is very uneven cannot be made even at any price.
_LEAST = 0.1
_MOST = 20.0
# Bins with few changes say little: so many roots are added where as many are expected.
_PRIOR = 2.0

Shares = dict[str, dict[str, int]]


def shares(pool: Sequence[Drawn]) -> Shares:
    """Return in millionths, by feature and bin, how often an incident with such a root is taken.

    Iterative proportional fitting: the weights of a feature are set so that its bins hold roots as often as other
    changes, over incidents weighted by all features, until they no longer change; then the largest of each is one.
    """
    weights: dict[str, dict[str, float]] = {}
    for _ in range(_ROUNDS):
        for feature in _features(pool):
            ratio = _surplus(pool, feature, weights)
            own = weights.setdefault(feature, {})
            for value, surplus in ratio.items():
                own[value] = min(max(own.get(value, 1.0) / surplus**0.5, 1 / _MOST), _MOST)
    return {
        feature: {value: _millionths(weight / max(own.values())) for value, weight in sorted(own.items())}
        for feature, own in sorted(weights.items())
    }


def weight_of(drawn: Drawn, weights: dict[str, dict[str, float]]) -> float:
    """Return how often an incident is taken, by the bins of its roots."""
    found = 1.0
    for place in drawn.roots:
        for feature, value in drawn.changes[place].items():
            found *= weights.get(feature, {}).get(value, 1.0)
    return found


def _features(pool: Sequence[Drawn]) -> list[str]:
    return sorted({feature for drawn in pool for bins in drawn.changes for feature in bins})


def _surplus(pool: Sequence[Drawn], feature: str, weights: dict[str, dict[str, float]]) -> dict[str, float]:
    """Return how many more of the roots than of all changes are in each bin, over weighted incidents."""
    roots: dict[str, float] = defaultdict(float)
    every: dict[str, float] = defaultdict(float)
    for drawn in pool:
        weight = weight_of(drawn, weights)
        for place, bins in enumerate(drawn.changes):
            every[bins[feature]] += weight
            if place in drawn.roots:
                roots[bins[feature]] += weight
    share = sum(roots.values()) / sum(every.values())
    return {value: (roots[value] + _PRIOR) / (share * every[value] + _PRIOR) for value in every}


def _millionths(weight: float) -> int:
    return round(max(weight, _LEAST) * _MILLION)
