"""Writes a run as a log of Inspect: one trial after the other, with memory for one of them."""

import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

from itbench.host.output_file import open_output
from itbench.interfaces.json import JsonObject, JsonValue
from itbench.report.export.attempts import asked_models
from itbench.report.export.inspect_log.header import VERSION, last_trial, plan_of, spec, stats
from itbench.report.export.inspect_log.sample import sample_of
from itbench.report.export.inspect_log.scores import results
from itbench.report.export.inspect_log.summary import sample_summary
from itbench.report.export.inspect_log.use import add_use
from itbench.report.export.rows import TRIALS
from itbench.report.export.steps.clean import clean
from itbench.report.summary import metric_means, summarise
from itbench.store.reader import RunFile

ENDING = ".eval"


def write_inspect_log(run: RunFile, folder: Path) -> int:
    """Write the log of a run into a folder, under a name that tells of it, and return the number of trials."""
    plan = run.plan()
    began = plan["created_at"].replace(":", "-").replace("+", "-")
    name = f"{began}_{plan['domain']}-{plan['suite']}_{plan['id']}{ENDING}"
    with (
        open_output(folder / name) as file,
        tempfile.TemporaryFile() as summaries,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as log,
    ):
        return _write(run, plan, log, summaries)


def _write(run: RunFile, plan: JsonObject, log: zipfile.ZipFile, summaries: IO[bytes]) -> int:
    models: Mapping[int, str | None] = asked_models(run)
    told = ",".join(sorted({name for each in models.values() if each for name in each.split(",")}))
    start = {"version": VERSION, "eval": spec(plan, told or None), "plan": plan_of(plan)}
    _put(log, "_journal/start.json", start)
    use: dict[str, JsonObject] = {}
    count = completed = 0
    summaries.write(b"[")
    for sample in _samples(run, plan, models):
        _put(log, f"samples/{sample['id']}_epoch_{sample['epoch']}.json", sample)
        summaries.write((b"," if count else b"") + _json(sample_summary(sample)))
        for model, taken in sample["model_usage"].items():
            add_use(use, model, taken)
        count += 1
        completed += sample["error"] is None
    summaries.write(b"]")
    summaries.seek(0)
    with log.open("summaries.json", "w") as entry:
        shutil.copyfileobj(summaries, entry)
    summary = summarise(run)
    is_whole = summary.trials == summary.estimate.n_planned
    ending = {
        "status": "success" if is_whole else "cancelled",
        "results": results(summary, metric_means(run)) | {"completed_samples": completed},
        "stats": stats(plan, last_trial(run.connection), use),
    }
    _put(log, "header.json", start | ending)
    return count


def _samples(run: RunFile, plan: JsonObject, models: Mapping[int, str | None]) -> Iterator[JsonObject]:
    model = spec(plan, None)["model"]
    for row in run.connection.execute(TRIALS):
        found = dict(row) | {"model": models.get(row["trial"]) or model}
        yield sample_of(run, found, run.task(row["task"]), plan)


def _put(log: zipfile.ZipFile, name: str, value: JsonValue) -> None:
    log.writestr(name, _json(clean(value)))


def _json(value: JsonValue) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
