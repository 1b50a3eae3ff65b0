"""Whose doing a failed trial was, and what counts as a score."""

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from itbench import (
    Domain,
    Environment,
    HandIn,
    Input,
    JsonObject,
    Limits,
    Observation,
    Sandbox,
    Score,
    Stage,
    StageError,
    Submission,
    Suite,
    Task,
    Trace,
    Workspace,
)
from itbench.interfaces.record import TrialKey, TrialRecord
from itbench.runs.trial.judge import Judge
from itbench.runs.trial.setup import Surroundings
from itbench.runs.trial.trial import TrialSetting, run_trial, trial_seed
from itbench.sandbox.plain.sandbox import LocalSandbox

CANARY = "canary-5f4dcc3b5aa765d6"
GOOD = b'{"n": 7}'


class OneTask(Suite):
    name, version, summary = "one", "1", "One task."

    def __init__(self, truth: JsonObject | None = None, inputs: Sequence[Input] = ()) -> None:
        self._truth = {"canary": CANARY, "n": 7} if truth is None else truth
        self._inputs = inputs

    def tasks(self) -> Sequence[Task]:
        return [TASK]

    def inputs(self, task_id: str) -> Sequence[Input]:
        return self._inputs

    def truth(self, task_id: str) -> JsonObject:
        return self._truth


class Right:
    def score(self, task: Task, submission: Submission, truth: JsonObject) -> Score:
        return Score(value=float(submission.answer["n"] == truth["n"]), reasons=("compared",))


TASK = Task(
    id="t-1",
    title="T",
    instructions="I",
    hand_in=HandIn(answer_schema={"type": "object", "required": ["n"]}, files=(), max_bytes=10_000),
    limits=Limits(turns=3, wall_s=5, tokens=100, cost_usd=1.0),
)


def run(agent: Any, *, task: Task = TASK, suite: Suite | None = None, **domain: Any) -> TrialRecord:
    made = Domain(
        **{
            "name": "d",
            "summary": "s",
            "suites": (suite or OneTask(),),
            "scorer": Right(),
            "solution": lambda _task, _truth: {},
        }
        | domain
    )
    setting = TrialSetting(
        domain=made,
        surroundings=Surroundings(suite=made.suites[0], sandbox=LocalSandbox(), bench=LocalSandbox()),
        agent=agent if hasattr(agent, "solve") else Scripted(agent),
        judge=Judge(made, made.suites[0]),
        seed=1,
    )
    return asyncio.run(run_trial(setting, task, TrialKey(task.id, 0, 0)))


class Scripted:
    """An agent made of one coroutine function."""

    def __init__(self, work: Any) -> None:
        self._work = work

    async def solve(self, task: Task, workspace: Workspace, trace: Trace) -> None:
        await self._work(workspace, trace)


async def right(workspace: Workspace, trace: Trace) -> None:
    trace.turn()
    await workspace.write_file("answer.json", GOOD)


def test_a_right_answer_scores_one() -> None:
    record = run(right)
    assert (record.value, record.fault, record.limit) == (1.0, None, None)
    assert record.submission is not None
    assert record.submission.answer == {"n": 7}
    assert record.submission.files == {}
    assert record.usage.turns == 1
    assert [event.kind for event in record.events] == ["turn"]


async def raises(workspace: Workspace, trace: Trace) -> None:
    await workspace.write_file("answer.json", GOOD)
    raise KeyError("lost")


async def exits(workspace: Workspace, trace: Trace) -> None:
    raise SystemExit(0)


async def cancels_itself(workspace: Workspace, trace: Trace) -> None:
    raise asyncio.CancelledError


async def nothing(workspace: Workspace, trace: Trace) -> None:
    return


async def off_schema(workspace: Workspace, trace: Trace) -> None:
    await workspace.write_file("answer.json", b'{"m": 7}')


async def too_large(workspace: Workspace, trace: Trace) -> None:
    await workspace.write_file("answer.json", b" " * 10_001)


async def folder(workspace: Workspace, trace: Trace) -> None:
    (Path(workspace.path) / "answer.json").mkdir()


async def link(workspace: Workspace, trace: Trace) -> None:
    (Path(workspace.path) / "answer.json").symlink_to("/etc/passwd")


async def pipe(workspace: Workspace, trace: Trace) -> None:
    os.mkfifo(Path(workspace.path) / "answer.json")


@pytest.mark.parametrize(
    ("work", "message"),
    [
        (raises, "KeyError: 'lost'"),
        (exits, "SystemExit: 0"),
        (cancels_itself, "the agent cancelled itself"),
        (nothing, "'answer.json' was not handed in"),
        (
            off_schema,
            "the answer does not fit its schema: $: found no key 'n', allowed: an object that has it",
        ),
        (too_large, "'answer.json' holds 10001 bytes, allowed: 10000"),
        (folder, "'answer.json' is not a plain file"),
        (link, "'answer.json' is not a plain file in the workspace: Too many levels of symbolic links"),
        (pipe, "'answer.json' is not a plain file"),
    ],
)
def test_what_the_agent_does_wrong_counts_as_zero_with_the_reason(work: Any, message: str) -> None:
    record = run(work)
    assert record.fault is not None
    assert (record.fault.stage, record.fault.message) == (Stage.AGENT, message)
    assert record.value == 0.0


def test_a_sparse_gigabyte_as_answer_is_refused_without_reading_it() -> None:
    async def work(workspace: Workspace, trace: Trace) -> None:
        with (Path(workspace.path) / "answer.json").open("wb") as file:
            file.truncate(1 << 30)

    record = run(work)
    assert record.fault is not None
    assert record.fault.message == "'answer.json' holds 1073741824 bytes, allowed: 10000"


@pytest.mark.parametrize(
    ("step", "limit"),
    [
        (lambda trace: trace.turn(), "turns"),
        (lambda trace: trace.use(input_tokens=30, output_tokens=10), "tokens"),
        (lambda trace: trace.use(cost_usd=0.4), "cost"),
    ],
    ids=["turns", "tokens", "cost"],
)
def test_a_limit_ends_the_work_and_what_was_handed_in_is_scored(step: Any, limit: str) -> None:
    steps = 0

    async def work(workspace: Workspace, trace: Trace) -> None:
        nonlocal steps
        await right(workspace, Trace())
        while True:
            step(trace)
            steps += 1

    record = run(work)
    assert (record.limit, record.value, record.fault) == (limit, 1.0, None)
    assert steps == (3 if limit == "turns" else 2)


def test_a_secret_is_taken_out_of_the_trace_before_anybody_sees_it() -> None:
    async def work(workspace: Workspace, trace: Trace) -> None:
        trace.redact = lambda text: text.replace("s3cr3t", "[redacted]")
        trace.listener = heard.append
        trace.message("assistant", "the key is s3cr3t")
        await workspace.execute("echo s3cr3t", timeout_s=5)
        await right(workspace, trace)

    heard: list[Any] = []
    record = run(work)
    texts = [event.data for event in [*record.events, *heard]]
    assert len(texts) == 6
    assert "s3cr3t" not in " ".join(texts)


def test_the_trace_keeps_head_and_tail_of_a_long_output() -> None:
    async def work(workspace: Workspace, trace: Trace) -> None:
        await workspace.execute("echo begin; head -c 60000 /dev/zero | tr '\\0' x; echo end", timeout_s=5)

    (event,) = run(work).events
    output = json.loads(event.data)["output"]["stdout"]
    assert output.startswith("begin\n")
    assert output.endswith("end\n")
    assert "characters left out" in output
    assert len(event.data) < 20_000


def test_an_agent_that_swallows_exceptions_does_not_swallow_a_limit() -> None:
    turns = 0

    async def work(workspace: Workspace, trace: Trace) -> None:
        nonlocal turns
        while True:
            try:
                trace.turn()
                turns += 1
            except Exception:  # noqa: BLE001 - the point of the test
                continue

    assert run(work).limit == "turns"
    assert turns == 3


@pytest.mark.slow
def test_the_wall_clock_ends_an_agent_that_waits_for_ever() -> None:
    async def work(workspace: Workspace, trace: Trace) -> None:
        await right(workspace, trace)
        await asyncio.Event().wait()

    started = time.monotonic()
    record = run(work, task=TASK.model_copy(update={"limits": Limits(wall_s=0.2)}))
    assert (record.limit, record.value) == ("wall", 1.0)
    assert time.monotonic() - started < 5


@pytest.mark.slow
def test_an_agent_that_ends_itself_at_the_wall_clock_says_why() -> None:
    class Punctual(Scripted):
        closing_s = 5.0

    async def work(workspace: Workspace, trace: Trace) -> None:
        await right(workspace, trace)
        await asyncio.sleep(0.3)
        raise StageError(Stage.MODEL, "it never answered")

    task = TASK.model_copy(update={"limits": Limits(wall_s=0.1)})
    record = run(Punctual(work), task=task)
    assert record.fault is not None
    assert (record.fault.stage, record.value) == (Stage.MODEL, None)
    assert run(Scripted(work), task=task).limit == "wall"


@pytest.mark.slow
def test_an_agent_that_does_not_stop_when_told_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("itbench.runs.trial.trial._GRACE_S", 0.05)

    async def work(workspace: Workspace, trace: Trace) -> None:
        for _ in range(3):
            try:
                await asyncio.sleep(0.3)
            except asyncio.CancelledError:
                continue

    assert run(work, task=TASK.model_copy(update={"limits": Limits(wall_s=0.05)})).limit == "wall"


def test_a_provider_that_is_down_gives_no_score() -> None:
    async def work(workspace: Workspace, trace: Trace) -> None:
        raise StageError(Stage.MODEL, "503 after 5 tries")

    record = run(work)
    assert record.fault is not None
    assert (record.fault.stage, record.fault.message) == (Stage.MODEL, "StageError: 503 after 5 tries")
    assert record.value is None


class Broken(Environment):
    """Fails where it is told to."""

    def __init__(self, where: str, sandbox: Sandbox) -> None:
        self._where, self._sandbox = where, sandbox

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Workspace]:
        if self._where == "open":
            raise OSError("no cluster")
        async with self._sandbox.open(()) as workspace:
            yield workspace
        if self._where == "close":
            raise OSError("cluster will not go")

    async def observe(self, files: Mapping[str, bytes]) -> Observation:
        if self._where == "observe":
            raise OSError("cluster gone")
        return Observation(state={"files": sorted(files)})


@pytest.mark.parametrize("where", ["open", "observe", "close"])
def test_a_failing_environment_gives_no_score_and_no_blame_for_the_agent(where: str) -> None:
    record = run(right, environment=lambda setup: Broken(where, setup.sandbox))
    assert record.fault is not None
    assert record.fault.stage is Stage.ENVIRONMENT
    assert record.fault.message.startswith("OSError: ")
    assert record.value is None


def test_the_end_state_is_observed_with_what_was_handed_in() -> None:
    record = run(right, environment=lambda setup: Broken("nowhere", setup.sandbox))
    assert record.submission is not None
    assert record.submission.observed == {"files": ["answer.json"]}


class Raising:
    def score(self, task: Task, submission: Submission, truth: JsonObject) -> Score:
        raise ZeroDivisionError("oops")


class Odd:
    def score(self, task: Task, submission: Submission, truth: JsonObject) -> Any:
        return 0.7


@pytest.mark.parametrize(
    ("scorer", "message"),
    [(Raising(), "ZeroDivisionError: oops"), (Odd(), "the scorer of domain 'd' returned a float, no Score")],
)
def test_a_failing_scorer_gives_no_score(scorer: Any, message: str) -> None:
    record = run(right, scorer=scorer)
    assert record.fault is None
    assert record.scoring is not None
    assert record.scoring.fault is not None
    assert (record.scoring.fault.stage, record.scoring.fault.message) == (Stage.SCORER, message)
    assert record.value is None


def test_a_truth_without_canary_is_a_fault_of_the_task() -> None:
    record = run(right, suite=OneTask({"n": 7}))
    assert record.scoring is not None
    assert record.scoring.fault is not None
    assert record.scoring.fault.stage is Stage.TASK
    assert "found no key 'canary'" in record.scoring.fault.message


async def shouts(workspace: Workspace, trace: Trace) -> None:
    await right(workspace, trace)
    trace.message("tool", f"I found {CANARY} somewhere")


async def writes_it_down(workspace: Workspace, trace: Trace) -> None:
    await workspace.write_file("answer.json", b'{"n": 7, "why": "%s",}' % CANARY.encode())


async def runs_a_command(workspace: Workspace, trace: Trace) -> None:
    await right(workspace, trace)
    await workspace.execute(f"echo {CANARY[:9]}${{NOTHING}}{CANARY[9:]}", timeout_s=5)


async def hands_in_nothing_but_the_canary(workspace: Workspace, trace: Trace) -> None:
    trace.message("assistant", CANARY)


@pytest.mark.parametrize("work", [shouts, writes_it_down, runs_a_command, hands_in_nothing_but_the_canary])
def test_a_trial_in_which_the_truth_is_seen_is_a_leak_and_counts_as_zero(work: Any) -> None:
    record = run(work)
    assert record.scoring is not None
    assert record.scoring.is_leak
    assert record.value == 0.0


def test_a_canary_with_quotes_and_umlauts_is_found_in_the_trace() -> None:
    canary = 'the "Ursache" der Störung, Zeile\n1'

    async def work(workspace: Workspace, trace: Trace) -> None:
        await right(workspace, trace)
        trace.record("note", text=f"seen: {canary}!")

    record = run(work, suite=OneTask({"canary": canary, "n": 7}))
    assert record.scoring is not None
    assert record.scoring.is_leak


def test_inputs_lie_in_the_workspace_read_only_and_unchanged_for_the_next_trial(tmp_path: Path) -> None:
    source = tmp_path / "data.txt"
    source.write_text("hello")
    seen = []

    async def work(workspace: Workspace, trace: Trace) -> None:
        path = Path(workspace.path) / "in" / "data.txt"
        seen.append(
            (
                await workspace.list_files(),
                path.read_text(),
                path.stat().st_mode & 0o777,
                path.stat().st_mtime,
            )
        )
        path.chmod(0o600)
        path.write_text("changed")
        await right(workspace, trace)

    suite = OneTask(inputs=[Input("in/data.txt", source)])
    assert run(work, suite=suite).value == 1.0
    assert run(work, suite=suite).value == 1.0
    assert seen == [(["in/data.txt"], "hello", 0o444, 0.0)] * 2
    assert source.read_text() == "hello"


def test_nothing_of_a_workspace_is_left_behind(tmp_path: Path) -> None:
    async def work(workspace: Workspace, trace: Trace) -> None:
        locked = Path(workspace.path) / "locked"
        locked.mkdir()
        (locked / "file").write_text("x")
        locked.chmod(0o000)
        await right(workspace, trace)

    sandbox = LocalSandbox(tmp_path)
    domain = Domain(
        name="d", summary="s", suites=(OneTask(),), scorer=Right(), solution=lambda _task, _truth: {}
    )
    setting = TrialSetting(
        domain=domain,
        surroundings=Surroundings(suite=OneTask(), sandbox=sandbox, bench=sandbox),
        agent=Scripted(work),
        judge=None,
        seed=1,
    )
    record = asyncio.run(run_trial(setting, TASK, TrialKey("t-1", 0, 0)))
    assert record.scoring is None
    assert list(tmp_path.iterdir()) == []


def test_a_task_without_an_answer_collects_files() -> None:
    class Files:
        def score(self, task: Task, submission: Submission, truth: JsonObject) -> Score:
            return Score(value=float(submission.files == {"fetch.sh": b"true"}))

    async def work(workspace: Workspace, trace: Trace) -> None:
        await workspace.write_file("fetch.sh", b"true")

    hand_in = HandIn(answer=None, optional_files=("fetch.sh", "policy.rego"))
    task = TASK.model_copy(update={"hand_in": hand_in})
    assert run(work, task=task, scorer=Files()).value == 1.0
    empty = run(nothing, task=task, scorer=Files())
    assert empty.fault is not None
    assert empty.fault.message == "none of the files that the task asks for was handed in"


def test_a_trial_s_seed_depends_on_run_task_and_repeat_only() -> None:
    seeds = {
        trial_seed(seed, TrialKey(task, repeat, 0))
        for seed in (0, 1)
        for task in ("a", "b")
        for repeat in (0, 1)
    }
    assert len(seeds) == 8
    assert trial_seed(0, TrialKey("a", 0, 0)) == trial_seed(0, TrialKey("a", 0, 5))


@pytest.mark.parametrize(
    ("hand_in", "written", "handed_in", "fault"),
    [
        (HandIn(answer=None, files=("a", "b")), ("a", "b"), True, None),
        (HandIn(answer=None, files=("a", "b")), ("a",), False, "'b' was not handed in"),
        (HandIn(answer=None, files=("a",), optional_files=("b",)), ("a",), True, None),
        (HandIn(answer=None, files=("a",), optional_files=("b",)), ("b",), False, "'a' was not handed in"),
        (HandIn(answer=None, optional_files=("a", "b")), ("b",), True, None),
        (
            HandIn(answer=None, optional_files=("a", "b")),
            (),
            False,
            "none of the files that the task asks for was handed in",
        ),
        (HandIn(answer=None), (), True, None),
        (HandIn(answer="a", answer_schema={}, files=("b",)), ("a",), False, "'b' was not handed in"),
        (HandIn(answer="a", answer_schema={}, optional_files=("b",)), ("a",), True, None),
    ],
)
def test_required_files_must_be_there_and_optional_ones_need_not(
    hand_in: HandIn, written: tuple[str, ...], handed_in: bool, fault: str | None
) -> None:
    async def write(workspace: Workspace, trace: Trace) -> None:
        for path in written:
            await workspace.write_file(path, b"1")

    class One:
        def score(self, task: Task, submission: Submission, truth: JsonObject) -> Score:
            return Score(value=1.0)

    record = run(write, task=Task(id="t", title="T", instructions="I", hand_in=hand_in), scorer=One())
    assert record.handed_in == handed_in
    assert (record.fault and record.fault.message) == fault
    assert record.value == (1.0 if fault is None else 0.0)


def keep_busy() -> None:
    """Keep the loop from turning, as reading something large would."""
    time.sleep(1.3)


def test_time_that_this_process_lost_is_given_back_to_an_agent() -> None:
    async def work(workspace: Workspace, trace: Trace) -> None:
        keep_busy()
        await asyncio.sleep(0.3)
        await workspace.write_file("answer.json", GOOD)

    short = TASK.model_copy(update={"limits": Limits(wall_s=1.0)})
    record = run(work, task=short)
    assert (record.value, record.limit) == (1.0, None)


def test_a_trial_that_lost_most_of_its_time_to_this_process_has_no_score() -> None:
    async def work(workspace: Workspace, trace: Trace) -> None:
        keep_busy()
        await asyncio.sleep(30)

    short = TASK.model_copy(update={"limits": Limits(wall_s=1.0)})
    record = run(work, task=short)
    assert record.value is None
    assert record.limit == "wall"
    assert record.fault is not None
    assert record.fault.stage is Stage.ENVIRONMENT
    assert "itbench itself was busy" in record.fault.message
