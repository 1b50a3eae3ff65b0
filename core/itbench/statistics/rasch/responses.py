"""What runs scored on tasks, laid out for the model: it needs the totals of tasks and of runs, and who is missing where."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from itbench.statistics.means import Values, means_of_scored_tasks

_DECIMALS = 9


@dataclass(frozen=True, slots=True)
class Group:
    """The tasks that say the same of their difficulty: of the same total and scored in the same runs.

    Attributes:
        total: sum of the scores of the runs.
        missing: the runs without a score.
        tasks: places of the tasks.
    """

    total: float
    missing: tuple[int, ...]
    tasks: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Responses:
    """Scores in [0, 1] of several runs; repeats of a task count as one answer, their mean.

    Attributes:
        tasks: ids, sorted; only tasks that a run has a score for.
        rows: of each run, the score of each task; None without one.
    """

    tasks: list[str]
    rows: list[list[float | None]]

    @property
    def n_runs(self) -> int:
        """How many runs there are."""
        return len(self.rows)

    @property
    def are_binary(self) -> bool:
        """Whether all scores are 0 or 1."""
        return all(score in {0, 1, None} for row in self.rows for score in row)

    def totals(self) -> list[float]:
        """Return the sum of the scores of each run."""
        return [math.fsum(score for score in row if score is not None) for row in self.rows]

    def counts(self) -> list[int]:
        """Return how many tasks each run has a score for."""
        return [sum(score is not None for score in row) for row in self.rows]

    def groups(self) -> list[Group]:
        """Return the tasks in groups."""
        found: dict[tuple[float, tuple[int, ...]], Group] = {}
        for place, column in enumerate(zip(*self.rows, strict=True)):
            missing = tuple(run for run, score in enumerate(column) if score is None)
            total = round(math.fsum(score for score in column if score is not None), _DECIMALS)
            found.setdefault((total, missing), Group(total, missing)).tasks.append(place)
        return list(found.values())


def responses(runs: Sequence[Values]) -> Responses:
    """Lay out the scores of runs.

    Raises:
        ValueError: a score is not in [0, 1].
    """
    means = [means_of_scored_tasks(values) for values in runs]
    tasks = sorted(set().union(*means))
    for found in means:
        for task, score in found.items():
            if not 0 <= score <= 1:
                raise ValueError(f"the score {score!r} of task {task!r} is not in [0, 1]")
    return Responses(tasks, [[found.get(task) for task in tasks] for found in means])
