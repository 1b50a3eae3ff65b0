"""The rules over what a service mesh counted, as BookInfo has them."""

from itbench_sre.world.telemetry.expressions import (
    EDGE_BUCKETS,
    EDGE_CALLS,
    Compare,
    Quantile,
    Rate,
    Selector,
    Sum,
)
from itbench_sre.world.telemetry.rules import Group, Rule, Scope, phase_rule


def mesh(scope: Scope) -> list[Group]:
    """Return the rules over what the service mesh counted, as BookInfo has them."""
    edge = (
        "destination_canonical_service", "destination_workload_namespace",
        "source_canonical_service", "source_workload_namespace",
    )  # fmt: skip
    inside = ("source_workload_namespace", "=", scope.namespace)
    between = (
        "between {{ $labels.source_canonical_service }} in namespace {{ $labels.source_workload_namespace }} and "
        "{{ $labels.destination_canonical_service }} in namespace {{ $labels.destination_workload_namespace }} is above"
    )
    slow = Quantile("0.95", edge, Selector(EDGE_BUCKETS, (inside,)), 120)
    failed = Selector(EDGE_CALLS, (("response_code", "!~", "20*"), inside))
    calls = Rate(Selector(EDGE_CALLS, (inside,)), 300)
    rules = (
        Rule(
            alert="HighRequestLatency",
            expression=Compare(slow, ">", "1500"),
            severity="warning",
            description=f"Connection latency {between} 1500ms (current: {{{{ $value }}}}s)",
            for_s=180,
        ),
        Rule(
            alert="HighRequestErrorRate",
            expression=Compare(Sum((*edge, "response_code"), Rate(failed, 120)), ">", "0"),
            severity="warning",
            description=f"Request error rate (code: {{{{ $labels.response_code }}}}) {between} 0 (current: {{{{ $value }}}})",
            for_s=180,
        ),
    )
    idle = Rule(
        alert="NoRequestsReceived",
        expression=Compare(Sum(edge, calls), "==", "0"),
        severity="critical",
        description="{{ $labels.destination_canonical_service }} in namespace "
        "{{ $labels.destination_workload_namespace }} has received no requests from "
        "{{ $labels.source_canonical_service }} in namespace {{ $labels.source_workload_namespace }}",
        for_s=300,
    )
    name = scope.namespace.replace("-", "")
    return [
        Group(
            name=f"{name}.workloads",
            rules=(phase_rule(scope, "FailedPodsDetected", "Failed", "is above 0", 120),),
            interval_s=30,
        ),
        Group(name=f"{name}.gateway.goldensignal", rules=rules, interval_s=30),
        Group(name=f"{name}.gateway.requests", rules=(idle,), interval_s=30),
    ]
