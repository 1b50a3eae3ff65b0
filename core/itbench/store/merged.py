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
_TRIALS = """
SELECT trial.* FROM main.trial JOIN main.task ON task.id = trial.task ORDER BY trial.repeat, task.position, trial.attempt
"""
_OF_TRIAL = (
    ("submission", "SELECT * FROM main.submission WHERE trial = ?"),
    ("file", "SELECT * FROM main.file WHERE trial = ? ORDER BY path"),
)


def write_merged(
    path: Path,
    plan: Plan,
    shards: Sequence[Path],
    require_same: Callable[[RunFile], None],
    done: Callable[[int], None],
) -> None:
    """Write a new run file, shard by shard, of which one is open at a time.

    Args:
        path: of the new file.
        plan: of the whole run.
        shards: paths of their files, by number.
        require_same: refuses a shard that is not as it was when it was looked at; what is read after it does not change.
        done: is told how many trials are written.

    Raises:
        RunFileError: a shard cannot be read, or a trial of it is not what was written.
        StorageError: the new file cannot be written.
    """
    written = 0
    with making(path) as connection:
        for place, shard in enumerate(shards):
            with RunFile(shard) as run:
                run.connection.execute("BEGIN")
                require_same(run)
                connection.execute("BEGIN IMMEDIATE")
                if place == 0:
                    _copy_tasks(connection, run, plan)
                scorings = _copy_scorings(connection, run)
                for row in run.connection.execute(_TRIALS).fetchall():
                    _copy_trial(connection, run, row, scorings)
                    written += 1
                    if written % _TRIALS_A_COMMIT == 0:
                        connection.execute("COMMIT")
                        connection.execute("BEGIN IMMEDIATE")
                        done(written)
                connection.execute("COMMIT")
        # It has no log that could be missing beside it.
        connection.execute("PRAGMA journal_mode=DELETE")
    done(written)


def _copy_tasks(connection: sqlite3.Connection, run: RunFile, plan: Plan) -> None:
    rows = run.connection.execute("SELECT * FROM main.task ORDER BY position")
    connection.execute("INSERT INTO plan VALUES (?)", (plan.model_dump_json(),))
    connection.executemany("INSERT INTO task VALUES (?, ?, ?, ?)", map(tuple, rows))
    seal_plan(connection)


def _copy_scorings(connection: sqlite3.Connection, run: RunFile) -> dict[int, int]:
    """Copy when and by which rules a shard was scored, and return the new numbers by the old ones."""
    numbers = {}
    for row in run.connection.execute("SELECT * FROM main.scoring ORDER BY id").fetchall():
        numbers[row["id"]] = _insert(connection, "scoring", (None, *tuple(row)[1:]))
        seal_scoring(connection, numbers[row["id"]])
    return numbers


def _copy_trial(
    connection: sqlite3.Connection, run: RunFile, row: sqlite3.Row, scorings: dict[int, int]
) -> None:
    """Copy one attempt at a trial, once it is known to be what was written."""
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
