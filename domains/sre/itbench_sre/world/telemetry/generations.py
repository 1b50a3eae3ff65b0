"""The rules of the published snapshots, of two generations, for any application and namespace."""

from collections.abc import Iterator

from itbench_sre.world.application.model import Application
from itbench_sre.world.telemetry.expressions import BUCKETS, CALLS, Compare, Quantile, Rate, Selector, Sum
from itbench_sre.world.telemetry.mesh_rules import mesh
from itbench_sre.world.telemetry.objectives import objectives
from itbench_sre.world.telemetry.rules import (
    BY_SERVICE,
    FAILED,
    Group,
    Rule,
    Scope,
    phase_rule,
    pods_text,
    scope_of,
)

_SERVED = "STATUS_CODE_UNSET|STATUS_CODE_OK"


def _service(limit: str, unit: str = "") -> str:
    return (
        f"in service {{{{ $labels.service_name }}}} in namespace {{{{ $labels.namespace }}}} is above {limit} "
        f"(current: {{{{ $value }}}}{unit})"
    )


def _latency(name: str, services: tuple[str, str], limit_ms: int, range_s: int, shown: Rule) -> Rule:
    selector = Selector(BUCKETS, (("service_name", *services),))
    expression = Compare(Quantile("0.95", BY_SERVICE, selector, range_s), ">", str(limit_ms))
    return Rule(
        alert=name,
        expression=expression,
        severity=shown.severity,
        description=shown.description,
        for_s=shown.for_s,
    )


def dec2025(scope: Scope) -> list[Group]:
    """Return the generation of December 2025, whose names the published snapshots have."""
    waiting = Selector(
        "kube_pod_container_status_waiting_reason",
        (("namespace", "=", scope.namespace), ("reason", "=", "CrashLoopBackOff")),
    )
    crashing = Rule(
        alert="CrashLoopBackOffPodsDetected",
        expression=Compare(Sum(("namespace",), waiting), ">", "0"),
        severity="critical",
        description=pods_text("CrashLoopBackOff", "above 0"),
    )
    cluster = (
        phase_rule(scope, "FailedPodsDetected", "Failed", "is above 0"),
        phase_rule(scope, "PendingPodsDetected", "Pending", "above 0"),
        crashing,
    )
    return [
        Group(name="ClusterAlerts", rules=cluster),
        Group(name="GoldenSignalAlerts", rules=tuple(_golden(scope))),
        Group(name="GoodputAlerts", rules=(_goodput(scope, "NoRequestsDetected", 120, "increase"),)),
        Group(name="KafkaAlerts", rules=(_closures(),)),
    ]


def _golden(scope: Scope) -> Iterator[Rule]:
    silent, slow = "|".join(scope.silent), "|".join(scope.processors)
    skipped = f"{silent}|{slow}" if slow else silent
    shown = Rule(
        alert="",
        expression=Selector("up"),
        severity="warning",
        description=f"Latency {_service('1500ms', 's')}",
        for_s=60,
    )
    yield _latency("RequestLatency", ("!~", skipped), 1500, 120, shown)
    if slow:
        patient = Rule(
            alert="",
            expression=Selector("up"),
            severity="warning",
            description=f"Latency {_service('15000ms', 's')}",
            for_s=60,
        )
        yield _latency("RequestLatencyProcessor", ("=~", slow), 15000, 120, patient)
    failed = Selector(CALLS, (FAILED, ("service_name", "!~", silent)))
    yield Rule(
        alert="RequestErrorRate",
        expression=Compare(Sum(BY_SERVICE, Rate(failed, 120)), ">", "0"),
        severity="warning",
        description=f"Request error rate {_service('0')}",
        for_s=60,
    )


def _goodput(scope: Scope, alert: str, range_s: int, function: str) -> Rule:
    matchers = (
        ("service_name", "!~", "|".join(scope.silent)),
        ("namespace", "=", scope.namespace),
        ("status_code", "=~", _SERVED),
    )
    is_old = function == "increase"
    said = "has 0 requests" if is_old else "has received no requests"
    return Rule(
        alert=alert,
        expression=Compare(Sum(BY_SERVICE, Rate(Selector(CALLS, matchers), range_s, function)), "==", "0"),
        severity="warning" if is_old else "critical",
        description=f"Service {{{{ $labels.service_name }}}} in namespace {{{{ $labels.namespace }}}} {said}",
        for_s=300,
    )


def _closures() -> Rule:
    return Rule(
        alert="KafkaConnectionClosureRate",
        expression=Compare(Sum(("job",), Selector("kafka_consumer_connection_close_rate")), ">", "0"),
        severity="warning",
        description="Job {{ $labels.job }} has a closure rate above 0 (current: {{ $value }})",
        for_s=60,
    )


def head(scope: Scope) -> list[Group]:
    """Return the generation of 2026."""
    front = "|".join(scope.front)
    inside = ("namespace", "=", scope.namespace)
    name = scope.namespace.replace("-", "")
    groups = [
        Group(
            name=f"{name}.workloads",
            rules=(phase_rule(scope, "FailedPodsDetected", "Failed", "is above 0", 120),),
            interval_s=30,
        )
    ]
    sides = (
        ("frontend", ("=~", front), ("=~", front), "1500ms", "3"),
        (
            "backend",
            ("!~", "|".join([*scope.silent, front])),
            ("!~", "|".join([*scope.silent, front])),
            "15000ms",
            "1",
        ),
    )
    for side, latency, errors, limit, rate_limit in sides:
        buckets = Selector(BUCKETS, (("service_name", *latency), inside))
        failed = Selector(CALLS, (("service_name", *errors), FAILED, inside))
        rules = (
            Rule(
                alert="HighRequestLatency",
                expression=Compare(Quantile("0.95", BY_SERVICE, buckets, 120), ">", "1500"),
                severity="critical",
                description=f"Latency {_service(limit, 's')}",
                for_s=180,
            ),
            Rule(
                alert="HighRequestErrorRate",
                expression=Compare(Sum(BY_SERVICE, Rate(failed, 120)), ">", "0"),
                severity="critical",
                description=f"Request error rate {_service(rate_limit)}",
                for_s=180,
            ),
        )
        groups.append(Group(name=f"{name}.{side}.goldensignal", rules=rules, interval_s=30))
    groups.append(Group(name=f"{name}.kafka", rules=tuple(_kafka(scope)), interval_s=30))
    groups.append(
        Group(
            name=f"{name}.requests",
            rules=(_goodput(scope, "NoRequestsReceived", 300, "rate"),),
            interval_s=30,
        )
    )
    return groups


def _kafka(scope: Scope) -> Iterator[Rule]:
    inside = (("namespace", "=", scope.namespace),)
    group = "Kafka consumer group {{ $labels.consumergroup }}"
    yield Rule(
        alert="KafkaConsumerGroupInactive",
        expression=Compare(Selector("kafka_consumer_group_members", inside), "==", "0"),
        severity="critical",
        description=f"{group} in namespace {{{{ $labels.namespace }}}} has no active members (current: {{{{ $value }}}})",
        for_s=120,
    )
    yield Rule(
        alert="HighKafkaConnectionClosureRate",
        expression=Compare(
            Sum(("job",), Rate(Selector("kafka_consumer_connection_close_rate", inside), 120)), ">", "0"
        ),
        severity="warning",
        description="Job {{ $labels.job }} has a closure rate above 0 (current: {{ $value }})",
        for_s=60,
    )
    yield Rule(
        alert="HighKafkaConsumerLag",
        expression=Compare(Selector("kafka_consumer_group_lag_sum_ratio", inside), ">", "100"),
        severity="warning",
        description=f"{group} has high lag on topic {{{{ $labels.topic }}}} (current: {{{{ $value }}}} messages)",
        for_s=300,
    )


def database(scope: Scope) -> list[Group]:
    """Return the rule about the demo's book-keeping, which stops where its database is out of reach."""
    matchers = (
        ("service_name", "=", "accounting"),
        ("span_name", "=", "postgresql"),
        ("span_kind", "=", "SPAN_KIND_CLIENT"),
        ("namespace", "=", scope.namespace),
    )
    rule = Rule(
        alert="NoDatabaseOperations",
        expression=Compare(Sum(BY_SERVICE, Rate(Selector(CALLS, matchers), 300)), "==", "0"),
        severity="warning",
        description="Service {{ $labels.service_name }} in namespace {{ $labels.namespace }} has stopped performing "
        "database operations",
        for_s=300,
    )
    return [Group(name=f"{scope.namespace.replace('-', '')}.database", rules=(rule,), interval_s=30)]


GENERATIONS = {"dec2025": dec2025, "head": head, "database": database, "mesh": mesh}
"""Sets of groups that an application may name in `Application.rules`."""


def groups_of(application: Application) -> tuple[Group, ...]:
    """Return all groups of an application: those of the generations it names, and its objectives."""
    scope = scope_of(application)
    found: list[Group] = []
    for name in application.rules or ("dec2025",):
        found += GENERATIONS[name](scope)
    return (*found, *objectives(scope))
