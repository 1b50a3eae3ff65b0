"""Writes the two files of a run, with memory for one trial."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from itbench.errors import UsageError
from itbench.host.output_file import open_output
from itbench.interfaces.json import JsonObject
from itbench.report.export.atif.trajectory import steps_of
from itbench.report.export.attempts import asked_models
from itbench.report.export.every_eval_ever.aggregate import aggregate_of
from itbench.report.export.every_eval_ever.place import Place, place_of
from itbench.report.export.every_eval_ever.sample import sample_of
from itbench.report.export.rows import TRIALS
from itbench.report.export.steps.clean import clean
from itbench.report.summary import summarise
from itbench.store.reader import RunFile


def write_every_eval_ever(run: RunFile, folder: Path) -> int:
    """Write the aggregate of a run and a line for each trial with a score, and return the number of lines.

    Raises:
        UsageError: no trial has a score.
    """
    summary = summarise(run)
    if summary.estimate.mean is None:
        raise UsageError(
            f"no trial of {str(run.path)!r} has a score, and this format has no place for such a run"
        )
    names = sorted({name for each in asked_models(run).values() for name in each.split(",")})
    place = place_of(summary.plan, ",".join(names) or None)
    samples, digest, count = f"{place.folder}/{place.name}_samples.jsonl", hashlib.sha256(), 0
    with open_output(folder / samples) as file:
        for line in _lines(run, summary.plan, place):
            file.write(line)
            digest.update(line)
            count += 1
    detailed = {
        "format": "jsonl",
        "file_path": samples,
        "hash_algorithm": "sha256",
        "checksum": digest.hexdigest(),
        "total_rows": count,
    }
    document = clean(aggregate_of(summary, place) | {"detailed_evaluation_results": detailed})
    with open_output(folder / place.folder / f"{place.name}.json") as file:
        file.write(json.dumps(document, indent=1, allow_nan=False).encode() + b"\n")
    return count


def _lines(run: RunFile, plan: JsonObject, place: Place) -> Iterator[bytes]:
    for row in run.connection.execute(TRIALS):
        if row["value"] is None:
            continue
        task = run.task(row["task"])
        steps = steps_of(run, row, task["instructions"])
        sample = sample_of(plan, place, row, task, steps, run.read_detail(row["trial"]))
        yield json.dumps(sample, separators=(",", ":"), allow_nan=False).encode() + b"\n"
