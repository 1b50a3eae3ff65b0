"""Finds the run files below some paths, and gives each a key that stands in addresses."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from itbench.errors import UsageError
from itbench.store.connect import COMPANIONS, log_of
from itbench.store.live.file import live_path

ENDING = ".itbench"
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,150}")
_MOST_FILES = 20_000


@dataclass(frozen=True, slots=True)
class Stamp:
    """By what a change of a run file shows: size and time of it, and of SQLite's log beside it."""

    parts: tuple[int, ...]


def stamp_of(path: Path) -> Stamp:
    """Return the stamp of a run file; one that is not there has a stamp too."""
    return _stamp(path, log_of(path))


def live_stamp_of(path: Path) -> Stamp:
    """Return the stamp of the file beside a run file that tells of trials under way."""
    return _stamp(live_path(path))


def _stamp(*paths: Path) -> Stamp:
    parts: list[int] = []
    for each in paths:
        try:
            found = each.stat()
            parts += [found.st_size, found.st_mtime_ns, found.st_ino]
        except OSError:
            parts += [-1, -1, -1]
    return Stamp(tuple(parts))


def require_paths(paths: Sequence[Path]) -> None:
    """Check that paths are there.

    Raises:
        UsageError: one is not.
    """
    for path in paths:
        if not path.exists():
            raise UsageError(f"there is no {str(path)!r}; name run files, or folders with run files")


def run_files(paths: Sequence[Path]) -> list[Path]:
    """Return the run files that are named, and those in folders that are named and in the folders below, newest first.

    The name of a run file begins with the time at which it was started.
    """
    found: dict[Path, None] = {}
    for path in paths:
        for file in _below(path) if path.is_dir() else (path,):
            found.setdefault(file, None)
            if len(found) >= _MOST_FILES:
                break
    return sorted(found, key=lambda file: file.name, reverse=True)


def keyed(files: Sequence[Path]) -> dict[str, Path]:
    """Return each file by a key: its name where that is plain and no other file has it, else a hash of its path."""
    names = [file.name.removesuffix(ENDING) for file in files]
    seen: dict[str, int] = {}
    for name in names:
        seen[name] = seen.get(name, 0) + 1
    return {
        name if seen[name] == 1 and _PLAIN.fullmatch(name) else _hashed(file): file
        for name, file in zip(names, files, strict=True)
    }


def _hashed(path: Path) -> str:
    return (
        "run-"
        + hashlib.blake2b(str(path.absolute()).encode("utf-8", "surrogateescape"), digest_size=8).hexdigest()
    )


def _below(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob(f"*{ENDING}")):
        if not path.name.endswith(COMPANIONS) and (path.is_file() or path.is_symlink()):
            yield path
