"""The one rule about what an agent is shown: plain files, none of which is a truth or hidden data under another name.

A file is known by device and inode, so hard links, symbolic links and bind mounts are all seen through.
"""

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

from itbench.errors import DataError
from itbench.interfaces.suite import Suite
from itbench.interfaces.task import Task
from itbench.interfaces.workspace import Input

_Identity: TypeAlias = tuple[int, int]


class Secrets:
    """The files that no agent may be shown: all truths of a suite, and hidden data.

    Args:
        suite: whose truths they are.
        hidden: data of one task or of several.
    """

    def __init__(self, suite: Suite, hidden: Iterable[Input]) -> None:
        self._truths: dict[_Identity, Path] = {}
        self._by_size: dict[int, list[Path]] = {}
        for path in suite.truth_files():
            status = _status(path)
            if status is not None and stat.S_ISREG(status.st_mode):
                self._truths[_identity(status)] = path
                self._by_size.setdefault(status.st_size, []).append(path)
        self._hidden = {
            _identity(status): entry.source
            for entry in hidden
            if (status := _status(entry.source)) is not None
        }

    @classmethod
    def of_tasks(cls, suite: Suite, tasks: Iterable[Task]) -> "Secrets":
        """Return those of tasks; hidden data that cannot be read is told where the task itself is looked at."""

        def hidden() -> Iterator[Input]:
            for task in tasks:
                with suppress(DataError):
                    yield from suite.hidden(task.id)

        return cls(suite, hidden())

    def refuse(self, path: Path) -> None:
        """Check that a file may be shown.

        Raises:
            DataError: it is not there, is no plain file, or is one of the secrets under another name.
        """
        try:
            status = path.stat()
        except OSError as error:
            raise DataError(f"{path}: cannot be read: {error.strerror}") from error
        if not stat.S_ISREG(status.st_mode):
            raise DataError(f"{path}: no plain file, so it cannot be shown to agents; remove it")
        identity = _identity(status)
        if identity in self._truths:
            raise DataError(f"{path}: another name of a truth; remove it")
        if identity in self._hidden and not _is_stored_by_content(path, self._hidden[identity]):
            raise DataError(f"{path}: another name of data that only the scoring may see; remove it")

    def holds_copy_of(self, path: Path) -> bool:
        """Tell whether a file has the very bytes of a truth."""
        size = path.stat().st_size
        return size > 0 and any(
            path.read_bytes() == truth.read_bytes() for truth in self._by_size.get(size, ())
        )


def shown_inputs(suite: Suite, task_id: str, secrets: Secrets | None = None) -> Sequence[Input]:
    """Return the inputs of a task; without `secrets`, those of the suite's truths and of the task itself are looked at.

    Raises:
        DataError: one of them is not there, is no plain file, or is the same file as a truth or as hidden data.
    """
    if secrets is None:
        secrets = Secrets(suite, suite.hidden(task_id))
    inputs = suite.inputs(task_id)
    for entry in inputs:
        secrets.refuse(entry.source)
    return inputs


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None  # What is not there is no other name of anything.


def _identity(status: os.stat_result) -> _Identity:
    return status.st_dev, status.st_ino


def _is_stored_by_content(*paths: Path) -> bool:
    """Tell whether links lead to one file because the cache of the hub's client keeps the same content once."""
    return all(
        path.is_symlink()
        and path.resolve().parent.name == "blobs"
        and path.resolve().parent.parent.name.startswith("datasets--")
        for path in paths
    )
