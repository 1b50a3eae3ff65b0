"""Reads and lists files below an open folder that somebody else fills, without ever following a link."""

import os
import stat
from collections.abc import Iterator

from itbench.host.faults import PATH_ERRORS, HostError, host_errors
from itbench.host.paths import clean

_MOST_FOLDERS_DEEP = 64
_MOST_FILES = 200_000
# Non-blocking: opening a FIFO would otherwise wait forever.
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def read_file(folder: int, path: str, *, max_bytes: int) -> bytes:
    """Return the content of a plain file.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the path leads outside, is no plain file, or holds more than `max_bytes`.
        HostError: the machine refuses it.
    """
    descriptor = _open(folder, clean(path), 0)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise ValueError(f"{path!r} is not a plain file")
        if status.st_size > max_bytes:
            raise ValueError(f"{path!r} holds {status.st_size} bytes, allowed: {max_bytes}")
        with host_errors(f"{path!r} cannot be read"), os.fdopen(os.dup(descriptor), "rb") as file:
            return file.read(status.st_size)
    finally:
        os.close(descriptor)


def list_files(folder: int, path: str) -> list[str]:
    """Return the paths of everything below a folder that is no folder itself, sorted.

    Raises:
        FileNotFoundError: there is no such folder.
        ValueError: the path leads outside or is no folder, or there is more than anybody can want to read.
        HostError: the machine refuses it.
    """
    found = []
    with host_errors(f"the files below {path!r} cannot be listed", but=PATH_ERRORS):
        for name in _walk(folder, () if path == "." else clean(path)):
            found.append(name)
            if len(found) > _MOST_FILES:
                raise ValueError(f"there are more than {_MOST_FILES} files below {path!r}")
    return sorted(found)


def _walk(folder: int, start: tuple[str, ...]) -> Iterator[str]:
    waiting = [start]
    while waiting:
        parts = waiting.pop()
        try:
            descriptor = _open(folder, parts, os.O_DIRECTORY) if parts else os.dup(folder)
        except ValueError:
            if parts == start:
                raise
            continue  # a folder that its owner took all rights from hides its files, not the others
        try:
            with os.scandir(descriptor) as entries:
                for entry in entries:
                    below = (*parts, entry.name)
                    if not entry.is_dir(follow_symlinks=False):
                        yield "/".join(below)
                    elif len(below) < _MOST_FOLDERS_DEEP:
                        waiting.append(below)
        finally:
            os.close(descriptor)


def _open(folder: int, parts: tuple[str, ...], flags: int) -> int:
    current = -1
    try:
        current = os.dup(folder)
        for part in parts[:-1]:
            current = _step(current, part, os.O_DIRECTORY)
        return os.open(parts[-1], _FLAGS | flags, dir_fd=current)
    except FileNotFoundError:
        raise
    except OSError as error:
        if error.errno not in PATH_ERRORS:
            raise HostError(f"{'/'.join(parts)!r} cannot be read", error) from error
        raise ValueError(
            f"{'/'.join(parts)!r} is not in the workspace as it should be: {error.strerror}"
        ) from error
    finally:
        if current >= 0:
            os.close(current)


def _step(current: int, part: str, flags: int) -> int:
    below = os.open(part, _FLAGS | flags, dir_fd=current)
    os.close(current)
    return below
