"""Runs that are killed and resumed over and over, by several processes at a time: nothing is lost, nothing done twice."""

import json
import random
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from itbench.store.reader import RunFile
from itbench.store.seals import seal_all

Itbench = Callable[..., Any]
Background = Callable[..., subprocess.Popen[str]]
SOAKED = 200


def kill_and_resume(
    count: int, itbench: Itbench, background: Background, run_with_trials: Callable[..., Path]
) -> tuple[Path, Path]:
    """Kill and resume a run so often; return its file, and that of the same run without a kill."""
    chance = random.Random(20260712)
    words = ("-a", "adder:wrong=3,delay_ms=4,events=3", "--max-trials", "4")
    itbench("run", "sums/many", *words, "-o", "whole")
    (whole,) = Path("whole").glob("*.itbench")
    process = background("run", "sums/many", *words)
    path = run_with_trials(process, 1)
    kept = 0
    for _ in range(count):
        time.sleep(chance.random() * 0.3)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            (found,) = connection.execute("SELECT count(*) FROM trial").fetchone()
        assert found >= kept
        kept = found
        if kept == 200:
            with closing(sqlite3.connect(path)) as connection:  # Begin anew with a part of it.
                connection.executescript(
                    "DELETE FROM score WHERE trial > 20; DELETE FROM submission WHERE trial > 20;"
                    "DELETE FROM event WHERE trial > 20; DELETE FROM trial WHERE id > 20;"
                )
                seal_all(connection)
                connection.commit()
            kept = 20
        others = [background("resume", path) for _ in range(chance.choice((0, 0, 1)))]
        process = background("resume", path)
        for other in others:
            other.kill()
            other.communicate()
        time.sleep(0.4 + chance.random() * 0.2)
    process.kill()
    process.communicate()
    assert json.loads(itbench("resume", path, "--json").out)["trials_scored"] == 200
    return path, whole


def lost(path: Path, whole: Path) -> list[str]:
    """Return the tasks whose result is not that of the run without a kill, after a check of all else in the file."""
    with RunFile(path) as run, RunFile(whole) as other:
        found, wanted = run.values(), other.values()
        rows = run.connection.execute("SELECT count(*), max(attempt) FROM trial").fetchone()
        assert tuple(rows) == (200, 0)
        events = run.connection.execute("SELECT count(*) AS n FROM event GROUP BY trial").fetchall()
        assert [row["n"] for row in events] == [3] * 200
        assert run.connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]
    return [task for task in wanted.keys() | found.keys() if found.get(task) != wanted.get(task)]


@pytest.mark.soak
@pytest.mark.slow
def test_a_run_that_is_killed_and_resumed_again_and_again_loses_nothing(
    sums: Path, itbench: Itbench, background: Background, run_with_trials: Callable[..., Path]
) -> None:
    """Slow: ten kills at seeded moments, a twentieth of those of the soak."""
    path, whole = kill_and_resume(SOAKED // 20, itbench, background, run_with_trials)
    assert lost(path, whole) == []


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_two_hundred_kills_lose_nothing(
    sums: Path, itbench: Itbench, background: Background, run_with_trials: Callable[..., Path]
) -> None:
    path, whole = kill_and_resume(SOAKED, itbench, background, run_with_trials)
    assert lost(path, whole) == []
