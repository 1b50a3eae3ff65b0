"""Writes a snapshot of any size in the published format by repeating a few made-up rows; also a script.

python large_snapshot.py DIRECTORY MEGABYTES
"""

import csv
import io
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

LOG_COLUMNS = [
    "Timestamp",
    "TimestampTime",
    "TraceId",
    "SpanId",
    "TraceFlags",
    "SeverityText",
    "SeverityNumber",
    "ServiceName",
    "Body",
    "ResourceSchemaUrl",
    "ResourceAttributes",
    "ScopeSchemaUrl",
    "ScopeName",
    "ScopeVersion",
    "ScopeAttributes",
    "LogAttributes",
    "EventName",
]
TRACE_COLUMNS = [
    "Timestamp",
    "TraceId",
    "SpanId",
    "ParentSpanId",
    "TraceState",
    "SpanName",
    "SpanKind",
    "ServiceName",
    "ResourceAttributes",
    "ScopeName",
    "ScopeVersion",
    "SpanAttributes",
    "Duration",
    "StatusCode",
    "StatusMessage",
    "Events.Timestamp",
    "Events.Name",
    "Events.Attributes",
    "Links.TraceId",
    "Links.SpanId",
    "Links.TraceState",
    "Links.Attributes",
]
SERVICE_COLUMNS = [
    "metric_name",
    "timestamp",
    "value",
    "service_name",
    "namespace",
    "bucket_le",
    "tags",
    "metric_type",
    "status_code",
]
START = datetime(2031, 3, 4, 5, 6, 7, tzinfo=UTC)


def stamp(second: float) -> str:
    """The form of DateTime64(9)."""
    moment = START + timedelta(seconds=second)
    return f"{moment:%Y-%m-%d %H:%M:%S.%f}123"


def line(columns: list[str], values: dict[str, object]) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter="\t", lineterminator="\n").writerow(
        [values.get(column, "") for column in columns]
    )
    return out.getvalue()


def attributes(service: str) -> str:
    return repr({"k8s.namespace.name": "shop", "k8s.pod.name": f"{service}-6b7f-x1", "service.name": service})


def log_line(second: float) -> str:
    values = {
        "Timestamp": stamp(second),
        "TimestampTime": stamp(second)[:19],
        "TraceFlags": 0,
        "SeverityNumber": 9,
    }
    values |= {
        "SeverityText": "INFO",
        "ServiceName": "till",
        "Body": f"took order {second}",
        "LogAttributes": "{}",
    }
    return line(LOG_COLUMNS, values | {"ResourceAttributes": attributes("till")})


def object_line(second: float) -> str:
    body: dict[str, object] = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "flags", "namespace": "shop", "uid": "u"},
    }
    body["data"] = {"flags.json": json.dumps({"padding": "x" * 8000, "slow": "off"})}
    values: dict[str, object] = {
        "Timestamp": stamp(second),
        "Body": json.dumps(body, sort_keys=True, separators=(",", ":")),
    }
    return line(LOG_COLUMNS, values | {"LogAttributes": "{'k8s.resource.name': 'configmaps'}"})


def span_line(second: float) -> str:
    values = {
        "Timestamp": stamp(second),
        "TraceId": "a" * 32,
        "SpanId": "b" * 16,
        "SpanName": "pay",
        "Duration": 1200,
    }
    values |= {
        "SpanKind": "Server",
        "ServiceName": "till",
        "StatusCode": "Error",
        "StatusMessage": "late\n\tvery late",
    }
    values |= {
        "ResourceAttributes": attributes("till"),
        "SpanAttributes": repr({"rpc.method": "Pay", "n": str(second)}),
    }
    return line(TRACE_COLUMNS, values | {"Events.Timestamp": "[]", "Events.Name": "[]"})


def sample_line(second: float) -> str:
    values: dict[str, object] = {
        "metric_name": "traces_span_metrics_duration_milliseconds_bucket",
        "timestamp": stamp(second)[:-6],
    }
    values |= {"value": 2064.0, "service_name": "till", "namespace": "shop", "bucket_le": "+Inf"}
    tags = {"le": "+Inf", "service_name": "till", "span_kind": "SPAN_KIND_SERVER", "span_name": "pay"}
    return line(SERVICE_COLUMNS, values | {"tags": repr(tags), "metric_type": "duration_p95"})


def write_large_snapshot(directory: Path, size_mb: float) -> None:
    """Logs, traces, objects and metrics, a quarter each; times rise by a second every hundred rows."""
    (directory / "metrics").mkdir(parents=True)
    for name, columns, make in (
        ("otel_logs_raw.tsv", LOG_COLUMNS, log_line),
        ("otel_traces_raw.tsv", TRACE_COLUMNS, span_line),
        ("k8s_objects_raw.tsv", LOG_COLUMNS, object_line),
        ("metrics/service_till_raw.tsv", SERVICE_COLUMNS, sample_line),
    ):
        left = int(size_mb * 1_000_000 / 4)
        second = 0
        with (directory / name).open("w", encoding="utf-8", newline="") as file:
            left -= file.write("\t".join(columns) + "\n")
            while left > 0:
                left -= file.write(make(second) * 100)
                second += 1


if __name__ == "__main__":
    write_large_snapshot(Path(sys.argv[1]), float(sys.argv[2]))
