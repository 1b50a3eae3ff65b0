"""What one trial takes of memory, processor, processes and disk moves no result of the trials beside it."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from itbench.agents.command.agent import CommandAgent
from itbench.interfaces.record import TrialKey, TrialRecord
from itbench.interfaces.task import Limits
from itbench.plugins.domains import find_suite
from itbench.runs.trial.judge import Judge
from itbench.runs.trial.setup import Surroundings
from itbench.runs.trial.trial import TrialSetting, run_trial

# Some work of its own, then the right answer.
HONEST = """
import json, re, hashlib, time
data = b""
for _ in range(40):
    data = hashlib.sha256(data + bytes(1_000_000)).digest()
open("kept", "wb").write(bytes(4_000_000))
assert len(open("kept", "rb").read()) == 4_000_000
one, other = map(int, re.findall(r"-?\\d+", json.load(open("task.json"))["instructions"])[:2])
open("answer.json", "w").write(json.dumps({"sum": one + other}))
"""
HOGS = {
    "memory": "import os, time\nfor _ in range(4): os.fork()\nheld = [bytearray(1 << 20) for _ in range(4000)]\ntime.sleep(30)",
    "processor": "import os\nfor _ in range(5): os.fork()\nwhile True: pass",
    "processor in many sessions": "import os\nfor _ in range(5): os.fork()\nif os.getpid() != os.getsid(0): os.fork() and os._exit(0)\nos.getpid() == os.getsid(0) or os.setsid()\nwhile True: pass",
    "processes": "import os, time\nwhile True:\n    try:\n        if os.fork() == 0: os.setsid()\n    except OSError:\n        time.sleep(0.01)",
    "disk": "while True:\n    try:\n        open('full', 'wb').write(bytes(200_000_000))\n    except OSError:\n        pass",
}
_NEIGHBOURS = 8
_HOG_S = 5.0


def record_of(sandbox: Any, code: str, limits: Limits, number: int) -> Any:
    domain, suite = find_suite("sums/easy")
    setting = TrialSetting(
        domain=domain,
        surroundings=Surroundings(suite=suite, sandbox=sandbox, bench=sandbox),
        agent=CommandAgent(("python3", "-c", code)),
        judge=Judge(domain, suite),
        seed=number,
    )
    task = next(iter(suite.tasks())).model_copy(update={"limits": limits})
    return run_trial(setting, task, TrialKey(task.id, 0, number))


async def beside(sandbox: Any, hog: str | None) -> tuple[list[TrialRecord], TrialRecord | None]:
    """Run honest trials, beside one that takes all it gets if one is named; it has begun before them."""
    wall = Limits(wall_s=60.0)
    taking = None
    if hog is not None:
        taking = asyncio.create_task(record_of(sandbox, HOGS[hog], Limits(wall_s=_HOG_S), 99))
        await asyncio.sleep(1.0)
    records = await asyncio.gather(
        *(record_of(sandbox, HONEST, wall, number) for number in range(_NEIGHBOURS))
    )
    return records, None if taking is None else await taking


@pytest.fixture
def measured(sums: Path, sandbox: Any) -> Callable[[str | None], Any]:
    def measure(hog: str | None) -> Any:
        began = time.monotonic()
        records, taker = asyncio.run(beside(sandbox, hog))
        slowest_s = max(record.wall_s for record in records)
        print(
            f"beside {hog}: slowest of {len(records)} took {slowest_s:.1f} s, all {time.monotonic() - began:.1f} s"
        )
        return records, taker

    return measure


@pytest.mark.slow
@pytest.mark.parametrize(
    "hog",
    [
        "memory",
        "processor in many sessions",
        *(pytest.param(name, marks=pytest.mark.soak) for name in ("processor", "processes", "disk")),
    ],
)
def test_a_trial_that_takes_all_it_gets_moves_no_result_of_eight_others(
    measured: Callable[[str | None], Any], hog: str
) -> None:
    """Slow: nine trials work for some seconds."""
    records, taker = measured(hog)
    assert [(record.fault, record.limit, record.value) for record in records] == [
        (None, None, 1.0)
    ] * _NEIGHBOURS
    # What it took was its own affair: it has a result, and no fault of the machine.
    assert taker.value == 0.0


@pytest.mark.soak
def test_the_same_trials_without_a_hog(measured: Callable[[str | None], Any]) -> None:
    """The measure for the others; it prints how long they take."""
    records, _ = measured(None)
    assert [record.value for record in records] == [1.0] * _NEIGHBOURS
