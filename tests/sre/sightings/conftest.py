"""A small made-up snapshot: a shop whose objects, events and telemetry are known by hand."""

import csv
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from itbench.interfaces.workspace import Input
from itbench_sre.snapshot.records import LOG_COLUMNS
from itbench_sre.snapshot.traces import TRACE_COLUMNS

COLUMNS = list(LOG_COLUMNS)
TIME = "2031-03-04 05:06:07.000000001"
HASH = "7d9c8b6f5d"


def table(columns: list[str], rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    writer.writerows([columns, *rows])
    return text.getvalue().encode()


def record(**cells: str) -> list[str]:
    found = {"Timestamp": TIME, "TimestampTime": TIME[:19], "ResourceAttributes": "{}", "LogAttributes": "{}"}
    return [(found | cells).get(column, "") for column in COLUMNS]


def object_row(namespace: str, kind: str, name: str) -> list[str]:
    metadata = {"name": name} | ({"namespace": namespace} if namespace else {})
    return record(Body=json.dumps({"kind": kind, "metadata": metadata}))


def event_row(namespace: str, kind: str, name: str, *, shape: str = "involvedObject") -> list[str]:
    event = {shape: {"namespace": namespace, "kind": kind, "name": name}, "reason": "Any", "count": 1}
    return record(Body=json.dumps({"object": event, "type": "DELETED"}))


def log_row(attributes: dict[str, str]) -> list[str]:
    return record(Body="a line", ResourceAttributes=repr(attributes))


def span_row(attributes: dict[str, str]) -> list[str]:
    found = {"Timestamp": TIME, "Duration": "1", "ServiceName": attributes.get("service.name", "")}
    found |= {"ResourceAttributes": repr(attributes), "SpanAttributes": "{}"}
    return [found.get(column, "") for column in TRACE_COLUMNS]


OBJECTS = [
    ("", "Namespace", "shop"),
    ("", "Node", "worker-1"),
    ("shop", "Deployment", "till"),
    ("shop", "ReplicaSet", f"till-{HASH}"),
    ("shop", "Pod", f"till-{HASH}-aaaaa"),
    ("shop", "Pod", f"till-{HASH}-bbbbb"),
    ("shop", "Deployment", "stock"),
    ("shop", "StatefulSet", "ledger"),
    ("shop", "Pod", "ledger-0"),
    ("shop", "Service", "till"),
    ("shop", "ConfigMap", "prices"),
    ("shop", "HorizontalPodAutoscaler", "till"),
    ("shop", "HorizontalPodAutoscaler", "stock"),
    ("kube-system", "DaemonSet", "proxy"),
]
# In the first pull only: it was deleted before the second.
DELETED = ("shop", "Service", "returns")


def shop_files() -> dict[str, bytes]:
    pulls = [*OBJECTS, DELETED, *OBJECTS]
    events = [
        event_row("chaos-mesh", "NetworkChaos", "till-delay-x7k2p"),
        event_row("chaos-mesh", "Schedule", "till-delay", shape="regarding"),
        event_row("shop", "Pod", f"till-{HASH}-ccccc"),
    ]
    alerts = [
        {
            "labels": {
                "alertname": "A",
                "namespace": "shop",
                "pod": f"till-{HASH}-ddddd",
                "service_name": "tax",
            }
        },
        {"labels": {"alertname": "B", "namespace": "shop", "deployment": "parcels"}},
    ]
    logs = [log_row({"k8s.namespace.name": "shop", "k8s.pod.name": f"till-{HASH}-eeeee"})]
    spans = [span_row({"k8s.namespace.name": "shop", "service.name": "courier"})]
    metrics = [["up", TIME, "1.0", f"till-{HASH}-fffff", "shop", "{}"]]
    return {
        "k8s_objects_raw.tsv": table(COLUMNS, [object_row(*row) for row in pulls]),
        "k8s_events_raw.tsv": table(COLUMNS, events),
        "alerts/alerts_at_2031-03-04T05-06-07.000001.json": json.dumps(alerts).encode(),
        "otel_logs_raw.tsv": table(COLUMNS, logs),
        "otel_traces_raw.tsv": table(list(TRACE_COLUMNS), spans),
        f"metrics/pod_till-{HASH}-fffff_raw.tsv": table(
            ["metric_name", "timestamp", "value", "pod_name", "namespace", "tags"], metrics
        ),
        "metrics/service_parcels_raw.tsv": table(
            ["metric_name", "timestamp", "value", "service_name", "namespace", "tags"],
            [["up", TIME, "1.0", "parcels", "shop", "{}"]],
        ),
    }


def write(root: Path, files: dict[str, bytes]) -> list[Input]:
    for path, data in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    return [Input(path, root / path) for path in sorted(files)]


@pytest.fixture
def make() -> Any:
    """The builders above; test modules cannot import this one."""
    return sys.modules[__name__]


@pytest.fixture
def shop(tmp_path: Path) -> list[Input]:
    """The inputs of the made-up snapshot."""
    return write(tmp_path / "shop", shop_files())


@pytest.fixture
def shown(shop: list[Input]) -> Callable[..., dict[str, bool]]:
    """A function that says of names whether the snapshot shows them."""
    from itbench_sre.scoring import parse_entity
    from itbench_sre.sightings import look_for

    def look(*names: str) -> dict[str, bool]:
        found = look_for(names, shop)["objects"]["named"]
        return {name: found[entity.id] for name in names if (entity := parse_entity(name)) is not None}

    return look
