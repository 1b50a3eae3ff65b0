"""How surely a rank correlation holds for agents at large, and how surely tasks rank agents at all.

The interval takes agents as drawn from a population: they are drawn again with replacement 1,000 times, and the 2.5 % and
97.5 % quantiles of the correlations are its limits (Efron and Tibshirani 1993, An Introduction to the Bootstrap, chapter 13).
Chance in tasks is in that too, as it moves each agent by itself. Where all agents stand in the same order twice, every such draw
says 1, which is not certain at all; then m pairs that share no agent are independent, m = n // 2 of n agents without ties, and that
all of them agree leaves (Clopper and Pearson 1934) a chance of agreement of 0.025^(1 / m) and more: tau is 2 * that - 1 or more, and
rho at least (3 tau - 1) / 2 (Daniels 1950, doi:10.1111/j.2517-6161.1950.tb00053.x).
"""

import math
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter, mul

from itbench.errors import UsageError
from itbench.statistics.interval import CONFIDENCE, Interval
from itbench.statistics.means import Values, mean, means_of_scored_tasks
from itbench.statistics.most_runs import require_few_runs
from itbench.statistics.rank_correlation import kendall_tau_b, spearman_rho

FEWEST_AGENTS = 3
FEWEST_FOR_INTERVAL = 5
_RESAMPLES = 1_000
_SPLITS = 200
_FEWEST_SPLIT = 4
_DECIMALS = 9

_Resampled = Callable[[Sequence[int]], float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class RankAgreement:
    """How alike two suites rank the agents that both have.

    Attributes:
        n_agents: how many these are.
        kendall: tau-b; None where a suite does not tell any of them apart.
        spearman: rho; None likewise.
        kendall_interval: 95 %, over agents; None below 5 of them, or without a value.
        spearman_interval: the same of rho.
    """

    n_agents: int
    kendall: float | None
    spearman: float | None
    kendall_interval: Interval | None
    spearman_interval: Interval | None


def rank_agreement(first: Sequence[float], second: Sequence[float], *, seed: int = 0) -> RankAgreement:
    """Compare the scores of the same agents on two suites.

    Raises:
        UsageError: there are fewer than 3 agents, or more than 300.
    """
    require_few_runs(len(first))
    if len(first) < FEWEST_AGENTS:
        raise UsageError(
            f"ranks of {len(first)} agents cannot be correlated; at least {FEWEST_AGENTS} are needed"
        )
    one, other = ([round(value, _DECIMALS) for value in values] for values in (first, second))
    tau, rho = kendall_tau_b(one, other), spearman_rho(one, other)
    return RankAgreement(
        n_agents=len(one),
        kendall=tau,
        spearman=rho,
        kendall_interval=_interval(tau, _tau_of_draws(one, other), one, seed, _least_tau),
        spearman_interval=_interval(rho, _rho_of_draws(one, other), one, seed, _least_rho),
    )


def rank_reliability(runs: Sequence[Values], *, seed: int = 0) -> float | None:
    """Return about how alike as many other tasks of the same kind would rank the same agents, by tau-b.

    The tasks are split into halves at random, 200 times, and both rankings compared. The mean is that of half as many tasks: as a
    correlation, sin(pi / 2 tau) (Kruskal 1958, doi:10.1080/01621459.1958.10501481), it is raised to all of them by the formula of
    Spearman (1910) and Brown (1910), 2 r / (1 + r). None below 4 tasks or where they do not rank at all. Tasks for which any of the
    runs has no score are left out.
    """
    means = [means_of_scored_tasks(values) for values in runs]
    common = sorted(set.intersection(*(set(found) for found in means))) if means else []
    if len(common) < _FEWEST_SPLIT:
        return None
    rows = [[found[task] for task in common] for found in means]
    draw, half, found = random.Random(seed), len(common) // 2, []
    for _ in range(_SPLITS):
        places = draw.sample(range(len(common)), len(common))
        one, other = (_totals(rows, part) for part in (places[:half], places[half:]))
        tau = kendall_tau_b(one, other)
        if tau is not None:
            found.append(tau)
    return _of_all_tasks(mean(found)) if found else None


def _totals(rows: Sequence[Sequence[float]], places: Sequence[int]) -> list[float]:
    pick = itemgetter(*places)
    return [round(sum(pick(row)), _DECIMALS) for row in rows]


def _of_all_tasks(tau_of_half: float) -> float:
    correlation = math.sin(math.pi / 2 * tau_of_half)
    # Halves that rank in opposite orders do so by chance, and the formula is not made for that.
    raised = 2 * correlation / (1 + correlation) if correlation > 0 else correlation
    return 2 / math.pi * math.asin(min(1.0, raised))


def _interval(
    value: float | None,
    resampled: _Resampled,
    scores: Sequence[float],
    seed: int,
    least: Callable[[int], float],
) -> Interval | None:
    n_agents = len(scores)
    if value is None or n_agents < FEWEST_FOR_INTERVAL:
        return None
    if abs(value) > 1 - 10**-_DECIMALS:
        # So many pairs of agents with different scores share no agent; the other suite has the same ties.
        low = least(min(n_agents // 2, n_agents - max(Counter(scores).values())))
        return Interval(low, 1.0) if value > 0 else Interval(-1.0, -low)
    draw = random.Random(seed)
    drawn = (resampled(draw.choices(range(n_agents), k=n_agents)) for _ in range(_RESAMPLES))
    found = sorted(each for each in drawn if each is not None)
    cut = int(len(found) * (1 - CONFIDENCE) / 2)
    return Interval(min(found[cut], value), max(found[-1 - cut], value))


def _tau_of_draws(first: Sequence[float], second: Sequence[float]) -> _Resampled:
    """Return a function that gives tau-b of drawn agents: with the signs of all pairs at hand, it only counts them."""
    signs = [[[(x > y) - (x < y) for y in values] for x in values] for values in (first, second)]
    products = [list(map(mul, one, other)) for one, other in zip(*signs, strict=True)]
    untied = [[list(map(abs, row)) for row in matrix] for matrix in signs]

    def of(drawn: Sequence[int]) -> float | None:
        counts = [0] * len(first)
        for place in drawn:
            counts[place] += 1
        balance, *pairs = (
            sum(
                count * sum(map(mul, counts, row)) for count, row in zip(counts, matrix, strict=True) if count
            )
            for matrix in (products, *untied)
        )
        return float(balance / (pairs[0] * pairs[1]) ** 0.5) if all(pairs) else None

    return of


def _rho_of_draws(first: Sequence[float], second: Sequence[float]) -> _Resampled:
    return lambda drawn: spearman_rho([first[each] for each in drawn], [second[each] for each in drawn])


def _least_tau(n_pairs: int) -> float:
    return float(2 * ((1 - CONFIDENCE) / 2) ** (1 / n_pairs) - 1)


def _least_rho(n_pairs: int) -> float:
    return max(-1.0, (3 * _least_tau(n_pairs) - 1) / 2)
