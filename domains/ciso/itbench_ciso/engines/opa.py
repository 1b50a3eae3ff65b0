"""Finds OPA, which judges Rego: its shared library, kept in a folder of the cache, or else the program `opa` on the PATH.

The library comes in a package that declares a newer Python than it needs (it is called through ctypes, and no module of
the package is imported), so it cannot be a dependency; pip installs it, pinned by hash, into a folder of its own.
"""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from itbench import Progress, UsageError, no_progress

LIBRARY_VERSION = "1.20.2"
REQUIREMENTS = Path(__file__).with_name("opa.requirements.txt")
_LIBRARY = "opa_bindings/libopabridge.so"
_OPTIONS = ("--only-binary=:all:", "--python-version=3.14", "--ignore-requires-python", "--require-hashes")
_MACHINES = ("x86_64", "aarch64")
_OLDEST_GLIBC = (2, 34)
_OLDEST_PROGRAM = (1, 0)
_PROGRAM_LIMIT_S = 20
_USE_PROGRAM = "put the program `opa`, version 1.0 or newer, on the PATH"


@dataclass(frozen=True, slots=True)
class Opa:
    """OPA as it is on this machine.

    Attributes:
        is_library: whether `path` is the shared library, not the program.
        version: such as `1.20.2`.
        path: of the file.
    """

    is_library: bool
    version: str
    path: Path


def find_opa(progress: Progress = no_progress, *, wants_program: bool = False) -> Opa:
    """Return the library, installed on first use, or the program where this machine cannot load the library.

    Raises:
        UsageError: there is neither, or not the program that was asked for.
        SandboxError: the library cannot be installed.
    """
    if not wants_program and unsupported() is None:
        return Opa(is_library=True, version=LIBRARY_VERSION, path=_installed(progress))
    program = _program()
    if program is None:
        reason = "engine 'opa-program' was asked for" if wants_program else unsupported()
        raise UsageError(f"no OPA to judge Rego with: {reason}; {_USE_PROGRAM}")
    return program


def unsupported() -> str | None:
    """Return why this machine cannot load the library, or None."""
    if sys.platform != "linux" or platform.machine() not in _MACHINES:
        return f"its library is for Linux on {' and '.join(_MACHINES)}, not {sys.platform} on {platform.machine()}"
    found = _glibc()
    if found is None or found < _OLDEST_GLIBC:
        version = "no glibc" if found is None else f"glibc {found[0]}.{found[1]}"
        return f"its library needs glibc 2.34 or newer, this machine has {version}"
    return None


class OpaPreparation:
    """Installs OPA's library where `itbench sandbox build` is run, and tells the doctor what is missing."""

    name = "ciso: OPA, for Rego"

    def problem(self) -> str | None:
        """Return what is missing, or None."""
        from itbench.sandboxes import stored

        reason = unsupported()
        if reason is None:
            is_there = stored(_folder_name()) is not None
            return (
                None
                if is_there
                else "not installed yet: run 'itbench sandbox build', or let the first run do it"
            )
        return None if _program() is not None else f"{reason}; {_USE_PROGRAM}"

    def prepare(self, progress: Progress) -> None:
        """Install the library, unless it is there or cannot be loaded here.

        Raises:
            SandboxError: it cannot be installed.
        """
        if unsupported() is None:
            _installed(progress)


OPA_PREPARATION = OpaPreparation()
"""What the domain needs on this machine to judge Rego."""


def _installed(progress: Progress) -> Path:
    from itbench.sandboxes import install_packages, make_stored

    what = f"OPA {LIBRARY_VERSION}, which judges Rego,"

    def install(target: Path) -> None:
        progress(f"installing OPA {LIBRARY_VERSION} (12 MB), which judges Rego", 0, 1)
        install_packages(target, REQUIREMENTS, what, _OPTIONS)

    return make_stored(_folder_name(), install) / _LIBRARY


def _folder_name() -> str:
    text = f"{REQUIREMENTS.read_text(encoding='utf-8')}\n{platform.machine()}"
    return f"opa-{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def _glibc() -> tuple[int, int] | None:
    try:
        name, _, version = (os.confstr("CS_GNU_LIBC_VERSION") or "").partition(" ")
    except (OSError, ValueError):
        return None
    major, _, minor = version.partition(".")
    return (int(major), int(minor)) if name == "glibc" else None


@lru_cache(maxsize=4)
def _version(path: str) -> str:
    said = subprocess.run(
        [path, "version"], capture_output=True, text=True, timeout=_PROGRAM_LIMIT_S, check=False
    )
    return next((line.split()[-1] for line in said.stdout.splitlines() if line.startswith("Version:")), "0")


def _program() -> Opa | None:
    path = shutil.which("opa")
    if path is None:
        return None
    version = _version(path)
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    return (
        Opa(is_library=False, version=version, path=Path(path).resolve())
        if numbers >= _OLDEST_PROGRAM
        else None
    )
