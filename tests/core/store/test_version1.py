"""Run files of format 1 are read as what they are, and become ones of today's format only when they are written."""

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from itbench.errors import RunFileError
from itbench.store.connect import open_run
from itbench.store.reader import RunFile
from itbench.store.schema import APPLICATION_ID, VERSION

Itbench = Callable[..., Any]

# Written by itbench of format 1: seven trials, one of them attempted twice, with all that replies told and did not.
DUMP = Path(__file__).with_name("version1.sql")
# Task, attempts, replies, uncounted, tokens, cached tokens, US dollars.
TAKEN = [
    ("sum-0000", 1, 2, 0, 240, 60, 0.5),
    ("sum-0001", 1, 1, 0, 120, 0, 0.0),
    ("sum-0002", 1, 2, 0, 240, 30, None),
    ("sum-0003", 2, 1, 0, 120, 30, 0.25),
    ("sum-0004", 1, 2, 1, None, None, None),
    ("sum-0005", 1, 2, 1, None, None, None),
    ("sum-0006", 1, 0, 0, None, None, None),
]
QUERY = (
    "SELECT task, attempts, replies, uncounted, tokens, cached_tokens, cost_usd FROM outcome ORDER BY task"
)


@pytest.fixture(params=["as it was at last", "without versions of rules"])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "old.itbench"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(DUMP.read_text())
        connection.executescript(f"PRAGMA application_id={APPLICATION_ID}; PRAGMA user_version=1;")
        if request.param == "without versions of rules":
            connection.execute("ALTER TABLE scoring DROP COLUMN scoring_version")
    return path


def taken(path: Path) -> list[tuple[Any, ...]]:
    with RunFile(path) as run:
        return [tuple(row) for row in run.connection.execute(QUERY)]


def format_of(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def test_what_no_reply_told_is_unknown_and_reading_changes_nothing(old: Path) -> None:
    before = old.read_bytes()
    assert taken(old) == TAKEN
    with RunFile(old) as run:
        assert set(run.scoring_versions().values()) == {1}
        assert run.find_trial("sum-0003:0:0")["fault_stage"] == "model"
        assert run.detail(1).row["cost_usd"] == 0.5
    assert old.read_bytes() == before


def test_every_report_reads_it(old: Path, itbench: Itbench) -> None:
    shown = itbench("show", old)
    assert (shown.code, "tried again: 1 trials" in shown.out) == (0, True), shown.err
    # A trial's cost is known or not; only means and sums leave something out.
    assert "$0.50" in shown.out
    assert "$0.50 (" not in shown.out
    assert re.search(r"cost of the run: \$\d\.\d\d \(\d attempts with unknown cost left out\)", shown.out)
    board = itbench("leaderboard", old)
    assert "$0.25 (3 unknown)" in board.out
    assert "1 tried again" in board.out
    assert "tokens unknown of 1 of 2 replies, cost unknown" in itbench("show", old, "sum-0004").out
    assert "no model replies" in itbench("show", old, "sum-0006").out
    assert itbench("export", old, "--to", "csv", "-o", "-").code == 0
    assert "tried again after faults: 1 trials of 1, 1 of 2" in itbench("compare", old, old).out
    assert format_of(old) == 1


def test_written_it_becomes_one_of_today_with_the_same_content(old: Path) -> None:
    with closing(sqlite3.connect(old)) as connection:
        contents = {
            table: sorted(connection.execute(f"SELECT * FROM {table}"), key=repr)
            for table in ("plan", "task", "submission", "file", "event", "score")
        }
    open_run(old, is_writable=True).close()
    assert format_of(old) == VERSION
    assert taken(old) == TAKEN
    with closing(open_run(old, is_writable=True)) as connection:
        for table, rows in contents.items():
            found = connection.execute(f"SELECT * FROM {table}")
            assert sorted((tuple(row) for row in found), key=repr) == rows
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        assert connection.execute("PRAGMA foreign_keys").fetchone()[0] == 1
        names = {row["name"] for row in connection.execute("SELECT name FROM sqlite_schema")}
    assert not [name for name in names if name.startswith("new_")]


def test_a_file_that_cannot_become_one_of_today_stays_what_it_was(old: Path) -> None:
    with closing(sqlite3.connect(old)) as connection:
        # Attempts without a number: the tables of today's format do not take them, nor does that of the file any longer.
        for before, after in (("INTEGER NOT NULL", "INTEGER"), ("INTEGER", "INTEGER NOT NULL")):
            connection.executescript("PRAGMA writable_schema=ON")
            connection.execute(
                "UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE name = 'trial'",
                (f"attempt {before},", f"attempt {after},"),
            )
            connection.executescript("PRAGMA writable_schema=RESET")
            if after == "INTEGER":
                connection.execute("UPDATE trial SET attempt = NULL WHERE id = 2")
                connection.commit()
    before = old.read_bytes()
    with pytest.raises(RunFileError, match="is not a run file: NOT NULL constraint failed"):
        open_run(old, is_writable=True)
    assert (format_of(old), old.read_bytes()) == (1, before)


def test_a_view_in_the_file_does_not_decide_what_is_read(old: Path) -> None:
    open_run(old, is_writable=True).close()
    with closing(sqlite3.connect(old)) as connection:
        connection.executescript("DROP VIEW outcome; CREATE VIEW outcome AS SELECT 1.0 AS value;")
    assert taken(old) == TAKEN
