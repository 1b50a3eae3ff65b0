"""The public tags of a task by which the environment knows what to do with a submission."""

from typing import TYPE_CHECKING

from itbench_ciso.engines.packages import OPA, OPA_PROGRAM

if TYPE_CHECKING:
    from itbench import Task

REGO, UPDATE, ADMISSION = "rego", "update", "admission"
PROGRAM = "engine-opa-program"
PUBLISHED = "itbench-lite"


def engine_tags(engine: str) -> tuple[str, ...]:
    """Return the tags by which `engine_of` finds an engine again; the default one needs none."""
    return (PROGRAM,) if engine == OPA_PROGRAM else ()


def engine_of(task: "Task") -> str:
    """Return the engine that judges Rego for a task."""
    return OPA_PROGRAM if PROGRAM in task.tags else OPA
