"""The alerting rules of the application, evaluated once a minute per group over the scraped samples."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING

from itbench_sre.simulator.catalog import NAMESPACE
from itbench_sre.simulator.telemetry import BOUNDS_MS
from itbench_sre.world.clock.loop import MINUTE_US
from itbench_sre.world.clock.times import prometheus_text
from itbench_sre.world.telemetry.promql import (
    exponent_text,
    histogram_quantile,
    increase,
    rate,
    template_text,
    total,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from itbench_sre.simulator.randomness import Randomness
    from itbench_sre.simulator.scrapes import Scrapes
    from itbench_sre.simulator.telemetry import SeriesKey
    from itbench_sre.world.clock.loop import Loop

_RANGE_MS = 120_000
_LOOKBACK_MS = 300_000
_PROCESSORS = ("accounting", "fraud-detection")
_LES = (*(float(bound) for bound in BOUNDS_MS), inf)

Labels = tuple[tuple[str, str], ...]
Vector = list[tuple[Labels, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """An alerting rule: `for_s` is how long its condition must hold."""

    name: str
    group: str
    severity: str
    description: str
    expression: Callable[[Scrapes, int], Vector]
    for_s: int = 0


@dataclass(slots=True, kw_only=True)
class Alert:
    """An active alert: pending, then firing."""

    rule: Rule
    labels: Labels
    active_ns: int
    value: float
    is_firing: bool = False

    def item(self) -> dict[str, object]:
        """Return the alert as `/api/v1/alerts` shows it."""
        labels = {"alertname": self.rule.name, **dict(self.labels), "severity": self.rule.severity}
        description = self.rule.description.replace("{value}", template_text(self.value))
        for name, value in self.labels:
            description = description.replace(f"{{{name}}}", value)
        return {
            "labels": dict(sorted(labels.items())),
            "annotations": {"description": description},
            "state": "firing",
            "activeAt": prometheus_text(self.active_ns),
            "value": exponent_text(self.value),
        }


def _service(name: str) -> Labels:
    return (("namespace", NAMESPACE), ("service_name", name))


def _by_service(scrapes: Scrapes) -> dict[str, list[SeriesKey]]:
    grouped: dict[str, list[SeriesKey]] = {}
    for key in sorted(scrapes.series):
        grouped.setdefault(key[0], []).append(key)
    return grouped


def _points(scrapes: Scrapes, key: SeriesKey, bucket: int) -> list[tuple[int, float]]:
    return [(time_ms, float(counts[bucket])) for time_ms, counts in scrapes.series[key][-4:]]


def _latency(scrapes: Scrapes, now_ms: int, limit_ms: float, *, of_processors: bool) -> Vector:
    vector = []
    for name, keys in _by_service(scrapes).items():
        if (name in _PROCESSORS) != of_processors:
            continue
        buckets = []
        for bucket, bound in enumerate(_LES):
            rates = [rate(_points(scrapes, key, bucket), now_ms, _RANGE_MS) for key in keys]
            known = [value for value in rates if value is not None]
            if known:
                buckets.append((bound, total(known)))
        value = histogram_quantile(0.95, buckets)
        if value > limit_ms:
            vector.append((_service(name), value))
    return vector


def request_latency(scrapes: Scrapes, now_ms: int) -> Vector:
    """95th percentile of all spans of a service over 1500 ms."""
    return _latency(scrapes, now_ms, 1500.0, of_processors=False)


def processor_latency(scrapes: Scrapes, now_ms: int) -> Vector:
    """95th percentile of all spans of an order processor over 15 s."""
    return _latency(scrapes, now_ms, 15000.0, of_processors=True)


def request_error_rate(scrapes: Scrapes, now_ms: int) -> Vector:
    """Any failing span of a service."""
    vector = []
    for name, keys in _by_service(scrapes).items():
        rates = [rate(_points(scrapes, key, -1), now_ms, _RANGE_MS) for key in keys if key[4] == "ERROR"]
        known = [value for value in rates if value is not None]
        if known and total(known) > 0:
            vector.append((_service(name), total(known)))
    return vector


def no_requests(scrapes: Scrapes, now_ms: int) -> Vector:
    """No successful span of a service."""
    vector = []
    for name, keys in _by_service(scrapes).items():
        rises = [increase(_points(scrapes, key, -1), now_ms, _RANGE_MS) for key in keys if key[4] != "ERROR"]
        known = [value for value in rises if value is not None]
        if known and total(known) == 0:
            vector.append((_service(name), 0.0))
    return vector


def _gauge(attribute: str) -> Callable[[Scrapes, int], Vector]:
    def expression(scrapes: Scrapes, now_ms: int) -> Vector:
        recent = [state for state in scrapes.states[-6:] if now_ms - _LOOKBACK_MS < state.time_ms <= now_ms]
        value = float(getattr(recent[-1], attribute)) if recent else 0.0
        labels: Labels = (
            (("job", "otel-collector"),) if attribute == "closure_rate" else (("namespace", NAMESPACE),)
        )
        return [(labels, value)] if value > 0 else []

    return expression


RULES: tuple[Rule, ...] = (
    Rule(
        name="FailedPodsDetected",
        group="ClusterAlerts",
        severity="critical",
        description="Pods in failed state in namespace {namespace} is above 0 (current: {value})",
        expression=_gauge("failed"),
    ),
    Rule(
        name="PendingPodsDetected",
        group="ClusterAlerts",
        severity="critical",
        description="Pods in pending state in namespace {namespace} above 0 (current: {value})",
        expression=_gauge("pending"),
    ),
    Rule(
        name="CrashLoopBackOffPodsDetected",
        group="ClusterAlerts",
        severity="critical",
        description="Pods in CrashLoopBackOff state in namespace {namespace} above 0 (current: {value})",
        expression=_gauge("crashing"),
    ),
    Rule(
        name="RequestLatency",
        group="GoldenSignalAlerts",
        severity="warning",
        description="Latency in service {service_name} in namespace {namespace} is above 1500ms (current: {value}s)",
        expression=request_latency,
        for_s=60,
    ),
    Rule(
        name="RequestLatencyProcessor",
        group="GoldenSignalAlerts",
        severity="warning",
        description="Latency in service {service_name} in namespace {namespace} is above 15000ms (current: {value}s)",
        expression=processor_latency,
        for_s=60,
    ),
    Rule(
        name="RequestErrorRate",
        group="GoldenSignalAlerts",
        severity="warning",
        description="Request error rate in service {service_name} in namespace {namespace} is above 0 (current: {value})",
        expression=request_error_rate,
        for_s=60,
    ),
    Rule(
        name="NoRequestsDetected",
        group="GoodputAlerts",
        severity="warning",
        description="Service {service_name} in namespace {namespace} has 0 requests",
        expression=no_requests,
        for_s=300,
    ),
    Rule(
        name="KafkaConnectionClosureRate",
        group="KafkaAlerts",
        severity="warning",
        description="Job {job} has a closure rate above 0 (current: {value})",
        expression=_gauge("closure_rate"),
        for_s=60,
    ),
)


@dataclass(slots=True)
class Ruler:
    """Evaluates the rule groups and keeps every alert's state; `fired` is when each first fired."""

    loop: Loop
    scrapes: Scrapes
    random: Randomness
    active: dict[tuple[str, Labels], Alert] = field(default_factory=dict)
    fired: dict[tuple[str, Labels], list[int]] = field(default_factory=dict)

    def start(self) -> None:
        """Schedule the groups, each at its own second of the minute."""
        for group in sorted({rule.group for rule in RULES}):
            offset_ns = self.random.fork(group).below(60_000_000_000)
            self._schedule(group, self.loop.now_us * 1000 + offset_ns)

    def _schedule(self, group: str, time_ns: int) -> None:
        self.loop.at(-(-time_ns // 1000), self._evaluate, group, time_ns)

    def _evaluate(self, group: str, time_ns: int) -> None:
        for rule in RULES:
            if rule.group == group:
                self._apply(rule, time_ns, rule.expression(self.scrapes, time_ns // 1_000_000))
        self._schedule(group, time_ns + MINUTE_US * 1000)

    def _apply(self, rule: Rule, time_ns: int, vector: Vector) -> None:
        seen = set()
        for labels, value in vector:
            key = (rule.name, labels)
            seen.add(key)
            alert = self.active.get(key)
            if alert is None:
                alert = self.active[key] = Alert(rule=rule, labels=labels, active_ns=time_ns, value=value)
            alert.value = value
            if time_ns - alert.active_ns >= rule.for_s * 1_000_000_000:
                alert.is_firing = True
                self.fired.setdefault(key, []).append(time_ns)
        for key in [key for key in self.active if key[0] == rule.name and key not in seen]:
            del self.active[key]

    def firing(self) -> list[Alert]:
        """Return what fires now, in the order of the rules and of the label values."""
        order = {rule.name: place for place, rule in enumerate(RULES)}
        alerts = [alert for alert in self.active.values() if alert.is_firing]
        return sorted(alerts, key=lambda alert: (order[alert.rule.name], alert.labels))
