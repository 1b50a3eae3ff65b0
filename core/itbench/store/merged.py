"""Writes one run file from the files of its shards: every trial with its trace, submission and all of its scores."""

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

from itbench.interfaces.plan import Plan
from itbench.store.connect import making
from itbench.store.reader import RunFile
from itbench.store.seals import EVENTS, seal_plan, seal_score, seal_scoring, seal_trial

# A commit now and then keeps SQLite's log short; the file has its name only once it is whole.
_TRIALS_A_COMMIT = 500
_OF_TRIAL = (
    ("submission", "SELECT * FROM main.submission WHERE trial = ?"),
    ("file", "SELECT * FROM main.file WHERE trial = ? ORDER BY path"),
)


def write_merged(path: Path, plan: Plan, shards: Sequence[RunFile], done: Callable[[int], None]) -> None:
    """Write a new run file.

    Args:
        path: of the new file.
        plan: of the whole run.
        shards: their files, by number, those that are missing left out.
        done: is told how many trials are written.

    Raises:
        RunFileError: a trial of a shard is not what was written.
        StorageError: the new file cannot be written.
    """
    found = {int(run.plan()["shard"]["number"]): run for run in shards}
    count = int(shards[0].plan()["shard"]["count"])
    with making(path) as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO plan VALUES (?)", (plan.model_dump_json(),))
        _copy_tasks(connection, shards[0])
        seal_plan(connection)
        scorings = {number: _copy_scorings(connection, run) for number, run in found.items()}
        for place, (task, repeat) in enumerate(plan.trials()):
            number = place % count + 1
            if number in found:
                _copy_trials(connection, found[number], task, repeat, scorings[number])
            if place % _TRIALS_A_COMMIT == _TRIALS_A_COMMIT - 1:
                connection.execute("COMMIT")
                connection.execute("BEGIN IMMEDIATE")
                done(place + 1)
        connection.execute("COMMIT")
        # It has no log that could be missing beside it.
        connection.execute("PRAGMA journal_mode=DELETE")


def _copy_tasks(connection: sqlite3.Connection, run: RunFile) -> None:
    rows = run.connection.execute("SELECT * FROM main.task ORDER BY position")
    connection.executemany("INSERT INTO task VALUES (?, ?, ?, ?)", map(tuple, rows))


def _copy_scorings(connection: sqlite3.Connection, run: RunFile) -> dict[int, int]:
    """Copy when and by which rules a shard was scored, and return the new numbers by the old ones."""
    numbers = {}
    for row in run.connection.execute("SELECT * FROM main.scoring ORDER BY id").fetchall():
        numbers[row["id"]] = _insert(connection, "scoring", (None, *tuple(row)[1:]))
        seal_scoring(connection, numbers[row["id"]])
    return numbers


def _copy_trials(
    connection: sqlite3.Connection, run: RunFile, task: str, repeat: int, scorings: dict[int, int]
) -> None:
    """Copy all attempts at one trial, each once it is known to be what was written."""
    query = "SELECT * FROM main.trial WHERE task = ? AND repeat = ? ORDER BY attempt"
    for row in run.connection.execute(query, (task, repeat)).fetchall():
        run.require_whole_trial(row["id"])
        trial = _insert(connection, "trial", (None, *tuple(row)[1:]))
        for table, rows_of in _OF_TRIAL:
            for each in run.connection.execute(rows_of, (row["id"],)):
                _insert(connection, table, (trial, *tuple(each)[1:]))
        events = run.connection.execute(EVENTS, (row["id"],))
        connection.executemany(
            "INSERT INTO event VALUES (?, ?, ?, ?, ?)", ((trial, *tuple(event)) for event in events)
        )
        seal_trial(connection, trial)
        scores = run.connection.execute("SELECT * FROM main.score WHERE trial = ?", (row["id"],))
        for score in scores.fetchall():
            scoring = scorings[score["scoring"]]
            _insert(connection, "score", (scoring, trial, *tuple(score)[2:]))
            seal_score(connection, trial, scoring)


def _insert(connection: sqlite3.Connection, table: str, values: tuple[object, ...]) -> int:
    marks = ", ".join("?" * len(values))
    cursor = connection.execute(f"INSERT INTO {table} VALUES ({marks})", values)  # noqa: S608 - our own words
    return int(cursor.lastrowid or 0)
