"""How alike two measures rank the same things: Kendall's tau-b and Spearman's rho."""

import math
from collections.abc import Sequence
from itertools import combinations

from itbench.statistics.means import mean, squared_deviations


def kendall_tau_b(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Return Kendall's tau-b, from -1 to 1; None where one of them does not rank at all.

    Of the pairs, (in one order - in opposite orders) / sqrt(pairs untied in the first * pairs untied in the second). Source:
    Kendall (1945), The treatment of ties in ranking problems, Biometrika 33, 239-251, doi:10.1093/biomet/33.3.239.
    """
    balance = untied_first = untied_second = 0
    for (x1, y1), (x2, y2) in combinations(zip(first, second, strict=True), 2):
        one, other = (x1 > x2) - (x1 < x2), (y1 > y2) - (y1 < y2)
        balance += one * other
        untied_first += one * one
        untied_second += other * other
    if not untied_first or not untied_second:
        return None
    return balance / math.sqrt(untied_first * untied_second)


def spearman_rho(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Return Spearman's rho, from -1 to 1; None where one of them does not rank at all.

    It is Pearson's correlation of the ranks, tied ones sharing the mean of their ranks. Source: Spearman (1904), The proof and
    measurement of association between two things, American Journal of Psychology 15, 72-101, doi:10.2307/1412159.
    """
    ranks = mean_ranks(first), mean_ranks(second)
    if not first:
        return None
    center = mean(ranks[0])
    scale = math.sqrt(squared_deviations(ranks[0], center) * squared_deviations(ranks[1], center))
    if not scale:
        return None
    return math.fsum((x - center) * (y - center) for x, y in zip(*ranks, strict=True)) / scale


def mean_ranks(values: Sequence[float]) -> list[float]:
    """Return the rank of each value, counted from 1 for the least; equal ones have the mean of their ranks."""
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks = [0.0] * len(values)
    start = 0
    for end in range(1, len(order) + 1):
        if end == len(order) or values[order[end]] != values[order[start]]:
            for place in order[start:end]:
                ranks[place] = (start + 1 + end) / 2
            start = end
    return ranks
