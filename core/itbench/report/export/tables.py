"""Tables of several runs, column by column: what data frames are made of."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from itbench.report.export.columns import COLUMNS, METRIC_PREFIX, METRIC_TYPE
from itbench.report.export.rows import TRIALS, flat_rows, metric_names
from itbench.report.export.several import Runs
from itbench.report.stored_metrics import read_metrics
from itbench.store.reader import RunFile

_KEY = {"run": "string", "task": "string", "repeat": "int64", "attempt": "int64"}
METRIC_COLUMNS = _KEY | {"metric": "string", "value": METRIC_TYPE}
EVENT_COLUMNS = _KEY | {"position": "int64", "at_s": "float64", "kind": "string", "data": "string"}


@dataclass(frozen=True, slots=True)
class Table:
    """Columns of equal length, None where a value is not known, and the pyarrow names of their types."""

    types: dict[str, str]
    columns: dict[str, list[Any]]


def trials_table(runs: Runs) -> Table:
    """Return one row for each trial that counts."""
    metrics = all_metric_names(runs)
    types = trial_types(metrics)
    rows = ([*row.values()] for run in runs for row in flat_rows(run, metrics))
    return _table(types, rows)


def metrics_table(runs: Runs) -> Table:
    """Return one row for each metric of each trial that counts."""
    return _table(METRIC_COLUMNS, (row for run in runs for row in _metrics(run)))


def events_table(runs: Runs, kinds: Sequence[str] = ()) -> Table:
    """Return one row for each event of each trial that counts; no kinds are all kinds."""
    return _table(EVENT_COLUMNS, (row for run in runs for row in _events(run, frozenset(kinds))))


def all_metric_names(runs: Runs) -> list[str]:
    """Return the names of the metrics that any of the runs has, sorted."""
    return sorted({name for run in runs for name in metric_names(run)})


def trial_types(metrics: Sequence[str]) -> dict[str, str]:
    """Return the type of each column of runs with these metrics."""
    return COLUMNS | {f"{METRIC_PREFIX}{name}": METRIC_TYPE for name in metrics}


def _metrics(run: RunFile) -> Iterator[list[Any]]:
    name_of_run = run.plan()["id"]
    for row in run.connection.execute(TRIALS):
        for name, value in sorted(read_metrics(row["metrics"]).items()):
            yield [name_of_run, row["task"], row["repeat"], row["attempt"], name, value]


def _events(run: RunFile, kinds: frozenset[str]) -> Iterator[list[Any]]:
    name_of_run = run.plan()["id"]
    for row in run.connection.execute(TRIALS):
        for event in run.events(row["trial"]):
            if not kinds or event["kind"] in kinds:
                key = [name_of_run, row["task"], row["repeat"], row["attempt"]]
                yield [*key, event["position"], event["at_s"], event["kind"], event["data"]]


def _table(types: dict[str, str], rows: Iterator[list[Any]]) -> Table:
    columns: list[list[Any]] = [[] for _ in types]
    for row in rows:
        for column, value in zip(columns, row, strict=True):
            column.append(value)
    for column, kind in zip(columns, types.values(), strict=True):
        if kind == "float64":
            column[:] = [None if value is None else float(value) for value in column]
    return Table(types, dict(zip(types, columns, strict=True)))
