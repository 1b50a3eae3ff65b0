"""The mean over tasks with its error bar: what every number of a run is built from."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from itbench.statistics.interval import Interval, mean_interval

Values = Mapping[str, Sequence[float | None]]
"""Of each task, one value per planned repeat; None where a repeat has no score."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanOverTasks:
    """The mean of one value per task, and how far it may be off.

    Attributes:
        mean: None without a task.
        standard_deviation: of the values (ddof 1); None below two tasks.
        standard_error: of the mean; None below two tasks.
        interval: 95 %, within the range; None without a task, or where a value lies outside the range.
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


def mean_over_tasks(values: Sequence[float], *, low: float = 0.0, high: float = 1.0) -> MeanOverTasks:
    """Return the mean of one value per task, each from [low, high], with its standard error and interval."""
    n_tasks = len(values)
    center = mean(values) if values else None
    deviation = _standard_deviation(values, center) if center is not None and n_tasks > 1 else None
    is_in_range = all(low <= value <= high for value in values)
    return MeanOverTasks(
        mean=center,
        standard_deviation=deviation,
        standard_error=None if deviation is None else deviation / math.sqrt(n_tasks),
        interval=mean_interval(values, low=low, high=high) if is_in_range else None,
        n_tasks=n_tasks,
    )


def _standard_deviation(values: Sequence[float], center: float) -> float:
    return math.sqrt(squared_deviations(values, center) / (len(values) - 1))


def means_of_scored_tasks(values: Values) -> dict[str, float]:
    """Return the mean over the scored repeats of each task that has one."""
    scored = {task: [value for value in repeats if value is not None] for task, repeats in values.items()}
    return {task: mean(repeats) for task, repeats in scored.items() if repeats}
