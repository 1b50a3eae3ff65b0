"""A rule of thumb for sizing: what is used nearly always, with some headroom, and the replicas as they are."""

from itbench import JsonObject
from itbench_finops.agents.fleet import FleetEntry, plan_of

_CPU_HEADROOM_PERCENT = 115
_MEMORY_HEADROOM_PERCENT = 120
_SPARE_FROM = "99.90"


def thumb_size(entry: FleetEntry) -> JsonObject:
    """Return a size: the 99.9th percentile of CPU and the largest memory, each with headroom and growth."""
    left = max(1, entry.replicas - (entry.availability_target_percent >= _SPARE_FROM))
    growth_percent = 100 + entry.expected_growth_percent
    cpu = entry.cpu_used_millicores["p99.9"] * growth_percent * _CPU_HEADROOM_PERCENT
    memory = entry.memory_used_mib["max"] * growth_percent * _MEMORY_HEADROOM_PERCENT
    return plan_of(
        entry,
        entry.replicas,
        min(entry.cpu_limit_millicores, -(-cpu // (10_000 * left))),
        min(entry.memory_limit_mib, entry.fixed_memory_mib_per_replica - (-memory // (10_000 * left))),
    )
