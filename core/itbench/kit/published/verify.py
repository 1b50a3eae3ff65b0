"""Holds downloaded files against what the hub says of them: size, and the hash that it knows each file by."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from itbench.errors import DataError
from itbench.host.digests import FileDigests
from itbench.interfaces.progress import Progress, no_progress
from itbench.kit.published.dataset import HubDataset
from itbench.kit.published.marker import MarkedFile
from itbench.kit.published.whole import files_below

_SHA1_LENGTH = 40
_CHUNK_BYTES = 1 << 20


def verified(
    root: Path,
    files: Mapping[str, MarkedFile],
    digests: FileDigests,
    progress: Progress = no_progress,
    text: str = "verifying",
) -> dict[str, MarkedFile]:
    """Return those of the files that are whole, each with the SHA-256 of its content.

    Args:
        root: of the dataset.
        files: by their paths below it; with a SHA-256 where the file was verified before.
        digests: of files; what was hashed before is not read again.
        progress: is told how far it is.
        text: for it.
    """
    found = {}
    for done, (path, file) in enumerate(files.items(), start=1):
        progress(text, done, len(files))
        digest = _verified(root / path, file, digests)
        if digest is not None:
            found[path] = file.model_copy(update={"sha256": digest})
    return found


def remove_faulty(root: Path, paths: list[str], *, blobs: Path | None = None) -> None:
    """Remove files, so that they are brought again.

    Args:
        root: of the dataset.
        paths: of the files below it.
        blobs: where the hub's client keeps the content to which links lead, which is removed too; nothing elsewhere is.

    Raises:
        DataError: a folder of the dataset is a link to another place.
    """
    for path in paths:
        place = root / path
        _require_inside(root, place.parent)
        if place.is_symlink() and blobs is not None:
            _remove_content(place, blobs.resolve())
        place.unlink(missing_ok=True)


def remove_additional(dataset: HubDataset, root: Path, files: Mapping[str, MarkedFile]) -> list[str]:
    """Remove what lies among the tasks of a dataset and is not of it, and return its paths.

    Raises:
        DataError: the folder of the tasks is a link to another place.
    """
    top = root / dataset.folder.partition("*")[0]
    _require_inside(root, top)
    found = [path for path in files_below(top) if path.relative_to(root).as_posix() not in files]
    for path in found:
        path.unlink()
    return [path.relative_to(root).as_posix() for path in found]


def _remove_content(link: Path, blobs: Path) -> None:
    try:
        content = link.resolve()
    except (OSError, RuntimeError):
        return  # It leads to itself.
    if content.is_relative_to(blobs):
        content.unlink(missing_ok=True)


def _require_inside(root: Path, folder: Path) -> None:
    """Refuse to remove anything by way of a link: it would be somebody's own."""
    if not folder.resolve().is_relative_to(root.resolve()):
        raise DataError(f"{folder}: a symbolic link leads out of the dataset; remove it, and fetch again")


def _verified(path: Path, file: MarkedFile, digests: FileDigests) -> str | None:
    try:
        if path.stat().st_size != file.size:
            return None
        digest = digests.digest(path)
        if file.sha256 is not None:
            return digest if digest == file.sha256 else None
        if file.blob and file.blob not in {digest, _git_hash(path, file)}:
            return None
    except (OSError, DataError):
        return None
    return digest


def _git_hash(path: Path, file: MarkedFile) -> str | None:
    """Return the name that Git gives to a file's content, where the hub knows the file by it."""
    if len(file.blob) != _SHA1_LENGTH:
        return None
    found = hashlib.sha1(b"blob %d\0" % file.size, usedforsecurity=False)
    with path.open("rb") as content:
        while chunk := content.read(_CHUNK_BYTES):
            found.update(chunk)
    return found.hexdigest()
