"""Whose doing it is that a sandbox has ended."""

import os
import resource
import subprocess
from pathlib import Path
from typing import Any

import pytest

from itbench.interfaces.fault import Stage
from itbench.interfaces.record import TrialKey, TrialRecord
from itbench.interfaces.suite import SuiteOptions
from itbench.plugins.domains import find_suite
from itbench.runs.trial.blame import Blamed, blame
from itbench.runs.trial.judge import Judge
from itbench.runs.trial.setup import Surroundings
from itbench.runs.trial.trial import TrialSetting, run_trial
from itbench.sandbox.inside.ending import is_for_lack_of_memory, why_ended


@pytest.mark.parametrize(
    ("script", "stage"),
    [
        ("exit 1", Stage.AGENT),
        ("exit 0", Stage.AGENT),
        ("exit 152", Stage.AGENT),
        ("exit 139", Stage.AGENT),
        ("exit 75", Stage.ENVIRONMENT),
        ("exit 137", Stage.ENVIRONMENT),
        ("exit 135", Stage.ENVIRONMENT),
        ("exit 125", Stage.ENVIRONMENT),
        ("kill -9 $$", Stage.ENVIRONMENT),
        ("kill -15 $$", Stage.ENVIRONMENT),
    ],
    ids=[
        "process 1 failed", "process 1 left", "SIGXCPU", "SIGSEGV", "the machine refused it something", "SIGKILL", "SIGBUS",
        "the engine failed", "bubblewrap was killed", "bubblewrap was ended",
    ],
)  # fmt: skip
def test_the_exit_code_tells_whose_doing_an_end_was(script: str, stage: Stage) -> None:
    process = subprocess.Popen(["sh", "-c", script])
    process.wait()
    assert why_ended(process.returncode, "", was_killed_by_us=False).stage is stage
    said = why_ended(process.returncode, "one\nprocess 1 says this", was_killed_by_us=False)
    assert "(process 1 says this)" in str(said)


@pytest.mark.parametrize(
    ("code", "reason", "killed_now", "is_of_machine"),
    [
        (-9, "-", 4, True),
        (137, "-", 4, True),
        (-9, "-", 3, False),
        (-9, "memory", 4, False),
        (-9, "time", 4, False),
        (-15, "-", 4, False),
        (1, "-", 4, False),
        (0, "-", 9, False),
    ],
)
def test_an_end_for_want_of_memory_is_nobody_s_doing_in_a_sandbox(
    code: int, reason: str, killed_now: int, is_of_machine: bool
) -> None:
    assert is_for_lack_of_memory(code, reason, killed_before=3, killed_now=killed_now) is is_of_machine


def test_what_itbench_ended_itself_is_never_the_agent_s_doing() -> None:
    process = subprocess.Popen(["sh", "-c", "exit 1"])
    process.wait()
    assert why_ended(process.returncode, "", was_killed_by_us=True).stage is Stage.ENVIRONMENT


def test_what_was_handed_in_and_ends_its_sandbox_while_it_is_tried_is_its_author_s_doing() -> None:
    """Observations are made inside the environment's part of a trial; the end of the sandbox names its own part."""
    for is_from_outside, stage in ((False, Stage.AGENT), (True, Stage.ENVIRONMENT)):
        with pytest.raises(Blamed) as blamed, blame(Stage.ENVIRONMENT):
            raise why_ended(137 if is_from_outside else 1, "", was_killed_by_us=False)
        assert blamed.value.fault.stage is stage


class Breaker:
    """Does to process 1 what a program inside must not be able to do."""

    def __init__(self, kind: int) -> None:
        self._kind = kind

    async def solve(self, task: Any, workspace: Any, trace: Any) -> None:
        await workspace.write_file("answer.json", b'{"sum": 1}')
        runner = _process_of(workspace._inner._process._runner)
        resource.prlimit(runner, self._kind, (3, 3))
        await workspace.execute("sleep 5", timeout_s=10)


def _process_of(handle: int) -> int:
    text = Path(f"/proc/self/fdinfo/{handle}").read_text(encoding="ascii")
    (number,) = (line.split()[1] for line in text.splitlines() if line.startswith("Pid:"))
    return int(number)


def trial(sandbox: Any, agent: Any) -> TrialRecord:
    import asyncio

    domain, suite = find_suite("sums/easy")
    suite = suite.configured(SuiteOptions())
    setting = TrialSetting(
        domain=domain,
        surroundings=Surroundings(suite=suite, sandbox=sandbox, bench=sandbox),
        agent=agent,
        judge=Judge(domain, suite),
        seed=1,
    )
    task = list(suite.tasks())[3]
    return asyncio.run(run_trial(setting, task, TrialKey(task.id, 0, 0)))


def test_a_process_1_that_was_made_to_fail_is_the_agent_s_result(sums: Path, plain_sandbox: Any) -> None:
    record = trial(plain_sandbox, Breaker(resource.RLIMIT_NOFILE))
    assert record.fault is not None
    assert record.fault.stage is Stage.AGENT
    assert "what ran in the sandbox of this trial ended it" in record.fault.message
    assert "Too many open files" in record.fault.message


class Killer:
    """Is what an administrator, or a machine that is short of memory, does to process 1."""

    async def solve(self, task: Any, workspace: Any, trace: Any) -> None:
        os.kill(_process_of(workspace._inner._process._runner), 9)
        await workspace.execute("sleep 5", timeout_s=10)


def test_a_process_1_that_was_killed_from_outside_is_the_environment_s_fault(
    sums: Path, plain_sandbox: Any
) -> None:
    record = trial(plain_sandbox, Killer())
    assert record.fault is not None
    assert record.fault.stage is Stage.ENVIRONMENT
    assert "something outside ended it" in record.fault.message
