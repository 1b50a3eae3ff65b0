"""The smallest subset of tasks that ranks agents as the whole suite does, by the information that the Rasch model sees in tasks.

Tasks are added one by one, always the one that adds most to the sum over agents of log(1 / 9 + information at its ability), where a
task of difficulty b tells p (1 - p) of an ability a, p = chance(a, b) (Lord 1980, Applications of Item Response Theory; the penalty of
the fit has 1 / 9). The sum gains less from each task the more there are, so that the greedy choice is within 1 - 1/e of the best one
(Nemhauser, Wolsey and Fisher 1978, doi:10.1007/BF01588971), and gains need not all be computed again (Minoux 1978).

How well a subset ranks is told by cross-validation: runs are put in folds, the tasks are chosen by the runs outside of a fold, and
each pair of runs with one in the fold is compared by the chosen tasks and by all. Agreement is tau-b over all these pairs.
"""

import heapq
import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from itbench.errors import UsageError
from itbench.statistics.interval import Interval
from itbench.statistics.means import Values, mean
from itbench.statistics.rasch.em import ABILITY_SCALE, best
from itbench.statistics.rasch.fit import RaschFit, chance, fit_rasch, fitting_responses
from itbench.statistics.rasch.marginal import Parameters, expectation
from itbench.statistics.rasch.responses import Responses

FEWEST_RUNS = 4
_MOST_FOLDS = 5
_MOST_SIZES = 60
_MOST_ABILITIES = 15
_RANDOM_SUBSETS = 200
_TAIL = 0.025
_DECIMALS = 9


@dataclass(frozen=True, slots=True)
class SizeAgreement:
    """How a subset of some size ranks.

    Attributes:
        size: how many tasks.
        kendall: tau-b with the ranking by all tasks, of runs that had no part in the choice; None where nothing ranks.
    """

    size: int
    kendall: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subset:
    """A choice of tasks.

    Attributes:
        tasks: their ids, the most telling first.
        fit: the model by which they were chosen.
        agreement: the cross-validated tau-b of subsets of this size; None where nothing ranks.
        is_enough: whether that reaches what was asked for, here and at all larger sizes that were tried; true if a size was asked for.
        curve: of all sizes that were tried.
        n_folds: folds of runs.
        n_pairs: comparisons of two runs, over all folds.
        random_mean: mean tau-b of 200 random subsets of this size.
        random_range: between which 95 % of these lie.
        n_tasks: of the whole suite.
    """

    tasks: list[str]
    fit: RaschFit
    agreement: float | None
    is_enough: bool
    curve: list[SizeAgreement]
    n_folds: int
    n_pairs: int
    random_mean: float | None
    random_range: Interval | None
    n_tasks: int


def choose_subset(
    runs: Sequence[Values], *, agreement: float = 0.9, size: int | None = None, seed: int = 0
) -> Subset:
    """Choose the fewest tasks that rank with such an agreement, or the best so many.

    Args:
        runs: of one suite.
        agreement: the tau-b to reach.
        size: how many tasks, in place of it.
        seed: of the random subsets.

    Raises:
        UsageError: there are fewer than 4 runs or 6 tasks, or the size or the agreement cannot be.
    """
    if len(runs) < FEWEST_RUNS:
        raise UsageError(
            f"choosing a subset needs at least {FEWEST_RUNS} runs, some to choose by and some to try it on; there are {len(runs)}"
        )
    if not 0 < agreement <= 1:
        raise UsageError(
            f"a rank correlation of {agreement!r} cannot be reached; give one above 0, at most 1"
        )
    fit, data = fit_rasch(runs), fitting_responses(runs)
    if size is not None and not 1 <= size <= len(data.tasks):
        raise UsageError(f"a subset of {size} tasks cannot be; the runs have scores for {len(data.tasks)}")
    sizes = _sizes(len(data.tasks), size)
    curve, n_folds, n_pairs = _cross_validated(runs, data, fit, sizes)
    chosen = size or _smallest(curve, agreement)
    found = next(each for each in curve if each.size == chosen)
    random_mean, random_range = _random_agreement(data, chosen, seed)
    return Subset(
        tasks=_order(fit)[:chosen],
        fit=fit,
        agreement=found.kendall,
        is_enough=size is not None or (found.kendall or 0.0) >= agreement,
        curve=curve,
        n_folds=n_folds,
        n_pairs=n_pairs,
        random_mean=random_mean,
        random_range=random_range,
        n_tasks=len(data.tasks),
    )


def by_information(abilities: Sequence[float], difficulties: Mapping[str, float]) -> list[str]:
    """Return all tasks, the most telling first, each beside those before it."""
    typical = _typical(abilities)
    told = {
        task: [p * (1 - p) for ability in typical for p in [chance(ability, difficulty)]]
        for task, difficulty in difficulties.items()
    }
    so_far = [1 / ABILITY_SCALE**2] * len(typical)
    heap = [(-math.inf, task) for task in told]
    heapq.heapify(heap)
    order = []
    while heap:
        # What a task adds only becomes less, so that one still first with its gain of now is the best.
        _, task = heapq.heappop(heap)
        gain = math.fsum(math.log1p(new / old) for new, old in zip(told[task], so_far, strict=True))
        if heap and -gain > heap[0][0]:
            heapq.heappush(heap, (-gain, task))
            continue
        order.append(task)
        so_far = [old + new for old, new in zip(so_far, told[task], strict=True)]
    return order


def _typical(abilities: Sequence[float]) -> list[float]:
    ordered = sorted(abilities)
    if len(ordered) <= _MOST_ABILITIES:
        return ordered
    return [
        ordered[round(place * (len(ordered) - 1) / (_MOST_ABILITIES - 1))] for place in range(_MOST_ABILITIES)
    ]


def _sizes(n_tasks: int, size: int | None) -> list[int]:
    if n_tasks <= _MOST_SIZES:
        found = set(range(1, n_tasks + 1))
    else:
        found = {round(n_tasks ** (place / _MOST_SIZES)) for place in range(_MOST_SIZES + 1)}
    return sorted(found | ({size} if size else set()))


def _smallest(curve: Sequence[SizeAgreement], agreement: float) -> int:
    """Return the size from which on all agree well enough, so that a lucky size is not taken; all tasks without one."""
    smallest = curve[-1].size
    for found in reversed(curve):
        if found.kendall is None or found.kendall < agreement:
            break
        smallest = found.size
    return smallest


@dataclass(slots=True)
class _Tally:
    """Pairs counted for tau-b."""

    balance: int = 0
    untied: int = 0
    untied_whole: int = 0

    def add(self, pair: tuple[int, int], scores: Sequence[float | None], whole: Sequence[float]) -> None:
        """Count two runs; they cannot be compared where one has no score on any of the tasks."""
        first, second = (scores[run] for run in pair)
        if first is None or second is None:
            return
        one, other = _sign(first, second), _sign(*(whole[run] for run in pair))
        self.balance += one * other
        self.untied += one * one
        self.untied_whole += other * other

    @property
    def kendall(self) -> float | None:
        pairs = self.untied * self.untied_whole
        return self.balance / math.sqrt(pairs) if pairs else None


def _sign(first: float, second: float) -> int:
    return (first > second) - (first < second)


def _order(fit: RaschFit) -> list[str]:
    difficulties = {task: found.value for task, found in fit.difficulties.items()}
    return by_information([each.value for each in fit.abilities], difficulties)


def _order_without(runs: Sequence[Values], fit: RaschFit, held_out: set[int]) -> list[str]:
    """Return the tasks in the order that the other runs give; the fit of all runs is only where the search begins."""
    kept = [run for run in range(len(runs)) if run not in held_out]
    data = fitting_responses([runs[run] for run in kept])
    groups = data.groups()
    start = Parameters([fit.abilities[run].value for run in kept], fit.spread, 1 / fit.dispersion)
    step = best(data, groups, start)
    located = {
        data.tasks[task]: expectation(posterior, step.grid.difficulties)
        for group, posterior in zip(groups, step.posteriors, strict=True)
        for task in group.tasks
    }
    return by_information(step.before.abilities, located)


def _cross_validated(
    runs: Sequence[Values], data: Responses, fit: RaschFit, sizes: Sequence[int]
) -> tuple[list[SizeAgreement], int, int]:
    """Return the agreement of each size, the number of folds, and that of pairs."""
    whole = _whole_scores(data)
    # Each fold has good and bad runs.
    by_score = sorted(range(len(runs)), key=whole.__getitem__)
    n_folds = min(_MOST_FOLDS, len(runs))
    tallies, n_pairs = [_Tally() for _ in sizes], 0
    place_of = {task: place for place, task in enumerate(data.tasks)}
    for fold in range(n_folds):
        held_out = set(by_score[fold::n_folds])
        order = _order_without(runs, fit, held_out)
        # What only the runs of the fold have a score for comes last.
        order += sorted(place_of.keys() - set(order))
        pairs = [pair for pair in combinations(range(len(runs)), 2) if held_out & set(pair)]
        n_pairs += len(pairs)
        places = [place_of[task] for task in order]
        for tally, scores in zip(tallies, _prefix_scores(data, places, sizes), strict=True):
            for pair in pairs:
                tally.add(pair, scores, whole)
    return (
        [SizeAgreement(size, tally.kendall) for size, tally in zip(sizes, tallies, strict=True)],
        n_folds,
        n_pairs,
    )


def _random_agreement(data: Responses, size: int, seed: int) -> tuple[float | None, Interval | None]:
    whole, draw, found = _whole_scores(data), random.Random(seed), []
    for _ in range(_RANDOM_SUBSETS):
        scores, tally = _scores(data, draw.sample(range(len(data.tasks)), size)), _Tally()
        for pair in combinations(range(data.n_runs), 2):
            tally.add(pair, scores, whole)
        # A subset on which all runs are equal does not rank.
        found.append(tally.kendall or 0.0)
    found.sort()
    cut = int(_TAIL * len(found))
    return mean(found), Interval(found[cut], found[-1 - cut])


def _whole_scores(data: Responses) -> list[float]:
    # Each run that a fit takes has a score.
    return [score for score in _scores(data, range(len(data.tasks))) if score is not None]


def _scores(data: Responses, places: Sequence[int]) -> list[float | None]:
    return next(_prefix_scores(data, places, [len(places)]))


def _prefix_scores(
    data: Responses, places: Sequence[int], sizes: Sequence[int]
) -> Iterator[list[float | None]]:
    """Yield the mean score of each run on the first tasks, for each of the ascending sizes; None without a score."""
    totals, counts = [0.0] * data.n_runs, [0] * data.n_runs
    start = 0
    for size in sizes:
        for run, row in enumerate(data.rows):
            new = [score for place in places[start:size] if (score := row[place]) is not None]
            totals[run] += math.fsum(new)
            counts[run] += len(new)
        start = size
        yield [
            round(total / count, _DECIMALS) if count else None
            for total, count in zip(totals, counts, strict=True)
        ]
