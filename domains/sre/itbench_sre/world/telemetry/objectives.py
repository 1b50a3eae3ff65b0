"""The rules of service-level objectives: those that page."""

from dataclasses import dataclass

from itbench_sre.world.telemetry.expressions import (
    BUCKETS,
    CALLS,
    EDGE_BUCKETS,
    EDGE_CALLS,
    Both,
    Compare,
    Divide,
    Expression,
    Quantile,
    Rate,
    Selector,
    Sum,
)
from itbench_sre.world.telemetry.rules import BY_SERVICE, FAILED, Group, Rule, Scope

Matchers = tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class _Counted:
    """Where calls of a service are counted: by itself, or by the mesh.

    Attributes:
        calls, buckets: metrics.
        served: matchers of the service's calls; `failed` of those that failed.
        by: labels that name it, the namespace first.
    """

    calls: str
    buckets: str
    served: Matchers
    failed: Matchers
    by: tuple[str, str]

    def share(self, range_s: int) -> Expression:
        """Return which share of the calls of the last `range_s` seconds failed."""
        failed = Sum(self.by, Rate(Selector(self.calls, (*self.served, *self.failed)), range_s))
        return Divide(failed, Sum(self.by, Rate(Selector(self.calls, self.served), range_s)))


def _counted(name: str, scope: Scope) -> _Counted:
    if scope.is_meshed:
        served: Matchers = (
            ("destination_canonical_service", "=", name),
            ("destination_workload_namespace", "=", scope.namespace),
        )
        by = ("destination_workload_namespace", "destination_canonical_service")
        return _Counted(EDGE_CALLS, EDGE_BUCKETS, served, (("response_code", "=~", "5.."),), by)
    served = (
        ("service_name", "=", name),
        ("namespace", "=", scope.namespace),
        ("span_kind", "=", "SPAN_KIND_SERVER"),
    )
    return _Counted(CALLS, BUCKETS, served, (FAILED,), BY_SERVICE)


def slowness(name: str, scope: Scope) -> Expression:
    """Return the 95th percentile of a service's calls, in ms, over five minutes: what its latency objective limits."""
    counted = _counted(name, scope)
    return Quantile("0.95", counted.by, Selector(counted.buckets, counted.served), 300)


def objectives(scope: Scope) -> list[Group]:
    """Return the group of all objectives of an application; none where it has none."""
    rules = [rule for named in scope.objectives for rule in _rules(scope, *named)]
    if not rules:
        return []
    rules += [_silence(scope)] if scope.entrance else []
    rules += [_lag(scope)] if scope.processors else []
    rules += [_largest(scope), _busy(), _blind(scope)]
    return [Group(name="service-level-objectives", rules=tuple(rules), interval_s=30)]


def _silence(scope: Scope) -> Rule:
    """Return the rule about users who do not even arrive."""
    counted = _counted(scope.entrance, scope)
    namespace, service = counted.by
    arrived = Sum(counted.by, Rate(Selector(counted.calls, counted.served), 120))
    return Rule(
        alert="TrafficMissing",
        expression=Compare(arrived, "==", "0"),
        severity="page",
        description=f"{{{{ $labels.{service} }}}} in namespace {{{{ $labels.{namespace} }}}} gets no requests, "
        "though it is where users arrive",
        for_s=120,
    )


def _blind(scope: Scope) -> Rule:
    """Return the rule about a collector that is gone, without which no other rule sees anything."""
    matchers = (("deployment", "=~", ".*otel-collector.*"), ("namespace", "=", scope.namespace))
    return Rule(
        alert="TelemetryMissing",
        expression=Compare(Selector("kube_deployment_status_replicas_available", matchers), "==", "0"),
        severity="page",
        description="No pod of {{ $labels.deployment }} in namespace {{ $labels.namespace }} is available; services "
        "are not watched",
        for_s=180,
    )


def _busy() -> Rule:
    """Return the rule about the Kubernetes API."""
    metric = "cluster_quantile:apiserver_request_sli_duration_seconds:histogram_quantile"
    return Rule(
        alert="KubeAPILatencyHigh",
        expression=Compare(Selector(metric, (("quantile", "=", "0.99"),)), ">", "1"),
        severity="page",
        description="The API server has a 99th percentile of {{ $value }} seconds for {{ $labels.verb }} "
        "{{ $labels.resource }}",
        for_s=120,
    )


def _largest(scope: Scope) -> Rule:
    """Return the rule about autoscalers that have nothing left to add."""
    inside = (("namespace", "=", scope.namespace),)
    now = Selector("kube_horizontalpodautoscaler_status_current_replicas", inside)
    most = Selector("kube_horizontalpodautoscaler_spec_max_replicas", inside)
    return Rule(
        alert="KubeHpaMaxedOut",
        expression=Both(Compare(Divide(now, most), ">=", "1"), Compare(most, ">", "1")),
        severity="page",
        description="{{ $labels.horizontalpodautoscaler }} in namespace {{ $labels.namespace }} has been at its largest "
        "number of replicas for some minutes",
        for_s=300,
    )


def _lag(scope: Scope) -> Rule:
    """Return the rule about messages that nobody reads, or not fast enough."""
    lag = Selector("kafka_consumer_group_lag_sum_ratio", (("namespace", "=", scope.namespace),))
    return Rule(
        alert="ConsumerLagObjective",
        expression=Compare(lag, ">", "12"),
        severity="page",
        description="{{ $labels.group }} is behind on topic {{ $labels.topic }} in namespace {{ $labels.namespace }} "
        "(current: {{ $value }} messages)",
        for_s=60,
    )


def _rules(scope: Scope, name: str, failures: int, slowest_ms: int) -> tuple[Rule, Rule]:
    counted = _counted(name, scope)
    share = _millionths(failures)
    namespace, service = counted.by
    shown = f"{{{{ $labels.{service} }}}} in namespace {{{{ $labels.{namespace} }}}}"
    burn = Rule(
        alert="ErrorBudgetBurn",
        expression=Both(*(Compare(counted.share(range_s), ">", share) for range_s in (300, 120))),
        severity="page",
        description=f"{shown} fails more often than its objective of {share} allows (current: {{{{ $value }}}})",
        for_s=60,
    )
    slow = Rule(
        alert="LatencyBudgetBurn",
        expression=Compare(slowness(name, scope), ">", str(slowest_ms)),
        severity="page",
        description=f"95th percentile of {shown} is above its objective of {slowest_ms}ms "
        "(current: {{ $value }}ms)",
        for_s=60,
    )
    return burn, slow


def _millionths(failures: int) -> str:
    return f"{failures // 1_000_000}.{failures % 1_000_000:06d}".rstrip("0").rstrip(".")
