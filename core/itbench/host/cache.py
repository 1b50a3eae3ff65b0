"""Where things are kept that can be made or fetched again."""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from itbench.errors import StorageError

# What a disk or its permissions refuse.
NOT_WRITTEN = frozenset(
    {
        errno.EACCES,
        errno.EPERM,
        errno.EROFS,
        errno.ENOSPC,
        errno.EDQUOT,
        errno.ENOTDIR,
        errno.EEXIST,
        errno.EISDIR,
    }
)


def cache_dir() -> Path:
    """Return the cache folder: ITBENCH_CACHE, else `itbench` below XDG_CACHE_HOME, else ~/.cache/itbench.

    Raises:
        StorageError: none of them is set, and this user has no home.
    """
    own = os.environ.get("ITBENCH_CACHE")
    if own:
        return Path(own)
    try:
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "itbench"
    except RuntimeError as error:
        raise StorageError(
            "this user has no home folder for the cache; set ITBENCH_CACHE to a folder that can be written"
        ) from error


@contextmanager
def writing_cache() -> Iterator[None]:
    """Turn what the disk refuses into one clear line.

    Raises:
        StorageError: the cache cannot be written: it is read-only, the disk is full, or the like.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in NOT_WRITTEN:
            raise
        raise StorageError(
            f"cannot write the cache {str(cache_dir())!r}: {error.strerror}; make room there, or set ITBENCH_CACHE to a folder "
            "that can be written"
        ) from error


def require_cache() -> Path:
    """Return the cache folder, which is made if it is not there, and can be written.

    Raises:
        StorageError: it cannot.
    """
    folder = cache_dir()
    with writing_cache():
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    return folder
