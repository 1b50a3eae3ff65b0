"""What is handed in can be tried in a sandbox, with data that no agent sees."""

import asyncio
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
    Observation,
    Sandbox,
    Score,
    Submission,
    Suite,
    Task,
    TrialSetup,
    Workspace,
)
from itbench.interfaces.record import TrialKey, TrialRecord
from itbench.runs.trial.judge import Judge
from itbench.runs.trial.setup import Surroundings
from itbench.runs.trial.trial import TrialSetting, run_trial
from itbench.sandbox.bench import BENCH_LIMITS, bench_sandbox
from itbench.sandbox.plain.sandbox import LocalSandbox

TASK = Task(id="t-1", title="T", instructions="I", hand_in=HandIn(answer=None, files=("try.sh",)))


class Hidden(Suite):
    name, version, summary = "hidden", "1", "A task with a hidden file."

    def __init__(self, path: Path) -> None:
        self._path = path

    def tasks(self) -> list[Task]:
        return [TASK]

    def hidden(self, task_id: str) -> Sequence[Input]:
        return [Input("data/number", self._path)]

    def truth(self, task_id: str) -> JsonObject:
        return {"canary": "canary-5f4dcc3b5aa765d6", "expected": "42"}


class Trying(Environment):
    """Runs the script that was handed in, once more, beside the hidden file."""

    def __init__(self, setup: TrialSetup) -> None:
        self._setup = setup

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Workspace]:
        async with self._setup.sandbox.open(()) as workspace:
            yield workspace

    async def observe(self, files: Mapping[str, bytes]) -> Observation:
        async with self._setup.bench.open(self._setup.hidden) as workspace:
            await workspace.write_file("try.sh", files.get("try.sh", b""))
            done = await workspace.execute("sh try.sh", timeout_s=10)
            return Observation(state={"exit_code": done.exit_code, "stdout": done.stdout})


class Expecting:
    def score(self, task: Task, submission: Submission, truth: JsonObject) -> Score:
        return Score(value=float(submission.observed["stdout"].strip() == truth["expected"]))


class Writer:
    """Hands a script in, and remembers which files it could see."""

    def __init__(self, script: str) -> None:
        self._script = script.encode()
        self.seen: list[str] = []

    async def solve(self, task: Task, workspace: Any, trace: Any) -> None:
        self.seen = await workspace.list_files()
        await workspace.write_file("try.sh", self._script)


@pytest.fixture
def bench(sandbox: Any, sandbox_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """Return the sandbox for observations of a run that isolates nothing."""
    monkeypatch.setenv("ITBENCH_CACHE", str(sandbox_cache))
    return bench_sandbox("none", with_tools=False)


def trial(tmp_path: Path, bench: Sandbox, agent: Writer) -> TrialRecord:
    (tmp_path / "number").write_text("42\n")
    suite = Hidden(tmp_path / "number")
    domain = Domain(
        name="d",
        summary="s",
        suites=(suite,),
        scorer=Expecting(),
        solution=lambda _task, _truth: {"try.sh": b"cat data/number"},
        environment=Trying,
        runs_submissions=True,
    )
    setting = TrialSetting(
        domain=domain,
        surroundings=Surroundings(suite=suite, sandbox=LocalSandbox(is_in_process=True), bench=bench),
        agent=agent,
        judge=Judge(domain, suite),
        seed=1,
    )
    return asyncio.run(run_trial(setting, TASK, TrialKey(TASK.id, 0, 0)))


def test_a_script_is_tried_on_a_file_that_the_agent_could_not_see(tmp_path: Path, bench: Sandbox) -> None:
    agent = Writer("cat data/number")
    assert trial(tmp_path, bench, agent).value == 1.0
    assert agent.seen == []


@pytest.mark.parametrize(
    "script", ["cat {path}", "ls /proc/1/root{parent}", "cd {parent} && ls", "echo x > {path}"]
)
def test_a_script_under_test_reaches_nothing_of_the_host(tmp_path: Path, bench: Sandbox, script: str) -> None:
    path = tmp_path / "number"
    record = trial(tmp_path, bench, Writer(script.format(path=path, parent=tmp_path)))
    assert record.value == 0.0
    assert record.submission is not None
    assert record.submission.observed["exit_code"] != 0
    assert path.read_text() == "42\n"


def test_a_script_under_test_gets_less_of_the_machine_than_an_agent(tmp_path: Path, bench: Sandbox) -> None:
    mib = BENCH_LIMITS.workspace_bytes >> 20
    record = trial(tmp_path, bench, Writer(f"head -c {mib + 1}M /dev/zero > big; wc -c < big"))
    assert record.submission is not None
    assert int(record.submission.observed["stdout"]) <= BENCH_LIMITS.workspace_bytes
