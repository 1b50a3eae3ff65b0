"""The mean over tasks with its error bar: what every number of a run is built from."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from itbench.statistics.student import quantile

CONFIDENCE = 0.95
Values = Mapping[str, Sequence[float | None]]
"""Of each task, one value per planned repeat; None where a repeat has no score."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A 95 % confidence interval as the formula gives it; it is not cut to the range of a score."""

    low: float
    high: float

    @property
    def half_width(self) -> float:
        """Half the distance between the ends: what stands behind the ± sign."""
        return (self.high - self.low) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanOverTasks:
    """The mean of one value per task, and how far it may be off.

    Attributes:
        mean: None without a task.
        standard_deviation: of the values (ddof 1); None below two tasks.
        standard_error: of the mean; None below two tasks.
        interval: from Student's t with one degree of freedom less than tasks; None below two tasks.
        n_tasks: how many values there are.
    """

    mean: float | None
    standard_deviation: float | None
    standard_error: float | None
    interval: Interval | None
    n_tasks: int


def mean(values: Sequence[float]) -> float:
    """Return the mean, which lies within the values and does not depend on their order.

    Raises:
        ValueError: there are no values, or one of them is not a finite number.
    """
    if not values:
        raise ValueError("there is no mean of nothing")
    found = math.fsum(values) / len(values)
    if not math.isfinite(found):
        raise ValueError("a value is not a finite number")
    # Only rounding can carry the mean of equal values off them.
    return min(max(found, min(values)), max(values))


def squared_deviations(values: Sequence[float], center: float) -> float:
    """Return the sum of the squared distances from the center."""
    return math.fsum((value - center) ** 2 for value in values)


def mean_over_tasks(values: Sequence[float]) -> MeanOverTasks:
    """Return the mean of one value per task with its standard error and interval."""
    n_tasks = len(values)
    if n_tasks < 2:
        only = mean(values) if values else None
        return MeanOverTasks(
            mean=only, standard_deviation=None, standard_error=None, interval=None, n_tasks=n_tasks
        )
    center = mean(values)
    standard_deviation = math.sqrt(squared_deviations(values, center) / (n_tasks - 1))
    standard_error = standard_deviation / math.sqrt(n_tasks)
    margin = quantile((1 + CONFIDENCE) / 2, n_tasks - 1) * standard_error
    return MeanOverTasks(
        mean=center,
        standard_deviation=standard_deviation,
        standard_error=standard_error,
        interval=Interval(center - margin, center + margin),
        n_tasks=n_tasks,
    )


def means_of_scored_tasks(values: Values) -> dict[str, float]:
    """Return the mean over the scored repeats of each task that has one."""
    scored = {task: [value for value in repeats if value is not None] for task, repeats in values.items()}
    return {task: mean(repeats) for task, repeats in scored.items() if repeats}
