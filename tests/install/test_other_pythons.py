"""itbench works on every Python that it promises, where this machine has them."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

# Slow: it makes an environment for each Python, with Stirrup and all that it needs, and runs tests in it.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

REPOSITORY = Path(__file__).resolve().parents[2]
RUNNING = f"{sys.version_info[0]}.{sys.version_info[1]}"
NEWEST = "3.13"
# What is stored and read, where versions of Python differ: formats, plugins, values of scores, and a run from end to end.
FEW = [
    "tests/core/runs/test_trial.py",
    "tests/core/store/test_odd_records.py",
    "tests/core/store/test_outcome.py",
    "tests/core/store/test_run_files.py",
    "tests/core/store/test_version1.py",
    "tests/core/plugins/test_points.py",
    "tests/core/schema",
    "tests/sre/scoring/test_metrics.py",
]
TESTS = [
    "tests/core/runs/test_trial.py",
    "tests/core/runs/test_runs.py",
    "tests/core/store",
    "tests/core/plugins",
    "tests/core/schema",
    "tests/sre/scoring/test_answer.py",
    "tests/sre/scoring/test_matching.py",
    "tests/sre/scoring/test_metrics.py",
]
# It spoils runs in hundreds of places, which takes half a minute and reads the same on every Python.
LEFT_OUT = "tests/core/store/test_damage.py"
# Stirrup needs Python 3.12; where the tests run on an older one, those of its agent run here only.
STIRRUP = "tests/core/agents/stirrup"


@pytest.mark.soak
@pytest.mark.parametrize(
    ("version", "tests", "least"),
    [
        # With the oldest, which most tests run on, the newest tells most; what lies between is tried with `make soak`.
        pytest.param(each, tests, least, id=f"{each}-{name}", marks=[] if often else [pytest.mark.soak])
        for name, tests, least in (("some", FEW, 100), ("all", TESTS, 300))
        for each in ("3.11", "3.12", NEWEST)
        for often in [each == NEWEST and tests is FEW]
        if each != RUNNING and (often or tests is TESTS)
    ],
)
def test_the_core_and_the_agent_stirrup_work_on_another_python(
    version: str,
    tests: list[str],
    least: int,
    tmp_path: Path,
    install: Callable[..., Path],
    python_of: Callable[[str], Path],
) -> None:
    python = python_of(version)
    has_stirrup = version != "3.11"
    packages = ("pytest", "pytest-timeout", "hypothesis")
    extras = [f"{REPOSITORY}[stirrup]"] if has_stirrup else []
    bin_folder = install(python, tmp_path / "venv", *extras, *packages)
    # What is slow counts here too, as nothing else runs Stirrup; kills and signals are the same on every Python.
    chosen = ["-m", "not soak", "-k", "not kill and not interrupt"]
    words = ["-m", "pytest", "-q", *chosen, "-p", "no:cacheprovider", "--ignore", LEFT_OUT, *tests]
    done = subprocess.run(
        [bin_folder / "python", *words, *([STIRRUP] if has_stirrup else [])],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=600,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST")},
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed is not None
    assert int(passed[1]) > least, done.stdout[-1000:]
