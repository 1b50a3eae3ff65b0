"""New files whose permissions are what they must be from their first byte on, whatever the umask is."""

import os
import shutil
from pathlib import Path
from typing import IO

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
PRIVATE, PUBLIC = 0o600, 0o644


def write_new(path: Path, data: bytes, mode: int) -> None:
    """Write a new file with these permissions; none is left that is not whole.

    Raises:
        OSError: it cannot be written, or there is one already.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    file = _new(path, mode)
    try:
        with file:
            file.write(data)
    except OSError:
        path.unlink()
        raise


def copy_to(source: Path, target: Path, mode: int) -> None:
    """Copy the content of a file into a new one with these permissions, piece by piece.

    Raises:
        OSError: one cannot be read or the other not be written.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with source.open("rb") as read, _new(target, mode) as written:
        shutil.copyfileobj(read, written, 1 << 20)


def _new(path: Path, mode: int) -> IO[bytes]:
    descriptor = os.open(path, _NEW, PRIVATE)
    os.fchmod(descriptor, mode)
    return os.fdopen(descriptor, "wb")
