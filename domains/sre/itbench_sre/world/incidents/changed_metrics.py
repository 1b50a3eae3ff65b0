"""Which series of recorded metrics differ from a twin's, and from which minute on."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from itbench_sre.world.incidents.rows import METRICS, Row, read_table

# Of the many: what tells of failure, of load, and of a container that begins again.
_TOLD: Final = frozenset(
    {
        "traces_span_metrics_calls_total",
        "traces_span_metrics_duration_milliseconds_bucket",
        "istio_requests_total",
        "istio_request_duration_milliseconds_bucket",
        "container_cpu_usage_seconds_total",
        "container_cpu_cfs_throttled_periods_total",
        "container_memory_working_set_bytes",
    }
)


def changed_series(full: Path, twin: Path) -> Iterator[Row]:
    """Yield each series that differs by over a quarter at some time, at the first such time."""
    names = sorted(path.name for path in (full / METRICS).glob("*.tsv"))
    for name in names:
        usual = _series(twin / METRICS / name)
        for key, points in _series(full / METRICS / name).items():
            known = usual.get(key, {})
            for at, value in sorted(points.items()):
                before = known.get(at, 0.0 if known else None)
                if before is None or abs(value - before) > max(abs(before) / 4, 1.0):
                    fields = {"metric": key[0], "tags": key[1], "value": value, "usual": before}
                    yield Row(
                        f"{METRICS}/{name}", f"{key[0]}{key[1]}", "changed" if known else "added", at, fields
                    )
                    break
    for path in sorted((twin / METRICS).glob("*.tsv")):
        if path.name not in names:
            yield Row(f"{METRICS}/{path.name}", path.name, "gone", "")


def _series(path: Path) -> dict[tuple[str, str], dict[str, float]]:
    found: dict[tuple[str, str], dict[str, float]] = {}
    for row in read_table(path):
        if row["metric_name"] in _TOLD and row.get("bucket_le", "") in ("", "+Inf"):
            found.setdefault((row["metric_name"], row["tags"]), {})[row["timestamp"]] = float(row["value"])
    return found
