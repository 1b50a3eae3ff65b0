"""How often k tries hold a success (pass@k), and how often all k are one (pass^k)."""

import math
from dataclasses import dataclass

from itbench.errors import UsageError
from itbench.statistics.means import MeanOverTasks, Values, mean_over_tasks


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskPasses:
    """The two chances of one task, both unbiased.

    Attributes:
        at_least_one: pass@k, the chance that k tries hold a success.
        all_of_them: pass^k, the chance that k tries are all successes.
        n_scored: the tries that were scored.
        n_successes: those that reached the threshold.
    """

    at_least_one: float
    all_of_them: float
    n_scored: int
    n_successes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Passes:
    """pass@k and pass^k of each task and over tasks.

    Attributes:
        k: the number of tries.
        tasks: by task id; None marks a task with fewer than k scored repeats, which is not measured.
        at_least_one: pass@k over the measured tasks.
        all_of_them: pass^k over the measured tasks.
    """

    k: int
    tasks: dict[str, TaskPasses | None]
    at_least_one: MeanOverTasks
    all_of_them: MeanOverTasks


def pass_at_k(n: int, successes: int, k: int) -> float | None:
    """Return 1 - C(n-c, k) / C(n, k), or None for k > n (Chen et al. 2021, arXiv:2107.03374).

    Raises:
        UsageError: k is below 1.
        ValueError: the successes are not between 0 and n.
    """
    ways = _ways(n, successes, k)
    # whole numbers until the last division, so that nothing is lost in 1 - x
    return (ways - math.comb(n - successes, k)) / ways if ways else None


def pass_hat_k(n: int, successes: int, k: int) -> float | None:
    """Return C(c, k) / C(n, k), or None for k > n (tau-bench: Yao et al. 2024, arXiv:2406.12045).

    Raises:
        UsageError: k is below 1.
        ValueError: the successes are not between 0 and n.
    """
    ways = _ways(n, successes, k)
    return math.comb(successes, k) / ways if ways else None


def passes(values: Values, k: int, *, threshold: float = 1.0) -> Passes:
    """Measure pass@k and pass^k; a success is a value at or above the threshold.

    Raises:
        UsageError: k is below 1.
    """
    tasks = {}
    for task, repeats in values.items():
        scored = [value for value in repeats if value is not None]
        tasks[task] = _task_passes(len(scored), sum(value >= threshold for value in scored), k)
    measured = [found for found in tasks.values() if found is not None]
    return Passes(
        k=k,
        tasks=tasks,
        at_least_one=mean_over_tasks([found.at_least_one for found in measured]),
        all_of_them=mean_over_tasks([found.all_of_them for found in measured]),
    )


def pass_curve(values: Values, *, threshold: float = 1.0) -> list[Passes]:
    """Measure pass@k and pass^k for each k from 1 to the most repeats that a task has scores for.

    Raises:
        UsageError: no task has a score.
    """
    most = max((sum(value is not None for value in repeats) for repeats in values.values()), default=0)
    if not most:
        raise UsageError("no trial has a score, so there is nothing to measure")
    return [passes(values, k, threshold=threshold) for k in range(1, most + 1)]


def _task_passes(n: int, successes: int, k: int) -> TaskPasses | None:
    at_least_one, all_of_them = pass_at_k(n, successes, k), pass_hat_k(n, successes, k)
    if at_least_one is None or all_of_them is None:
        return None
    return TaskPasses(at_least_one=at_least_one, all_of_them=all_of_them, n_scored=n, n_successes=successes)


def _ways(n: int, successes: int, k: int) -> int:
    if k < 1:
        raise UsageError(f"pass@k is defined for k of 1 and more, not for {k!r}")
    if not 0 <= successes <= n:
        raise ValueError(f"{successes!r} of {n!r} tries cannot be successes")
    return math.comb(n, k)
