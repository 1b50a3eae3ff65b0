"""Writes a run as jsonl, csv, parquet or html, one trial at a time."""

import csv
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

from itbench.errors import StorageError, UsageError
from itbench.export.page import write_page
from itbench.export.rows import COLUMNS, full_records, outcome_rows
from itbench.store.reader import RunFile

_BATCH_ROWS = 10_000


def export_run(run: RunFile, format_name: str, target: Path) -> int:
    """Write the run and return the number of trials; the file appears whole or not at all.

    Raises:
        StorageError: it cannot be written.
        UsageError: the format needs a package that is not installed.
    """
    write = _WRITERS[format_name]
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                count = write(run, file)
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise StorageError(f"cannot write {str(target)!r}: {error.strerror or error}") from error
    return count


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

    writer = csv.DictWriter(Encoded(), COLUMNS, lineterminator="\n")
    writer.writeheader()
    count = 0
    for row in outcome_rows(run):
        writer.writerow(row)
        count += 1
    return count


def _parquet(run: RunFile, file: IO[bytes]) -> int:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        raise UsageError("parquet needs pyarrow: pip install 'itbench[parquet]'") from error
    schema = pa.schema([(name, getattr(pa, kind)()) for name, kind in COLUMNS.items()])
    count = 0
    with parquet.ParquetWriter(file, schema) as writer:
        batch = []
        for row in outcome_rows(run):
            batch.append(row)
            count += 1
            if len(batch) == _BATCH_ROWS:
                writer.write_table(pa.Table.from_pylist(batch, schema))
                batch = []
        writer.write_table(pa.Table.from_pylist(batch, schema))
    return count


_WRITERS: dict[str, Callable[[RunFile, IO[bytes]], int]] = {
    "jsonl": _jsonl,
    "csv": _csv,
    "parquet": _parquet,
    "html": write_page,
}
