"""Where image and tools are kept: made once, in a folder named after what they are made of, and never changed."""

import fcntl
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from itbench.cache import cache_dir, require_cache, writing_cache

_READY = "ready"


def store_folder() -> Path:
    """Return the folder that holds all of it."""
    return cache_dir() / "sandbox"


def stored(name: str) -> Path | None:
    """Return what was made under a name, or None."""
    folder = store_folder() / name
    return folder / "content" if (folder / _READY).exists() else None


def make(name: str, build: Callable[[Path], None]) -> Path:
    """Make something under a name, unless it is there; processes that want the same wait for one of them.

    Raises:
        StorageError: the cache cannot be written.
    """
    folder = store_folder() / name
    found = stored(name)
    if found is not None:
        return found
    require_cache()
    with writing_cache():
        return _made(name, folder, build)


def _made(name: str, folder: Path, build: Callable[[Path], None]) -> Path:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = stored(name)
        if found is not None:
            return found
        shutil.rmtree(folder, ignore_errors=True)
        temporary = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=folder.parent))
        try:
            content = temporary / "content"
            content.mkdir(mode=0o755)
            build(content)
            (temporary / _READY).touch()
            temporary.chmod(0o755)
            temporary.replace(folder)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise
    return folder / "content"
