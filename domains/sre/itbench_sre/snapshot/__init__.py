"""Readers of published ITBench snapshots: files on disk become plain records, one by one."""

from itbench_sre.snapshot.alerts import (
    Alert,
    AlertPull,
    find_alert_files,
    is_alert_file,
    read_alerts,
    read_all_alerts,
)
from itbench_sre.snapshot.differences import Difference, differences
from itbench_sre.snapshot.events import ClusterEvent, read_events
from itbench_sre.snapshot.logs import LogRecord, read_logs
from itbench_sre.snapshot.metrics import MetricFile, MetricSample, find_metric_files, read_samples
from itbench_sre.snapshot.objects import ObjectHistory, ObjectId, ObjectVersion, read_histories, read_objects
from itbench_sre.snapshot.traces import Span, read_spans
from itbench_sre.snapshot.tsv import Table, distinct, open_table, read_rows
from itbench_sre.snapshot.validate import validate_snapshot
from itbench_sre.snapshot.values import parse_list, parse_map, parse_time, parse_times

__all__ = [
    "Alert",
    "AlertPull",
    "ClusterEvent",
    "Difference",
    "LogRecord",
    "MetricFile",
    "MetricSample",
    "ObjectHistory",
    "ObjectId",
    "ObjectVersion",
    "Span",
    "Table",
    "differences",
    "distinct",
    "find_alert_files",
    "find_metric_files",
    "is_alert_file",
    "open_table",
    "parse_list",
    "parse_map",
    "parse_time",
    "parse_times",
    "read_alerts",
    "read_all_alerts",
    "read_events",
    "read_histories",
    "read_logs",
    "read_objects",
    "read_rows",
    "read_samples",
    "read_spans",
    "validate_snapshot",
]
