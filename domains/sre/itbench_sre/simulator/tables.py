"""The tab-separated files of a snapshot, in the bytes that pandas writes."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from itbench_sre.simulator.manifests import JsonObject, body
from itbench_sre.world.clock.times import kubernetes_text, nanoseconds_text, seconds_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from itbench_sre.simulator.events import Sighting
    from itbench_sre.simulator.pulls import Pulls
    from itbench_sre.simulator.telemetry import Log

LOG_COLUMNS = (
    "Timestamp", "TimestampTime", "TraceId", "SpanId", "TraceFlags", "SeverityText", "SeverityNumber", "ServiceName",
    "Body", "ResourceSchemaUrl", "ResourceAttributes", "ScopeSchemaUrl", "ScopeName", "ScopeVersion",
    "ScopeAttributes", "LogAttributes", "EventName",
)  # fmt: skip
_WATCHER = "github.com/open-telemetry/opentelemetry-collector-contrib/receiver/k8sobjectsreceiver"
_SCOPES = {
    "dotnet": "Microsoft.AspNetCore",
    "go": "otelslog",
    "java": "oteldemo",
    "python": "main",
    "rust": "opentelemetry-appender-tracing",
}


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write one file in the dialect of FORMATS 3.0."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def log_rows(logs: Sequence[Log]) -> list[tuple[object, ...]]:
    """Return the rows of `otel_logs_raw.tsv`."""
    rows = []
    for number, log in enumerate(sorted(logs, key=lambda log: log.time_us)):
        time_ns = log.time_us * 1000 + number * 389 % 1000
        service = log.pod.service
        resource = {
            "k8s.deployment.name": service.name,
            "k8s.namespace.name": "otel-demo",
            "k8s.node.name": log.pod.node,
            "k8s.pod.name": log.pod.name,
            "service.name": service.name,
        }
        rows.append(
            (
                nanoseconds_text(time_ns),
                seconds_text(log.time_us),
                log.trace_id,
                log.span_id,
                1 if log.trace_id else 0,
                log.severity,
                log.number,
                service.name,
                log.body,
                "",
                repr(resource),
                "",
                _SCOPES.get(service.language, ""),
                "",
                "{}",
                repr(dict(log.attributes)),
                "",
            )
        )
    return sorted(rows, key=lambda row: str(row[0]))


def _watched(time_ns: int, text: str, namespace: str, attributes: dict[str, str]) -> tuple[object, ...]:
    resource = {"k8s.namespace.name": namespace} if namespace else {}
    return (
        nanoseconds_text(time_ns), seconds_text(time_ns // 1000), "", "", 0, "", 0, "", text, "", repr(resource), "",
        _WATCHER, "1.0.0", "{}", repr(attributes), "",
    )  # fmt: skip


def object_rows(pulls: Pulls) -> list[tuple[object, ...]]:
    """Return the rows of `k8s_objects_raw.tsv`."""
    return [
        _watched(time_ns, text, namespace, {"k8s.resource.name": resource})
        for time_ns, resource, namespace, text in pulls.rows
    ]


def event_rows(sightings: Sequence[Sighting], start_us: int) -> list[tuple[object, ...]]:
    """Return the rows of `k8s_events_raw.tsv`: each sighting through both API groups, some 30 us apart."""
    rows = []
    seen = sorted(sightings, key=lambda sighting: (sighting.time_us, sighting.version))
    for number, sighting in enumerate(seen):
        if sighting.time_us < start_us:
            continue
        bodies = [_core_event(sighting), _new_event(sighting)]
        time_ns = sighting.time_us * 1000 + number * 613 % 1000
        subject = sighting.event.subject
        namespace = subject.namespace or "default"
        attributes = {
            "event.domain": "k8s",
            "event.name": sighting.event.name,
            "k8s.resource.name": "events",
        }
        for place, made in enumerate(bodies if number % 2 else bodies[::-1]):
            text = body({"object": made, "type": sighting.type})
            # Kubernetes prints a null eventTime where the old event API was used.
            rows.append(
                _watched(time_ns + place * (21_000 + number * 7919 % 19_000), text, namespace, attributes)
            )
    return sorted(rows, key=lambda row: str(row[0]))


def _subject(sighting: Sighting) -> JsonObject:
    subject = sighting.event.subject
    made: JsonObject = {
        "apiVersion": subject.api_version,
        "kind": subject.kind,
        "name": subject.name,
        "namespace": subject.namespace,
        "resourceVersion": str(subject.version),
        "uid": subject.uid,
        "fieldPath": subject.field_path,
    }
    return {key: value for key, value in made.items() if value}


def _event_metadata(sighting: Sighting) -> JsonObject:
    event = sighting.event
    names = (
        "count",
        "firstTimestamp",
        "involvedObject",
        "lastTimestamp",
        "message",
        "reason",
        "reportingComponent",
    )
    part: dict[str, Any] = {f"f:{name}": {} for name in names}
    part |= {"f:source": {"f:component": {}}, "f:type": {}}
    if event.host:
        part |= {"f:reportingInstance": {}, "f:source": {"f:component": {}, "f:host": {}}}
    managers = {"default-scheduler": "kube-scheduler", "kubelet": "kubelet"}
    controllers = event.component.endswith(("-controller", "autoscaler"))
    manager = managers.get(event.component, "kube-controller-manager" if controllers else event.component)
    entry = {
        "apiVersion": "v1",
        "fieldsType": "FieldsV1",
        "fieldsV1": part,
        "manager": manager,
        "operation": "Update",
        "time": kubernetes_text(sighting.last_us),
    }
    return {
        "creationTimestamp": kubernetes_text(event.first_us),
        "managedFields": [entry],
        "name": event.name,
        "namespace": event.subject.namespace or "default",
        "resourceVersion": str(sighting.version),
        "uid": event.uid,
    }


def _source(sighting: Sighting) -> JsonObject:
    event = sighting.event
    return (
        {"component": event.component, "host": event.host} if event.host else {"component": event.component}
    )


def _core_event(sighting: Sighting) -> JsonObject:
    event = sighting.event
    return {
        "apiVersion": "v1",
        "count": sighting.count,
        "eventTime": None,
        "firstTimestamp": kubernetes_text(event.first_us),
        "involvedObject": _subject(sighting),
        "kind": "Event",
        "lastTimestamp": kubernetes_text(sighting.last_us),
        "message": event.message,
        "metadata": _event_metadata(sighting),
        "reason": event.reason,
        "reportingComponent": event.component,
        "reportingInstance": event.host,
        "source": _source(sighting),
        "type": event.type,
    }


def _new_event(sighting: Sighting) -> JsonObject:
    event = sighting.event
    made = {
        "apiVersion": "events.k8s.io/v1",
        "deprecatedCount": sighting.count,
        "deprecatedFirstTimestamp": kubernetes_text(event.first_us),
        "deprecatedLastTimestamp": kubernetes_text(sighting.last_us),
        "deprecatedSource": _source(sighting),
        "eventTime": None,
        "kind": "Event",
        "metadata": _event_metadata(sighting),
        "note": event.message,
        "reason": event.reason,
        "regarding": _subject(sighting),
        "reportingController": event.component,
        "type": event.type,
    }
    return {**made, "reportingInstance": event.host} if event.host else made
