"""The files of a bundle: which there are, and which of them are not as they were sealed."""

import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from itbench.sealed.documents import SealedFile

Digest = Callable[[Path], str]


def digest_of_file(path: Path) -> str:
    """Return the SHA-256 of a plain file, which is read piece by piece.

    Raises:
        OSError: it cannot be read.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sealed_file(root: Path, path: str) -> SealedFile:
    """Return a file as it is now."""
    place = root / path
    return SealedFile(path=path, size=place.stat().st_size, sha256=digest_of_file(place))


def file_faults(
    root: Path, sealed: Sequence[SealedFile], tops: Iterable[str], digest: Digest = digest_of_file
) -> list[str]:
    """Return what is not as it was sealed, one line for each file.

    Args:
        root: of the bundle.
        sealed: what must be there, and nothing else.
        tops: files and folders of the bundle in which to look.
        digest: returns the SHA-256 of a file.
    """
    found = {path: status for top in tops for path, status in _below(root, top)}
    wanted = {each.path: each for each in sealed}
    odd = [path for path, status in found.items() if not stat.S_ISREG(status.st_mode)]
    faults = {path: f"{path!r} is no plain file" for path in odd}
    missing = [each for path, each in wanted.items() if path not in found]
    added = [path for path in found if path not in wanted and path not in faults]
    for path, each in wanted.items():
        if path in found and path not in faults:
            faults |= _fault(root / path, each, found[path].st_size, digest)
    faults |= _misplaced(root, missing, added, found, digest)
    return [faults[path] for path in sorted(faults)]


def _fault(place: Path, sealed: SealedFile, size: int, digest: Digest) -> dict[str, str]:
    if size < sealed.size:
        return {sealed.path: f"{sealed.path!r} was cut off: it has {size} of {sealed.size} bytes"}
    if size > sealed.size:
        return {sealed.path: f"{sealed.path!r} was changed: it has {size} bytes, sealed were {sealed.size}"}
    try:
        is_same = digest(place) == sealed.sha256
    except OSError as error:
        return {sealed.path: f"{sealed.path!r} cannot be read: {error.strerror}"}
    return {} if is_same else {sealed.path: f"{sealed.path!r} was changed"}


def _misplaced(
    root: Path,
    missing: Sequence[SealedFile],
    added: Sequence[str],
    found: dict[str, os.stat_result],
    digest: Digest,
) -> dict[str, str]:
    """Return what was removed, added, or renamed."""
    sizes = {each.size for each in missing}
    by_content: dict[str, list[str]] = {}
    for path in reversed(added):
        if found[path].st_size in sizes:
            by_content.setdefault(digest(root / path), []).append(path)
    faults = {path: f"{path!r} was added" for path in added}
    for each in missing:
        same = by_content.get(each.sha256)
        if same:
            path = same.pop()
            faults[path] = f"{each.path!r} was renamed to {path!r}"
        else:
            faults[each.path] = f"{each.path!r} was removed"
    return faults


def _below(root: Path, top: str) -> Iterator[tuple[str, os.stat_result]]:
    """Yield the path and the status of all that is no folder; no link is followed."""
    place = root / top
    if not os.path.lexists(place):
        return
    if place.is_symlink() or not place.is_dir():
        yield top, place.lstat()
        return
    for folder, folders, names in os.walk(place):
        for name in sorted([*folders, *names]):
            path = Path(folder, name)
            status = path.lstat()
            if not stat.S_ISDIR(status.st_mode):
                yield path.relative_to(root).as_posix(), status
