"""Writes the file that a user named: through links, pipes and devices; a plain file appears whole or not at all.

`-` is standard output. What is there already and is no plain file is written to and never replaced; a symbolic link
keeps its place, and its target is written. A new file gets the permissions of the user's umask, one that is replaced
keeps its own.
"""

import errno
import os
import re
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from itbench.errors import StorageError
from itbench.host.leftovers import sweep, temporary_file

STANDARD_OUTPUT = "-"
_MOST_LINKS = 40
# Where the folder takes no new file, or the file is a mount point, its content can still be rewritten.
_NOT_REPLACED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY, errno.EXDEV})


@contextmanager
def open_output(target: str | Path) -> Iterator[IO[bytes]]:
    """Open a file for writing; folders that it needs are made.

    Raises:
        StorageError: it cannot be written; a plain file is then as it was.
        BrokenPipeError: the reader of standard output has ended.
    """
    if target == STANDARD_OUTPUT:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    try:
        with _opened(Path(target)) as file:
            yield file
    except OSError as error:
        raise StorageError(f"cannot write {str(target)!r}: {error.strerror or error}") from error


def write_output(target: str | Path, text: str) -> None:
    """Write a whole text.

    Raises:
        StorageError: it cannot be written; a plain file is then as it was.
    """
    with open_output(target) as file:
        file.write(text.encode())


@contextmanager
def _opened(target: Path) -> Iterator[IO[bytes]]:
    place, descriptor = _followed(target)
    status = _status(target)
    if descriptor is not None:
        # Opened anew, a file that the shell appends to would lose what it holds.
        with os.fdopen(os.dup(descriptor), "wb") as file:
            yield file
    elif status is not None and not (stat.S_ISREG(status.st_mode) and _is_same(place, status)):
        with os.fdopen(os.open(target, os.O_WRONLY | os.O_NOCTTY), "wb") as file:
            yield file
    else:
        with _replaced(place, status) as file:
            yield file


def _followed(target: Path) -> tuple[Path, int | None]:
    """Return where symbolic links lead to, and the descriptor of ours if that is what is named, as in /dev/stdout."""
    path = target
    for _ in range(_MOST_LINKS):
        folder = Path(os.path.realpath(path.parent))
        path = folder / path.name
        if path.name.isdecimal() and _holds_our_descriptors(folder):
            return path, int(path.name)
        if not path.is_symlink():
            return path, None
        path = folder / path.readlink()
    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(target))


def _holds_our_descriptors(folder: Path) -> bool:
    return re.fullmatch(rf"/dev/fd|/proc/{os.getpid()}(/task/\d+)?/fd", str(folder)) is not None


def _status(target: Path) -> os.stat_result | None:
    try:
        return target.stat()
    except FileNotFoundError:
        return None


def _is_same(place: Path, status: os.stat_result) -> bool:
    """Tell whether a path is the file of a status; links in /proc may name what is not there any more."""
    found = _status(place)
    return found is not None and os.path.samestat(found, status)


@contextmanager
def _replaced(place: Path, status: os.stat_result | None) -> Iterator[IO[bytes]]:
    place.parent.mkdir(parents=True, exist_ok=True)
    sweep(place.parent, ".itbench-*.part")
    try:
        part, descriptor = temporary_file(place.parent, ".itbench-", ".part")
    except OSError as error:
        if status is None or error.errno not in _NOT_REPLACED:
            raise
        with tempfile.TemporaryFile() as file:
            yield file
            _rewrite(place, file)
        return
    try:
        with os.fdopen(descriptor, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            if status is not None:
                _keep_permissions(file.fileno(), status)
            _put(part, place, file)
    finally:
        part.unlink(missing_ok=True)


def _keep_permissions(descriptor: int, status: os.stat_result) -> None:
    if os.geteuid() == 0:
        os.fchown(descriptor, status.st_uid, status.st_gid)
    os.fchmod(descriptor, stat.S_IMODE(status.st_mode))


def _put(part: Path, place: Path, file: IO[bytes]) -> None:
    try:
        part.replace(place)
    except OSError as error:
        if error.errno not in _NOT_REPLACED:
            raise
        _rewrite(place, file)


def _rewrite(place: Path, file: IO[bytes]) -> None:
    file.seek(0)
    with place.open("wb") as target:
        shutil.copyfileobj(file, target)
