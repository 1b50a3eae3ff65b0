"""The floor beside a score: what agents without any skill reach on the same tasks."""

from typing import get_args

from itbench.interfaces.agent import FloorRole
from itbench.interfaces.json import JsonObject

FLOOR_ROLES = get_args(FloorRole)
"""The roles of agents whose scores are a floor."""

_MEANINGS = {
    "cheat": "the best of the agents that know nothing",
    "adversary": (
        "reached by fixed rules that know how these tasks are made: "
        "until the suite is redesigned, no score on it shows more skill than theirs"
    ),
}


def floor_line(floor: JsonObject) -> str:
    """Return one line with the floor and what it means; `floor` is stored with the plan of a run."""
    meaning = _MEANINGS[floor.get("role", "cheat")]
    measured_on = f"; measured on {floor['measured_on']}" if floor.get("measured_on") else ""
    return f"floor: {floor['value']:.3f} ({floor['agent']}), {meaning}{measured_on}"
