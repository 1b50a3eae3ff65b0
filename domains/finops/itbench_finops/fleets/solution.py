"""The cheapest plan that keeps every target."""

from itbench import JsonObject
from itbench_finops.fleets.fleet import optimum
from itbench_finops.fleets.truth import workloads


def perfect_plan(truth: JsonObject) -> JsonObject:
    """Return the plan that scores 1."""
    plan = []
    for workload in workloads(truth):
        best = optimum(workload.needs)
        if best is not None:
            plan.append(
                {
                    "workload": workload.name,
                    "replicas": best.replicas,
                    "cpu_request_millicores": best.cpu_millicores,
                    "memory_request_mib": best.memory_mib,
                }
            )
    return {"plan": plan}
