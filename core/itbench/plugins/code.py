"""A fingerprint of the installed code of a distribution: it tells two states apart that have one version.

Of a wheel these are the files that it installed. An editable install does not list its files: there they are those of the
packages that its entry points name.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from importlib_metadata import Distribution

_COMPILED: Final = "__pycache__"
_BLOCK_BYTES: Final = 1 << 20


def fingerprint(distribution: Distribution) -> str | None:
    """Return a hash of names and content of the files of a distribution; None where none of them is found."""
    files = dict(_installed_files(distribution) if _is_listed(distribution) else _package_files(distribution))
    if not files:
        return None
    total = hashlib.sha256()
    for name, path in sorted(files.items()):
        total.update(f"{name}\0{_digest_now(path)}\0".encode("utf-8", "surrogateescape"))
    return f"sha256:{total.hexdigest()}"


def _is_listed(distribution: Distribution) -> bool:
    """Say whether the distribution lists its modules; an editable one lists at most a program that finds them."""
    origin = json.loads(distribution.read_text("direct_url.json") or "{}")
    if origin.get("dir_info", {}).get("editable"):
        return False
    return any(_is_code(Path(entry)) and entry.suffix == ".py" for entry in distribution.files or ())


def _installed_files(distribution: Distribution) -> Iterator[tuple[str, Path]]:
    for entry in distribution.files or ():
        path = Path(str(distribution.locate_file(entry)))
        if _is_code(Path(entry)) and path.is_file():
            yield entry.as_posix(), path


def _is_code(path: Path) -> bool:
    """Say whether a listed file is of the packages: no metadata, nothing compiled, no program beside them."""
    is_metadata = any(part.endswith((".dist-info", ".egg-info")) for part in path.parts)
    return not (is_metadata or _COMPILED in path.parts or ".." in path.parts)


def _package_files(distribution: Distribution) -> Iterator[tuple[str, Path]]:
    packages = {point.module.partition(".")[0] for point in distribution.entry_points}
    # `__main__` is whatever program runs, and no module of the distribution's own.
    for package in sorted(packages - {"__main__"}):
        try:
            spec = find_spec(package)
        except (ImportError, ValueError):
            continue
        if spec is None:
            continue
        for place in spec.submodule_search_locations or ():
            yield from _below(package, Path(place))
        if spec.submodule_search_locations is None and spec.origin is not None:
            yield package, Path(spec.origin)


def _below(package: str, root: Path) -> Iterator[tuple[str, Path]]:
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name != _COMPILED and not name.startswith(".")]
        for name in names:
            path = Path(folder, name)
            if not name.startswith(".") and path.is_file():
                yield f"{package}/{path.relative_to(root).as_posix()}", path


def _digest_now(path: Path) -> str:
    try:
        state = path.stat()
        return _digest(path, state.st_size, state.st_mtime_ns)
    except OSError:
        return "unreadable"  # No module is imported from it either.


# Asked for the domain and for the agent, which are often of one distribution, and again where a run is resumed.
@lru_cache(maxsize=16_384)
def _digest(path: Path, size: int, mtime_ns: int) -> str:
    del size, mtime_ns  # They tell whether the file has changed.
    found = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            found.update(block)
    return found.hexdigest()
