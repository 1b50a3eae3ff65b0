"""Installs pinned Python packages into a folder of their own, which no interpreter of this machine looks into."""

import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from subprocess import TimeoutExpired

from itbench.errors import StorageError
from itbench.host.cache import cache_dir
from itbench.host.guarded import run_guarded
from itbench.host.leftovers import sweep, temporary_folder
from itbench.sandbox.errors import SandboxError
from itbench.sandbox.image.image import base_python

_INSTALL_LIMIT_S = 1800
# Compiled whatever pip is configured to do: nobody can write beside the packages later.
_COMMON_OPTIONS = (
    "--quiet",
    "--disable-pip-version-check",
    "--no-input",
    "--no-warn-script-location",
    "--compile",
)

PACKAGES_PREFIX = "itbench-packages-"
_DISK_FULL = ("No space left on device", "Disk quota exceeded", "File too large")
_LONGEST_SAID = 500


def install_packages(target: Path, requirements: Path, what: str, options: Sequence[str] = ()) -> None:
    """Install exactly the packages of a requirements file; `what` names them in messages, `options` are pip's.

    Raises:
        SandboxError: they cannot be installed.
        StorageError: the disk is full.
    """
    place = Path(tempfile.gettempdir())
    sweep(place, f"{PACKAGES_PREFIX}*")
    with temporary_folder(place, PACKAGES_PREFIX) as temporary:
        words = [*_pip(temporary, what), "install", *_COMMON_OPTIONS, *options]
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
    try:
        done = run_guarded(words, timeout_s=_INSTALL_LIMIT_S)
    except TimeoutExpired as error:
        raise SandboxError(
            f"{what} cannot be installed: not done after {_INSTALL_LIMIT_S} s; try again"
        ) from error
    if done.returncode != 0:
        full = next((text for text in _DISK_FULL if text in done.stderr), None)
        if full is not None:
            raise StorageError(
                f"{what} cannot be installed: {full}; make room in the cache {str(cache_dir())!r} and in "
                f"{tempfile.gettempdir()!r}, or set ITBENCH_CACHE and TMPDIR to other folders"
            )
        lines = done.stderr.strip().splitlines() or ["it printed no error"]
        raise SandboxError(
            f"{what} cannot be installed: {lines[-1][:_LONGEST_SAID]!r}; "
            "run 'itbench sandbox build' where a package index can be reached, or set PIP_INDEX_URL to one"
        )
