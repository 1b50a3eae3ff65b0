"""A domain that acts: its environment is told everything, has limits, is blamed for itself, and holds up nobody."""

import asyncio
import errno
import json
import math
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from itbench import (
    Domain,
    Environment,
    EventKind,
    HandIn,
    JsonObject,
    Limits,
    Observation,
    Score,
    Stage,
    StageError,
    Submission,
    Suite,
    Task,
    Tool,
    ToolError,
    Trace,
    TrialSetup,
    Workspace,
)
from itbench.host.faults import HostError
from itbench.interfaces.record import TrialKey, TrialRecord
from itbench.models import ModelError
from itbench.runs.trial.judge import Judge
from itbench.runs.trial.setup import Surroundings
from itbench.runs.trial.trial import TrialSetting, run_trial
from itbench.runs.trial.world import MOST_OBSERVED_BYTES
from itbench.sandbox.errors import SandboxEndedError
from itbench.sandbox.plain.sandbox import LocalSandbox

TASK = Task(
    id="d-1",
    title="T",
    instructions="I",
    hand_in=HandIn(answer=None),
    limits=Limits(turns=3, wall_s=20, open_s=0.5, observe_s=0.5, tool_s=0.3),
)


class Dials(Suite):
    name, version, summary = "dials", "1", "Turn a dial."

    def tasks(self) -> list[Task]:
        return [TASK]

    def truth(self, task_id: str) -> JsonObject:
        return {"canary": "canary-7d3f1b9a0c5e4d21", "wanted": 3}

    def setup(self, task_id: str) -> JsonObject:
        return {"start": 1}


class Right:
    def score(self, task: Task, submission: Submission, truth: JsonObject) -> Score:
        return Score(value=float(submission.observed.get("dial") == truth["wanted"]))


class Dial(Environment):
    """A dial that tools turn; how it misbehaves is said by functions."""

    def __init__(self, setup: TrialSetup, **odd: Callable[["Dial"], Any]) -> None:
        self.setup = setup
        self.dial: int = setup.secret["start"]
        self.asked = 0
        self._odd = odd
        self.calls: list[str] = []

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Workspace]:
        await self._misbehave("open")
        # Scopes like this one must be left by the task that entered them.
        async with asyncio.TaskGroup(), self.setup.sandbox.open(self.setup.inputs) as workspace:
            workspace.tools = [self._tool("turn", self.turn), self._tool("read", self.read)]
            yield workspace
        await self._misbehave("close")

    async def probe(self) -> str | None:
        return await self._misbehave("probe")

    async def observe(self, files: Mapping[str, bytes]) -> Observation:
        odd = await self._misbehave("observe")
        return Observation(state={"dial": self.dial, "calls": self.calls}) if odd is None else odd

    async def turn(self, by: int) -> int:
        self.calls.append("turn")
        self.asked = by
        odd = await self._misbehave("turn")
        if odd is not None:
            return odd
        self.dial += by
        return self.dial

    async def read(self) -> int:
        return self.dial

    async def _misbehave(self, where: str) -> Any:
        odd = self._odd.get(where)
        found = odd(self) if odd is not None else None
        return await found if asyncio.iscoroutine(found) else found

    def _tool(self, name: str, call: Any) -> Tool:
        return Tool(name=name, description=name, parameters={"type": "object"}, call=call)


class Acting:
    """An agent made of one coroutine function."""

    def __init__(self, work: Any) -> None:
        self._work = work

    async def solve(self, task: Task, workspace: Workspace, trace: Trace) -> None:
        await self._work({tool.name: tool.call for tool in workspace.tools}, workspace)


async def turn_twice(tools: Any, workspace: Workspace) -> None:
    assert await tools["turn"](by=2) == 3


async def idle(tools: Any, workspace: Workspace) -> None:
    pass


def setting(work: Any, *, task: Task = TASK, **odd: Any) -> TrialSetting:
    made = Domain(
        name="d",
        summary="s",
        suites=(Dials(),),
        scorer=Right(),
        solution=lambda _task, _truth: {},
        environment=lambda setup: Dial(setup, **odd),
    )
    sandbox = LocalSandbox(is_in_process=True)
    return TrialSetting(
        domain=made,
        surroundings=Surroundings(
            suite=made.suites[0], sandbox=sandbox, bench=sandbox, options={"size": "2"}
        ),
        agent=Acting(work),
        judge=Judge(made, made.suites[0]),
        seed=1,
    )


def trial(work: Any, *, task: Task = TASK, **odd: Any) -> TrialRecord:
    return asyncio.run(run_trial(setting(work, **odd), task, TrialKey(task.id, 2, 0)))


def fault(record: TrialRecord) -> tuple[Stage | None, str]:
    assert record.fault is not None
    return record.fault.stage, record.fault.message


def raising(error: BaseException) -> Callable[[Dial], Any]:
    def odd(_dial: Dial) -> Any:
        raise error

    return odd


async def hang(_dial: Dial) -> None:
    await asyncio.sleep(60)


def block(_dial: Dial) -> None:
    time.sleep(2)


def test_what_an_agent_did_to_its_world_is_what_is_scored() -> None:
    record = trial(turn_twice)
    assert record.value == 1.0
    assert record.submission is not None
    assert record.submission.observed == {"dial": 3, "calls": ["turn"]}
    assert trial(idle).value == 0.0


def test_an_environment_is_told_everything_of_its_trial_but_the_truth() -> None:
    told: list[TrialSetup] = []
    trial(idle, open=lambda dial: told.append(dial.setup))
    setup = told[0]
    assert (setup.task, setup.repeat, setup.secret, setup.options) == (TASK, 2, {"start": 1}, {"size": "2"})
    again: list[TrialSetup] = []
    trial(idle, open=lambda dial: again.append(dial.setup))
    assert again[0].seed == setup.seed
    assert "canary-7d3f1b9a0c5e4d21" not in repr(setup)
    with pytest.raises(LookupError, match="--role-model customer=PROVIDER/NAME"):
        setup.model("customer")


def test_what_an_environment_records_stands_in_the_trace() -> None:
    def plant(dial: Dial) -> None:
        dial.setup.record("planted", fault="dial", at=1)
        with pytest.raises(TypeError):
            dial.setup.record("planted", fault={1, 2})

    record = trial(turn_twice, open=plant)
    events = [(event.kind, json.loads(event.data)) for event in record.events]
    assert events[0] == (EventKind.ENVIRONMENT, {"about": "planted", "fault": "dial", "at": 1})
    assert events[-1] == (EventKind.OBSERVED, {"broken_by_agent": None})


def test_the_end_state_is_observed_also_where_nothing_was_handed_in_or_the_agent_failed() -> None:
    async def fail(tools: Any, workspace: Workspace) -> None:
        await tools["turn"](by=1)
        raise ValueError("lost")

    asked = TASK.model_copy(update={"hand_in": HandIn(answer="answer.json")})
    for task, work in ((asked, turn_twice), (TASK, fail)):
        record = trial(work, task=task)
        assert record.fault is not None
        assert record.fault.stage is Stage.AGENT
        assert record.value == 0.0
        assert record.submission is not None
        assert record.submission.observed["calls"] == ["turn"]


def test_a_world_that_the_agent_broke_is_a_result_and_one_that_was_broken_before_is_none() -> None:
    record = trial(
        turn_twice, observe=lambda _dial: Observation(state={"dial": 3}, broken_by_agent="the dial is off")
    )
    assert record.value == 0.0
    assert fault(record) == (Stage.AGENT, "the agent broke its world: the dial is off")
    record = trial(turn_twice, probe=lambda _dial: "the dial is stuck")
    assert record.value is None
    assert fault(record) == (
        Stage.ENVIRONMENT,
        "StageError: the world is broken before anybody touched it: the dial is stuck",
    )
    assert record.submission is None or not record.submission.observed


@pytest.mark.parametrize("where", ["open", "probe", "observe", "close"])
@pytest.mark.parametrize(
    "error",
    [
        OSError("gone"),
        SystemExit(3),
        KeyError("x"),
        StopIteration(),
        asyncio.CancelledError(),
        RecursionError(),
    ],
)
def test_whatever_an_environment_raises_is_its_own_fault(where: str, error: BaseException) -> None:
    record = trial(turn_twice, **{where: raising(error)})
    assert record.value is None
    assert fault(record)[0] is Stage.ENVIRONMENT


@pytest.mark.parametrize("odd", [hang, block], ids=["hanging", "blocking"])
@pytest.mark.parametrize(
    ("where", "what"),
    [
        ("open", "opening the environment"),
        ("probe", "looking at the new world"),
        ("observe", "looking at the end state"),
        ("close", "closing the environment"),
    ],
)
def test_every_call_into_an_environment_has_its_limit(where: str, what: str, odd: Any) -> None:
    started = time.monotonic()
    record = trial(turn_twice, **{where: odd})
    assert fault(record) == (Stage.ENVIRONMENT, f"StageError: {what} took longer than its limit of 0.5 s")
    assert time.monotonic() - started < 15


def test_an_environment_that_blocks_holds_up_no_other_trial() -> None:
    """While one environment sleeps in its thread for two seconds, another trial begins and ends."""

    async def both() -> tuple[float, TrialRecord, TrialRecord]:
        patient = TASK.model_copy(update={"limits": TASK.limits.model_copy(update={"open_s": 30.0})})
        slow = asyncio.create_task(run_trial(setting(turn_twice, open=block), patient, TrialKey("d-1", 0, 0)))
        await asyncio.sleep(0.1)
        quick = await run_trial(setting(turn_twice), TASK, TrialKey("d-1", 1, 0))
        was_waiting = not slow.done()
        return was_waiting, quick, await slow

    was_waiting, quick, slow = asyncio.run(both())
    assert was_waiting
    assert quick.value == slow.value == 1.0


@pytest.mark.parametrize(
    ("state", "problem"),
    [
        ({"dial": {1, 2}}, "a set is not JSON"),
        ({"dial": math.nan}, "a number is not finite"),
        ({1: "dial"}, "key 1 is not text"),
        (["dial"], "is a list, and must be a JSON object"),
        ({"log": "x" * MOST_OBSERVED_BYTES}, "observe what the scorer needs"),
    ],
)
def test_a_state_that_cannot_be_stored_is_the_environment_s_fault(state: Any, problem: str) -> None:
    record = trial(turn_twice, observe=lambda _dial: Observation(state=state))
    assert fault(record)[0] is Stage.ENVIRONMENT
    assert problem in fault(record)[1]
    record = trial(turn_twice, observe=lambda _dial: {"dial": 3})
    assert "must return an Observation" in fault(record)[1]


TROUBLE = [
    (hang, "ended at its limit of 0.3 s"),
    (block, "ended at its limit of 0.3 s"),
    (raising(SystemExit(1)), "the tool ended with SystemExit"),
    (lambda _dial: b"bytes", "a bytes is not JSON"),
    (lambda _dial: {1, 2}, "a set is not JSON"),
    (lambda _dial: math.inf, "a number is not finite"),
]


@pytest.mark.parametrize(("odd", "problem"), TROUBLE)
def test_a_tool_that_fails_in_a_fresh_world_too_is_the_environment_s_fault(odd: Any, problem: str) -> None:
    said: list[str] = []

    async def work(tools: Any, workspace: Workspace) -> None:
        with pytest.raises((ToolError, StageError)) as error:
            await tools["turn"](by=2)
        said.append(str(error.value))

    record = trial(work, turn=odd)
    assert problem in said[0]
    assert record.value is None
    assert fault(record)[0] is Stage.ENVIRONMENT


@pytest.mark.parametrize(("odd", "problem"), [each for each in TROUBLE if each[0] is not block])
def test_a_tool_that_fails_only_in_the_world_of_the_agent_is_told_to_it_and_the_work_goes_on(
    odd: Any, problem: str
) -> None:
    async def work(tools: Any, workspace: Workspace) -> None:
        assert await tools["turn"](by=1) == 2
        with pytest.raises(ToolError):
            await tools["turn"](by=5)
        assert await tools["read"]() == 2

    def only_later(dial: Dial) -> Any:
        return odd(dial) if len(dial.calls) > 1 else None

    record = trial(work, turn=only_later)
    assert record.fault is None
    assert record.value == 0.0
    failed = [json.loads(event.data) for event in record.events if event.kind == EventKind.TOOL]
    assert [each["ok"] for each in failed] == [True, False, True]
    assert problem in failed[1]["output"]


@pytest.mark.parametrize(("odd", "problem"), TROUBLE)
def test_a_call_that_fails_in_every_world_for_its_arguments_is_no_way_out_of_a_zero(
    odd: Any, problem: str
) -> None:
    async def work(tools: Any, workspace: Workspace) -> None:
        with pytest.raises((ToolError, StageError)) as error:
            await tools["turn"](by=99)
        assert problem in str(error.value)

    record = trial(work, turn=lambda dial: odd(dial) if dial.asked == 99 else None)
    assert record.value == 0.0


def is_turned(odd: Callable[[Dial], Any]) -> Callable[[Dial], Any]:
    """Return what is odd only in a world in which an agent has turned the dial."""
    return lambda dial: odd(dial) if dial.calls else None


BROKEN = [hang, block, raising(ConnectionRefusedError("gone")), raising(SystemExit(1)), lambda _dial: "odd"]


@pytest.mark.parametrize("odd", BROKEN)
def test_a_world_that_cannot_be_observed_only_after_the_agent_is_the_agent_s_zero(odd: Any) -> None:
    record = trial(turn_twice, observe=is_turned(odd))
    assert record.value == 0.0
    assert fault(record)[0] is Stage.AGENT
    assert fault(record)[1].startswith("the agent broke its world: ")
    assert fault(record)[1].endswith("; a fresh world of this task can be observed")


@pytest.mark.parametrize("odd", BROKEN[:-1])
def test_a_world_that_does_not_close_after_the_agent_is_scored_by_what_was_observed(odd: Any) -> None:
    record = trial(turn_twice, close=is_turned(odd))
    assert (record.fault, record.value) == (None, 1.0)


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "no space"),
        MemoryError(),
        HostError("a command cannot be run", OSError(errno.EMFILE, "too many open files")),
        SandboxEndedError("killed", is_from_outside=True),
        ModelError("the customer is down"),
    ],
)
@pytest.mark.parametrize("where", ["observe", "close"])
def test_a_machine_or_a_model_that_fails_is_no_doing_of_the_agent(where: str, error: Exception) -> None:
    def caused(_dial: Dial) -> None:
        raise RuntimeError("the server cannot be asked") from error

    for odd in (raising(error), caused):
        record = trial(turn_twice, **{where: is_turned(odd)})
        assert record.value is None
        assert fault(record)[0] in {Stage.ENVIRONMENT, Stage.MODEL}


def test_an_agent_that_is_cut_off_at_a_limit_is_not_taken_for_one_that_did_nothing() -> None:
    class Cut(Acting):
        async def solve(self, task: Task, workspace: Workspace, trace: Trace) -> None:
            trace.turn()
            trace.stop("tokens")

    seen: list[Dial] = []

    def first(dial: Dial) -> None:
        seen.append(dial)
        if dial is seen[0]:
            raise ConnectionRefusedError("gone")

    cut = replace(setting(idle, observe=first), agent=Cut(idle))
    record = asyncio.run(run_trial(cut, TASK, TrialKey(TASK.id, 2, 0)))
    assert (record.limit, record.value) == ("tokens", 0.0)


def test_an_agent_that_did_nothing_has_broken_nothing() -> None:
    seen: list[Dial] = []

    def first(dial: Dial) -> None:
        seen.append(dial)
        if dial is seen[0]:
            raise ConnectionRefusedError("gone")

    record = trial(idle, observe=first)
    assert record.value is None
    assert fault(record)[0] is Stage.ENVIRONMENT


def test_an_observation_that_fails_once_is_made_again() -> None:
    seen: list[Dial] = []

    def first(dial: Dial) -> None:
        seen.append(dial)
        if len(seen) == 1:
            raise ConnectionResetError("for a moment")

    record = trial(turn_twice, observe=first)
    assert (record.fault, record.value, len(seen)) == (None, 1.0, 2)


def test_what_a_tool_raises_is_its_answer() -> None:
    async def work(tools: Any, workspace: Workspace) -> None:
        with pytest.raises(ValueError, match="only by 2"):
            await tools["turn"](by=1)

    record = trial(work, turn=raising(ValueError("only by 2")))
    assert record.fault is None
    assert record.value == 0.0


def test_an_agent_cannot_let_a_name_lead_anywhere_and_offers_itself_no_tools() -> None:
    async def work(tools: Any, workspace: Workspace) -> None:
        with pytest.raises(PermissionError, match="only the environment"):
            await workspace.expose("db", 5432, "/run/docker.sock")  # type: ignore[arg-type]
        with pytest.raises(PermissionError, match="only the environment"):
            workspace.tools = []

    assert trial(work).fault is None


HANGING = """
import asyncio, threading
from dataclasses import replace
from itbench import FilesEnvironment, Observation
from itbench_sums import DOMAIN

class Hanging(FilesEnvironment):
    async def observe(self, files):
        HOW

DOMAIN = replace(DOMAIN, name="hanging", environment=Hanging)
"""


@pytest.mark.slow  # Each waits out the limit of the observation and the time that it gets to stop.
@pytest.mark.parametrize(
    "how",
    ["threading.Event().wait()", "await asyncio.to_thread(threading.Event().wait)"],
    ids=["in its loop", "in a thread of its loop"],
)
def test_a_program_ends_also_where_an_environment_never_does(
    how: str, sums: Path, distribution: Callable[..., Path], tmp_path: Path
) -> None:
    code = {"hanging_domain": HANGING.replace("HOW", how)}
    distribution("hanging", group="itbench.domains", points={"hanging": "hanging_domain:DOMAIN"}, code=code)
    limited = "from itbench.interfaces.task import Limits; Limits.model_fields['observe_s'].default = 0.3; Limits.model_rebuild(force=True)"
    done = subprocess.run(
        [
            *(sys.executable, "-c", f"{limited}; from itbench.cli.main import main; main()"),
            *("run", "hanging", "-n", "2", "--agent", "null", "--attempts", "1"),
        ],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1, done.stderr
    assert "looking at the end state took longer than its limit of 0.3 s" in done.stdout
    assert "2 without a score (environment)" in done.stdout
