"""Reads the truth of a right-sizing task."""

from dataclasses import dataclass, fields

from itbench import JsonObject
from itbench_finops.fleets.fleet import Needs, Size


@dataclass(frozen=True, slots=True)
class Workload:
    """What a workload has now, and what it needs."""

    name: str
    now: Size
    needs: Needs


def workloads(truth: JsonObject) -> list[Workload]:
    """Return the workloads of a truth that its schema has checked."""
    return [
        Workload(each["name"], Size(**each["now"]), Needs(**each["needs"])) for each in truth["workloads"]
    ]


def truth_schema() -> JsonObject:
    """Return what the truth of a right-sizing task must look like, beside its canary."""
    return {
        "required": ["workloads"],
        "properties": {
            "workloads": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "required": ["name", "now", "needs"],
                    "additionalProperties": False,
                    "properties": {
                        "name": {"type": "string", "minLength": 1},
                        "now": _numbers(Size),
                        "needs": _numbers(Needs),
                    },
                },
            }
        },
    }


def _numbers(kind: type) -> JsonObject:
    names = [field.name for field in fields(kind)]
    return {
        "type": "object",
        "required": names,
        "additionalProperties": False,
        "properties": {name: {"type": "integer", "minimum": 0} for name in names},
    }
