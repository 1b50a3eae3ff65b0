"""Where image and tools are kept: made once, in a folder named after what they are made of, and never changed."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from itbench.errors import StorageError
from itbench.host.cache import cache_dir, require_cache, writing_cache
from itbench.host.leftovers import sweep, temporary_folder
from itbench.sandbox.image.content import change_of, write_listing

# Of folders with programs that agents run; unlike the rest of the cache they may be shown to agents.
PROGRAM_PREFIX = "agent-"
_READY = "ready"
MAKING_PREFIX = ".making-"
# Within one process, each thing is looked at once.
_looked_at: set[Path] = set()


def store_folder() -> Path:
    """Return the folder that holds all of it."""
    return cache_dir() / "sandbox"


def stored(name: str) -> Path | None:
    """Return what was made under a name, or None; what is no longer as it was made is not there."""
    # Caches may share a folder by a link; a program looks at it once.
    folder = (store_folder() / name).resolve()
    content, ready = folder / "content", folder / _READY
    if content in _looked_at:
        return content
    if not ready.is_file() or not content.is_dir():
        return None
    if ready.stat().st_size == 0 and os.access(folder, os.W_OK):
        write_listing(content, ready)  # Made before there were listings.
    if ready.stat().st_size and change_of(content, ready) is not None:
        return None
    _looked_at.add(content)
    return content


def make_stored(name: str, build: Callable[[Path], None]) -> Path:
    """Make something under a name, unless it is there; processes that want the same wait for one of them.

    Raises:
        StorageError: the cache cannot be written.
    """
    folder = store_folder() / name
    found = stored(name)
    if found is not None:
        return found
    require_cache()
    with writing_cache(), _copying():
        return _made(name, folder, build)


def _made(name: str, folder: Path, build: Callable[[Path], None]) -> Path:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = stored(name)
        if found is not None:
            return found
        shutil.rmtree(folder, ignore_errors=True)
        sweep(folder.parent, f"{MAKING_PREFIX}*")
        with temporary_folder(folder.parent, f"{MAKING_PREFIX}{name}-") as temporary:
            content = temporary / "content"
            content.mkdir(mode=0o755)
            build(content)
            write_listing(content, temporary / _READY)
            temporary.chmod(0o755)
            temporary.replace(folder)
    return folder / "content"


@contextmanager
def _copying() -> Iterator[None]:
    """Turn what a copy of many files complains of, which has no number, into the error of the first.

    Raises:
        StorageError: files could not be copied.
    """
    try:
        yield
    except shutil.Error as error:
        source, target, reason = error.args[0][0]
        count = len(error.args[0])
        raise StorageError(
            f"{count} files could not be copied into the cache, the first from {source!r} to {target!r}: {str(reason)[:300]}"
        ) from error
