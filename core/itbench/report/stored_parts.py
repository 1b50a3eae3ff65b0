"""The parts of a stored trial as the types that plugins know; whether they are whole is checked where a trial is read."""

import json
from collections.abc import Iterator
from typing import Any

from itbench.interfaces.score import Score
from itbench.interfaces.submission import Submission
from itbench.interfaces.trace import TraceEvent
from itbench.report.stored_metrics import read_metrics
from itbench.store.reader import RunFile


def stored_score(row: Any) -> Score | None:
    """Return the score of a row with `score_value`, `metrics`, `reasons` and `details`; None without one."""
    if row["score_value"] is None:
        return None
    # It was checked when it was made, by the rules of that time.
    return Score.model_construct(
        value=row["score_value"],
        metrics=read_metrics(row["metrics"]),
        reasons=tuple(json.loads(row["reasons"])),
        details=json.loads(row["details"]),
    )


def stored_submission(run: RunFile, trial: int) -> Submission | None:
    """Return what was handed in; None where nothing usable was."""
    row = run.connection.execute("SELECT * FROM submission WHERE trial = ?", (trial,)).fetchone()
    if row is None:
        return None
    files = run.connection.execute("SELECT path, data FROM file WHERE trial = ?", (trial,)).fetchall()
    return Submission(
        answer=json.loads(row["answer"]),
        files={file["path"]: bytes(file["data"]) for file in files},
        observed=json.loads(row["observed"]),
        notes=tuple(json.loads(row["notes"])),
    )


def stored_events(run: RunFile, trial: int) -> Iterator[TraceEvent]:
    """Yield the events of a trial, in order."""
    query = "SELECT at_s, kind, data FROM event WHERE trial = ? ORDER BY position"
    for row in run.connection.execute(query, (trial,)):
        yield TraceEvent(row["at_s"], row["kind"], row["data"])
