"""The rows of traces and metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from itbench_sre.simulator.catalog import NAMESPACE, VERSION
from itbench_sre.simulator.telemetry import BOUNDS_MS
from itbench_sre.world.clock.times import kubernetes_text, milliseconds_text, nanoseconds_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from itbench_sre.simulator.pods import Pod
    from itbench_sre.simulator.scrapes import PodSample, Scrapes
    from itbench_sre.simulator.telemetry import SeriesKey, Span
    from itbench_sre.simulator.world import World

TRACE_COLUMNS = (
    "Timestamp", "TraceId", "SpanId", "ParentSpanId", "TraceState", "SpanName", "SpanKind", "ServiceName",
    "ResourceAttributes", "ScopeName", "ScopeVersion", "SpanAttributes", "Duration", "StatusCode", "StatusMessage",
    "Events.Timestamp", "Events.Name", "Events.Attributes", "Links.TraceId", "Links.SpanId", "Links.TraceState",
    "Links.Attributes",
)  # fmt: skip
POD_COLUMNS = ("metric_name", "timestamp", "value", "pod_name", "namespace", "tags")
SERVICE_COLUMNS = (
    "metric_name", "timestamp", "value", "service_name", "namespace", "bucket_le", "tags", "metric_type", "status_code",
)  # fmt: skip

_RPC_CODES = {
    "INTERNAL": "13",
    "UNAVAILABLE": "14",
    "DEADLINE_EXCEEDED": "4",
    "RESOURCE_EXHAUSTED": "8",
}
_HTTP_CODES = {
    "INTERNAL": "500",
    "UNAVAILABLE": "503",
    "DEADLINE_EXCEEDED": "504",
    "RESOURCE_EXHAUSTED": "503",
}
_SDK = {"cpp": "cpp", "envoy": "cpp", "nginx": "cpp", "postgres": "go", "valkey": "go"}
_LES = (*(f"{bound}.0" for bound in BOUNDS_MS), "+Inf")


def _resource(pod: Pod, collector: str) -> str:
    language = _SDK.get(pod.service.language, pod.service.language)
    return repr(
        {
            "host.name": collector,
            "k8s.deployment.name": pod.service.name,
            "k8s.namespace.name": NAMESPACE,
            "k8s.node.name": pod.node,
            "k8s.pod.ip": pod.address,
            "k8s.pod.name": pod.name,
            "k8s.pod.start_time": kubernetes_text(pod.scheduled_us),
            "k8s.pod.uid": pod.uid,
            "os.type": "linux",
            "service.instance.id": pod.uid,
            "service.name": pod.service.name,
            "service.namespace": "opentelemetry-demo",
            "service.version": VERSION,
            "telemetry.sdk.language": language,
            "telemetry.sdk.name": "opentelemetry",
        }
    )


def _attributes(span: Span) -> str:
    failure = span.failure
    values: dict[str, str]
    match span.system:
        case "rpc":
            service, _, method = span.name.removeprefix("grpc.").rpartition("/")
            code = _RPC_CODES[failure.code] if failure else "0"
            values = {
                "rpc.grpc.status_code": code,
                "rpc.method": method,
                "rpc.service": service,
                "rpc.system": "grpc",
            }
        case "http":
            method = span.name.split()[0] if " " in span.name else "GET"
            code = _HTTP_CODES[failure.code] if failure else "200"
            values = {"http.request.method": method, "http.response.status_code": code}
        case "db":
            system = "redis" if span.peer == "valkey-cart" else "postgresql"
            values = {"db.statement": span.name, "db.system": system}
        case _:
            values = {"messaging.destination.name": "orders", "messaging.system": "kafka"}
    if span.peer:
        values["server.address"] = span.peer
    return repr(dict(sorted(values.items())))


def trace_rows(world: World) -> list[tuple[object, ...]]:
    """Return the rows of `otel_traces_raw.tsv`, the earliest start first."""
    collector = world.cluster.deployments["otel-collector"].sets[0].name
    pods = {span.pod.name: span.pod for span in world.telemetry.spans}
    resources = {name: _resource(pod, collector) for name, pod in pods.items()}
    rows = [_trace_row(span, resources[span.pod.name]) for span in world.telemetry.spans]
    return sorted(rows, key=lambda row: (str(row[0]), str(row[2])))


def _trace_row(span: Span, resource: str) -> tuple[object, ...]:
    # One remainder per trace keeps the order of its spans below a microsecond.
    began_ns = span.began_us * 1000 + int(span.trace_id[:4], 16) % 1000
    failure = span.failure
    events = ("[]", "[]", "[]")
    if failure is not None and span.kind == "Client":
        moment = nanoseconds_text(began_ns + span.duration_us * 1000).replace(" ", "T")
        event = {"exception.message": failure.message, "exception.type": failure.code}
        events = (f"[np.datetime64('{moment}')]", "['exception']", repr([event]))
    language = span.pod.service.language
    return (
        nanoseconds_text(began_ns),
        span.trace_id,
        span.span_id,
        span.parent_id,
        "",
        span.name,
        span.kind,
        span.pod.service.name,
        resource,
        f"opentelemetry.instrumentation.{span.system}",
        "0.58b0" if language == "python" else "",
        _attributes(span),
        span.duration_us * 1000,
        "Error" if failure else "Unset",
        failure.message if failure else "",
        *events,
        *("[]", "[]", "[]", "[]"),
    )


def _labels(key: SeriesKey, instance: str, le: str) -> dict[str, str]:
    service, uid, name, kind, status = key
    labels = {
        "exported_instance": uid,
        "exported_job": f"opentelemetry-demo/{service}",
        "instance": instance,
        "job": "otel-collector",
        "le": le,
        "namespace": NAMESPACE,
        "service_name": service,
        "span_kind": f"SPAN_KIND_{kind.upper()}",
        "span_name": name,
        "status_code": f"STATUS_CODE_{status}",
    }
    return {name: value for name, value in labels.items() if value}


def service_rows(world: World, keys: Sequence[SeriesKey]) -> Iterator[tuple[object, ...]]:
    """Yield the rows of `service_<service>_raw.tsv` for the series `keys` of one service."""
    pod = world.cluster.deployments["otel-collector"].sets[0].pods[0]
    instance = f"{pod.address}:8889"
    since_ms = world.start_us // 1000
    points = {
        key: {time_ms: counts for time_ms, counts in world.scrapes.series[key] if time_ms >= since_ms}
        for key in keys
    }
    times = sorted({time_ms for known in points.values() for time_ms in known})
    yield from _bucket_rows(points, times, instance)
    yield from _error_rows({key: points[key] for key in keys if key[4] == "ERROR"}, times, instance)


_Points = dict["SeriesKey", dict[int, tuple[int, ...]]]


def _bucket_rows(points: _Points, times: list[int], instance: str) -> Iterator[tuple[object, ...]]:
    name = "traces_span_metrics_duration_milliseconds_bucket"
    tags = {key: [repr(_labels(key, instance, le)) for le in _LES] for key in points}
    for time_ms in times:
        moment = milliseconds_text(time_ms * 1000)
        for key, known in points.items():
            for le, tag, count in zip(_LES, tags[key], known.get(time_ms, ()), strict=False):
                yield name, moment, float(count), key[0], NAMESPACE, le, tag, "duration_p95", ""


def _error_rows(points: _Points, times: list[int], instance: str) -> Iterator[tuple[object, ...]]:
    name, status = "traces_span_metrics_calls_total", "STATUS_CODE_ERROR"
    tags = {key: repr(_labels(key, instance, "")) for key in points}
    for time_ms in times:
        moment = milliseconds_text(time_ms * 1000)
        for key, known in points.items():
            if time_ms in known:
                value = float(known[time_ms][-1])
                yield name, moment, value, key[0], NAMESPACE, "", tags[key], "error_rate", status


def pod_rows(scrapes: Scrapes, name: str, since_ms: int) -> list[tuple[object, ...]]:
    """Return the rows of `pod_<pod>_raw.tsv`."""
    pod = scrapes.owners[name]
    common = {
        "container": pod.container,
        "endpoint": "https-metrics",
        "job": "kubelet",
        "metrics_path": "/metrics/cadvisor",
        "namespace": NAMESPACE,
        "node": pod.node,
        "pod": name,
    }
    tags = repr(common)
    limits = repr(
        {
            "container": pod.container,
            "namespace": NAMESPACE,
            "node": pod.node,
            "pod": name,
            "resource": "memory",
        }
    )
    rows: list[tuple[object, ...]] = []
    for sample in scrapes.pods[name]:
        if sample.time_ms >= since_ms:
            moment = milliseconds_text(sample.time_ms * 1000)
            for metric, value in _values(sample):
                rows.append((metric, moment, value, name, NAMESPACE, tags))  # two sources follow
            for kind, mebibytes in (
                ("limits", pod.template.memory_limit),
                ("requests", pod.template.memory_request),
            ):
                metric = f"cluster:namespace:pod_memory:active:kube_pod_container_resource_{kind}"
                rows.append((metric, moment, float(mebibytes << 20), name, NAMESPACE, limits))
    return rows


def _values(sample: PodSample) -> tuple[tuple[str, float], ...]:
    return (
        ("container_cpu_cfs_periods_total", float(sample.periods)),
        ("container_cpu_cfs_throttled_periods_total", float(sample.throttled)),
        ("container_cpu_usage_seconds_total", sample.cpu_us / 1_000_000),
        ("container_memory_rss", float(sample.memory - (sample.memory // 16 & ~4095))),
        ("container_memory_usage_bytes", float(sample.memory + (3 << 20))),
        ("container_memory_working_set_bytes", float(sample.memory)),
    )
