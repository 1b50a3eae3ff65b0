"""What each run made of each task: the cells of a heat map."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from itbench.interfaces.json import JsonObject
from itbench.report.stored_metrics import read_metrics
from itbench.store.reader import RunFile
from itbench.view.data.catalogue import Catalogue

_ROWS = """
SELECT outcome.trial, outcome.task, outcome.status, outcome.value, outcome.fault_stage, outcome.limit_hit, outcome.turns,
    score.metrics AS metrics, score.details AS details
FROM outcome LEFT JOIN latest_score AS score ON score.trial = outcome.trial
"""
_DEEP = 2
_LONGEST = 60


@dataclass(slots=True)
class TaskCell:
    """All repeats of one task in one run.

    Attributes:
        trials: their numbers.
        values: their scores; None without one.
        outcomes: status, or the limit that was reached.
        faults: stages that failed.
        metrics: values by name.
        traits: what the details of the score say of the task, such as its family, by name.
    """

    trials: list[int] = field(default_factory=list)
    values: list[float | None] = field(default_factory=list)
    outcomes: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    metrics: dict[str, list[float]] = field(default_factory=dict)
    traits: dict[str, str] = field(default_factory=dict)

    @property
    def mean(self) -> float | None:
        """The mean score of the repeats that have one."""
        scored = [value for value in self.values if value is not None]
        return sum(scored) / len(scored) if scored else None


@dataclass(frozen=True, slots=True)
class TasksOfRun:
    """What a run made of its tasks.

    Attributes:
        cells: of the tasks that were tried.
        tags: of each task, in the order of the plan.
    """

    cells: Mapping[str, TaskCell]
    tags: Mapping[str, Sequence[str]]


def tasks_of_run(catalogue: Catalogue, key: str) -> TasksOfRun:
    """Return what the run of a key made of its tasks.

    Raises:
        RunFileError: it cannot be read.
    """
    with catalogue.open(key) as run:
        return TasksOfRun(task_cells(run), task_tags(run))


def task_cells(run: RunFile) -> Mapping[str, TaskCell]:
    """Return what a run made of each task that was tried."""
    cells: dict[str, TaskCell] = {}
    for row in run.connection.execute(_ROWS):
        cell = cells.setdefault(row["task"], TaskCell())
        cell.trials.append(row["trial"])
        cell.values.append(row["value"])
        cell.outcomes.append(f"{row['limit_hit']} limit" if row["limit_hit"] else row["status"])
        if row["fault_stage"]:
            cell.faults.append(row["fault_stage"])
        for name, value in read_metrics(row["metrics"]).items():
            if value is not None:
                cell.metrics.setdefault(name, []).append(value)
        if row["details"] and not cell.traits:
            cell.traits = dict(_traits(json.loads(row["details"])))
    return cells


def task_tags(run: RunFile) -> Mapping[str, Sequence[str]]:
    """Return the tags of each task, in the order of the plan."""
    return {row["id"]: json.loads(row["document"]).get("tags") or [] for row in run.tasks()}


def _traits(details: JsonObject, depth: int = 1, before: str = "") -> Iterator[tuple[str, str]]:
    """Yield the single values in the details of a score, those of objects in it too."""
    for key, value in details.items():
        if isinstance(value, dict) and depth < _DEEP:
            yield from _traits(value, depth + 1, f"{before}{key}.")
        elif isinstance(value, bool) or (
            isinstance(value, (str, int, float)) and len(str(value)) <= _LONGEST
        ):
            yield f"{before}{key}", str(value)
