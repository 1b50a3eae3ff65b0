"""Where the tests run on an older Python, those of the agent `stirrup` run in an environment of Python 3.12."""

import os
import re
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from itbench.stirrup.installed import problem_with

# Slow: it makes an environment and installs Stirrup with all that it needs.
pytestmark = pytest.mark.slow

REPOSITORY = Path(__file__).resolve().parents[3]


def test_all_tests_of_the_agent_pass_in_python_3_12(install: Callable[..., Path], tmp_path: Path) -> None:
    if problem_with("stirrup", (sys.version_info[0], sys.version_info[1])) is None:
        pytest.skip("stirrup is installed here, so its tests run here themselves")
    others = runpy.run_path(str(REPOSITORY / "tests" / "install" / "test_other_pythons.py"))
    python = others["find_python"]("3.12")
    if python is None:
        pytest.skip("no Python 3.12 on this machine")
    packages = ("pytest", "pytest-timeout", "pytest-xdist", "hypothesis")
    bin_folder = install(python, tmp_path / "venv", f"{REPOSITORY}[stirrup]", *packages)
    words = ["-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", "tests/core/stirrup"]
    done = subprocess.run(
        [bin_folder / "python", *words],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=240,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST")},
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed is not None
    assert int(passed[1]) > 50, done.stdout[-1000:]
