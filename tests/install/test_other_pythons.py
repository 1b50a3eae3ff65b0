"""itbench works on every Python that it promises, where this machine has them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # It makes an environment for each Python and runs the quick core tests in it.

REPOSITORY = Path(__file__).resolve().parents[2]
OTHERS = [
    version
    for version in ("3.11", "3.12", "3.13")
    if version != f"{sys.version_info[0]}.{sys.version_info[1]}"
]


def find_python(version: str) -> Path | None:
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for path in sorted(root.glob(f"{version}.*/bin/python")):
        return path
    found = shutil.which(f"python{version}")
    works = found and subprocess.run([found, "--version"], capture_output=True, check=False).returncode == 0
    return Path(found) if found and works else None


# The newest and the oldest; what lies between is tried with `make soak`, and by the tests of the agent `stirrup`.
@pytest.mark.parametrize(
    "version",
    [pytest.param(each, marks=[pytest.mark.soak] if each == "3.12" else []) for each in OTHERS],
)
def test_the_core_works_on_another_python(
    version: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    python = find_python(version)
    if python is None:
        pytest.skip(f"no Python {version} on this machine")
    install = request.getfixturevalue("install")
    bin_folder = install(python, tmp_path / "venv", "pytest", "pytest-timeout", "hypothesis")
    tests = [
        "tests/core/run/test_trial.py",
        "tests/core/run/test_runs.py",
        "tests/core/store",
        "tests/core/plugins",
        "tests/core/schema",
        "tests/sre/scoring/test_answer.py",
        "tests/sre/scoring/test_matching.py",
        "tests/sre/scoring/test_metrics.py",
    ]
    done = subprocess.run(
        [
            bin_folder / "python",
            "-m",
            "pytest",
            "-q",
            "-m",
            "not slow and not soak",
            "-p",
            "no:cacheprovider",
            *tests,
        ],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=280,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST")},
    )
    assert done.returncode == 0, done.stdout[-3000:]
