"""The floor beside a score: what agents without any skill reach on the same tasks."""

from typing import get_args

from itbench.interfaces.agent import FloorRole
from itbench.interfaces.json import JsonObject

FLOOR_ROLES = get_args(FloorRole)
"""The roles of agents whose scores are a floor."""

_MEANINGS = {
    "cheat": "the best of the agents that know nothing",
    "adversary": (
        "reached by rules or a trained model that know how these tasks are made: "
        "until the suite is redesigned, only the part of a score above it shows skill"
    ),
}


def floor_line(floor: JsonObject, n_tasks: int | None = None) -> str:
    """Return one line with the floor and what it means.

    Args:
        floor: as the plan of a run has it.
        n_tasks: how many tasks the run has; None where that says nothing.
    """
    meaning = _MEANINGS[floor.get("role", "cheat")]
    where = floor.get("measured_on")
    if not where and n_tasks is not None and floor.get("tasks") not in {None, n_tasks}:
        where = f"all {floor['tasks']} tasks of the suite, of which this run has {n_tasks}"
    measured_on = f"; measured on {where}" if where else ""
    return f"floor: {floor['value']:.3f} ({floor['agent']}), {meaning}{measured_on}"
