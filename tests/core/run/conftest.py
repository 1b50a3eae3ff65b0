"""Whole runs in processes of their own."""

import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest


@pytest.fixture
def trials() -> Callable[[Path], int]:
    """Return a function that counts the trials in a run file, through nothing of ours."""

    def count(path: Path) -> int:
        uri = f"{path.resolve().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=5)) as connection:
            return int(connection.execute("SELECT count(*) FROM trial").fetchone()[0])

    return count


@pytest.fixture
def run_with_trials(trials: Callable[[Path], int]) -> Callable[..., Path]:
    """Return a function that waits until the only run in a folder has some trials."""

    def wait(process: subprocess.Popen[str], at_least: int, folder: Path = Path("runs")) -> Path:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and process.poll() is None:
            for path in folder.glob("*.itbench"):
                with suppress(sqlite3.OperationalError):
                    if trials(path) >= at_least:
                        return path
            time.sleep(0.01)
        out, err = process.communicate()
        raise AssertionError(f"the run ended before its time: {out}{err}")

    return wait
