"""Where things are kept that can be made or fetched again."""

import os
from pathlib import Path


def cache_dir() -> Path:
    """Return the cache folder: ITBENCH_CACHE, else `itbench` below XDG_CACHE_HOME, else ~/.cache/itbench."""
    own = os.environ.get("ITBENCH_CACHE")
    if own:
        return Path(own)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "itbench"
