"""Looks at all of a run file, as `itbench check` does."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from itbench.errors import RunFileError
from itbench.store.connect import open_run
from itbench.store.sound import file_version, has_seals, integrity_lines, light_faults, work_faults
from itbench.store.structure import view_fault
from itbench.store.wal import log_fault

_MOST_FAULTS = 100


@dataclass(frozen=True, slots=True)
class FileCheck:
    """What a run file holds, and what is wrong with it.

    Attributes:
        path: of the file.
        faults: one line each; none where it is sound.
        trials: in the file, all attempts among them.
        scores: in the file, earlier ones among them.
        has_seals: whether what was written can be told from what is there; files of format 1 have none.
    """

    path: Path
    faults: list[str]
    trials: int = 0
    scores: int = 0
    has_seals: bool = False


def check_file(path: Path) -> FileCheck:
    """Return what is wrong with a run file; nothing in it is too damaged for this."""
    try:
        connection = open_run(path)
    except RunFileError as error:
        # What the check is would be told of itself.
        return FileCheck(path, [str(error).partition("; `itbench check")[0].removeprefix(f"{str(path)!r} ")])
    with closing(connection):
        faults = dict.fromkeys(filter(None, [log_fault(path)]))
        counts, is_sealed = (0, 0), False
        try:
            # In one transaction, so that a run that continues meanwhile is seen as it is at one moment.
            connection.execute("BEGIN")
            is_sealed = has_seals(connection)
            for fault in _faults(connection):
                faults[fault] = None
                if len(faults) == _MOST_FAULTS:
                    faults["there is more"] = None
                    break
            counts = _counts(connection)
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            faults[f"it cannot be read any further: {error}"] = None
    return FileCheck(path, [*faults], *counts, has_seals=is_sealed)


def _faults(connection: sqlite3.Connection) -> Iterator[str]:
    for row in connection.execute(f"PRAGMA main.integrity_check({_MOST_FAULTS})"):
        yield from integrity_lines(row[0])
    for row in connection.execute("PRAGMA main.foreign_key_check"):
        yield f"table {row[0]!r}: row {row[1]} belongs to nothing in {row[2]!r}"
    fault = view_fault(connection, file_version(connection))
    if fault is not None:
        yield fault
    yield from light_faults(connection)
    for row in connection.execute("SELECT id, task, repeat, attempt FROM trial").fetchall():
        name = f"trial {row['task']} repeat {row['repeat']} attempt {row['attempt']}"
        yield from (f"{name}: {line}" for line in work_faults(connection, row["id"]))


def _counts(connection: sqlite3.Connection) -> tuple[int, int]:
    query = "SELECT (SELECT count(*) FROM main.trial), (SELECT count(*) FROM main.score)"
    trials, scores = connection.execute(query).fetchone()
    return int(trials), int(scores)
