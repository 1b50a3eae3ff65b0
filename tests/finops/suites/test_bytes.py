"""The same seed makes the same bytes, on every Python."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from itbench.kit.generated.randomness import Randomness, mixed
from itbench_finops.suites.anomalies import ANOMALIES
from itbench_finops.suites.right_sizing import RIGHT_SIZING

REPOSITORY = Path(__file__).resolve().parents[3]
RUNNING = f"{sys.version_info[0]}.{sys.version_info[1]}"
# Prints a line with the id and the hash of each task, or of one in so many of them.
CHECK = """
import sys
from itbench.kit.generated.jobs import made_digest
from itbench_finops.suites.anomalies import ANOMALIES
from itbench_finops.suites.right_sizing import RIGHT_SIZING
for suite in (ANOMALIES, RIGHT_SIZING):
    for job in suite.jobs()[:: int(sys.argv[1])]:
        print(job.id, made_digest(job))
"""


def test_the_generator_is_splitmix64() -> None:
    # The first outputs for seed 1234567, as in the reference implementation.
    random = Randomness(1234567)
    assert [random.bits() for _ in range(3)] == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
    ]


def test_forks_are_independent_of_the_order_in_which_they_are_made() -> None:
    one, other = Randomness(1), Randomness(1)
    first = one.fork("a").bits()
    other.fork("b")
    assert other.fork("a").bits() == first
    assert mixed(1, "a") != mixed(1, "b")


def test_shuffling_keeps_all_items() -> None:
    items = list(range(50))
    shuffled = Randomness(3).shuffled(items)
    assert sorted(shuffled) == items
    assert shuffled != items


@pytest.mark.slow
def test_the_embedded_tasks_come_out_as_pinned(made: Path) -> None:
    """Slow: needs the embedded tasks."""
    changes = {job.id: suite.check(job.id) for suite in (ANOMALIES, RIGHT_SIZING) for job in suite.jobs()}
    assert changes == {task: [] for task in ANOMALIES.pinned()}
    assert ANOMALIES.pinned() == RIGHT_SIZING.pinned()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("version", "step"),
    [
        pytest.param(each, step, marks=[pytest.mark.soak] if step == 1 else [])
        for each, step in (("3.11", 1), ("3.12", 1), ("3.13", 1), ("3.13", 5))
        if each != RUNNING
    ],
)
def test_another_python_makes_the_same_bytes(
    version: str, step: int, python_of: Callable[[str], Path]
) -> None:
    """Slow: makes one in five of the tasks."""
    python = python_of(version)
    folders = [REPOSITORY / "core", REPOSITORY / "domains" / "finops", REPOSITORY / "schemas"]
    done = subprocess.run(
        [python, "-B", "-c", CHECK, str(step)],
        env={"PYTHONPATH": os.pathsep.join(map(str, folders)), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.stderr == ""
    pinned = ANOMALIES.pinned()
    wanted = [job.id for suite in (ANOMALIES, RIGHT_SIZING) for job in suite.jobs()[::step]]
    assert len(wanted) >= len(pinned) // step
    assert done.stdout.splitlines() == [f"{task} {pinned[task]}" for task in wanted]
