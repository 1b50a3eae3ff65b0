"""Installs a program once, into a folder of its own in the cache, by the ordinary client of its registry."""

import os
import re
import shutil
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from subprocess import TimeoutExpired

from itbench.agents.named.program import NamedProgram
from itbench.errors import StorageError, UsageError
from itbench.host.cache import cache_dir
from itbench.host.guarded import run_guarded
from itbench.interfaces.progress import Progress
from itbench.sandbox.image.image import base_python
from itbench.sandbox.image.store import PROGRAM_PREFIX, make_stored, store_folder, stored

_INSTALL_LIMIT_S = 1800
_DISK_FULL = ("No space left on device", "ENOSPC", "Disk quota exceeded")
_LONGEST_SAID = 300
_VERSION = re.compile(r"[0-9][0-9A-Za-z.+-]{0,60}")


def wanted_version(program: NamedProgram, options: Mapping[str, str]) -> str:
    """Return the version that the option `version` names, or the pinned one.

    Raises:
        UsageError: it is not one version.
    """
    version = options.get("version", program.version)
    if not _VERSION.fullmatch(version):
        raise UsageError(
            f"agent {program.name!r}: option version is {version!r}; allowed: one version, such as 1.2.3"
        )
    return version


def folder_name(program: NamedProgram, version: str) -> str:
    """Return the name of a program's folder in the cache."""
    python = f"-{base_python().version}" if program.packages(version).installer == "pip" else ""
    return f"{PROGRAM_PREFIX}{program.name}-{version}{python}"


def installed_at(program: NamedProgram, version: str) -> Path:
    """Return where a program lies once it is installed."""
    return store_folder() / folder_name(program, version) / "content"


def is_installed(program: NamedProgram, version: str) -> bool:
    """Tell whether a program is installed and is as it was when it was installed."""
    return stored(folder_name(program, version)) is not None


def missing_installer(program: NamedProgram) -> str | None:
    """Return what installing a program needs and this machine lacks, and what to do; None if it can be tried."""
    installer = program.packages(program.version).installer
    if installer == "npm" and shutil.which("npm") is None:
        return "npm is not on the PATH; install Node.js 18 or newer, which brings it"
    if installer == "pip" and find_spec("pip") is None:
        return "pip is not installed beside itbench; install it with: python -m ensurepip"
    return None


def install(program: NamedProgram, version: str, progress: Progress) -> Path:
    """Install a program unless it is installed, and return its folder; takes a minute or so.

    Raises:
        UsageError: it cannot be installed; the message says why.
        StorageError: the cache cannot be written.
    """

    def build(folder: Path) -> None:
        progress(f"installing {program.name} {version}", 0, 1)
        _install(program, version, folder)

    return make_stored(folder_name(program, version), build)


def _install(program: NamedProgram, version: str, folder: Path) -> None:
    lacking = missing_installer(program)
    if lacking is not None:
        raise UsageError(f"{program.name} {version} cannot be installed: {lacking}")
    packages = program.packages(version)
    # No script of a package is run on this machine.
    npm = [
        "npm",
        "install",
        "--prefix",
        str(folder),
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
        "--fetch-retries=1",
        "--fetch-retry-mintimeout=1000",
    ]
    pip = [sys.executable, "-m", "pip", "install", "--target", str(folder), "--quiet", "--no-input"]
    pip += ["--disable-pip-version-check", "--no-warn-script-location", "--only-binary=:all:"]
    words = {"npm": npm, "pip": pip}[packages.installer]
    try:
        done = run_guarded([*words, *packages.names], timeout_s=_INSTALL_LIMIT_S, env=os.environ)
    except TimeoutExpired as error:
        raise UsageError(
            f"{program.name} {version} cannot be installed: not done after {_INSTALL_LIMIT_S} s; try again"
        ) from error
    if done.returncode != 0:
        raise _failure(f"{program.name} {version}", done.stderr, packages.installer)
    for each in folder.rglob("*"):
        # The sandbox's user must be able to read it, whatever this process's umask is.
        if not each.is_symlink():
            each.chmod(0o755 if each.is_dir() or each.stat().st_mode & 0o100 else 0o644)


def _failure(what: str, said: str, installer: str) -> UsageError | StorageError:
    if any(text in said for text in _DISK_FULL):
        return StorageError(
            f"{what} cannot be installed: the disk is full; make room in the cache {str(cache_dir())!r}"
        )
    lines = [line.strip() for line in said.splitlines() if line.strip() and "A complete log" not in line]
    telling = [line for line in lines if "network" in line.lower() or "request to" in line or "ERROR" in line]
    reason = (telling or lines or ["no reason given"])[0].removeprefix("npm error ")
    return UsageError(
        f"{what} cannot be installed by {installer}: {reason[:_LONGEST_SAID]!r}; "
        f"run 'itbench install-agent {what.split()[0]}' where its registry can be reached"
    )
