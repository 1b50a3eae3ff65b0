"""Data frames have the columns, the values and the nulls of the exports, whatever is in the runs."""

import csv
import io
import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import itbench
from itbench.report.export.columns import COLUMNS
from itbench.runs.merging import merge

Itbench = Callable[..., Any]
POLARS = {"int64": "Int64", "float64": "Float64", "string": "String", "bool_": "Boolean"}
PANDAS = {"int64": "Int64", "float64": "float64", "string": "string", "bool_": "boolean"}
TYPES = {"polars": POLARS, "pandas": PANDAS}
pytestmark = pytest.mark.slow  # Two large libraries are imported.
libraries = pytest.mark.parametrize("library", ["polars", "pandas"])


def types_of(frame: Any) -> dict[str, str]:
    return {name: str(kind) for name, kind in zip(frame.columns, frame.dtypes, strict=True)}


def rows_of(frame: Any) -> list[dict[str, Any]]:
    """Return the rows with None for whatever is null."""
    if hasattr(frame, "to_dicts"):
        return list(frame.to_dicts())
    return [
        {name: None if is_null(value) else value for name, value in row.items()}
        for row in frame.to_dict("records")
    ]


def is_null(value: Any) -> bool:
    return str(value) == "<NA>" or (isinstance(value, float) and math.isnan(value))


@libraries
def test_a_frame_has_the_rows_of_the_export_of_several_runs(
    library: str, patient: None, itbench: Itbench
) -> None:
    pytest.importorskip(library)
    from itbench import run, trials_frame

    paths = [run("patient", limit=2, repeats=2).path, run("sums", limit=1).path]
    frame = trials_frame(paths, library=library)
    metrics = ["metric.error", "metric.never", "metric.seldom"]
    assert list(frame.columns) == [*COLUMNS, *metrics]
    assert types_of(frame) == {name: TYPES[library][COLUMNS.get(name, "float64")] for name in frame.columns}
    done = itbench("export", *paths, "--to", "csv", "-o", "-")
    assert done.err == "5 trials of 2 runs written to -\n"
    exported = list(csv.DictReader(io.StringIO(done.out)))
    assert list(exported[0]) == list(frame.columns)
    for row, texts in zip(rows_of(frame), exported, strict=True):
        for name, value in row.items():
            text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
            assert text == texts[name], name


@libraries
def test_what_is_not_known_is_null_and_never_0(library: str, patient: None) -> None:
    pytest.importorskip(library)
    run = itbench.run("patient", limit=3)
    known, half, nothing = rows_of(run.trials_frame(library))
    assert (known["input_tokens"], known["tokens"], known["cost_usd"]) == (100, 120, 0.25)
    assert (half["input_tokens"], half["output_tokens"], half["tokens"], half["cost_usd"]) == (
        107,
        None,
        None,
        None,
    )
    assert {nothing[name] for name in ("input_tokens", "tokens", "cost_usd", "model")} == {None}
    assert (known["metric.never"], known["metric.seldom"], half["metric.seldom"]) == (None, None, 2.0)
    assert known["handed_in"] is True


@libraries
def test_the_types_of_a_run_without_trials_are_the_same(
    library: str, patient: None, changed: Callable[..., None]
) -> None:
    pytest.importorskip(library)
    run = itbench.run("patient", limit=1)
    full = [run.trials_frame(library), run.metrics_frame(library), run.events_frame(library)]
    for table in ("score", "submission", "event", "trial"):
        changed(run.path, f"DELETE FROM {table}")
    empty = [run.trials_frame(library), run.metrics_frame(library), run.events_frame(library)]
    assert [len(frame) for frame in empty] == [0, 0, 0]
    for before, after in zip(full, empty, strict=True):
        assert types_of(after).items() <= types_of(before).items()
    assert types_of(itbench.trials_frame([], library=library)) == types_of(empty[0])


@libraries
def test_metrics_and_events_have_a_row_each(
    library: str, patient: None, changed: Callable[..., None]
) -> None:
    pytest.importorskip(library)
    run = itbench.run("patient", limit=2)
    changed(run.path, """UPDATE score SET metrics = '{"error": NaN, "never": 1e300}' WHERE trial = 1""")
    metrics = rows_of(run.metrics_frame(library))
    assert [(row["task"], row["metric"], row["value"]) for row in metrics] == [
        ("sum-0000", "error", None),
        ("sum-0000", "never", None),
        ("sum-0001", "error", 0.0),
        ("sum-0001", "never", None),
        ("sum-0001", "seldom", 2.0),
    ]
    events = rows_of(run.events_frame(library, kinds=["note", "turn"]))
    assert [row["kind"] for row in events if row["task"] == "sum-0001"] == ["turn", "note", "turn"]
    assert len(events[1]["data"]) > 3_000_000
    both = rows_of(itbench.events_frame(run.path, library=library))
    assert [row["position"] for row in both if row["task"] == "sum-0000"] == list(range(len(both) // 2))


@libraries
def test_a_run_of_format_1_has_nulls_too(library: str, old_run: Path) -> None:
    pytest.importorskip(library)
    rows = {row["task"]: row for row in rows_of(itbench.trials_frame(old_run, library=library))}
    assert (rows["sum-0001"]["cost_usd"], rows["sum-0002"]["cost_usd"]) == (0.0, None)
    assert rows["sum-0004"]["tokens"] is None


def test_parquet_files_have_the_columns_and_types_of_frames(patient: None, itbench: Itbench) -> None:
    polars, _ = pytest.importorskip("polars"), pytest.importorskip("pyarrow")
    from itbench import run, trials_frame

    paths = [run("patient", limit=2).path, run("sums", limit=1).path]
    assert (
        itbench("export", *paths, "--to", "parquet").err == "3 trials of 2 runs written to trials.parquet\n"
    )
    assert polars.read_parquet("trials.parquet").equals(trials_frame(paths, library="polars"))


def test_no_trial_is_counted_twice(patient: None, itbench: Itbench) -> None:
    from itbench import UsageError, run, trials_frame

    one = run("patient", limit=1).path
    with pytest.raises(UsageError, match="have trials of the same run"):
        trials_frame([one, "latest"])
    shards = [run("patient", limit=2, shard=f"{number}/2", out="shards").path for number in (1, 2)]
    merge(shards, Path("whole.itbench"), is_partial_allowed=False)
    done = itbench("export", "whole.itbench", shards[0], "-o", "-")
    assert (done.code, done.out) == (2, "")
    assert "have trials of the same run" in done.err


def test_several_runs_are_one_file_of_lines_but_no_page(patient: None, itbench: Itbench) -> None:
    from itbench import run

    paths = [run("patient", limit=1).path, run("sums", limit=2).path]
    assert len(itbench("export", *paths, "-o", "-").out.splitlines()) == 3
    refused = itbench("export", *paths, "--to", "html")
    assert (refused.code, "a page has one run" in refused.err) == (2, True)


@pytest.mark.parametrize(
    ("library", "message"),
    [
        (None, "data frames need polars or pandas, which are not installed: pip install polars"),
        ("pandas", "data frames need pandas, which is not installed: pip install pandas"),
        ("numpy", "library is 'numpy'; it must be 'polars' or 'pandas'"),
    ],
)
def test_without_a_library_there_is_one_clear_error(
    library: str | None, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("polars", "pandas"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(itbench.UsageError) as refused:
        itbench.trials_frame([], library=library)
    assert str(refused.value) == message
