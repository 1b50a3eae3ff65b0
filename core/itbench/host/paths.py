"""Opens a file below a folder without ever following a link out of it."""

import os
import stat
from pathlib import Path, PurePosixPath

from itbench.host.faults import PATH_ERRORS, HostError


def read_below(root: Path, path: str, *, max_bytes: int | None) -> bytes:
    """Return the content of the plain file at `path` below `root`; no part of the path may be a link.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the path leads outside, is no plain file, or holds more than `max_bytes`.
        HostError: the machine refuses it.
    """
    descriptor = _open_below(root, clean(path))
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise ValueError(f"{path!r} is not a plain file")
        if max_bytes is not None and status.st_size > max_bytes:
            raise ValueError(f"{path!r} holds {status.st_size} bytes, allowed: {max_bytes}")
        return _read(descriptor, status.st_size)
    finally:
        os.close(descriptor)


def _read(descriptor: int, size: int) -> bytes:
    parts = []
    while size > 0 and (part := os.read(descriptor, size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def clean(path: str) -> tuple[str, ...]:
    """Return the parts of a relative path.

    Raises:
        ValueError: it is absolute, empty, or goes up.
    """
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or ".." in parts or "\0" in path:
        raise ValueError(f"the path {path!r} leads outside the workspace")
    return parts


def _open_below(root: Path, parts: tuple[str, ...]) -> int:
    # Non-blocking: opening a FIFO that an agent left behind would otherwise wait forever.
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    folder = -1
    try:
        folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        for part in parts[:-1]:
            below = os.open(part, flags | os.O_DIRECTORY, dir_fd=folder)
            os.close(folder)
            folder = below
        return os.open(parts[-1], flags, dir_fd=folder)
    except FileNotFoundError:
        raise
    except OSError as error:
        if error.errno not in PATH_ERRORS:
            raise HostError(f"{'/'.join(parts)!r} cannot be read", error) from error
        raise ValueError(
            f"{'/'.join(parts)!r} is not a plain file in the workspace: {error.strerror}"
        ) from error
    finally:
        if folder >= 0:
            os.close(folder)
