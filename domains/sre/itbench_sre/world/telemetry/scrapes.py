"""Prometheus' scrapes: every 30 seconds, each target at its own moment, what the rules need of it."""

from collections.abc import Callable, Iterable
from itertools import accumulate
from typing import TypeVar

from itbench_sre.world.clock.loop import SECOND_US, Loop
from itbench_sre.world.clock.randomness import Randomness, mixed
from itbench_sre.world.runtime.meters import EdgeKey, Labels, Meters, SeriesKey
from itbench_sre.world.store.paths import value_at
from itbench_sre.world.store.refs import JsonObject
from itbench_sre.world.store.store import Store
from itbench_sre.world.telemetry.attributes import split_address
from itbench_sre.world.telemetry.expressions import BUCKETS, EDGE_BUCKETS, Selector
from itbench_sre.world.telemetry.samples import Samples, Series, as_labels

INTERVAL_US = 30 * SECOND_US
_OF_AUTOSCALERS = (
    "kube_horizontalpodautoscaler_status_current_replicas",
    "kube_horizontalpodautoscaler_spec_max_replicas",
)
_AVAILABLE = "kube_deployment_status_replicas_available"
_PHASES = ("Pending", "Failed")

_Key = TypeVar("_Key", SeriesKey, EdgeKey)

Hearer = Callable[[int], object]
"""Is told of a scrape, with its time in ms."""


class Scraper:
    """Takes samples of the collector's span metrics, of the cluster's state, of gauges and of the mesh.

    Attributes:
        samples: taken so far.
        spans: series of span metrics, by key.
        edges: series of the mesh, by key.
        heard: told of each scrape of span metrics, with its time in ms.
    """

    def __init__(self, loop: Loop, seed: int, store: Store, meters: Meters, namespace: str) -> None:
        self.samples = Samples()
        self.spans: dict[SeriesKey, Series] = {}
        self.edges: dict[EdgeKey, Series] = {}
        self.heard: list[Hearer] = []
        self._loop = loop
        self._store = store
        self._meters = meters
        self._namespace = namespace
        self._seed = mixed(seed, "scrapes")
        self._is_meshed = False
        self._wanted: tuple[Selector, ...] | None = None
        self._unwanted: dict[SeriesKey | EdgeKey, None] = {}

    def start(self, *, is_meshed: bool = False) -> None:
        """Begin; `is_meshed` where the mesh's counters are wanted too."""
        self._is_meshed = is_meshed
        for name, scrape in (("spans", self._scrape_spans), ("state", self._scrape_state)):
            self._loop.at(self.first_us(name), scrape)

    def only(self, selectors: Iterable[Selector]) -> None:
        """Take only what these select from now on."""
        self._wanted = tuple(dict.fromkeys(selectors))
        for metric, known in ((BUCKETS, self.spans), (EDGE_BUCKETS, self.edges)):
            for key, series in known.items():
                if not self._is_wanted(metric, series.labels):
                    self._unwanted[key] = None

    def _wants(self, *metrics: str) -> bool:
        return self._wanted is None or any(selector.kept_as in metrics for selector in self._wanted)

    def _is_wanted(self, metric: str, labels: Labels) -> bool:
        return self._wanted is None or any(
            selector.kept_as == metric and selector.matches(labels) for selector in self._wanted
        )

    def first_us(self, target: str) -> int:
        """Return when a target is scraped first: at its own millisecond of the interval."""
        offset_us = Randomness(mixed(self._seed, target)).below(INTERVAL_US // 1000) * 1000
        now_us = self._loop.now_us
        return now_us - now_us % INTERVAL_US + INTERVAL_US + offset_us

    def _scrape_spans(self) -> None:
        now_ms = self._loop.now_us // 1000
        self._loop.after(INTERVAL_US, self._scrape_spans)
        if not self._collector_listens():
            return
        if self._wants(BUCKETS):
            self._scrape_histograms(now_ms, BUCKETS, self._meters.series, self.spans, _span_labels)
        self._scrape_gauges(now_ms)
        if self._is_meshed and self._wants(EDGE_BUCKETS):
            self._scrape_histograms(now_ms, EDGE_BUCKETS, self._meters.edges, self.edges, _edge_labels)
        for hear in self.heard:
            hear(now_ms)

    def _scrape_histograms(
        self,
        now_ms: int,
        metric: str,
        counted: dict[_Key, list[int]],
        known: dict[_Key, Series],
        labels_of: Callable[[_Key], Labels],
    ) -> None:
        for key, counts in counted.items():
            if key in self._unwanted:
                continue
            series = known.get(key)
            if series is None:
                labels = labels_of(key)
                if not self._is_wanted(metric, labels):
                    self._unwanted[key] = None
                    continue
                series = known[key] = self.samples.series(metric, labels)
            series.add_counts(now_ms, tuple(accumulate(counts)))

    def _collector_listens(self) -> bool:
        """Tell whether the collector is there to be scraped; an application may have none of its own."""
        if not self._collectors():
            return True
        pods = [
            pod
            for pod in self._store.list("Pod", self._namespace)
            if "otel-collector" in pod["metadata"]["name"]
        ]
        conditions = [value_at(pod, ("status", "conditions"), ()) for pod in pods]
        return any(
            condition.get("type") == "Ready" and condition.get("status") == "True"
            for listed in conditions
            for condition in listed
        )

    def _collectors(self) -> list[JsonObject]:
        return [
            body
            for body in self._store.list("Deployment", self._namespace)
            if "otel-collector" in body["metadata"]["name"]
        ]

    def _scrape_gauges(self, now_ms: int) -> None:
        present: dict[str, set[Labels]] = {}
        for (name, labels), thousandths in self._meters.gauges.items():
            if not self._wants(name):
                continue
            shown = as_labels(*labels, ("job", "otel-collector"))
            present.setdefault(name, set()).add(shown)
            self.samples.series(name, shown).add(now_ms, thousandths / 1000)
        for name, seen in present.items():
            self.samples.vanish(name, now_ms, seen)

    def _scrape_state(self) -> None:
        """Take what kube-state-metrics says of the application."""
        now_ms = self._loop.now_us // 1000
        self._loop.after(INTERVAL_US, self._scrape_state)
        if self._wants(*_OF_AUTOSCALERS):
            self._scrape_autoscalers(now_ms)
        if self._wants(_AVAILABLE):
            self._scrape_collectors(now_ms)
        if self._wants("kube_pod_status_phase", "kube_pod_container_status_waiting_reason"):
            self._scrape_pods(now_ms)

    def _scrape_pods(self, now_ms: int) -> None:
        phases: set[Labels] = set()
        reasons: set[Labels] = set()
        for pod in self._store.list("Pod", self._namespace):
            name, status = pod["metadata"]["name"], pod.get("status", {})
            for phase in _PHASES:
                labels = as_labels(("namespace", self._namespace), ("phase", phase), ("pod", name))
                phases.add(labels)
                value = float(status.get("phase") == phase)
                self.samples.series("kube_pod_status_phase", labels).add(now_ms, value)
            for container in (*status.get("initContainerStatuses", ()), *status.get("containerStatuses", ())):
                reason = value_at(container, ("state", "waiting", "reason"))
                if reason is not None:
                    labels = as_labels(
                        ("container", container["name"]), ("namespace", self._namespace), ("pod", name), ("reason", reason)
                    )  # fmt: skip
                    reasons.add(labels)
                    self.samples.series("kube_pod_container_status_waiting_reason", labels).add(now_ms, 1.0)
        self.samples.vanish("kube_pod_status_phase", now_ms, phases)
        self.samples.vanish("kube_pod_container_status_waiting_reason", now_ms, reasons)

    def _scrape_collectors(self, now_ms: int) -> None:
        for body in self._collectors():
            labels = as_labels(("deployment", body["metadata"]["name"]), ("namespace", self._namespace))
            available = value_at(body, ("status", "availableReplicas"), 0)
            self.samples.series(_AVAILABLE, labels).add(now_ms, float(available))

    def _scrape_autoscalers(self, now_ms: int) -> None:
        seen: set[Labels] = set()
        for body in self._store.list("HorizontalPodAutoscaler", self._namespace):
            labels = as_labels(
                ("horizontalpodautoscaler", body["metadata"]["name"]), ("namespace", self._namespace)
            )
            seen.add(labels)
            values = (
                value_at(body, ("status", "currentReplicas"), 0),
                value_at(body, ("spec", "maxReplicas"), 1),
            )
            for name, value in zip(_OF_AUTOSCALERS, values, strict=True):
                self.samples.series(name, labels).add(now_ms, float(value))
        for name in _OF_AUTOSCALERS:
            self.samples.vanish(name, now_ms, seen)


def _span_labels(key: SeriesKey) -> Labels:
    return as_labels(
        ("namespace", key.namespace),
        ("exported_instance", key.uid),
        ("service_name", key.service),
        ("span_kind", f"SPAN_KIND_{key.kind.upper()}"),
        ("span_name", key.span),
        ("status_code", f"STATUS_CODE_{key.status}"),
    )


def _edge_labels(key: EdgeKey) -> Labels:
    host, _ = split_address(key.address)
    name, _, namespace = host.partition(".")
    return as_labels(
        ("destination_canonical_service", name),
        ("destination_workload_namespace", namespace.partition(".")[0] or key.namespace),
        ("response_code", _response_code(key.code)),
        ("source_canonical_service", key.caller),
        ("source_workload_namespace", key.namespace),
    )


def _response_code(code: str) -> str:
    if not code:
        return "200"
    return code if code.isdigit() and len(code) == 3 else "503"
