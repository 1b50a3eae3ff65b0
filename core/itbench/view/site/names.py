"""Names of files that are safe and unique on any file system, also where upper and lower case are the same."""

import hashlib
import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from itbench.view.data.files import ENDING

_LONGEST: Final = 80
_KEPT: Final = 50
_OTHER: Final = re.compile(r"[^a-z0-9_-]+")
# Windows has no files of these names, whatever their ending.
_RESERVED: Final = frozenset(
    {"con", "prn", "aux", "nul", *(f"{name}{number}" for name in ("com", "lpt") for number in range(10))}
)


def safe_names(names: Sequence[str]) -> Mapping[str, str]:
    """Return each name as that of a file, without an ending; with a hash of the name where it cannot be kept as it is."""
    plain = {name: _plain(name) for name in names}
    counts = Counter(plain.values())
    return {
        name: found if counts[found] == 1 and _is_usable(found) else _hashed(name)
        for name, found in plain.items()
    }


def safe_name(name: str) -> str:
    """Return one name as that of a file, without knowing the others beside it: as it is, or with a hash."""
    return name if name == _plain(name) and _is_usable(name) else _hashed(name)


def run_keys(files: Sequence[Path]) -> dict[str, Path]:
    """Return run files by the names of their pages; the path to files of one name tells them apart, from where all files are."""
    counts = Counter(file.name for file in files)
    parents = [str(file.parent.absolute()) for file in files]
    common = os.path.commonpath(parents) if parents else ""
    names = [
        file.name.removesuffix(ENDING)
        if counts[file.name] == 1
        else f"{os.path.relpath(parent, common)}/{file.name}"
        for file, parent in zip(files, parents, strict=True)
    ]
    safe = safe_names(names)
    return {safe[name]: file for name, file in zip(names, files, strict=True)}


def _is_usable(name: str) -> bool:
    return 0 < len(name) <= _LONGEST and name not in _RESERVED


def _plain(name: str) -> str:
    return _OTHER.sub("-", name.lower()).strip("-_")


def _hashed(name: str) -> str:
    digest = hashlib.blake2b(name.encode("utf-8", "surrogateescape"), digest_size=6).hexdigest()
    return f"{_plain(name)[:_KEPT] or 'x'}-{digest}"
