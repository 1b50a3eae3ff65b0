"""Builders of made-up snapshot files in the published format."""

import csv
import json
import runpy
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

LARGE = runpy.run_path(str(Path(__file__).with_name("large_snapshot.py")), run_name="large_snapshot")
LOG_COLUMNS: list[str] = LARGE["LOG_COLUMNS"]
TRACE_COLUMNS: list[str] = LARGE["TRACE_COLUMNS"]
SERVICE_COLUMNS: list[str] = LARGE["SERVICE_COLUMNS"]
SAMPLES = Path(__file__).parents[3] / "../shared/reference/itbench/snapshot_samples"


def write_table(path: Path, columns: Sequence[str], rows: Sequence[Mapping[str, object]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([row.get(column, "") for column in columns] for row in rows)
    return path


def write_large_snapshot(directory: Path, size_mb: float) -> None:
    LARGE["write_large_snapshot"](directory, size_mb)


def core_event(**changes: object) -> dict[str, Any]:
    """An event as `v1` tells it."""
    event = {
        "apiVersion": "v1",
        "kind": "Event",
        "count": 3,
        "eventTime": None,
        "firstTimestamp": "2031-03-04T05:06:00Z",
        "lastTimestamp": "2031-03-04T05:06:07Z",
        "involvedObject": {"kind": "Pod", "name": "till-1", "namespace": "shop"},
        "message": "Back-off restarting failed container",
        "metadata": {"name": "till-1.abc", "namespace": "shop", "uid": "u-1", "resourceVersion": "7"},
        "reason": "BackOff",
        "reportingComponent": "",
        "source": {"component": "kubelet"},
        "type": "Warning",
    }
    return {"object": event | changes, "type": "ADDED"}


def newer_event(**changes: object) -> dict[str, Any]:
    """The same event as `events.k8s.io/v1` tells it."""
    event = {
        "apiVersion": "events.k8s.io/v1",
        "kind": "Event",
        "deprecatedCount": 3,
        "deprecatedFirstTimestamp": "2031-03-04T05:06:00Z",
        "deprecatedLastTimestamp": "2031-03-04T05:06:07Z",
        "deprecatedSource": {"component": "kubelet"},
        "eventTime": None,
        "metadata": {"name": "till-1.abc", "namespace": "shop", "uid": "u-1", "resourceVersion": "7"},
        "note": "Back-off restarting failed container",
        "reason": "BackOff",
        "regarding": {"kind": "Pod", "name": "till-1", "namespace": "shop"},
        "type": "Warning",
    }
    return {"object": event | changes, "type": "ADDED"}


def body_rows(*bodies: tuple[str, object]) -> list[dict[str, object]]:
    return [{"Timestamp": time, "Body": json.dumps(body, sort_keys=True)} for time, body in bodies]


def config_map(flags: object, **metadata: object) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "flags", "namespace": "shop", "resourceVersion": "1", **metadata},
        "data": {"flags.json": json.dumps(flags)},
    }


@pytest.fixture
def make() -> Any:
    """The builders above; test modules cannot import this one."""
    return sys.modules[__name__]


@pytest.fixture(scope="session")
def samples() -> Path:
    if not SAMPLES.is_dir():
        pytest.skip(f"the published samples are not at {SAMPLES}")
    return SAMPLES
