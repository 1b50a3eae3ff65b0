"""Whole runs in processes of their own."""

import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

KEY = 'sk-planted/+"key"-of-a-live-run'
# Each trial does something and then waits until the file `go` is there.
WAITER = """
import asyncio, json, os
from dataclasses import replace
from pathlib import Path
from itbench import Activity, AgentSpec
from itbench_sums import DOMAIN as SUMS, Adder

class Waiter(Adder):
    def __init__(self, request):
        self._events, self._delay_s, self._wrong = 1, 0, 0
        self._is_retold = "retold" in request.options
    async def solve(self, task, workspace, trace):
        key = os.environ.get("SERVICE_API_KEY", "")
        trace.turn()
        trace.record("request", number=1, model="m", messages=[])
        trace.use(input_tokens=1000, output_tokens=20, cost_usd=None if task.id == "sum-0001" else 0.5)
        trace.record("reply", request=1, text=key)
        trace.use_in_role("user", input_tokens=7, output_tokens=7, cost_usd=7.0)
        trace.does(Activity.TOOL, "cat \\x1b[2J " + key)
        if self._is_retold:
            for size in (300_000, *[100_000] * 60):
                trace.record("note", text="x" * size)
        while not Path("go").exists():
            await asyncio.sleep(0.02)
        if Path("small").exists():
            trace.events.clear()
        await super().solve(task, workspace, trace)

DOMAIN = replace(SUMS, name="waiting", agents=(
    AgentSpec(name="waiter", summary="s", create=Waiter, role="baseline", is_in_process=True),))
"""
# Spends a dollar a trial, half of it before its only turn; the trial of `sum-0002` fails at first.
SPENDER = """
from dataclasses import replace
from itbench import AgentSpec, Stage, StageError
from itbench_sums import DOMAIN as SUMS, Adder

class Spender(Adder):
    def __init__(self, request):
        self._events, self._delay_s, self._wrong = 1, 0, int(request.options.get("wrong", "0"))
        self._fails, self._cost = "fails" in request.options, 0.5
        if request.options.get("price") == "unknown":
            self._cost = None
    async def solve(self, task, workspace, trace):
        trace.use(input_tokens=10, output_tokens=10, cost_usd=self._cost)
        trace.use(input_tokens=10, output_tokens=10, cost_usd=self._cost)
        if self._fails:
            raise StageError(Stage.MODEL, "down")
        await super().solve(task, workspace, trace)

DOMAIN = replace(SUMS, name="spend", agents=(
    AgentSpec(name="spender", summary="s", create=Spender, role="baseline", is_in_process=True),))
"""


@pytest.fixture
def spend(sums: Path, distribution: Callable[..., Path]) -> None:
    """Install the domain `spend`, whose agent spends a dollar a trial."""
    distribution(
        "spend", group="itbench.domains", points={"spend": "spend_mod:DOMAIN"}, code={"spend_mod": SPENDER}
    )


@pytest.fixture
def waiting(
    sums: Path, distribution: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[str]:
    """Install the domain `waiting`, whose agents say much and wait for the file `go`; return a secret that they say."""
    monkeypatch.setenv("SERVICE_API_KEY", KEY)
    monkeypatch.chdir(tmp_path)
    distribution(
        "waiting", group="itbench.domains", points={"waiting": "waiter:DOMAIN"}, code={"waiter": WAITER}
    )
    yield KEY
    Path("go").touch()


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
