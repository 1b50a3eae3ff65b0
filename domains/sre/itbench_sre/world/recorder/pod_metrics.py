"""`metrics/pod_<pod>_raw.tsv`: the kubelet's, the cluster's and the programs' own metrics of processor and memory."""

from collections.abc import Iterable, Iterator

from itbench_sre.world.clock.loop import Loop
from itbench_sre.world.clock.randomness import Randomness, mixed
from itbench_sre.world.clock.times import milliseconds_text
from itbench_sre.world.recorder.cgroups import Sandbox, container_ids, slice_of
from itbench_sre.world.recorder.detail import Detail
from itbench_sre.world.recorder.own_labels import PROMETHEUS
from itbench_sre.world.recorder.own_metrics import OwnMetrics
from itbench_sre.world.recorder.service_metrics import JobNames, collector_labels
from itbench_sre.world.recorder.spool import Spool
from itbench_sre.world.runtime.place import Place
from itbench_sre.world.store.paths import value_at
from itbench_sre.world.store.refs import Ref
from itbench_sre.world.store.store import Store
from itbench_sre.world.telemetry.cadvisor import Cadvisor, Usage, container_values
from itbench_sre.world.telemetry.scrapes import INTERVAL_US, Scraper
from itbench_sre.world.telemetry.texts import field, map_text

COLUMNS = ("metric_name", "timestamp", "value", "pod_name", "namespace", "tags")
_MAIN = frozenset(
    {
        "container_cpu_cfs_periods_total",
        "container_cpu_cfs_throttled_periods_total",
        "container_cpu_usage_seconds_total",
        "container_memory_working_set_bytes",
    }
)
_RULES = "node_namespace_pod_container:"
_ACTIVE = "cluster:namespace:pod_{0}:active:kube_pod_container_resource_{1}"
_PAUSE = "registry.k8s.io/pause:3.10"
_RENEWED = (
    64  # one in so many times the kubelet has read nothing new, and Prometheus drops what it has already
)

Row = tuple[str, str, str, str]
"""Metric, name of a label and its value (`cpu` and `total`), and the value."""


class PodMetrics:
    """Writes what is known of each pod of a namespace; a pod that was replaced keeps its file."""

    def __init__(
        self,
        loop: Loop,
        seed: int,
        store: Store,
        cadvisor: Cadvisor,
        scraper: Scraper,
        jobs: JobNames,
        namespace: str,
        detail: Detail,
    ) -> None:
        self._loop = loop
        self._seed = mixed(seed, "pod metrics")
        self._store = store
        self._cadvisor = cadvisor
        self._namespace = namespace
        self._detail = detail
        self._looks = 0
        self._spools: dict[str, Spool] = {}
        self._tails: dict[tuple[str, ...], str] = {}
        self._instances: dict[str, str] = {}
        self._slices: dict[str, str] = {}
        self._sandboxes: dict[str, Sandbox] = {}
        self._own = OwnMetrics(scraper, jobs, namespace)

    def start(self) -> None:
        """Begin to look."""
        self._loop.after(Randomness(self._seed).below(INTERVAL_US // 1000) * 1000, self._look)

    def files(self) -> dict[str, Spool]:
        """Return the rows of each pod."""
        return {name: self._spools[name] for name in sorted(self._spools)}

    def _look(self) -> None:
        now_us = self._loop.now_us
        usages = self._cadvisor.look(now_us, self._namespace)
        is_main = self._looks % self._detail.pod_every == 0
        is_full = self._looks % self._detail.more_every == 0
        self._looks += 1
        if is_main or is_full:
            pods: dict[str, list[Usage]] = {}
            for usage in usages:
                pods.setdefault(usage.process.place.pod.name, []).append(usage)
            for name, members in pods.items():
                self._pod(name, members, now_us // 1000, is_full=is_full)
            if is_full:
                self._own_metrics(usages, now_us // 1000)
        self._loop.after(INTERVAL_US, self._look)

    def _pod(self, name: str, usages: list[Usage], now_ms: int, *, is_full: bool) -> None:
        pod = self._store.get(Ref("Pod", self._namespace, name))
        known = container_ids(pod) if pod is not None else {}
        # A container that the kubelet has not told of yet is not seen either.
        seen = [usage for usage in usages if _start_of(usage) in known]
        if pod is None or not seen:
            return
        for usage in seen:
            usage.cgroup = known[_start_of(usage)]
        self._slices.setdefault(pod["metadata"]["uid"], slice_of(pod))
        parts = [(usage, "main", self._container(usage, is_full=is_full)) for usage in seen]
        if is_full or self._detail.more_every == 1:
            sandbox = self._sandbox(pod["metadata"]["uid"])
            parts.append((seen[0], "pause", _pause(sandbox, is_full=is_full)))
            parts.append((seen[0], "", _whole(seen, sandbox, is_full=is_full)))
        # The kubelet stamps each container's values with the moment at which it read them.
        random = Randomness(mixed(self._seed, f"{name} {now_ms}"))
        timed: list[tuple[int, str]] = []
        for usage, sort, rows in parts:
            moment_ms = now_ms - random.below(9_000)
            if random.below(_RENEWED):
                timed.append((moment_ms, self._text(moment_ms, name, usage, rows, sort)))
        if is_full:
            timed.append((now_ms, "".join(self._rules(now_ms, name, usage) for usage in seen)))
        self._add(name, "".join(text for _, text in sorted(timed)))

    def _sandbox(self, uid: str) -> Sandbox:
        found = self._sandboxes.get(uid)
        if found is None:
            found = self._sandboxes[uid] = Sandbox.of(self._seed, uid)
        return found

    def _add(self, name: str, text: str) -> None:
        spool = self._spools.get(name)
        if spool is None:
            spool = self._spools[name] = Spool("\t".join(COLUMNS))
        if self._detail.is_doubled:
            text = "".join(line + line for line in text.splitlines(keepends=True))
        spool.add(text)

    def _own_metrics(self, usages: list[Usage], now_ms: int) -> None:
        common = collector_labels(self._store, self._namespace)
        if "pod" not in common:
            return
        text = self._own.text(usages, common, now_ms)
        if text and common["pod"] in self._spools:
            self._add(common["pod"], text)

    def _container(self, usage: Usage, *, is_full: bool) -> Iterator[Row]:
        for metric, label, value in container_values(usage):
            if is_full or metric in _MAIN:
                yield _row(metric, label, value)

    def _text(self, now_ms: int, pod: str, usage: Usage, rows: Iterable[Row], sort: str = "main") -> str:
        moment = milliseconds_text(now_ms * 1000)
        parts = []
        for metric, label, label_value, value in rows:
            key = (usage.cgroup, sort, label, label_value)
            tail = self._tails.get(key)
            if tail is None:
                tags = map_text(self._tags(usage, sort, label, label_value))
                tail = self._tails[key] = f"\t{pod}\t{self._namespace}\t{field(tags)}\n"
            parts.append(f"{metric}\t{moment}\t{value}{tail}")
        return "".join(parts)

    def _tags(self, usage: Usage, sort: str, label: str, value: str) -> dict[str, str]:
        place = usage.process.place
        slice_ = self._slices[place.uid]
        tags = {
            "endpoint": "https-metrics",
            "id": slice_,
            "instance": self._instance(place.node),
            "job": "kubelet",
            "metrics_path": "/metrics/cadvisor",
            "namespace": self._namespace,
            "node": place.node,
            "pod": place.pod.name,
            "service": "prometheus-kube-prometheus-kubelet",
            **PROMETHEUS,
        }
        if sort:
            cgroup = usage.cgroup if sort == "main" else self._sandbox(place.uid).cgroup
            tags |= {"id": f"{slice_}/cri-containerd-{cgroup}.scope", "name": cgroup}
            tags["image"] = place.image.reference if sort == "main" else _PAUSE
            if sort == "main":
                tags["container"] = place.container
        if label == "failure":
            kind, _, scope = value.partition(" ")
            tags |= {"failure_type": kind, "scope": scope}
        elif label:
            tags[label] = value
        return tags

    def _instance(self, node: str) -> str:
        found = self._instances.get(node)
        if found is None:
            body = self._store.get(Ref("Node", "", node)) or {}
            listed = value_at(body, ("status", "addresses"), ())
            address = next((item["address"] for item in listed if item.get("type") == "InternalIP"), node)
            found = self._instances[node] = f"{address}:10250"
        return found

    def _rules(self, now_ms: int, pod: str, usage: Usage) -> str:
        """Return the rows of the recording rules over a container."""
        place = usage.process.place
        moment = milliseconds_text(now_ms * 1000)
        tags = {
            "container": place.container,
            "namespace": self._namespace,
            "node": place.node,
            "pod": pod,
            **PROMETHEUS,
        }
        rest = f"\t{pod}\t{self._namespace}\t"
        short = f"{rest}{field(map_text(tags))}\n"
        cpu = f"{_RULES}container_cpu_usage_seconds_total:sum_"
        average_m = sum(usage.rates_m) // max(len(usage.rates_m), 1)
        rows = [
            f"{cpu}irate\t{moment}\t{usage.rate_m / 1000!r}{short}",
            f"{cpu}rate5m\t{moment}\t{average_m / 1000!r}{short}",
        ]
        long = {**tags, "endpoint": "https-metrics", "job": "kubelet", "metrics_path": "/metrics/cadvisor"}
        shown = f"{rest}{field(map_text({**long, 'image': place.image.reference, 'instance': self._instance(place.node)}))}\n"
        for metric, _, value in container_values(usage):
            if metric in {
                "container_memory_cache",
                "container_memory_rss",
                "container_memory_working_set_bytes",
            }:
                rows.append(f"{_RULES}{metric}\t{moment}\t{value}.0{shown}")
        for what, kind, amount in _resources(place):
            unit = "byte" if what == "memory" else "core"
            state = {**tags, "job": "kube-state-metrics", "resource": what, "uid": place.uid, "unit": unit}
            rows.append(f"{_ACTIVE.format(what, kind)}\t{moment}\t{amount!r}{rest}{field(map_text(state))}\n")
        return "".join(rows)


def _row(metric: str, label: str, value: int) -> Row:
    if label == "cpu":
        return metric, "cpu", "total", f"{value / 1_000_000!r}"
    return metric, "failure" if label else "", label, f"{value}.0"


def _start_of(usage: Usage) -> tuple[str, int]:
    place = usage.process.place
    return place.container, place.restart


def _pause(sandbox: Sandbox, *, is_full: bool) -> Iterator[Row]:
    yield "container_cpu_usage_seconds_total", "cpu", "total", f"{sandbox.cpu_us / 1_000_000!r}"
    if is_full:
        for metric in ("cache", "failcnt", "kernel_usage"):
            yield f"container_memory_{metric}", "", "", "0.0"
        yield "container_memory_rss", "", "", "40960.0"
    yield "container_memory_usage_bytes", "", "", f"{sandbox.memory + 20480}.0"
    yield "container_memory_working_set_bytes", "", "", f"{sandbox.memory}.0"


def _whole(usages: list[Usage], sandbox: Sandbox, *, is_full: bool) -> Iterator[Row]:
    """Yield the pod's own values: the sums of its containers' and of the pause container's."""
    sums: dict[tuple[str, str], int] = {}
    for usage in usages:
        for metric, label, value in container_values(usage):
            if is_full or metric in _MAIN:
                sums[metric, label] = sums.get((metric, label), 0) + value
    for (metric, label), value in sums.items():
        extra = {
            "container_cpu_usage_seconds_total": sandbox.cpu_us,
            "container_memory_working_set_bytes": sandbox.memory,
        }
        yield _row(metric, label, value + extra.get(metric, 0))


def _resources(place: Place) -> Iterator[tuple[str, str, float]]:
    if place.cpu_limit_m:
        yield "cpu", "limits", place.cpu_limit_m / 1000
    if place.cpu_request_m:
        yield "cpu", "requests", place.cpu_request_m / 1000
    if place.memory_limit:
        yield "memory", "limits", float(place.memory_limit)
    if place.memory_request:
        yield "memory", "requests", float(place.memory_request)
