"""Connections that tell in one line what SQLite cannot read, whenever that shows: at the first row or at the last."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self, TypeVar

from itbench.errors import RunFileError

_Result = TypeVar("_Result")
_PRIMARY = 0xFF
_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


class GuardedConnection(sqlite3.Connection):
    """A connection to a run file; once it is being read, whatever SQLite refuses is a `RunFileError`.

    Attributes:
        read_path: of the file that is read, for messages; None while it is opened or written.
    """

    read_path: Path | None = None

    def cursor(self, factory: Any = None) -> Any:
        """Return a cursor that is guarded alike."""
        return super().cursor(factory or GuardedCursor)

    def execute(self, *arguments: Any) -> Any:
        """Run a query by a guarded cursor, and return that."""
        return self.cursor().execute(*arguments)


class GuardedCursor(sqlite3.Cursor):
    """Reads rows, and turns damage that shows meanwhile into one line."""

    connection: GuardedConnection

    def execute(self, *arguments: Any) -> Self:
        """Run a query."""
        self._told(super().execute, *arguments)
        return self

    def fetchone(self) -> Any:
        """Return the next row, None after the last."""
        return self._told(super().fetchone)

    def fetchall(self) -> list[Any]:
        """Return all rows that are left."""
        return self._told(super().fetchall)

    def __next__(self) -> Any:
        return self._told(super().__next__)

    def _told(self, read: Callable[..., _Result], *arguments: Any) -> _Result:
        try:
            return read(*arguments)
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            if self.connection.read_path is None:
                raise
            raise unreadable(self.connection.read_path, error) from error


def is_damage(error: sqlite3.Error) -> bool:
    """Tell whether an error says that the file itself is damaged."""
    return getattr(error, "sqlite_errorcode", 0) & _PRIMARY in _DAMAGE


def unreadable(path: Path, error: Exception) -> RunFileError:
    """Return the one line for what SQLite could not read."""
    if getattr(error, "sqlite_errorcode", 0) & _PRIMARY in _BUSY:
        return RunFileError(f"{str(path)!r} is being written by another program; try again")
    return RunFileError(f"{str(path)!r} is damaged: {error}; `itbench check {path}` looks at all of it")
