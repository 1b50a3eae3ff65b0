"""Sizes a fleet by the formula that the task states: no judgement is left, which is why these agents set the floor."""

from itbench import JsonObject
from itbench_finops.agents.fleet import FleetEntry, plan_of
from itbench_finops.fleets.fleet import Needs, optimum


def needs_of(entry: FleetEntry) -> Needs:
    """Return what a workload needs, put together from what both files say of it."""
    grown = 100 + entry.expected_growth_percent
    target = entry.availability_target_percent
    return Needs(
        cpu_millicores=-(-entry.cpu_used_millicores[f"p{target.rstrip('0').rstrip('.')}"] * grown // 100),
        memory_mib=-(-entry.memory_used_mib["max"] * grown // 100),
        fixed_memory_mib=entry.fixed_memory_mib_per_replica,
        target_permyriad=int(target.replace(".", "")),
        fewest_replicas=entry.fewest_replicas,
        most_replicas=entry.most_replicas,
        cpu_limit_millicores=entry.cpu_limit_millicores,
        memory_limit_mib=entry.memory_limit_mib,
        core_e6usd=entry.core_e6usd,
        gib_e6usd=entry.gib_e6usd,
    )


def smallest_requests(entry: FleetEntry) -> JsonObject:
    """Keep the replicas, and request the least with which they keep the target."""
    needs = needs_of(entry)
    left = max(1, entry.replicas - needs.spare)
    cpu = -(-needs.cpu_millicores // left)
    return plan_of(entry, entry.replicas, cpu, needs.fixed_memory_mib - (-needs.memory_mib // left))


def cheapest_size(entry: FleetEntry) -> JsonObject:
    """Try every number of replicas with the least requests, and take the cheapest."""
    size = optimum(needs_of(entry))
    if size is None:
        return smallest_requests(entry)
    return plan_of(entry, size.replicas, size.cpu_millicores, size.memory_mib)
