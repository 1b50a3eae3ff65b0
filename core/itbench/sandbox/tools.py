"""The Python packages that ITBench-AA promises to agents, in a folder of their own."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from itbench.interfaces.suite import Progress
from itbench.sandbox.errors import SandboxError
from itbench.sandbox.image import base_python

REQUIREMENTS = Path(__file__).with_name("requirements.txt")
_INSTALL_LIMIT_S = 1800
_COMMON_OPTIONS = ("--quiet", "--disable-pip-version-check", "--no-input", "--no-warn-script-location")


def tools_key() -> str:
    """Return a name that changes with the packages and with the Python that they are for."""
    text = f"{REQUIREMENTS.read_text(encoding='utf-8')}\n{sys.version}\n{base_python().program}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def build_packages(target: Path, progress: Progress) -> None:
    """Install the packages into an empty folder.

    Raises:
        SandboxError: they are not available.
    """
    with tempfile.TemporaryDirectory(prefix="itbench-tools-") as temporary:
        words = [*_pip(Path(temporary), progress), "install", *_COMMON_OPTIONS]
        progress("making the sandbox: numpy, pandas, drain3 and PyYAML", 3, 4)
        _run([*words, "--target", str(target), "--no-deps", "--requirement", str(REQUIREMENTS)])
    # Scripts name the interpreter out here, and none of them is promised.
    shutil.rmtree(target / "bin", ignore_errors=True)
    for folder, _, names in os.walk(target):
        Path(folder).chmod(0o755)
        for name in names:
            Path(folder, name).chmod(0o644)


def _pip(temporary: Path, progress: Progress) -> list[str]:
    if find_spec("pip") is not None:
        return [sys.executable, "-m", "pip"]
    progress("making the sandbox: pip", 3, 4)
    _run([str(base_python().program), "-m", "venv", str(temporary / "venv")])
    return [str(temporary / "venv/bin/python"), "-m", "pip"]


def _run(words: list[str]) -> None:
    done = subprocess.run(
        words, capture_output=True, text=True, timeout=_INSTALL_LIMIT_S, check=False, stdin=subprocess.DEVNULL
    )
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or ["it printed no error"]
        raise SandboxError(
            f"the sandbox's Python packages cannot be installed: {lines[-1]!r}; "
            "run 'itbench sandbox build' where a package index can be reached, or set PIP_INDEX_URL to one"
        )
