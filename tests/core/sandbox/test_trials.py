"""Whole trials in the sandbox: what a program hands in is scored, and the trial says what happened."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from itbench.agents.command.agent import CommandAgent
from itbench.interfaces.fault import Stage
from itbench.interfaces.record import TrialKey, TrialRecord
from itbench.interfaces.suite import SuiteOptions
from itbench.plugins.domains import find_suite
from itbench.runs.trial.judge import Judge
from itbench.runs.trial.setup import Surroundings
from itbench.runs.trial.trial import TrialSetting, run_trial

ADD = """
import json, os, re, sys
one, other = re.search(r"Add (\\d+) and (\\d+)", json.load(sys.stdin)["instructions"]).groups()
with open(os.environ["ITBENCH_ANSWER"], "w") as file:
    json.dump({"sum": int(one) + int(other)}, file)
"""


class Killer:
    """Ends its own sandbox, as only something outside can."""

    async def solve(self, task: Any, workspace: Any, trace: Any) -> None:
        workspace._inner._process.kill()
        await workspace.execute("sleep 5", timeout_s=10)


def trial(sandbox: Any, agent: Any, number: int = 3) -> TrialRecord:
    domain, suite = find_suite("sums/easy")
    suite = suite.configured(SuiteOptions())
    setting = TrialSetting(
        domain=domain,
        surroundings=Surroundings(suite=suite, sandbox=sandbox, bench=sandbox),
        agent=agent,
        judge=Judge(domain, suite),
        seed=1,
    )
    task = list(suite.tasks())[number]
    return asyncio.run(run_trial(setting, task, TrialKey(task.id, 0, 0)))


def test_a_program_inside_is_scored(sums: Path, sandbox: Any) -> None:
    record = trial(sandbox, CommandAgent(("python3", "-c", ADD)))
    assert record.fault is None
    assert record.scoring is not None
    assert record.scoring.score is not None
    assert record.scoring.score.value == 1.0


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("ln -s /etc/passwd answer.json", "not in the workspace as it should be"),
        ("mkfifo answer.json", "not a plain file"),
        ("rm -rf /home/user/* /usr 2>/dev/null; true", "was not handed in"),
        ("kill -9 1; exit 7", "exit code 7"),
        ("python3 -c 'bytearray(1 << 30)'", "MemoryError"),
    ],
)
def test_what_goes_wrong_inside_is_the_agent_s_fault_and_said(
    command: str, message: str, sums: Path, sandbox: Any
) -> None:
    record = trial(sandbox, CommandAgent(("sh", "-c", command)))
    assert record.fault is not None
    assert record.fault.stage is Stage.AGENT
    assert message in record.fault.message


def test_an_end_from_outside_is_the_environment_s_fault(sums: Path, sandbox: Any) -> None:
    record = trial(sandbox, Killer())
    assert record.fault is not None
    assert record.fault.stage is Stage.ENVIRONMENT
    assert "the sandbox of this trial has ended" in record.fault.message


@pytest.mark.slow
def test_a_program_that_does_not_end_is_ended_and_its_answer_counts(sums: Path, sandbox: Any) -> None:
    script = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {ADD!r}])\nimport time; time.sleep(100)"
    domain, suite = find_suite("sums/easy")
    suite = suite.configured(SuiteOptions())
    task = list(suite.tasks())[5]
    short = task.model_copy(update={"limits": task.limits.model_copy(update={"wall_s": 1.0})})
    agent = CommandAgent(("python3", "-c", script))
    setting = TrialSetting(
        domain=domain,
        surroundings=Surroundings(suite=suite, sandbox=sandbox, bench=sandbox),
        agent=agent,
        judge=Judge(domain, suite),
        seed=1,
    )
    record = asyncio.run(run_trial(setting, short, TrialKey(task.id, 0, 0)))
    assert record.limit == "wall"
    assert record.scoring is not None
    assert record.scoring.score is not None
    assert record.scoring.score.value == 1.0
