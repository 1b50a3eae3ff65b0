"""Run files that cannot be opened say so in one line; any SQLite tool can read a good one."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from itbench import RunFileError, StorageError, UsageError
from itbench.store.connect import making, open_run
from itbench.store.reader import RunFile
from itbench.store.schema import VERSION

Itbench = Callable[..., Any]
# What these tests are about is not the sandbox.
OPEN = ("--sandbox", "none", "--allow-unsafe")


def only_run() -> Path:
    (path,) = Path("runs").glob("*.itbench")
    return path


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda _path: None, r"no run file at '.*x\.itbench'; `itbench runs` lists what there is"),
        (lambda path: path.mkdir(), r"'.*x\.itbench' is a folder; `itbench runs .*` lists the runs in it"),
        (lambda path: path.write_bytes(b""), "is empty and no run file; delete it"),
        (lambda path: path.write_text("hello " * 100), "is not a run file: file is not a database"),
        (
            lambda path: sqlite3.connect(path).execute("PRAGMA user_version=1").connection.close(),
            "not a run of itbench",
        ),
    ],
    ids=["missing", "a folder", "empty", "text", "another database"],
)
def test_what_is_no_run_file_is_refused(tmp_path: Path, make: Callable[[Path], object], message: str) -> None:
    path = tmp_path / "x.itbench"
    make(path)
    with pytest.raises(RunFileError, match=message):
        open_run(path)


def test_a_run_file_of_a_newer_version_asks_for_an_upgrade(tmp_path: Path) -> None:
    path = tmp_path / "x.itbench"
    with making(path) as connection:
        connection.execute(f"PRAGMA user_version={VERSION + 1}")
    with pytest.raises(
        RunFileError, match=rf"written by a newer itbench \(format {VERSION + 1}, this one reads up to"
    ):
        open_run(path)


def test_a_run_file_that_was_cut_off_before_its_plan_says_so(tmp_path: Path) -> None:
    path = tmp_path / "x.itbench"
    with making(path):
        assert not path.exists()
    with pytest.raises(RunFileError, match="has no plan: it was cut off while it was made"):
        RunFile(path)


def test_a_run_file_whose_making_fails_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="no such table"), making(tmp_path / "x.itbench") as connection:
        connection.execute("INSERT INTO nowhere VALUES (1)")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_file_that_is_there_is_not_replaced_by_a_new_run(tmp_path: Path) -> None:
    path = tmp_path / "x.itbench"
    path.write_text("mine")
    made = making(path)
    with pytest.raises(StorageError, match="there is a file already"), made:
        pass
    assert path.read_text() == "mine"


def test_a_torn_run_file_is_an_error_and_no_traceback(sums: Path, itbench: Itbench) -> None:
    itbench("run", "sums")
    path = only_run()
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    done = itbench("show", path)
    assert done.code == 3
    assert done.err.startswith("error: ")
    assert "Traceback" not in done.err


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    made = making(tmp_path / "file" / "x.itbench")
    with pytest.raises(StorageError, match="cannot write the run file"), made:
        pass


def test_the_command_line_names_a_bad_run_file_and_exits_with_3(itbench: Itbench) -> None:
    Path("bad.itbench").write_text("no database " * 50)
    for command in ("show", "resume", "score", "export", "leaderboard"):
        done = itbench(command, "bad.itbench")
        assert (done.code, done.err.startswith("error: 'bad.itbench' is not a run file")) == (3, True), (
            command
        )


@pytest.mark.slow
def test_a_trial_is_found_by_task_repeat_attempt_or_number(sums: Path, itbench: Itbench) -> None:
    itbench("run", "sums", "-n", "2", "-k", "2")
    with RunFile(only_run()) as run:
        number = run.find_trial("sum-0001:1")["id"]
        assert run.find_trial(str(number))["task"] == "sum-0001"
        assert run.find_trial("sum-0001:1:0")["repeat"] == 1
        assert run.find_trial("sum-0001")["repeat"] == 0
        for unknown in ("sum-0009", "sum-0001:2", "sum-0001:1:1", "sum-0001:x", "9999", "a:1:2:3", ""):
            with pytest.raises(UsageError, match="no trial"):
                run.find_trial(unknown)


@pytest.mark.slow
def test_any_sqlite_tool_can_recompute_the_score(sums: Path, itbench: Itbench) -> None:
    shown = json.loads(itbench("run", "sums", "-a", "adder:wrong=2", "-k", "3", "--json").out)
    with closing(sqlite3.connect(only_run())) as connection:
        (mean,) = connection.execute(
            "SELECT avg(m) FROM (SELECT avg(value) AS m FROM outcome GROUP BY task)"
        ).fetchone()
    assert mean == pytest.approx(shown["score"])


@pytest.mark.slow
def test_words_of_an_agent_that_are_no_unicode_are_kept(sums: Path, itbench: Itbench) -> None:
    program = (
        r"""printf '{"sum": 0, }' > answer.json; printf '\377\376\355\240\200'; printf 'a\033[2Jb' >&2"""
    )
    done = itbench("run", "sums", "-n", "1", "-a", "command", *OPEN, "--", "sh", "-c", program)
    assert done.code == 0
    shown = itbench("show", only_run(), "sum-0000")
    assert "\x1b" not in shown.out
    assert itbench("show", only_run(), "sum-0000", "--json").code == 0
    assert "a trailing comma was left out of the answer" in shown.out


@pytest.mark.slow
def test_half_a_surrogate_pair_in_an_answer_is_shown_as_an_escape(sums: Path, itbench: Itbench) -> None:
    program = r"""printf '{"sum": "\\ud800"}' > answer.json"""
    itbench("run", "sums", "-n", "1", "-a", "command", *OPEN, "--", "sh", "-c", program)
    for words in ((), ("sum-0000",), ("sum-0000", "--json"), ("--json",)):
        assert itbench("show", only_run(), *words).code == 0
