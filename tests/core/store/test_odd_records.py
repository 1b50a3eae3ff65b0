"""No trial can stop a run: what cannot be stored of it is its fault, and what cannot be counted is unknown."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from itbench.store.reader import RunFile

Itbench = Callable[..., Any]

ODD = """
from dataclasses import replace
from itbench import AgentSpec, Stage, StageError
from itbench.interfaces.trace import TraceEvent
from itbench_sums import DOMAIN as SUMS, Adder

class Odd(Adder):
    def __init__(self, request):
        self._events, self._delay_s, self._wrong = 1, 0, 0
    async def solve(self, task, workspace, trace):
        if task.id == "sum-0001":
            trace.usage.turns = 2 ** 70
        if task.id == "sum-0003":
            trace.add(TraceEvent(0.0, "odd", {1: 2}))
        if task.id == "sum-0004":
            trace.limit = object()
        if task.id == "sum-0005":
            for tokens in (10 ** 20, 10 ** 400, -1, 1e20, float("nan"), float("inf"), "7", True, [1]):
                trace.use(input_tokens=tokens, output_tokens=tokens, cost_usd=tokens)
        if task.id == "sum-0006":
            trace.use(input_tokens=2 ** 53, output_tokens=2 ** 53, cost_usd=0.5)
            trace.use(input_tokens=2 ** 53, output_tokens=0, cost_usd=0.5)
        await super().solve(task, workspace, trace)

DOMAIN = replace(SUMS, name="odd", agents=(
    AgentSpec(name="strange", summary="s", create=Odd, role="baseline", is_in_process=True),))
"""

WORDS = ("odd", "-n", "8", "-a", "strange", "--token-limit", str(2**60))


@pytest.fixture
def odd(sums: Path, distribution: Callable[..., Path]) -> None:
    distribution("odd", group="itbench.domains", points={"odd": "odd_mod:DOMAIN"}, code={"odd_mod": ODD})


def outcomes(path: Path) -> dict[str, sqlite3.Row]:
    with RunFile(path) as run:
        return {row["task"]: row for row in run.outcomes()}


def test_what_cannot_be_stored_is_the_fault_of_its_trial_and_the_run_goes_on(
    odd: None, itbench: Itbench
) -> None:
    done = itbench("run", *WORDS, "--json")
    path = Path(json.loads(done.out)["path"])
    found = outcomes(path)
    assert len(found) == 8
    faulty = {task for task, row in found.items() if row["fault_stage"] == "environment"}
    assert faulty == {"sum-0001", "sum-0003", "sum-0004"}
    assert all("cannot be stored" in found[task]["fault"] for task in faulty)
    assert {row["value"] for task, row in found.items() if task not in faulty} == {1.0}
    assert all(found[task]["value"] is None for task in faulty)
    assert done.code == 1
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert itbench("show", path).code == 0
    assert itbench("show", path, "sum-0001").code == 0


def test_amounts_that_no_reply_can_have_taken_are_unknown(odd: None, itbench: Itbench) -> None:
    done = itbench("run", *WORDS, "--task", "sum-000[56]", "--json")
    found = outcomes(Path(json.loads(done.out)["path"]))
    strange, large = found["sum-0005"], found["sum-0006"]
    assert (strange["replies"], strange["uncounted"]) == (9, 9)
    assert (strange["tokens"], strange["cost_usd"], strange["value"]) == (None, None, 1.0)
    assert (large["uncounted"], large["input_tokens"], large["output_tokens"]) == (0, None, 2**53)
    assert (large["cost_usd"], large["value"]) == (1.0, 1.0)


@pytest.mark.slow  # Two runs.
def test_a_resume_tries_again_what_could_not_be_stored(odd: None, itbench: Itbench) -> None:
    done = itbench("run", *WORDS, "--attempts", "1", "--json")
    path = json.loads(done.out)["path"]
    itbench("resume", path)
    attempts = {task: row["attempts"] for task, row in outcomes(Path(path)).items()}
    assert attempts == {f"sum-{number:04}": 2 if number in {1, 3, 4} else 1 for number in range(8)}
