"""A run file that is open only while it is read, so that what writes it finds no reader between two cells of a notebook."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from itbench.store.connect import log_of
from itbench.store.reader import RunFile

_State: TypeAlias = tuple[tuple[int, int, int] | None, ...]


class OpenFile:
    """Opens a run file for its readers; those who read at the same time share it.

    Args:
        path: of the file.

    Raises:
        RunFileError: it is not there, is not a run file, or is damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._readers = 0
        self._file: RunFile | None = None
        self._known: _State | None = None
        with self.reading():
            pass

    @contextmanager
    def reading(self) -> Iterator[RunFile]:
        """Keep the file open meanwhile.

        Raises:
            RunFileError: it is gone, or is damaged.
        """
        file = self.begin()
        try:
            yield file
        finally:
            self.end()

    def begin(self) -> RunFile:
        """Open the file, or share it; `end` is to be called once for each call.

        Raises:
            RunFileError: it is gone, or is damaged.
        """
        with self._lock:
            if self._file is None:
                state = self._state()
                # All of it is looked at again only if it was written since.
                self._file = RunFile(self.path, is_known=state == self._known)
                self._known = state
            self._readers += 1
            return self._file

    def end(self) -> None:
        """Close the file if nobody else reads it."""
        with self._lock:
            self._readers -= 1
            if self._readers == 0 and self._file is not None:
                self._file.connection.close()
                self._file = None

    def _state(self) -> _State:
        return _stamp(self.path), _stamp(log_of(self.path))


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns
