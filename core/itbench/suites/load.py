"""Loads the tasks of a suite and checks each; all faults are reported together."""

from collections.abc import Sequence

from pydantic import ValidationError

from itbench.errors import DataError
from itbench.interfaces.suite import Suite
from itbench.interfaces.task import Task
from itbench.plugins.host import duplicates
from itbench.schema.check import schema_faults
from itbench_schemas import load


class FaultyTasksError(DataError):
    """Tasks that cannot be used; `faults` has one line for each thing that is wrong."""

    def __init__(self, suite: str, lines: Sequence[str]) -> None:
        self.faults = list(lines)
        count = f"{len(lines)} faults" if len(lines) > 1 else "1 fault"
        super().__init__(f"suite {suite!r} has {count}: " + "; ".join(lines))


def load_tasks(suite: Suite) -> list[Task]:
    """Return all tasks of a prepared suite.

    Raises:
        FaultyTasksError: at least one of them is not as it must be.
        DataError: the suite has no task.
    """
    tasks = list(suite.tasks())
    wrong = [line for task in tasks for line in task_faults(task)]
    wrong += [f"task {name}: two tasks have this id" for name in duplicates(task.id for task in tasks)]
    if wrong:
        raise FaultyTasksError(suite.name, wrong)
    if not tasks:
        raise DataError(f"suite {suite.name!r} has no task")
    return tasks


def task_faults(task: object) -> list[str]:
    """Return what is wrong with one task, one line each."""
    if not isinstance(task, Task):
        return [f"found a {type(task).__name__}, allowed: itbench.Task"]
    source = f"task {task.id}"
    wrong = (
        [] if _is_valid(task) else schema_faults(task.model_dump(mode="json"), load("task"), source=source)
    )
    try:
        schema_faults(None, task.hand_in.answer_schema)
    except DataError as error:
        wrong.append(f"{source}: $.hand_in.answer_schema: {error}")
    return wrong


def _is_valid(task: Task) -> bool:
    """Tell whether the model, which the schema mirrors, takes the task; many times faster than the schema."""
    try:
        Task.model_validate(task.model_dump())
    except ValidationError:
        return False
    return True
