"""Samples of the per-pod and per-service metric files."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from itbench_sre.snapshot.records import field_reader
from itbench_sre.snapshot.tsv import open_table
from itbench_sre.snapshot.values import parse_map, parse_time

Owner = Literal["pod", "service"]
# The recorder wrote two folders; the published datasets have one.
FOLDERS = ("metrics", "metrics_pod", "metrics_service")
_FILE = re.compile(r"(?P<owner>pod|service)_(?P<name>.+?)(?:_raw)?\.tsv")


@dataclass(frozen=True, slots=True)
class MetricFile:
    """A file with the metrics of one pod or service."""

    path: Path
    owner: Owner
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricSample:
    """One value at one time; counters and buckets are cumulative.

    Attributes:
        owner: name of the pod or service.
        labels: all Prometheus labels without the metric's name.
        bucket_le: upper bound of a histogram bucket, as text, such as `+Inf`; empty for others.
        metric_type: `duration_p95` for buckets, `error_rate` for calls that failed; empty for pods.
        status_code: set on `error_rate` only.
    """

    name: str
    time_ns: int
    value: float
    owner: str
    namespace: str
    labels: Mapping[str, str]
    bucket_le: str = ""
    metric_type: str = ""
    status_code: str = ""


def find_metric_files(directory: Path) -> list[MetricFile]:
    """Return the metric files of a snapshot, sorted by owner and name."""
    files = (
        metric_file(f"{folder}/{path.name}", path)
        for folder in FOLDERS
        for path in sorted((directory / folder).glob("*.tsv"))
    )
    return sorted(filter(None, files), key=lambda file: (file.owner, file.name))


def metric_file(path: str, source: Path) -> MetricFile | None:
    """Return the metric file that goes by a path in a snapshot, which may lie elsewhere; None where it is no such file."""
    folder, _, name = path.rpartition("/")
    match = _FILE.fullmatch(name)
    if match is None or folder.rpartition("/")[2] not in FOLDERS:
        return None
    return MetricFile(source, "pod" if match["owner"] == "pod" else "service", match["name"])


def read_samples(path: Path, *, faults: list[str] | None = None) -> Iterator[MetricSample]:
    """Yield the samples in file order, with the exact duplicates that the recorder made.

    Raises:
        DataError: the file or a row cannot be read; rows are told of in `faults` instead where given.
    """
    required = ("metric_name", "timestamp", "value", "namespace", "tags")
    with open_table(path, required=required, faults=faults) as table:
        at = table.position
        pod, service = field_reader(at, "pod_name"), field_reader(at, "service_name")
        bucket, kind, status = (
            field_reader(at, name) for name in ("bucket_le", "metric_type", "status_code")
        )

        def sample(row: list[str]) -> MetricSample:
            return MetricSample(
                name=row[at["metric_name"]],
                time_ns=parse_time(row[at["timestamp"]]),
                value=float(row[at["value"]]),
                owner=pod(row) or service(row),
                namespace=row[at["namespace"]],
                labels=parse_map(row[at["tags"]]),
                bucket_le=bucket(row),
                metric_type=kind(row),
                status_code=status(row),
            )

        yield from table.records(sample)
