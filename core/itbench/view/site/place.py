"""Where a site is written: beside its place, and renamed, so that it is there whole or not at all; nothing of others is replaced."""

import json
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from itbench.errors import UsageError
from itbench.host.leftovers import sweep, temporary_folder
from itbench.host.new_folder import require_replaceable, writing_folders

MARKER: Final = ".itbench-site"
"""The file by which a site is known, with the names of what stands beside it."""
_OPTION: Final = "--out"
_MAKING: Final = ".itbench-site-making-"
_FORMAT: Final = 1


@contextmanager
def new_site(out: Path) -> Iterator[Path]:
    """Yield a folder to write a site into, which takes its place at the end; links are followed once, here.

    Raises:
        UsageError: something else is in its place.
        StorageError: it cannot be written.
    """
    place = Path(os.path.realpath(out))
    with writing_folders(place, _OPTION):
        _require_place(place)
        place.parent.mkdir(parents=True, exist_ok=True)
        sweep(place.parent, f"{_MAKING}*")
        with temporary_folder(place.parent, _MAKING) as folder:
            site = folder / "site"
            site.mkdir()
            yield site
            _mark(site)
            _require_place(place)
            _exchange(site, place, folder / "before")


def _require_place(place: Path) -> None:
    """Refuse a place that has anything but a site.

    Raises:
        UsageError: says why.
    """
    require_replaceable(_OPTION, place)
    if not os.path.lexists(place):
        return
    shown = f"{_OPTION} {str(place)!r}"
    there = {each.name for each in place.iterdir()}
    if not there:
        return
    if MARKER not in there:
        raise UsageError(
            f"{shown} is not empty and no site that itbench wrote (it has no {MARKER}); name a new folder"
        )
    others = sorted(there - _names(place / MARKER))
    if others:
        raise UsageError(
            f"{shown} has {others[0]!r}, which is no part of the site there; move it elsewhere, or name a new folder"
        )


def _names(marker: Path) -> set[str]:
    """Return the names that a marker tells of."""
    with suppress(OSError, ValueError):
        found = json.loads(marker.read_text(encoding="utf-8")) if stat.S_ISREG(marker.lstat().st_mode) else {}
        if isinstance(found, dict) and isinstance(found.get("files"), list):
            return {MARKER, *map(str, found["files"])}
    return {MARKER}


def _mark(site: Path) -> None:
    names = sorted(each.name for each in site.iterdir())
    text = json.dumps({"format": _FORMAT, "files": names}, indent=1)
    (site / MARKER).write_text(f"{text}\n", encoding="utf-8")


def _exchange(site: Path, place: Path, before: Path) -> None:
    """Put a site in the place of the one before; that one is back where this fails."""
    if os.path.lexists(place):
        place.rename(before)
    try:
        site.rename(place)
    except BaseException:
        if before.exists():
            before.rename(place)
        raise
