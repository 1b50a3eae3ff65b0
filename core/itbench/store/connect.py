"""Opens run files, and tells what is wrong with one that cannot be opened."""

import sqlite3
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from itbench.errors import RunFileError, StorageError
from itbench.store.claim import ENDING
from itbench.store.guarded import GuardedConnection, is_damage, unreadable
from itbench.store.outcome import LATEST_SCORE
from itbench.store.schema import APPLICATION_ID, OUTCOME, TABLES, VERSION
from itbench.store.structure import structure_faults
from itbench.store.version1 import bring_up_to_date, show_as_today

# What may stand beside a run file while it is used, by the ending of its name.
COMPANIONS = ("-wal", "-shm", "-journal", ENDING)
PART = ".part"
_BUSY_S = 10.0
# An extended error code has the primary one in its last byte.
_PRIMARY = 0xFF
_NOT_OPENED = frozenset({sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY})
# Bytes 18 and 19 of a database in WAL mode: https://www.sqlite.org/fileformat.html
_WITH_LOG = b"\x02\x02"


@contextmanager
def making(path: Path) -> Iterator[sqlite3.Connection]:
    """Make a new run file with its tables and what is written meanwhile; it appears whole or not at all.

    Raises:
        StorageError: it cannot be written there.
    """
    part = path.with_name(f"{path.name}{PART}")
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            raise FileExistsError(f"there is a file already at {str(path)!r}")
        try:
            with closing(_connect(f"{part.resolve().as_uri()}?mode=rwc")) as connection:
                connection.execute("PRAGMA journal_mode=WAL")
                connection.executescript(
                    f"BEGIN; PRAGMA application_id={APPLICATION_ID}; PRAGMA user_version={VERSION}; {TABLES}"
                    f"CREATE VIEW outcome AS {OUTCOME}; COMMIT;"
                )
                yield connection
            # Closed by the only one who knows it, it has no log any more.
            part.replace(path)
        finally:
            for ending in ("", "-wal", "-shm"):
                _beside(part, ending).unlink(missing_ok=True)


def open_run(path: Path, *, is_writable: bool = False) -> GuardedConnection:
    """Open an existing run file, of whichever format, with the tables of today's.

    A file of format 1 is brought up to date once it is opened to be written; read, it stays as it is.

    Raises:
        RunFileError: it is not there, cannot be read, is not a run file, or is of a newer format.
    """
    must_exist(path)
    try:
        return _opened(path, "mode=rw" if is_writable else "mode=ro", is_writable=is_writable)
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", 0) & _PRIMARY not in _NOT_OPENED:
            raise _no_run_file(path, error) from error
        if not is_writable and _undo_what_was_begun(path):
            return _opened(path, "mode=ro")
        return _opened_where_nothing_can_be_written(path, error)
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        raise _no_run_file(path, error) from error


def log_of(path: Path) -> Path:
    """Return SQLite's write-ahead log of a run file, in which the latest trials of a run that was stopped are."""
    return _beside(path, "-wal")


def lacks_its_log(path: Path) -> bool:
    """Tell whether a file was last written with a log that is not beside it now; to be asked before it is opened."""
    try:
        with path.open("rb") as file:
            head = file.read(20)
        return head[18:20] == _WITH_LOG and not _size(log_of(path))
    except OSError:
        return False


def is_run_file(path: Path) -> bool:
    """Tell by its first bytes whether a file is a run file; https://www.sqlite.org/fileformat.html, section 1.3."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            head = file.read(72)
    except OSError:
        return False
    return head.startswith(b"SQLite format 3\0") and head[68:72] == APPLICATION_ID.to_bytes(4)


def must_exist(path: Path) -> None:
    """Refuse a path without a file, or with something else than a file in place of SQLite's log beside it.

    Raises:
        RunFileError: there is none.
    """
    if path.is_dir():
        raise RunFileError(f"{str(path)!r} is a folder; `itbench runs {path}` lists the runs in it")
    if path.exists() and not path.is_file():
        raise RunFileError(f"{str(path)!r} is not a run file: it is not even a plain file")
    if not path.is_file():
        raise RunFileError(f"no run file at {str(path)!r}; `itbench runs` lists what there is")
    if path.name.endswith(PART):
        raise RunFileError(f"{str(path)!r} is a run file that is being made, or was never completed")
    for beside in (_beside(path, ending) for ending in COMPANIONS):
        # SQLite would wait for a pipe indefinitely, and write through a link.
        if beside.is_symlink() or (beside.exists() and not beside.is_file()):
            raise RunFileError(
                f"{str(path)!r} cannot be used: {beside.name!r} beside it is no plain file; remove it"
            )
    if _size(path) == 0 and not _size(log_of(path)):
        raise RunFileError(f"{str(path)!r} is empty and no run file; delete it")


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what the disk refuses into one clear line.

    Raises:
        StorageError: the disk is full, the folder is read-only, or the like.
        RunFileError: the file is damaged.
    """
    try:
        yield
    except sqlite3.DatabaseError as error:
        if is_damage(error):
            raise unreadable(path, error) from error
        if not isinstance(error, sqlite3.OperationalError):
            raise
        raise _not_written(path, error) from error
    except OSError as error:
        raise _not_written(path, error) from error


def _not_written(path: Path, error: Exception) -> StorageError:
    advice = f"free some space, then run `itbench resume {path}`"
    if getattr(error, "sqlite_errorcode", 0) & _PRIMARY == sqlite3.SQLITE_READONLY:
        advice = "make it writable, or work on a copy"
    return StorageError(
        f"cannot write the run file {str(path)!r}: {error}; all trials that had ended are kept, {advice}"
    )


def _opened(path: Path, options: str, *, is_writable: bool = False) -> GuardedConnection:
    connection = _connect(f"{path.resolve().as_uri()}?{options}")
    try:
        version = _format(connection, path)
        refuse(path, structure_faults(connection, version))
        if version < VERSION:
            (bring_up_to_date if is_writable else show_as_today)(connection)
        # Whatever view of this name is in the file, this is the one that is read.
        connection.execute(f"CREATE TEMP VIEW outcome AS {OUTCOME}")
        connection.execute(f"CREATE TEMP VIEW latest_score AS {LATEST_SCORE}")
    except BaseException:
        connection.close()
        raise
    return connection


def _undo_what_was_begun(path: Path) -> bool:
    """Have SQLite undo a change in the middle of which a process was killed, which it does for writers only; tell whether it could."""
    if not _size(_beside(path, "-journal")):
        return False
    try:
        with closing(_connect(f"{path.resolve().as_uri()}?mode=rw")) as connection:
            connection.execute("PRAGMA schema_version").fetchone()
    except sqlite3.Error:
        return False
    return not _size(_beside(path, "-journal"))


def _opened_where_nothing_can_be_written(path: Path, error: sqlite3.Error) -> GuardedConnection:
    """Open a file that SQLite would want to make a log for: nobody writes it here, so it needs none."""
    try:
        path.open("rb").close()
        logs = [beside for ending in ("-wal", "-journal") if _size(beside := _beside(path, ending))]
    except OSError as reason:
        raise RunFileError(f"{str(path)!r} cannot be read: {reason.strerror}") from error
    if logs:
        raise RunFileError(
            f"{str(path)!r} has its latest trials in {logs[0].name!r} beside it, which cannot be read in a folder that "
            "cannot be written; copy both files into one that can, and open the copy"
        ) from error
    try:
        return _opened(path, "mode=ro&immutable=1")
    except (sqlite3.DatabaseError, UnicodeDecodeError) as still:
        raise _no_run_file(path, still) from still


def refuse(path: Path, faults: Iterator[str], place: str = "") -> None:
    """Refuse a file of which anything is wrong, at some place in it.

    Raises:
        RunFileError: names the first fault.
    """
    fault = next(faults, None)
    if isinstance(faults, Generator):
        faults.close()  # A query that stays half-read would keep the file locked.
    if fault is not None:
        raise RunFileError(
            f"{str(path)!r} is damaged: {place}{fault}; `itbench check {path}` looks at all of it"
        )


def _beside(path: Path, ending: str) -> Path:
    path = path.resolve()
    return path.with_name(path.name + ending)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _no_run_file(path: Path, error: Exception) -> RunFileError:
    return RunFileError(f"{str(path)!r} is not a run file: {error}")


def _connect(uri: str) -> GuardedConnection:
    connection = sqlite3.connect(
        uri,
        uri=True,
        timeout=_BUSY_S,
        isolation_level=None,
        check_same_thread=False,
        factory=GuardedConnection,
    )
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA foreign_keys=ON")
    # What the file itself defines, such as a view, may call nothing that does more than compute.
    connection.execute("PRAGMA trusted_schema=OFF")
    connection.execute("PRAGMA cell_size_check=ON")
    return connection


def _format(connection: sqlite3.Connection, path: Path) -> int:
    """Return the number of the file's format."""
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if application != APPLICATION_ID:
        raise RunFileError(f"{str(path)!r} is an SQLite file but not a run of itbench")
    if version < 1:
        raise RunFileError(
            f"{str(path)!r} is damaged: it says that it has format {version}, which there is not"
        )
    if version > VERSION:
        raise RunFileError(
            f"{str(path)!r} was written by a newer itbench (format {version}, this one reads up to {VERSION}); "
            "upgrade itbench to open it"
        )
    return version
