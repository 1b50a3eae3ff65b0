"""Folders that appear at a place of the user's when everything is in them: whole or not at all, whatever ends the program.

They are made beside their places, under a name that the next one made there removes if this program is killed, and renamed.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from itbench.errors import StorageError, UsageError
from itbench.host.cache import NOT_WRITTEN, cache_dir
from itbench.host.leftovers import sweep, temporary_folder

_MAKING = ".itbench-making-"


@contextmanager
def making_folder(place: Path) -> Iterator[Path]:
    """Make a folder beside a place, with the permissions of the user's umask, after removing what killed processes left there.

    It is removed at the end unless it was renamed.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    sweep(place.parent, f"{_MAKING}*")
    with temporary_folder(place.parent, _MAKING) as folder:
        probe = folder / "probe"
        probe.mkdir()
        mode = stat.S_IMODE(probe.stat().st_mode)
        probe.rmdir()
        folder.chmod(mode)
        yield folder


def require_place(option: str, place: Path) -> None:
    """Refuse a place where no new folder can be.

    Raises:
        UsageError: says why not.
    """
    require_replaceable(option, place)
    if os.path.lexists(place) and any(place.iterdir()):
        raise UsageError(f"{option} {str(place)!r} is not empty; name a new folder")


def require_replaceable(option: str, place: Path) -> None:
    """Refuse a place where there is something else than a folder, or a folder that no other can replace.

    Raises:
        UsageError: says why not.
    """
    shown, cache = f"{option} {str(place)!r}", Path(os.path.realpath(cache_dir()))
    if cache == place or cache in place.parents:
        raise UsageError(
            f"{shown} lies in the cache, which may be emptied at any time; name a folder elsewhere"
        )
    if not os.path.lexists(place):
        return
    if not place.is_dir():
        raise UsageError(f"{shown} is there and is no folder; name a new folder")
    if place == Path(os.path.realpath(Path.cwd())) or place.is_mount():
        raise UsageError(
            f"{shown} cannot be replaced: it is the current folder or a mount point; name a folder in it"
        )


@contextmanager
def writing_folders(out: Path, options: str) -> Iterator[None]:
    """Turn what the disk refuses into one clear line, which says with which options other folders are named.

    Raises:
        StorageError: a folder cannot be written.
    """
    try:
        yield
    except OSError as error:
        if error.errno is not None and error.errno not in NOT_WRITTEN:
            raise
        where = str(error.filename2 or error.filename or out)
        raise StorageError(
            f"cannot write {where!r}: {error.strerror or error}; make room there, or name other folders with {options}"
        ) from error
