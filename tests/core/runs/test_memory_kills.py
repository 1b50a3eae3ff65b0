"""A machine without memory is believed to be the cause a few times only: an agent can bring that about."""

import asyncio
import errno
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from itbench.host.faults import HostError
from itbench.interfaces.record import TrialKey, TrialRecord
from itbench.plugins.domains import find_suite
from itbench.runs.trial.judge import Judge
from itbench.runs.trial.memory_kills import MemoryKills, memory_kills_of
from itbench.runs.trial.setup import Surroundings
from itbench.runs.trial.trial import TrialSetting, run_trial
from itbench.sandbox.plain.sandbox import LocalSandbox
from itbench.store.reader import RunFile
from itbench.store.writer import RunWriter

SHORT = OSError(errno.ENOMEM, "Cannot allocate memory")


class Killed:
    """An agent one of whose commands the kernel ends."""

    def __init__(self, *, works: bool = True) -> None:
        self._works = works

    async def solve(self, task: Any, workspace: Any, trace: Any) -> None:
        if self._works:
            await workspace.execute("true", timeout_s=10)
        raise HostError("the command was killed", SHORT)


def attempts(kills: MemoryKills, count: int = 4, **agent: bool) -> list[TrialRecord]:
    """Try one trial so often."""
    domain, suite = find_suite("sums/easy")
    task = next(iter(suite.tasks()))
    setting = TrialSetting(
        domain=domain,
        surroundings=Surroundings(suite=suite, sandbox=LocalSandbox(), bench=LocalSandbox()),
        agent=Killed(**agent),
        judge=Judge(domain, suite),
        seed=1,
        memory_kills=kills,
    )
    return [asyncio.run(run_trial(setting, task, TrialKey(task.id, 0, number))) for number in range(count)]


def rising() -> Callable[[], int]:
    return itertools.count().__next__


@pytest.mark.usefixtures("sums")
def test_from_the_third_attempt_on_it_is_the_agent_s_own() -> None:
    records = attempts(MemoryKills(count=rising()))
    faults = [record.fault for record in records]
    assert [fault and fault.stage for fault in faults] == ["environment", "environment", "agent", "agent"]
    assert [record.value for record in records] == [None, None, 0.0, 0.0]
    assert all(fault and "for lack of memory meanwhile" in fault.message for fault in faults)
    assert faults[2] is not None
    assert "the agent's own, as attempt 3 at this trial that ends so" in faults[2].message


@pytest.mark.usefixtures("sums")
@pytest.mark.parametrize(
    ("kills", "agent"),
    [(lambda: MemoryKills(count=lambda: 7), {}), (lambda: MemoryKills(count=rising()), {"works": False})],
    ids=["the count does not rise", "the agent did nothing"],
)
def test_another_shortage_is_never_the_agent_s(
    kills: Callable[[], MemoryKills], agent: dict[str, bool]
) -> None:
    records = attempts(kills(), **agent)
    assert {record.fault and record.fault.stage for record in records} == {"environment"}
    assert not any("meanwhile" in record.fault.message for record in records if record.fault)


@pytest.mark.usefixtures("sums")
def test_attempts_before_a_resume_count(itbench: Any) -> None:
    """Their marks are in the run file."""
    itbench("run", "sums/easy", "--agent", "null", "--limit", "1", "--out", "out")
    (path,) = Path("out").glob("*.itbench")
    with RunFile(path) as run:
        kills = memory_kills_of(run)
    assert kills.believed == {}
    _, *records = attempts(MemoryKills(count=rising()), 2)
    writer = RunWriter(path, None)
    try:
        for record in records:
            asyncio.run(writer.trial_finished(record))
    finally:
        writer.close()
    with RunFile(path) as run:
        kills = memory_kills_of(run)
    assert kills.believed == {(records[0].key.task, 0): len(records)}
    kills.count = rising()
    faults = [record.fault for record in attempts(kills, 2)]
    assert [fault and fault.stage for fault in faults] == ["environment", "agent"]
