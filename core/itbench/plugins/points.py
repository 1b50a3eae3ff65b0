"""The entry points of what is installed: read once, and again when a folder of the path has changed.

Reading them opens a file of every distribution, which one command would otherwise do half a dozen times.
"""

import os
import sys
from functools import lru_cache
from pathlib import Path

from importlib_metadata import EntryPoint, entry_points


def installed_points(group: str) -> list[EntryPoint]:
    """Return the entry points of one group."""
    return [point for point in _points(_path_now()) if point.group == group]


def _path_now() -> tuple[tuple[str, int], ...]:
    """Return the places where distributions are looked for, and when something was last added there or removed."""
    places = [os.path.abspath(place) for place in sys.path]  # noqa: PTH100 - it does not resolve links
    return tuple((place, _changed_ns(place)) for place in places)


def _changed_ns(place: str) -> int:
    try:
        return Path(place).stat().st_mtime_ns
    except OSError:
        return -1  # The path may name what is not there.


@lru_cache(maxsize=1)
def _points(_path: tuple[tuple[str, int], ...]) -> tuple[EntryPoint, ...]:
    return tuple(entry_points())
