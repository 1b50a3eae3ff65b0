"""Whether what was made for all sandboxes is still what was made: every file by type, permissions and content.

Files are known by their times too, one of which no program can set, so that unchanged ones are not read each time.
"""

import hashlib
import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

from itbench.host.digests import has_settled
from itbench.host.output_file import write_output

# Type and permissions, SHA-256 or target of a link; and by what it is known again, if its times were settled.
_Entry: TypeAlias = list[Any]


def write_listing(content: Path, listing: Path) -> None:
    """Write down what is in a folder.

    Raises:
        OSError: it cannot be written.
    """
    found = {name: _entry(path) for name, path in _paths(content)}
    write_output(listing, json.dumps(found, separators=(",", ":")) + "\n")


def change_of(content: Path, listing: Path) -> str | None:
    """Return the first path at which a folder is not as it was listed; None if it is.

    What had to be read is known again the next time, if the listing can be written.
    """
    try:
        listed: dict[str, _Entry] = json.loads(listing.read_bytes())
        paths = dict(_paths(content))
        different = sorted(listed.keys() ^ paths.keys())
        if different:
            return different[0]
        is_read = False
        for name, path in paths.items():
            mode, digest, known = listed[name]
            if known is not None and known == _known(path.lstat()):
                continue
            is_read = True
            if _entry(path)[:2] != [mode, digest]:
                return name
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return listing.name
    if is_read and os.access(listing.parent, os.W_OK):
        write_listing(content, listing)
    return None


def _paths(content: Path) -> Iterator[tuple[str, Path]]:
    for folder, folders, names in os.walk(content):
        for name in [*folders, *names]:
            path = Path(folder, name)
            yield path.relative_to(content).as_posix(), path


def _entry(path: Path) -> _Entry:
    status = path.lstat()
    known = _known(status) if has_settled(status) else None
    if stat.S_ISLNK(status.st_mode):
        return [status.st_mode, str(path.readlink()), known]
    if not stat.S_ISREG(status.st_mode):
        return [status.st_mode, "", known]
    with path.open("rb") as file:
        return [status.st_mode, hashlib.file_digest(file, "sha256").hexdigest(), known]


def _known(status: os.stat_result) -> list[int]:
    return [status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_mode]
