"""Opens run files, and tells what is wrong with one that cannot be opened."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from itbench.errors import RunFileError, StorageError
from itbench.store.claim import ENDING
from itbench.store.schema import APPLICATION_ID, TABLES, VERSION

# What may stand beside a run file while it is used, by the ending of its name.
COMPANIONS = ("-wal", "-shm", "-journal", ENDING)
_BUSY_S = 10.0


def create(path: Path) -> sqlite3.Connection:
    """Make a new run file with its tables.

    Raises:
        StorageError: it cannot be written there.
    """
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = _connect(f"{path.resolve().as_uri()}?mode=rwc")
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.executescript(
                f"BEGIN; PRAGMA application_id={APPLICATION_ID}; PRAGMA user_version={VERSION}; {TABLES} COMMIT;"
            )
        except BaseException:
            connection.close()
            raise
    return connection


def open_run(path: Path, *, is_writable: bool = False) -> sqlite3.Connection:
    """Open an existing run file.

    Raises:
        RunFileError: it is not there, not a run file, or of another version.
    """
    must_exist(path)
    connection = _connect(f"{path.resolve().as_uri()}?mode={'rw' if is_writable else 'ro'}")
    try:
        _check(connection, path)
    except sqlite3.DatabaseError as error:
        connection.close()
        raise RunFileError(f"{str(path)!r} is not a run file: {error}") from error
    except RunFileError:
        connection.close()
        raise
    return connection


def must_exist(path: Path) -> None:
    """Refuse a path at which there is no file.

    Raises:
        RunFileError: there is none.
    """
    if not path.is_file():
        raise RunFileError(f"no run file at {str(path)!r}; `itbench runs` lists what there is")


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what the disk refuses into one clear line.

    Raises:
        StorageError: the disk is full, the folder is read-only, or the like.
    """
    try:
        yield
    except (sqlite3.OperationalError, OSError) as error:
        raise StorageError(
            f"cannot write the run file {str(path)!r}: {error}; all trials that had ended are kept, "
            f"make room and go on with `itbench resume {path}`"
        ) from error


def _connect(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        uri, uri=True, timeout=_BUSY_S, isolation_level=None, check_same_thread=False
    )
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA foreign_keys=ON")
    return connection


def _check(connection: sqlite3.Connection, path: Path) -> None:
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if application != APPLICATION_ID:
        raise RunFileError(f"{str(path)!r} is an SQLite file but not a run of itbench")
    if version > VERSION:
        raise RunFileError(
            f"{str(path)!r} was written by a newer itbench (format {version}, this one reads up to {VERSION}); "
            "upgrade itbench to open it"
        )
