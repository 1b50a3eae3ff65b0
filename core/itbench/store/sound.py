"""Whether what is read of a run file is what was written: indexes, values and seals.

`light_faults` looks at all that tables and scores are made of, and is asked whenever a file is opened; `work_faults` looks at
submission and trace of one trial, when they are read. `itbench check` asks for everything.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from itbench.interfaces.plan import MOST_TRIALS, Plan
from itbench.interfaces.shard import planned_repeats
from itbench.interfaces.task import Task
from itbench.store.seals import (
    EVENTS,
    Key,
    Part,
    bound,
    identity_of,
    plan_digest,
    read_seal,
    read_seals,
    row_digest,
    work_digest,
)
from itbench.store.values import (
    EVENT,
    FILE,
    SCORING,
    SUBMISSION,
    wrong_columns,
    wrong_score,
    wrong_trial,
)

_SMALL_TABLES = ("plan", "task", "trial", "scoring", "score")
_SEALED = 2
_HANDED_IN = (
    ("submission", "SELECT * FROM main.submission WHERE trial = ?", SUBMISSION),
    ("file", "SELECT path, data FROM main.file WHERE trial = ?", FILE),
)
_PART_NAMES: Mapping[str, str] = {
    Part.PLAN: "a plan",
    Part.TRIAL: "a trial",
    Part.WORK: "the submission and the trace of a trial",
    Part.SCORING: "a scoring",
    Part.SCORE: "a score",
}


def file_version(connection: sqlite3.Connection) -> int:
    """Return the format of a file."""
    return int(connection.execute("PRAGMA main.user_version").fetchone()[0])


def has_seals(connection: sqlite3.Connection) -> bool:
    """Tell whether a file is of a format with seals."""
    return file_version(connection) >= _SEALED


def light_faults(connection: sqlite3.Connection) -> Iterator[str]:
    """Yield what is wrong with plan, tasks, trials and scores, one line each.

    Raises:
        sqlite3.DatabaseError: the file cannot be read there.
    """
    is_sealed = has_seals(connection)
    yield from _index_faults(connection, (*_SMALL_TABLES, *(["seal", "identity"] if is_sealed else [])))
    if is_sealed:
        (identities,) = connection.execute("SELECT count(*) FROM main.identity").fetchone()
        if identities != 1:
            yield f"it has {identities} identities, must be one"
    plan, faults = _plan(connection)
    yield from faults
    if plan is not None:
        yield from _Rows(connection, read_seals(connection) if is_sealed else None).faults(plan)


def work_faults(connection: sqlite3.Connection, trial: int) -> Iterator[str]:
    """Yield what is wrong with submission, files and trace of a trial.

    Raises:
        sqlite3.DatabaseError: the file cannot be read there.
    """
    yield from handed_in_faults(connection, trial)
    for row in connection.execute(EVENTS, (trial,)):
        yield from event_faults(row)
    if has_seals(connection):
        yield from work_seal_faults(connection, trial, work_digest(connection, trial))


def handed_in_faults(connection: sqlite3.Connection, trial: int) -> Iterator[str]:
    """Yield what is wrong with the values of a submission and its files."""
    for name, query, columns in _HANDED_IN:
        for row in connection.execute(query, (trial,)):
            yield from (f"its {name}: {line}" for line in wrong_columns(row, columns))


def event_faults(row: Mapping[str, Any] | sqlite3.Row) -> Iterator[str]:
    """Yield what is wrong with the values of an event."""
    yield from (f"its trace: {line}" for line in wrong_columns(row, EVENT))  # type: ignore[arg-type] # a Row is read alike


def work_seal_faults(connection: sqlite3.Connection, trial: int, digest: str) -> Iterator[str]:
    """Yield what is wrong with the work of a trial by its seal, given its digest."""
    if read_seal(connection, (Part.WORK, trial, 0)) != bound(digest, identity_of(connection)):
        yield "its submission or trace is not what was written"


def _index_faults(connection: sqlite3.Connection, tables: tuple[str, ...]) -> Iterator[str]:
    for table in tables:
        for row in connection.execute(f"PRAGMA main.integrity_check({table})"):
            yield from (f"table {table!r}: {line}" for line in integrity_lines(row[0]))


def integrity_lines(found: object) -> list[str]:
    """Return what SQLite's own check says is wrong, without its headlines."""
    return [line for line in str(found).splitlines() if line != "ok" and not line.startswith("***")]


def _plan(connection: sqlite3.Connection) -> tuple[Plan | None, list[str]]:
    rows = connection.execute("SELECT document FROM main.plan").fetchall()
    if len(rows) != 1:
        return None, [f"it has {len(rows)} plans, must be one"]
    try:
        plan = Plan.model_validate_json(rows[0]["document"])
    except ValidationError as error:
        return None, [f"its plan cannot be used: {_first(error)}"]
    if plan.planned_trials > MOST_TRIALS:
        return None, [f"its plan has {plan.planned_trials} trials, which no run has"]
    return plan, [*_task_faults(connection, plan)]


def _task_faults(connection: sqlite3.Connection, plan: Plan) -> Iterator[str]:
    stored = connection.execute(
        "SELECT position, id, content_hash, document FROM main.task ORDER BY position"
    ).fetchall()
    planned = [(at, task.id, task.content_hash) for at, task in enumerate(plan.tasks)]
    if [(row["position"], row["id"], row["content_hash"]) for row in stored] != planned:
        yield "its tasks are not those of its plan"
        return
    for row in stored:
        try:
            if Task.model_validate_json(row["document"]).id != row["id"]:
                yield f"task {row['id']!r} has the text of another one"
        except ValidationError as error:
            yield f"task {row['id']!r} cannot be used: {_first(error)}"


class _Rows:
    """Looks at the rows of trials and scores, and holds each against its seal.

    Args:
        connection: to the file.
        seals: of the file; None if it is from before there were any.
    """

    def __init__(self, connection: sqlite3.Connection, seals: Mapping[Key, str] | None) -> None:
        self._connection = connection
        self._seals = seals
        self._identity = "" if seals is None else identity_of(connection)
        self._names: dict[Key, str] = {}

    def faults(self, plan: Plan) -> Iterator[str]:
        """Yield what is wrong with them."""
        yield from self._sealed((Part.PLAN, 0, 0), "plan and tasks", plan_digest(self._connection))
        yield from self._trial_faults(planned_repeats(plan.model_dump()))
        yield from self._scoring_faults()
        yield from self._score_faults()
        lost = (self._seals or {}).keys() - self._names.keys()
        yield from (
            f"{_PART_NAMES.get(part, 'something')} that was written is missing" for part, *_ in sorted(lost)
        )

    def _trial_faults(self, repeats: Mapping[str, Sequence[int]]) -> Iterator[str]:
        seen: set[tuple[object, ...]] = set()
        for row in self._connection.execute("SELECT * FROM trial"):
            name = f"trial {row['task']} repeat {row['repeat']} attempt {row['attempt']}"
            yield from (f"{name}: {line}" for line in wrong_trial(row, repeats))
            yield from self._sealed((Part.TRIAL, row["id"], 0), name, row_digest(row))
            self._names[Part.WORK, row["id"], 0] = name
            key = (row["task"], row["repeat"], row["attempt"])
            if key in seen:
                yield f"{name}: it is there twice"
            seen.add(key)

    def _scoring_faults(self) -> Iterator[str]:
        for row in self._connection.execute("SELECT * FROM scoring"):
            name = f"scoring {row['id']}"
            yield from (f"{name}: {line}" for line in wrong_columns(row, SCORING))
            yield from self._sealed((Part.SCORING, row["id"], 0), name, row_digest(row))

    def _score_faults(self) -> Iterator[str]:
        for row in self._connection.execute("SELECT * FROM score"):
            trial = self._names.get((Part.TRIAL, row["trial"], 0))
            name = f"score {row['scoring']} of {trial or 'no trial'}"
            yield from (f"{name}: {line}" for line in wrong_score(row))
            if trial is None or (Part.SCORING, row["scoring"], 0) not in self._names:
                yield f"{name}: its trial or its scoring is missing"
            yield from self._sealed((Part.SCORE, row["trial"], row["scoring"]), name, row_digest(row))

    def _sealed(self, key: Key, name: str, digest: str) -> Iterator[str]:
        self._names[key] = name
        if self._seals is not None and self._seals.get(key) != bound(digest, self._identity):
            yield f"{name}: not what was written"


def _first(error: ValidationError) -> str:
    detail = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(map(str, detail["loc"])) or "document"
    return f"{place}: {detail['msg']}"
