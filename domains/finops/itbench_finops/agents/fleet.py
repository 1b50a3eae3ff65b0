"""What an agent reads of a fleet."""

import json
from dataclasses import dataclass, fields

from itbench.interfaces.json import JsonObject
from itbench.interfaces.trace import Trace
from itbench.interfaces.workspace import Workspace

FLEET_NAME = "workloads.json"


@dataclass(frozen=True, slots=True)
class FleetEntry:
    """One workload as the file tells of it."""

    name: str
    replicas: int
    fewest_replicas: int
    most_replicas: int
    cpu_request_millicores: int
    cpu_limit_millicores: int
    memory_request_mib: int
    memory_limit_mib: int
    fixed_memory_mib_per_replica: int
    availability_target_percent: str
    expected_growth_percent: int
    cpu_used_millicores: dict[str, int]
    memory_used_mib: dict[str, int]


async def read_fleet(workspace: Workspace, trace: Trace) -> list[FleetEntry] | None:
    """Return the workloads; None, with a note, where there are none that can be read."""
    try:
        value = json.loads(await workspace.read_file(FLEET_NAME))
        names = [field.name for field in fields(FleetEntry)]
        return [FleetEntry(**{name: each[name] for name in names}) for each in value["workloads"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        trace.record("note", about=FLEET_NAME, text=f"cannot be read: {error!r}")
        return None


def plan_of(entry: FleetEntry, replicas: int, cpu_millicores: int, memory_mib: int) -> JsonObject:
    """Return an entry of a plan."""
    return {
        "workload": entry.name,
        "replicas": replicas,
        "cpu_request_millicores": max(1, cpu_millicores),
        "memory_request_mib": max(1, memory_mib),
    }
