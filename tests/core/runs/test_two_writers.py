"""Two commands that would write one run: the second is refused, nothing is paid for twice."""

import json
import signal
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from itbench.store.seals import seal_all

Itbench = Callable[..., Any]
Background = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def running(
    sums: Path, itbench: Itbench, background: Background, run_with_trials: Callable[..., Path]
) -> tuple[subprocess.Popen[str], Path]:
    process = background("run", "sums/many", "-a", "adder:delay_ms=400", "--max-trials", "2")
    return process, run_with_trials(process, 1)


@pytest.mark.slow
@pytest.mark.parametrize("command", ["resume", "score"])
def test_a_run_that_is_worked_on_is_refused_with_the_process_that_holds_it(
    command: str, running: tuple[subprocess.Popen[str], Path], itbench: Itbench
) -> None:
    process, path = running
    done = itbench(command, path)
    assert done.code == 3
    assert done.err.startswith(f"error: '{path}' is in use: process {process.pid} on ")
    assert process.poll() is None


@pytest.mark.slow
def test_a_run_that_is_worked_on_can_be_read(
    running: tuple[subprocess.Popen[str], Path], itbench: Itbench
) -> None:
    _, path = running
    assert itbench("show", path).code == 0
    assert itbench("runs").code == 0
    assert itbench("leaderboard", *Path("runs").iterdir()).code == 0
    assert itbench("export", path, "--to", "csv", "-o", "-").code == 0


@pytest.mark.slow
def test_a_killed_run_can_be_resumed_at_once_and_by_one_process_only(
    running: tuple[subprocess.Popen[str], Path], itbench: Itbench, background: Background
) -> None:
    process, path = running
    process.send_signal(signal.SIGKILL)
    process.communicate()
    with closing(sqlite3.connect(path)) as connection:
        # So that the resumed trials take a while, but not 40 s.
        connection.execute("UPDATE plan SET document = replace(document, '\"400\"', '\"10\"')")
        seal_all(connection)
        connection.commit()
    resumed = [background("resume", path, "--json") for _ in range(3)]
    ended = [(*each.communicate(timeout=120), each.returncode) for each in resumed]
    won = [json.loads(out) for out, _, code in ended if code == 0]
    assert won != []
    for _, err, code in ended:
        assert code == 0 or "is in use: process " in err, err
        assert "Traceback" not in err
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*), max(attempt) FROM trial").fetchone() == (200, 0)
    assert [entry.name for entry in Path("runs").iterdir()] == [path.name]
