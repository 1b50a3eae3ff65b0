"""Reports every fault of a snapshot directory."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from itbench import DataError
from itbench_sre.snapshot import events, logs, objects, traces
from itbench_sre.snapshot.alerts import find_alert_files, read_alerts
from itbench_sre.snapshot.events import parse_event
from itbench_sre.snapshot.metrics import FOLDERS, find_metric_files
from itbench_sre.snapshot.objects import parse_object
from itbench_sre.snapshot.records import LOG_COLUMNS, parse_body
from itbench_sre.snapshot.traces import TRACE_COLUMNS
from itbench_sre.snapshot.tsv import Table, open_table
from itbench_sre.snapshot.values import NS_PER_S, parse_map, parse_time

_MAX_FAULTS_A_FILE = 20
# Rows are in order of time, but batches of the recorder met at their edges.
_TIME_TOLERANCE_NS = 60 * NS_PER_S
_METRIC_COLUMNS = ("metric_name", "timestamp", "value", "namespace", "tags")


class _FirstFaults(list[str]):
    """Keeps the first faults of a file and counts the rest, so that a broken file does not fill the memory."""

    def __init__(self) -> None:
        super().__init__()
        self.rest = 0

    def append(self, item: str) -> None:
        if len(self) < _MAX_FAULTS_A_FILE:
            super().append(item)
        else:
            self.rest += 1


RowCheck = Callable[[dict[str, int], list[str]], object]


@dataclass(frozen=True, slots=True)
class _Format:
    """What a file has.

    Attributes:
        columns: that it must have.
        time_column: the one of them that has the time.
        is_exact: whether it has no others.
        check: raises ValueError for a row that cannot be read.
        maps: columns that print maps, in more ways than are known.
        is_ordered: whether its rows are in order of time; those of services come from two queries, one after the other.
    """

    columns: tuple[str, ...]
    time_column: str
    is_exact: bool
    check: RowCheck
    maps: tuple[str, ...] = ()
    is_ordered: bool = True


def _check_event(at: dict[str, int], row: list[str]) -> object:
    return parse_event(parse_body(row[at["Body"]]), 0)


def _check_object(at: dict[str, int], row: list[str]) -> object:
    return parse_object(parse_body(row[at["Body"]]), 0)


def _check_log(at: dict[str, int], row: list[str]) -> object:
    return row[at["Body"]]


def _check_span(at: dict[str, int], row: list[str]) -> object:
    return int(row[at["Duration"]])


def _check_sample(at: dict[str, int], row: list[str]) -> object:
    return float(row[at["value"]])


_TABLES = {
    events.FILE_NAME: _Format(LOG_COLUMNS, "Timestamp", is_exact=True, check=_check_event),
    objects.FILE_NAME: _Format(LOG_COLUMNS, "Timestamp", is_exact=True, check=_check_object),
    logs.FILE_NAME: _Format(
        LOG_COLUMNS,
        "Timestamp",
        is_exact=True,
        check=_check_log,
        maps=("ResourceAttributes", "LogAttributes"),
    ),
    traces.FILE_NAME: _Format(
        TRACE_COLUMNS,
        "Timestamp",
        is_exact=False,
        check=_check_span,
        maps=("ResourceAttributes", "SpanAttributes"),
    ),
}
_METRICS = _Format(
    _METRIC_COLUMNS, "timestamp", is_exact=False, check=_check_sample, maps=("tags",), is_ordered=False
)


def validate_snapshot(directory: Path, *, is_strict: bool = True) -> list[str]:
    """Return all faults of a snapshot in the published format, one line each; an empty list if it is sound.

    Without `is_strict` only that is a fault which cannot be read: odd names, columns that are not known, maps that print
    in an unknown way, and rows out of order are let pass.
    """
    if not directory.is_dir():
        return [f"{directory}: not a directory"]
    tables = [(directory / name, form) for name, form in _TABLES.items() if (directory / name).exists()]
    tables += [(file.path, _METRICS) for file in find_metric_files(directory)]
    alerts = find_alert_files(directory)
    if not tables and not alerts:
        return [f"{directory}: no telemetry; allowed are {', '.join(_TABLES)}, metrics/*.tsv, alerts/*.json"]
    faults = list(_unknown_metric_files(directory)) if is_strict else []
    for path, form in tables:
        faults += _table_faults(path, form, is_strict=is_strict)
    for path in alerts:
        try:
            read_alerts(path)
        except DataError as error:
            faults.append(str(error))
    return faults


def _unknown_metric_files(directory: Path) -> Iterator[str]:
    known = {file.path for file in find_metric_files(directory)}
    for folder in FOLDERS:
        for path in sorted((directory / folder).glob("*")):
            if path not in known:
                yield f"{path}: not a metric file; allowed are pod_<name>_raw.tsv and service_<name>_raw.tsv"


def _table_faults(path: Path, form: _Format, *, is_strict: bool) -> list[str]:
    faults = _FirstFaults()
    try:
        with open_table(path, required=form.columns, faults=faults) as table:
            if is_strict:
                _check_columns(table, form)
            _check_rows(table, form, is_strict=is_strict)
    except DataError as error:
        faults.append(str(error))
    if faults.rest:
        return [*faults, f"{path}: {faults.rest} more faults"]
    return list(faults)


def _check_columns(table: Table, form: _Format) -> None:
    extra = [name for name in table.columns if name not in form.columns and name != "EventName"]
    if form.is_exact and extra:
        table.fault(f"unknown column {extra[0]!r}; allowed are {', '.join(form.columns)}, EventName")
    if len(set(table.columns)) < len(table.columns):
        table.fault("a column name stands twice")


def _check_rows(table: Table, form: _Format, *, is_strict: bool) -> None:
    at, time = table.position, table.position[form.time_column]
    maps = [at[column] for column in form.maps] if is_strict else []
    earliest_ns = 0
    for row in table:
        try:
            seen_ns = parse_time(row[time])
            form.check(at, row)
            for place in maps:
                parse_map(row[place])
        except ValueError as error:
            table.fault(str(error))
            continue
        if is_strict and form.is_ordered and seen_ns < earliest_ns - _TIME_TOLERANCE_NS:
            table.fault(f"time {row[time]!r} is before that of an earlier row; rows are in order of time")
        earliest_ns = max(earliest_ns, seen_ns)
