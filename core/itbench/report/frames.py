"""Runs as data frames of polars or pandas, with the columns and types of the exports."""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from os import PathLike, fspath
from pathlib import Path
from types import ModuleType
from typing import Any

from itbench.errors import UsageError
from itbench.report.export.several import Runs
from itbench.report.export.tables import Table, events_table, metrics_table, trials_table
from itbench.store.run_path import stored_path

RunPaths = str | PathLike[str] | Sequence[str | PathLike[str]]

_POLARS = {"int64": "Int64", "float64": "Float64", "string": "String", "bool_": "Boolean"}
# Those of pandas with a value for what is not known; for numbers that is NaN, as everywhere in pandas.
_PANDAS = {"int64": "Int64", "float64": "float64", "string": "string", "bool_": "boolean"}


def trials_frame(runs: RunPaths, *, library: str | None = None) -> Any:
    """Return a data frame of one run or several: one row for each task and repeat that was tried, with the latest attempt at it.

    Its columns are those of `itbench export`: suite, agent, model, status, value, tokens, cost and the like, and
    `metric.NAME` for each metric that any of the runs has. What is not known is null. A frame without rows has the same types.

    Args:
        runs: path of a run file, or several; `latest` is the newest one in `runs`.
        library: `polars` or `pandas`; None for the one that is installed, polars before pandas.

    Raises:
        UsageError: the library is not installed, or a run is given twice.
        RunFileError: a file is not a run file, or is damaged.
    """
    made = _maker(library)
    return made(trials_table(Runs(_paths(runs))))


def metrics_frame(runs: RunPaths, *, library: str | None = None) -> Any:
    """Return a data frame of one run or several: one row for each metric of each trial, with null where it was not measured.

    Its columns are run, task, repeat, attempt, metric and value.

    Args:
        runs: path of a run file, or several; `latest` is the newest one in `runs`.
        library: `polars` or `pandas`; None for the one that is installed, polars before pandas.

    Raises:
        UsageError: the library is not installed, or a run is given twice.
        RunFileError: a file is not a run file, or is damaged.
    """
    made = _maker(library)
    return made(metrics_table(Runs(_paths(runs))))


def events_frame(runs: RunPaths, *, library: str | None = None, kinds: Sequence[str] = ()) -> Any:
    """Return a data frame of one run or several: one row for each event of each trial, in the order of the trace.

    Its columns are run, task, repeat, attempt, position, at_s, kind and data, which is a JSON object as text. All of it is held
    in memory; name the kinds where traces are long.

    Args:
        runs: path of a run file, or several; `latest` is the newest one in `runs`.
        library: `polars` or `pandas`; None for the one that is installed, polars before pandas.
        kinds: of events, such as `tool`; none for all.

    Raises:
        UsageError: the library is not installed, or a run is given twice.
        RunFileError: a file is not a run file, or is damaged.
    """
    made = _maker(library)
    return made(events_table(Runs(_paths(runs)), kinds))


def _paths(runs: RunPaths) -> list[Path]:
    several = [runs] if isinstance(runs, (str, PathLike)) else runs
    return [stored_path(each if isinstance(each, str) else Path(fspath(each))) for each in several]


def _maker(library: str | None) -> Callable[[Table], Any]:
    """Return what makes a frame of a table.

    Raises:
        UsageError: the library is not installed, or not one of the two.
    """
    if library is not None and library not in _MAKERS:
        raise UsageError(f"library is {library!r}; it must be 'polars' or 'pandas'")
    names = list(_MAKERS) if library is None else [library]
    for name in names:
        module = _installed(name)
        if module is not None:
            return _bound(_MAKERS[name], module)
    raise UsageError(
        f"data frames need {' or '.join(names)}, which {'are' if len(names) > 1 else 'is'} not installed: pip install {names[0]}"
    )


def _bound(make: Callable[[ModuleType, Table], Any], module: ModuleType) -> Callable[[Table], Any]:
    return lambda table: make(module, table)


def _installed(name: str) -> ModuleType | None:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise  # It is installed, but lacks something.
        return None


def _polars(polars: Any, table: Table) -> Any:
    types = {name: getattr(polars, _POLARS[kind]) for name, kind in table.types.items()}
    return polars.DataFrame(table.columns, schema=types)


def _pandas(pandas: Any, table: Table) -> Any:
    columns = {
        name: pandas.array(values, dtype=_PANDAS[table.types[name]])
        if table.types[name] != "float64"
        else pandas.Series(values, dtype="float64")
        for name, values in table.columns.items()
    }
    return pandas.DataFrame(columns)


_MAKERS: Mapping[str, Callable[[ModuleType, Table], Any]] = {"polars": _polars, "pandas": _pandas}
