"""Writes a run as jsonl, csv, parquet or html, one trial at a time."""

import csv
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from itbench.errors import UsageError
from itbench.host.output_file import open_output
from itbench.report.export.columns import COLUMNS, METRIC_PREFIX, METRIC_TYPE, SCHEMA_VERSION
from itbench.report.export.page import write_page
from itbench.report.export.rows import flat_rows, full_records, metric_names
from itbench.store.connect import COMPANIONS, is_run_file
from itbench.store.live.file import ENDING
from itbench.store.reader import RunFile
from itbench.text.harmless import one_line
from itbench.text.spreadsheet import csv_cell

_BATCH_ROWS = 10_000


def export_run(run: RunFile, format_name: str, target: str | Path) -> int:
    """Write the run and return the number of trials; `-` is standard output.

    Raises:
        StorageError: it cannot be written; a plain file is then as it was.
        UsageError: the file is a run, or the format needs a package that is not installed.
    """
    _spare_run(run.path, target)
    run.require_whole()
    with open_output(target) as file:
        return _WRITERS[format_name](run, file)


def _spare_run(path: Path, target: str | Path) -> None:
    """Refuse to write over the run that is read, or any other."""
    kept = [path, *(path.with_name(path.name + ending) for ending in (*COMPANIONS, ENDING))]
    if any(_is_same_file(each, Path(target)) for each in kept):
        raise UsageError(f"{str(target)!r} is the run file itself; name another file with --output")
    if is_run_file(Path(target)):
        raise UsageError(
            f"{str(target)!r} is a run file, which no export can replace; name another file with --output"
        )


def _is_same_file(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False  # At least one of them is not there.


def _jsonl(run: RunFile, file: IO[bytes]) -> int:
    count = 0
    for record in full_records(run):
        file.write(json.dumps(record, ensure_ascii=True, separators=(",", ":")).encode() + b"\n")
        count += 1
    return count


def _csv(run: RunFile, file: IO[bytes]) -> int:
    # The csv module wants text; a wrapper that is closed would close the file below it.
    class Encoded:
        def write(self, text: str) -> int:
            return file.write(text.encode("utf-8"))

    metrics = metric_names(run)
    writer = csv.DictWriter(Encoded(), list(_types(metrics)), lineterminator="\n")
    writer.writerow({name: one_line(name) for name in writer.fieldnames})
    count = 0
    for row in flat_rows(run, metrics):
        # As JSON and every reader of CSV spell it.
        texts = row | {"handed_in": str(row["handed_in"]).lower()}
        writer.writerow({name: csv_cell(value) for name, value in texts.items()})
        count += 1
    return count


def _parquet(run: RunFile, file: IO[bytes]) -> int:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        raise UsageError("parquet needs pyarrow: pip install 'itbench[parquet]'") from error
    metrics = metric_names(run)
    fields = [(name, getattr(pa, kind)()) for name, kind in _types(metrics).items()]
    schema = pa.schema(fields, metadata={"itbench.schema_version": str(SCHEMA_VERSION)})
    count = 0
    with parquet.ParquetWriter(file, schema) as writer:
        batch = []
        for row in flat_rows(run, metrics):
            batch.append(row)
            count += 1
            if len(batch) == _BATCH_ROWS:
                writer.write_table(pa.Table.from_pylist(batch, schema))
                batch = []
        writer.write_table(pa.Table.from_pylist(batch, schema))
    return count


def _types(metrics: Sequence[str]) -> dict[str, str]:
    """Return the type of each column of a run with these metrics."""
    return COLUMNS | {f"{METRIC_PREFIX}{name}": METRIC_TYPE for name in metrics}


_WRITERS: dict[str, Callable[[RunFile, IO[bytes]], int]] = {
    "jsonl": _jsonl,
    "csv": _csv,
    "parquet": _parquet,
    "html": write_page,
}
