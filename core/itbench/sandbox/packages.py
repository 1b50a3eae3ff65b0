"""Installs pinned Python packages into a folder of their own, which no interpreter of this machine looks into."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from itbench.sandbox.errors import SandboxError
from itbench.sandbox.image import base_python

_INSTALL_LIMIT_S = 1800
_COMMON_OPTIONS = ("--quiet", "--disable-pip-version-check", "--no-input", "--no-warn-script-location")


def install_packages(target: Path, requirements: Path, what: str, options: Sequence[str] = ()) -> None:
    """Install exactly the packages of a requirements file; `what` names them in messages, `options` are pip's.

    Raises:
        SandboxError: they cannot be installed.
    """
    with tempfile.TemporaryDirectory(prefix="itbench-packages-") as temporary:
        words = [*_pip(Path(temporary), what), "install", *_COMMON_OPTIONS, *options]
        _run([*words, "--target", str(target), "--no-deps", "--requirement", str(requirements)], what)
    # Scripts name the interpreter out here, and none of them is promised.
    shutil.rmtree(target / "bin", ignore_errors=True)
    for folder, _, names in os.walk(target):
        Path(folder).chmod(0o755)
        for name in names:
            Path(folder, name).chmod(0o644)


def _pip(temporary: Path, what: str) -> list[str]:
    if find_spec("pip") is not None:
        return [sys.executable, "-m", "pip"]
    _run([str(base_python().program), "-m", "venv", str(temporary / "venv")], what)
    return [str(temporary / "venv/bin/python"), "-m", "pip"]


def _run(words: list[str], what: str) -> None:
    done = subprocess.run(
        words, capture_output=True, text=True, timeout=_INSTALL_LIMIT_S, check=False, stdin=subprocess.DEVNULL
    )
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or ["it printed no error"]
        raise SandboxError(
            f"{what} cannot be installed: {lines[-1]!r}; "
            "run 'itbench sandbox build' where a package index can be reached, or set PIP_INDEX_URL to one"
        )
