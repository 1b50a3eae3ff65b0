"""One trial as it is stored, without its trace: what was handed in may be large, so files are read when they are asked for."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from itbench.errors import UsageError
from itbench.interfaces.json import JsonObject, JsonValue
from itbench.report.stored_metrics import read_metrics
from itbench.store.reader import RunFile

_SCORE = "SELECT * FROM latest_score WHERE trial = ?"
_FILES = (
    "SELECT path, length(data) AS size, substr(data, 1, 16) AS head FROM file WHERE trial = ? ORDER BY path"
)
_SCORINGS = """
SELECT score.value, score.is_leak, score.fault, made.started_at, made.domain_origin, made.scoring_version
FROM score JOIN scoring AS made ON made.id = score.scoring WHERE score.trial = ? ORDER BY made.id
"""
_NEIGHBOURS = """
SELECT outcome.trial AS trial, outcome.task AS task, outcome.repeat AS repeat FROM outcome JOIN task ON task.id = outcome.task
WHERE {} ORDER BY task.position {}, outcome.repeat {} LIMIT 1
"""
_PLACE = "(task.position, outcome.repeat) {} (SELECT t.position, ? FROM task AS t WHERE t.id = ?)"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that was handed in.

    Attributes:
        path: below the workspace.
        size: bytes.
        head: its first bytes.
    """

    path: str
    size: int
    head: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTrial:
    """A trial with its score, submission and task.

    Attributes:
        row: of the table `trial`.
        status: what it counts as, where it is the latest attempt.
        value: what it counts for.
        task: the task's document.
        score: of the latest scoring, decoded; None without one.
        scorings: all of them, the first one first.
        answer: that was handed in.
        has_submission: whether anything usable was.
        observed: the end state.
        notes: on the submission.
        files: that were handed in.
        attempts: id, repeat and attempt of all trials of the task.
        previous, following: the ids of the trials beside it in the order of the plan; None at the ends.
    """

    row: Mapping[str, Any]
    status: str | None
    value: float | None
    task: JsonObject
    score: JsonObject | None
    scorings: Sequence[Mapping[str, Any]]
    answer: JsonValue
    has_submission: bool
    observed: JsonObject
    notes: Sequence[str]
    files: Sequence[StoredFile]
    attempts: Sequence[Mapping[str, Any]]
    previous: int | None
    following: int | None


def stored_trial(run: RunFile, number: int) -> StoredTrial:
    """Return one trial.

    Raises:
        UsageError: there is none of this number.
    """
    ask = run.connection.execute
    row = ask("SELECT * FROM trial WHERE id = ?", (number,)).fetchone()
    if row is None:
        raise UsageError(f"no trial {number} in {str(run.path)!r}")
    outcome = ask("SELECT status, value FROM outcome WHERE trial = ?", (number,)).fetchone()
    submission = ask("SELECT * FROM submission WHERE trial = ?", (number,)).fetchone()
    return StoredTrial(
        row=dict(row),
        status=outcome["status"] if outcome else None,
        value=outcome["value"] if outcome else None,
        task=run.task(row["task"]),
        score=_score(ask(_SCORE, (number,)).fetchone()),
        scorings=[dict(each) for each in ask(_SCORINGS, (number,))],
        answer=json.loads(submission["answer"]) if submission else None,
        has_submission=submission is not None,
        observed=json.loads(submission["observed"]) if submission else {},
        notes=json.loads(submission["notes"]) if submission else [],
        files=[
            StoredFile(each["path"], each["size"], bytes(each["head"])) for each in ask(_FILES, (number,))
        ],
        attempts=[dict(each) for each in run.trials_of(row["task"])],
        previous=_neighbour(run, row, "<", "DESC"),
        following=_neighbour(run, row, ">", "ASC"),
    )


def stored_file(run: RunFile, trial: int, path: str) -> bytes:
    """Return a file that was handed in.

    Raises:
        UsageError: there is none of this path.
    """
    query = "SELECT data FROM file WHERE trial = ? AND path = ?"
    row = run.connection.execute(query, (trial, path)).fetchone()
    if row is None:
        raise UsageError(f"trial {trial} has handed in no file {path!r}")
    return bytes(row["data"])


def _score(found: Any) -> JsonObject | None:
    if found is None:
        return None
    texts = {key: json.loads(found[key]) for key in ("reasons", "details")}
    return dict(found) | texts | {"metrics": read_metrics(found["metrics"])}


def _neighbour(run: RunFile, row: Mapping[str, Any], sign: str, direction: str) -> int | None:
    query = _NEIGHBOURS.format(_PLACE.format(sign), direction, direction)
    found = run.connection.execute(query, (row["repeat"], row["task"])).fetchone()
    return None if found is None else int(found["trial"])
