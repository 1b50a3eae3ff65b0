"""Writes runs as jsonl, csv, parquet or html, one trial at a time."""

import csv
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from itbench.errors import UsageError
from itbench.host.output_file import STANDARD_OUTPUT, open_output
from itbench.report.export.columns import SCHEMA_VERSION
from itbench.report.export.page import write_page
from itbench.report.export.rows import flat_rows, full_records
from itbench.report.export.several import Runs
from itbench.report.export.tables import all_metric_names, trial_types
from itbench.store.connect import COMPANIONS, is_run_file
from itbench.store.live.file import ENDING
from itbench.store.reader import RunFile
from itbench.text.harmless import one_line
from itbench.text.spreadsheet import csv_cell

_BATCH_ROWS = 10_000


def export_runs(paths: Sequence[Path], format_name: str, target: str | Path) -> int:
    """Write runs one after another into one file and return the number of trials; `-` is standard output.

    A format in `FOLDERS` is written as one file for each run, in a folder.

    Raises:
        StorageError: it cannot be written; a plain file is then as it was.
        UsageError: the file is a run, a run is there twice, the format needs a package that is not installed or has no place for
            more than one run.
        RunFileError: a run file is damaged.
    """
    if format_name == "html" and len(paths) > 1:
        raise UsageError("a page has one run; use --to csv, parquet or jsonl for several, or `itbench view`")
    runs = Runs(paths)
    for run in runs:
        if format_name not in FOLDERS:
            _spare_run(run.path, target)
        run.require_whole()
    if format_name in FOLDERS:
        return sum(_FOLDER_WRITERS[format_name](run, _folder(target)) for run in runs)
    with open_output(target) as file:
        return _WRITERS[format_name](runs, file)


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


def _folder(target: str | Path) -> Path:
    folder = Path(target)
    if target == STANDARD_OUTPUT or (folder.exists() and not folder.is_dir()):
        raise UsageError(
            f"this format is written into a folder, and {str(target)!r} is none; name a folder with --output"
        )
    return folder


def _jsonl(runs: Runs, file: IO[bytes]) -> int:
    count = 0
    for record in (record for run in runs for record in full_records(run)):
        file.write(json.dumps(record, ensure_ascii=True, separators=(",", ":")).encode() + b"\n")
        count += 1
    return count


def _csv(runs: Runs, file: IO[bytes]) -> int:
    # The csv module wants text; a wrapper that is closed would close the file below it.
    class Encoded:
        def write(self, text: str) -> int:
            return file.write(text.encode("utf-8"))

    metrics = all_metric_names(runs)
    writer = csv.DictWriter(Encoded(), list(trial_types(metrics)), lineterminator="\n")
    writer.writerow({name: one_line(name) for name in writer.fieldnames})
    count = 0
    for row in (row for run in runs for row in flat_rows(run, metrics)):
        # As JSON and every reader of CSV spell it.
        texts = row | {"handed_in": str(row["handed_in"]).lower()}
        writer.writerow({name: csv_cell(value) for name, value in texts.items()})
        count += 1
    return count


def _parquet(runs: Runs, file: IO[bytes]) -> int:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        raise UsageError("parquet needs pyarrow: pip install 'itbench[parquet]'") from error
    metrics = all_metric_names(runs)
    fields = [(name, getattr(pa, kind)()) for name, kind in trial_types(metrics).items()]
    schema = pa.schema(fields, metadata={"itbench.schema_version": str(SCHEMA_VERSION)})
    count = 0
    with parquet.ParquetWriter(file, schema) as writer:
        batch = []
        for row in (row for run in runs for row in flat_rows(run, metrics)):
            batch.append(row)
            count += 1
            if len(batch) == _BATCH_ROWS:
                writer.write_table(pa.Table.from_pylist(batch, schema))
                batch = []
        writer.write_table(pa.Table.from_pylist(batch, schema))
    return count


def _html(runs: Runs, file: IO[bytes]) -> int:
    return sum(write_page(run, file) for run in runs)


def _otlp(runs: Runs, file: IO[bytes]) -> int:
    from itbench.report.export.spans.otlp import write_otlp

    return write_otlp(runs, file)


def _inspect(run: RunFile, folder: Path) -> int:
    from itbench.report.export.inspect_log.write import write_inspect_log

    return write_inspect_log(run, folder)


def _atif(run: RunFile, folder: Path) -> int:
    from itbench.report.export.atif.write import write_trajectories

    return write_trajectories(run, folder)


def _every_eval_ever(run: RunFile, folder: Path) -> int:
    from itbench.report.export.every_eval_ever.write import write_every_eval_ever

    return write_every_eval_ever(run, folder)


_WRITERS: dict[str, Callable[[Runs, IO[bytes]], int]] = {
    "jsonl": _jsonl,
    "csv": _csv,
    "parquet": _parquet,
    "html": _html,
    "otlp": _otlp,
}
_FOLDER_WRITERS: dict[str, Callable[[RunFile, Path], int]] = {
    "inspect": _inspect,
    "atif": _atif,
    "every-eval-ever": _every_eval_ever,
}
FOLDERS = frozenset(_FOLDER_WRITERS)
"""Formats that are written into a folder, each run by itself."""
