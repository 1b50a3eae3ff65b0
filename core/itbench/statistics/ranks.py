"""Which of several runs of the same tasks can be told apart, and which ranks each may have.

Every pair of runs is tested on the tasks that both have scored, by random signs of the paired differences (`sign_flip`), and
the p values are corrected for their number (`holm`). A run is then surely better than another where the corrected value is
below alpha. With at most a chance of alpha for any mistake, the rank of every run lies between 1 + the number of runs that are
surely better and n - the number that are surely worse: simultaneous confidence sets for ranks, as Mogstad, Romano, Shaikh and
Wilhelm (2024, doi:10.1093/restud/rdad006) make them of all pairwise comparisons. Holm's proof is of differences that are called
real and are not; that a real one is hardly ever called the wrong way round is shown by simulation.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from itbench.statistics.holm import holm
from itbench.statistics.means import Values, mean, means_of_scored_tasks
from itbench.statistics.most_runs import require_few_runs
from itbench.statistics.power import ALPHA
from itbench.statistics.sign_flip import sign_flip

_DECIMALS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class PairTest:
    """Two of several runs, compared task by task.

    Attributes:
        first, second: places of the runs.
        difference: mean over the common tasks of first minus second; None without a common task.
        n_tasks: how many tasks both have scored.
        p_value: two-sided, of this pair alone; 1 without a common task.
        corrected: the p value corrected for the number of pairs.
    """

    first: int
    second: int
    difference: float | None
    n_tasks: int
    p_value: float
    corrected: float

    def better(self, alpha: float = ALPHA) -> int | None:
        """Return the place of the run that is surely better; None where they cannot be told apart."""
        if self.corrected >= alpha or not self.difference:
            return None
        return self.first if self.difference > 0 else self.second


@dataclass(frozen=True, slots=True)
class RankRange:
    """The ranks that a run may have.

    Attributes:
        best: 1 + how many runs are surely better; runs with the same one are tied by it.
        worst: the number of runs - how many are surely worse.
    """

    best: int
    worst: int

    @property
    def text(self) -> str:
        """Both, as `2 to 5`, or the one rank that is left."""
        return str(self.best) if self.best == self.worst else f"{self.best} to {self.worst}"


def all_pairs(runs: Sequence[Values]) -> list[PairTest]:
    """Test every pair of runs.

    Raises:
        UsageError: there are more than 300 runs.
        ValueError: a value is not a finite number.
    """
    require_few_runs(len(runs))
    # Rounded, so that means of the same numbers in another arithmetic are ties and not tiny wins.
    means = [
        {task: round(value, _DECIMALS) for task, value in means_of_scored_tasks(values).items()}
        for values in runs
    ]
    differences = {
        (first, second): _differences(means[first], means[second])
        for first, second in combinations(range(len(runs)), 2)
    }
    p_values = [sign_flip(found).p_value for found in differences.values()]
    return [
        PairTest(
            first=first,
            second=second,
            difference=mean(found) if found else None,
            n_tasks=len(found),
            p_value=p_value,
            corrected=corrected,
        )
        for ((first, second), found), p_value, corrected in zip(
            differences.items(), p_values, holm(p_values), strict=True
        )
    ]


def rank_ranges(n_runs: int, pairs: Sequence[PairTest], *, alpha: float = ALPHA) -> list[RankRange]:
    """Return the ranks that each of so many runs may have, by the tests of all their pairs."""
    better, worse = [0] * n_runs, [0] * n_runs
    for pair in pairs:
        winner = pair.better(alpha)
        if winner is not None:
            worse[winner] += 1
            better[pair.first + pair.second - winner] += 1
    return [RankRange(1 + above, n_runs - below) for above, below in zip(better, worse, strict=True)]


def fewest_tasks(n_pairs: int, *, alpha: float = ALPHA) -> int:
    """Return on how many tasks runs must differ for any of so many pairs to be told apart: n equal signs have p = 2 / 2^n."""
    return math.floor(math.log2(2 * max(1, n_pairs) / alpha)) + 1


def _differences(first: dict[str, float], second: dict[str, float]) -> list[float]:
    return [value - second[task] for task, value in first.items() if task in second]
