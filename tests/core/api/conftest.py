"""A domain whose trials wait until they may end, and whose use of a model is known, partly known and not known."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from itbench.store.schema import APPLICATION_ID
from itbench.store.seals import seal_all

DUMP = Path(__file__).parents[1] / "store" / "version1.sql"
PATIENT = """
import asyncio, json
from dataclasses import replace
from pathlib import Path
from itbench import AgentSpec, Score, Stage, StageError
from itbench_sums import DOMAIN as SUMS, Adder, SumScorer

class Patient(Adder):
    def __init__(self, request):
        self._events, self._delay_s, self._wrong = 3, 0, 0
        self._waits = "waits" in request.options
        self._fails = request.options.get("fails", "")
    async def solve(self, task, workspace, trace):
        trace.turn()
        if task.id != "sum-0002":
            trace.use(input_tokens=100, cached_tokens=30, output_tokens=20, reasoning_tokens=5, cost_usd=0.25)
        if task.id == "sum-0001":
            trace.use(input_tokens=7, output_tokens=None, cost_usd=None)
        trace.record("note", text="x" * 3_000_000 if task.id == "sum-0000" else "short")
        if self._waits and task.id not in ("sum-0000", "sum-0001"):
            while not Path("go").exists():
                await asyncio.sleep(0.01)
        if self._fails == task.id:
            raise StageError(Stage.MODEL, "the provider is down")
        await super().solve(task, workspace, trace)

class Measured(SumScorer):
    def score(self, task, submission, truth):
        more = {"seldom": 2.0} if task.id == "sum-0001" else {}
        return Score(value=1.0, metrics={"error": 0.0, "never": None} | more, reasons=("all is well",))

DOMAIN = replace(SUMS, name="patient", scorer=Measured(), agents=(
    AgentSpec(name="patient", summary="s", create=Patient, role="baseline", is_in_process=True),))
"""


@pytest.fixture
def patient(
    sums: Path, distribution: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Install the domain `patient`, with `waits=1` for trials that end once there is a file `go`."""
    monkeypatch.chdir(tmp_path)
    distribution(
        "patient",
        group="itbench.domains",
        points={"patient": "patient_mod:DOMAIN"},
        code={"patient_mod": PATIENT},
    )


@pytest.fixture
def old_run(tmp_path: Path) -> Path:
    """Return a run file of format 1."""
    path = tmp_path / "old.itbench"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(DUMP.read_text())
        connection.executescript(f"PRAGMA application_id={APPLICATION_ID}; PRAGMA user_version=1;")
    return path


@pytest.fixture
def changed() -> Callable[..., None]:
    """Return a function that changes a run file by SQL, with or without seals that fit."""

    def change(path: Path, statement: str, *, is_sealed: bool = True) -> None:
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute(statement).rowcount > 0
            if is_sealed:
                seal_all(connection)
            connection.commit()

    return change
