"""The public tags of a task by which the environment knows what to do with a submission."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from itbench.interfaces.task import Task

REGO, UPDATE, ADMISSION = "rego", "update", "admission"
OPA = "engine-opa"
PUBLISHED = "itbench-lite"


def engine_of(task: "Task") -> str:
    """Return the engine that judges Rego for a task."""
    return "opa" if OPA in task.tags else "regopy"
