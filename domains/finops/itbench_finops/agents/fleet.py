"""What an agent reads of a fleet."""

import json
from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation

from itbench import JsonObject, Trace, Workspace

FLEET_NAME, PRICES_NAME = "workloads.json", "prices.json"
_E6 = 1_000_000


@dataclass(frozen=True, slots=True)
class FleetEntry:
    """One workload as the files tell of it; prices are in millionths of a US dollar an hour."""

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
    core_e6usd: int
    gib_e6usd: int


async def read_fleet(workspace: Workspace, trace: Trace) -> list[FleetEntry] | None:
    """Return the workloads; None, with a note, where there are none that can be read."""
    try:
        shown = json.loads(await workspace.read_file(FLEET_NAME))
        prices = json.loads(await workspace.read_file(PRICES_NAME))
        return fleet_entries(shown, prices)
    except (OSError, ValueError, KeyError, TypeError, InvalidOperation) as error:
        trace.record("note", about=FLEET_NAME, text=f"cannot be read: {error!r}")
        return None


def fleet_entries(shown: JsonObject, prices: JsonObject) -> list[FleetEntry]:
    """Return the workloads of both files.

    Raises:
        KeyError: a workload or a price is not complete.
    """
    names = [field.name for field in fields(FleetEntry)]
    found = []
    for each in shown["workloads"]:
        pool = prices["node_pools"][each["node_pool"]]
        values = each | {
            "core_e6usd": int(Decimal(pool["core_hour"]) * _E6),
            "gib_e6usd": int(Decimal(pool["gib_hour"]) * _E6),
        }
        found.append(FleetEntry(**{name: values[name] for name in names}))
    return found


def plan_of(entry: FleetEntry, replicas: int, cpu_millicores: int, memory_mib: int) -> JsonObject:
    """Return an entry of a plan."""
    return {
        "workload": entry.name,
        "replicas": replicas,
        "cpu_request_millicores": max(1, cpu_millicores),
        "memory_request_mib": max(1, memory_mib),
    }
