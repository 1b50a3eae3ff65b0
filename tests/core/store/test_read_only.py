"""Run files that cannot be written, and such as were copied without their log: read where that is sound, else told."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, closing, suppress
from pathlib import Path
from typing import Any

import pytest

from itbench.store.seals import seal_all

Itbench = Callable[..., Any]
ReadOnly = Callable[[Path], AbstractContextManager[None]]
ENDINGS = ("", "-wal", "-shm")


def begin(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", "from itbench.cli.main import main; main()", *arguments],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def trials_in(path: Path) -> int:
    with (
        suppress(sqlite3.OperationalError),
        closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as found,
    ):
        return int(found.execute("SELECT count(*) FROM trial").fetchone()[0])
    return 0


@pytest.fixture
def killed(sums: Path, itbench: Itbench) -> Path:
    """Return a run file whose run was killed after some trials, with its log beside it."""
    process = begin("run", "sums/many", "-a", "adder:delay_ms=100", "--max-trials", "2")
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if any(trials_in(path) >= 3 for path in Path("runs").glob("*.itbench")):
            break
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait(20)
    (path,) = Path("runs").glob("*.itbench")
    return path


def copied(run: Path, *endings: str) -> Path:
    Path("copy").mkdir()
    for ending in endings:
        shutil.copy(f"{run}{ending}", f"copy/run.itbench{ending}")
    return Path("copy/run.itbench")


@pytest.mark.slow
def test_a_killed_run_in_a_folder_that_cannot_be_written_is_read_whole(
    killed: Path, itbench: Itbench, read_only: ReadOnly
) -> None:
    count = trials_in(killed)
    path = copied(killed, *ENDINGS)
    with read_only(path.parent):
        shown = itbench("show", path)
        assert (shown.code, f"over {count} of 200 trials" in shown.out) == (0, True)
        assert len(itbench("export", path, "--to", "csv", "-o", "-").out.splitlines()) == count + 1
        for command in ("leaderboard", "show"):
            assert itbench(command, path).code == 0
        assert itbench("compare", path, path).code == 0
        assert str(path) in itbench("runs", "copy").out


@pytest.mark.slow
def test_a_log_that_cannot_be_read_there_is_said_with_what_to_copy(
    killed: Path, itbench: Itbench, read_only: ReadOnly
) -> None:
    path = copied(killed, "", "-wal")
    with read_only(path.parent):
        for words in (("show", path), ("export", path), ("leaderboard", path)):
            done = itbench(*words)
            assert (done.code, done.out) == (3, "")
            assert done.err == (
                f"error: '{path}' has its latest trials in 'run.itbench-wal' beside it, which cannot be read in a folder "
                "that cannot be written; copy both files into one that can, and open the copy\n"
            )
        shutil.copytree("copy", "elsewhere")
    assert f"over {trials_in(killed)} of 200 trials" in itbench("show", "elsewhere/run.itbench").out


def test_a_change_in_the_middle_of_which_a_process_was_killed_is_undone(
    sums: Path, itbench: Itbench, read_only: ReadOnly
) -> None:
    """At the begin and the end of a run, SQLite changes the file itself, with a journal beside it."""
    itbench("run", "sums")
    (run,) = Path("runs").glob("*.itbench")
    with closing(sqlite3.connect(run, isolation_level=None)) as connection:
        # A cache that holds too little has SQLite write pages before the transaction ends.
        connection.executescript("PRAGMA journal_mode=DELETE; PRAGMA cache_size=1; BEGIN IMMEDIATE")
        connection.execute("UPDATE event SET data = data || zeroblob(9000)")
        path = copied(run, "", "-journal")
    assert Path(f"{path}-journal").stat().st_size
    with read_only(path.parent):
        refused = itbench("show", path)
        assert refused.code == 3
        assert "has its latest trials in 'run.itbench-journal' beside it" in refused.err
    assert "over 12 of 12 trials" in itbench("show", path).out
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]
    assert itbench("check", path).out.startswith(f"{path}: sound")


@pytest.mark.slow
def test_a_run_that_needs_no_log_is_read_where_nothing_can_be_written(
    sums: Path, itbench: Itbench, read_only: ReadOnly
) -> None:
    itbench("run", "sums")
    (run,) = Path("runs").glob("*.itbench")
    with closing(sqlite3.connect(run)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    path = copied(run, "")
    before = path.read_bytes()
    with read_only(path.parent):
        shown = itbench("show", path)
        assert (shown.code, "over 12 of 12 trials" in shown.out, "copied" in shown.out) == (0, True, False)
        assert itbench("export", path, "-o", "out.jsonl").code == 0
        for command in ("resume", "score"):
            done = itbench(command, path)
            assert done.code == 4
            assert f"error: cannot write the run file '{path}': " in done.err
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


@pytest.mark.slow
def test_a_run_that_was_copied_without_its_log_says_what_is_missing(killed: Path, itbench: Itbench) -> None:
    path = copied(killed, "")
    hint = "a run that was stopped has its latest ones in run.itbench-wal, which is not beside it: if the file was copied"
    for _ in range(2):  # SQLite leaves an empty log behind.
        assert f"warning: 0 of 200 trials are in this file; {hint}" in itbench("show", path).out
    shutil.copy(f"{killed}-wal", f"{path}-wal")
    whole = itbench("show", path).out
    assert f"over {trials_in(killed)} of 200 trials" in whole
    assert hint not in whole


@pytest.mark.slow
def test_resuming_a_run_that_was_copied_without_its_log_says_so_first(killed: Path, itbench: Itbench) -> None:
    path = copied(killed, "")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE plan SET document = replace(document, '\"100\"', '\"0\"')")
        seal_all(connection)
        connection.commit()
    done = itbench("resume", path)
    assert (done.code, "over 200 of 200 trials" in done.out) == (0, True)
    assert "note: 0 of 200 trials are in this file; " in done.err
    assert "is not beside it" not in itbench("show", path).out


@pytest.mark.slow
def test_a_run_that_goes_on_or_was_killed_where_it_lies_has_no_such_hint(
    sums: Path, itbench: Itbench, killed: Path
) -> None:
    assert "is not beside it" not in itbench("show", killed).out
    shutil.rmtree("runs")
    process = begin("run", "sums/many", "-a", "adder:delay_ms=3000", "--no-score")
    try:
        while not list(Path("runs").glob("*.itbench-wal")) and process.poll() is None:
            time.sleep(0.01)
        (path,) = Path("runs").glob("*.itbench")
        assert "is not beside it" not in itbench("show", path).out
    finally:
        process.kill()
        process.wait()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read_is_said(sums: Path, itbench: Itbench) -> None:
    itbench("run", "sums", "-n", "1")
    (path,) = Path("runs").glob("*.itbench")
    path.chmod(0)
    assert f"'{path}' cannot be read: Permission denied" in itbench("show", path).err
