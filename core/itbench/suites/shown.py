"""The one rule about what an agent is shown: plain files, none of which is a truth or hidden data under another name.

A file is known by device and inode, so hard links, symbolic links and bind mounts are all seen through.
"""

import stat
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeAlias

from itbench.errors import DataError
from itbench.interfaces.suite import Suite
from itbench.interfaces.workspace import Input

_Identity: TypeAlias = tuple[int, int]


def shown_inputs(suite: Suite, task_id: str, also_hidden: Sequence[Input] = ()) -> Sequence[Input]:
    """Return the inputs of a task.

    Args:
        suite: of the task.
        task_id: of the task.
        also_hidden: hidden data of other tasks; that of this one and all truths are looked at anyway.

    Raises:
        DataError: one of them is not there, is no plain file, or is the same file as a truth or as hidden data.
    """
    inputs = suite.inputs(task_id)
    truths = {_identity(path) for path in suite.truth_files()}
    hidden = {_identity(entry.source): entry.source for entry in [*also_hidden, *suite.hidden(task_id)]}
    for entry in inputs:
        identity = _plain(entry.source)
        if identity in truths:
            raise DataError(f"{entry.source}: another name of a truth; remove it")
        if identity in hidden and not _is_stored_by_content(entry.source, hidden[identity]):
            raise DataError(f"{entry.source}: another name of data that only the scoring may see; remove it")
    return inputs


def copies_of_truths(suite: Suite, inputs: Iterable[Input]) -> list[Path]:
    """Return the inputs that have the very bytes of a truth."""
    truths: dict[int, list[Path]] = {}
    for path in suite.truth_files():
        if path.is_file():
            truths.setdefault(path.stat().st_size, []).append(path)
    return [
        entry.source
        for entry in inputs
        if (size := entry.source.stat().st_size)
        and any(entry.source.read_bytes() == truth.read_bytes() for truth in truths.get(size, ()))
    ]


def _plain(path: Path) -> _Identity:
    try:
        status = path.stat()
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error
    if not stat.S_ISREG(status.st_mode):
        raise DataError(f"{path}: no plain file, so it cannot be shown to agents; remove it")
    return status.st_dev, status.st_ino


def _identity(path: Path) -> _Identity | None:
    try:
        status = path.stat()
    except OSError:
        return None  # What is not there is no other name of anything.
    return status.st_dev, status.st_ino


def _is_stored_by_content(*paths: Path) -> bool:
    """Tell whether links lead to one file because the cache of the hub's client keeps the same content once."""
    return all(
        path.is_symlink()
        and path.resolve().parent.name == "blobs"
        and path.resolve().parent.parent.name.startswith("datasets--")
        for path in paths
    )
