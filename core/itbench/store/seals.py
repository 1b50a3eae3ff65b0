"""Hashes of what a run file holds, written in the same transaction: damage shows, however small.

A seal protects from damage, such as a disk or a copy that changed a bit, and from changes by tools that do not know of it.
Who can write the file can write its seals too. Each seal is bound to its file by a random identity: SQLite takes a log that lies
beside a file for its own even if it belonged to another run.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any, TypeAlias

SEALS = """CREATE TABLE seal (
    part TEXT NOT NULL,
    number INTEGER NOT NULL,
    scoring INTEGER NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (part, number, scoring)
) WITHOUT ROWID;
CREATE TABLE identity (value TEXT NOT NULL);
INSERT INTO identity VALUES (lower(hex(randomblob(16))))"""

Key: TypeAlias = tuple[str, int, int]

EVENTS = "SELECT position, at_s, kind, data FROM main.event WHERE trial = ? ORDER BY position"
"""The events of a trial, in the order in which they are hashed: the third part of its work."""
_EVENTS_PLACE = 2


class Part(StrEnum):
    """What one seal covers."""

    PLAN = "plan"  # The plan and all tasks.
    TRIAL = "trial"  # The row of a trial.
    WORK = "work"  # Submission, files and trace of a trial.
    SCORING = "scoring"  # The row of a scoring.
    SCORE = "score"  # The row of a score.


def seal_plan(connection: sqlite3.Connection) -> None:
    """Seal plan and tasks as they are now."""
    _write(connection, (Part.PLAN, 0, 0), plan_digest(connection))


def seal_trial(connection: sqlite3.Connection, trial: int) -> None:
    """Seal a trial that was written, with its submission and trace."""
    _seal_row(connection, (Part.TRIAL, trial, 0), "SELECT * FROM main.trial WHERE id = ?", trial)
    _write(connection, (Part.WORK, trial, 0), work_digest(connection, trial))


def seal_scoring(connection: sqlite3.Connection, scoring: int) -> None:
    """Seal a scoring that begins."""
    _seal_row(connection, (Part.SCORING, scoring, 0), "SELECT * FROM main.scoring WHERE id = ?", scoring)


def seal_score(connection: sqlite3.Connection, trial: int, scoring: int) -> None:
    """Seal a score that was written."""
    query = "SELECT * FROM main.score WHERE trial = ? AND scoring = ?"
    _seal_row(connection, (Part.SCORE, trial, scoring), query, trial, scoring)


def seal_all(connection: sqlite3.Connection) -> None:
    """Seal everything in a file as it is now, whatever it was before; within a transaction."""
    connection.execute("DELETE FROM main.seal")
    seal_plan(connection)
    for (trial,) in connection.execute("SELECT id FROM main.trial").fetchall():
        seal_trial(connection, trial)
    for (scoring,) in connection.execute("SELECT id FROM main.scoring").fetchall():
        seal_scoring(connection, scoring)
    for trial, scoring in connection.execute("SELECT trial, scoring FROM main.score").fetchall():
        seal_score(connection, trial, scoring)


def identity_of(connection: sqlite3.Connection) -> str:
    """Return by what a file is told from any other."""
    row = connection.execute("SELECT value FROM main.identity").fetchone()
    return "" if row is None else str(row[0])


def bound(digest: str, identity: str) -> str:
    """Return the seal that stands for a digest in the file of an identity."""
    return hashlib.sha256(f"{identity} {digest}".encode()).hexdigest()


def read_seals(connection: sqlite3.Connection) -> dict[Key, str]:
    """Return all seals of a file."""
    rows = connection.execute("SELECT part, number, scoring, digest FROM main.seal")
    return {(row["part"], row["number"], row["scoring"]): row["digest"] for row in rows}


def read_seal(connection: sqlite3.Connection, key: Key) -> str | None:
    """Return one seal of a file, None if it has none for that part."""
    query = "SELECT digest FROM main.seal WHERE part = ? AND number = ? AND scoring = ?"
    row = connection.execute(query, key).fetchone()
    return None if row is None else row["digest"]


def row_digest(row: Mapping[str, Any] | sqlite3.Row) -> str:
    """Return the SHA-256 of a row: names and values of its columns."""
    return _digest([dict(row)])


def plan_digest(connection: sqlite3.Connection) -> str:
    """Return the SHA-256 of plan and tasks."""
    return _digest(
        _rows(
            connection,
            "SELECT document FROM main.plan",
            "SELECT position, id, content_hash, document FROM main.task ORDER BY position",
        )
    )


def work_digest(connection: sqlite3.Connection, trial: int) -> str:
    """Return the SHA-256 of what was handed in, observed and recorded in a trial."""
    digest = WorkDigest(connection, trial)
    for row in connection.execute(EVENTS, (trial,)):
        digest.add_event(row)
    return digest.text


class WorkDigest:
    """The SHA-256 of the work of a trial, made while its events are read.

    Args:
        connection: to the file, from which all but the events is read at once.
        trial: its number.
    """

    def __init__(self, connection: sqlite3.Connection, trial: int) -> None:
        self._found = hashlib.sha256()
        for value in _rows(
            connection,
            "SELECT answer, observed, notes FROM main.submission WHERE trial = ?",
            "SELECT path, data FROM main.file WHERE trial = ? ORDER BY path",
            trial=trial,
        ):
            _add(self._found, value)

    def add_event(self, row: Iterable[Any]) -> None:
        """Take the next row of `EVENTS`."""
        _add(self._found, [_EVENTS_PLACE, *row])

    @property
    def text(self) -> str:
        """The digest of all that was taken."""
        return self._found.hexdigest()


def _rows(connection: sqlite3.Connection, *queries: str, trial: int | None = None) -> Iterator[Any]:
    for at, query in enumerate(queries):
        for row in connection.execute(query, () if trial is None else (trial,)):
            yield [at, *row]


def _digest(values: Iterable[Any]) -> str:
    found = hashlib.sha256()
    for value in values:
        _add(found, value)
    return found.hexdigest()


def _add(found: "hashlib._Hash", value: Any) -> None:
    found.update(_encoded(value).encode())
    found.update(b"\n")


def _of_bytes(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _seal_row(connection: sqlite3.Connection, key: Key, query: str, *numbers: int) -> None:
    cursor = connection.execute(query, numbers)
    names = [column[0] for column in cursor.description]
    _write(connection, key, row_digest(dict(zip(names, cursor.fetchone(), strict=True))))


_encoded = json.JSONEncoder(default=_of_bytes, check_circular=False).encode


def _write(connection: sqlite3.Connection, key: Key, digest: str) -> None:
    seal = bound(digest, identity_of(connection))
    connection.execute("INSERT OR REPLACE INTO main.seal VALUES (?, ?, ?, ?)", (*key, seal))
