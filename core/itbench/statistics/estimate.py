"""The headline of a run: the mean over repeats, then over tasks, with error bar and coverage.

The task means y_i are independent of each other, the repeats of one task are not, so the standard error is that
of a mean of task means, sd(y) / sqrt(tasks). It holds the spread within tasks already: with y_i = true mean of
the task + mean of its repeats' errors, Var(y_i) = between + within / repeats, and sd(y) measures that sum.
For equally many repeats this is the cluster-robust standard error of Miller (2024, arXiv:2411.00640) with the
small-sample factor tasks / (tasks - 1).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from itbench.statistics.interval import FEWEST_TASKS, Interval
from itbench.statistics.means import Values, mean, mean_over_tasks, squared_deviations


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a run says of an agent, and how surely.

    Attributes:
        mean: over the scored repeats of each task, then over the tasks that have one; None without any.
        standard_error: of the mean, clustered by task; None below two scored tasks.
        interval: 95 %, within [0, 1]; None without a scored task, or where a value lies outside [0, 1].
        missing_as_zero: the mean if every planned repeat without a score had scored 0; None if none was planned.
        missing_as_one: the mean if every one of them had scored 1, the most that a trial can.
        within_variance: of one repeat about its task's mean, pooled over tasks; None if no task has two scores.
        between_variance: of the tasks' true means, by moments, 0 where the moments give less; None below two
            scored tasks or without `within_variance`.
        n_scored: trials with a score.
        n_planned: trials planned.
        n_tasks_scored: tasks with at least one score.
        n_tasks_planned: tasks with at least one planned trial.
    """

    mean: float | None
    standard_error: float | None
    interval: Interval | None
    missing_as_zero: float | None
    missing_as_one: float | None
    within_variance: float | None
    between_variance: float | None
    n_scored: int
    n_planned: int
    n_tasks_scored: int
    n_tasks_planned: int

    @property
    def missing_left_out(self) -> float | None:
        """The mean over what was scored; the truth lies between `missing_as_zero` and `missing_as_one`."""
        return self.mean

    @property
    def is_complete(self) -> bool:
        """Whether every planned trial has a score."""
        return self.n_scored == self.n_planned

    @property
    def has_too_few_tasks(self) -> bool:
        """Whether so few tasks were scored that no comparison on them can be significant."""
        return self.n_tasks_scored < FEWEST_TASKS


def estimate(values: Values) -> Estimate:
    """Estimate an agent's score from one value per planned repeat of each task, None for no score.

    Raises:
        ValueError: a value is not a finite number.
    """
    planned = [repeats for repeats in values.values() if repeats]
    scored = [[value for value in repeats if value is not None] for repeats in planned]
    found = [repeats for repeats in scored if repeats]
    task_means = [mean(repeats) for repeats in found]
    overall = mean_over_tasks(task_means)
    within = _within_variance(found, task_means)
    return Estimate(
        mean=overall.mean,
        standard_error=overall.standard_error,
        interval=overall.interval,
        missing_as_zero=_missing_as(0.0, planned, scored),
        missing_as_one=_missing_as(1.0, planned, scored),
        within_variance=within,
        between_variance=_between_variance(found, overall.standard_deviation, within),
        n_scored=sum(map(len, found)),
        n_planned=sum(map(len, planned)),
        n_tasks_scored=len(found),
        n_tasks_planned=len(planned),
    )


def _missing_as(
    value: float, planned: Sequence[Sequence[float | None]], scored: Sequence[list[float]]
) -> float | None:
    if not planned:
        return None
    lengths = map(len, planned)
    return mean([mean(have + [value] * (n - len(have))) for have, n in zip(scored, lengths, strict=True)])


def _within_variance(found: Sequence[Sequence[float]], task_means: Sequence[float]) -> float | None:
    freedom = sum(len(repeats) - 1 for repeats in found)
    if freedom == 0:
        return None
    return math.fsum(map(squared_deviations, found, task_means)) / freedom


def _between_variance(
    found: Sequence[Sequence[float]], standard_deviation: float | None, within: float | None
) -> float | None:
    if standard_deviation is None or within is None:
        return None
    share_of_within = mean([1 / len(repeats) for repeats in found])
    return max(0.0, standard_deviation**2 - within * share_of_within)
