"""The live file, `<run>.live` beside a run file: a database of the trials in flight, which nothing that counts reads.

It is SQLite with its journal in memory. A log (WAL) would let readers and the writer work at the same moment, but readers would make its two
files anew beside a run that has ended, and the writer needs a few milliseconds a second only. Nothing is forced to the disk, and what a killed
process leaves is stale: the next process that works on the run removes it.
"""

import os
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from itbench.interfaces.record import TrialKey
from itbench.interfaces.sums import possible
from itbench.interfaces.trace import TraceEvent
from itbench.store.live.state import COUNTED, TrialState

ENDING = ".live"
APPLICATION_ID = int.from_bytes(b"itbl")
VERSION = 1
LONGEST_EVENT = 256_000
"""Longer data is kept up to `LONGEST_HEAD` characters; the run file has it whole once the trial is committed."""
LONGEST_HEAD = 4_000
MOST_OF_TRIAL = 4_000_000
"""About how many characters of the latest events of a trial are kept."""
_BUSY_S = 0.5
# What an event takes beside its data.
_LEAST_SIZE = 100
# An extended error code has the primary one in its last byte.
_PRIMARY = 0xFF

_TABLES = f"""
PRAGMA application_id={APPLICATION_ID};
PRAGMA user_version={VERSION};
CREATE TABLE trial (
    id INTEGER PRIMARY KEY, task TEXT NOT NULL, repeat INTEGER NOT NULL, attempt INTEGER NOT NULL,
    started REAL NOT NULL, turn INTEGER NOT NULL, last_tool TEXT,
    replies INTEGER NOT NULL, input_tokens REAL, output_tokens REAL, cost_usd REAL,
    activity TEXT NOT NULL, text TEXT NOT NULL, since REAL NOT NULL, until REAL,
    events INTEGER NOT NULL, last_event REAL NOT NULL,
    UNIQUE (task, repeat, attempt)
);
CREATE TABLE event (
    trial INTEGER NOT NULL, position INTEGER NOT NULL, at_s REAL NOT NULL, kind TEXT NOT NULL, data TEXT NOT NULL,
    length INTEGER NOT NULL, PRIMARY KEY (trial, position)
);
"""
_TRIM = "DELETE FROM event WHERE trial = ? AND position < ?"
_TRIAL = "INSERT OR REPLACE INTO trial VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_EVENT = "INSERT OR REPLACE INTO event VALUES (?, ?, ?, ?, ?, ?)"

News = tuple[TrialState, Sequence[tuple[int, TraceEvent]]]
"""A trial as it is now, and its events that are not written yet with their positions."""


class BusyError(Exception):
    """A reader has the live file at this moment."""


@dataclass(slots=True)
class _Part:
    """Of the events of one trial the latest are kept, in two halves: when the later one is full, the earlier one goes."""

    number: int
    kept_from: int = 0
    half_from: int = 0
    size: int = 0

    def takes(self, position: int, length: int) -> bool:
        """Count an event; tell whether earlier ones are to go now."""
        self.size += length + _LEAST_SIZE
        if self.size <= MOST_OF_TRIAL // 2:
            return False
        self.kept_from, self.half_from, self.size = self.half_from, position + 1, 0
        return self.kept_from > 0


def live_path(run: Path) -> Path:
    """Return where the live file of a run is; a symbolic link and its target are one run."""
    return Path(os.path.realpath(run) + ENDING)


def remove_live(run: Path) -> None:
    """Remove the live file that the last one who worked on a run has left, if that is possible."""
    with suppress(OSError):
        live_path(run).unlink()


class LiveFile:
    """The live file as its one writer has it.

    Args:
        run: the path of the run file.

    Raises:
        OSError, sqlite3.Error: it cannot be written there.
    """

    def __init__(self, run: Path) -> None:
        self._path = live_path(run)
        self._parts: dict[TrialKey, _Part] = {}
        self._latest = 0
        # What is there now belongs to no process any more; if it is a link, it must not be followed.
        self._path.unlink(missing_ok=True)
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666))
        self._connection = sqlite3.connect(
            f"{self._path.as_uri()}?mode=rw", uri=True, timeout=_BUSY_S, isolation_level=None
        )
        try:
            for pragma in ("journal_mode=MEMORY", "synchronous=OFF", "temp_store=MEMORY"):
                self._connection.execute(f"PRAGMA {pragma}")
            self._connection.executescript(f"BEGIN; {_TABLES} COMMIT;")
        except BaseException:
            self.remove()
            raise

    def write(self, ended: Iterable[TrialKey], news: Iterable[News]) -> None:
        """Write what is new in one transaction; the part of trials that have ended is removed.

        Raises:
            BusyError: a reader has it now; nothing is written.
            OSError, sqlite3.Error: it cannot be written.
        """
        try:
            self._connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & _PRIMARY == sqlite3.SQLITE_BUSY:
                raise BusyError(str(error)) from error
            raise
        for key in ended:
            self._forget(key)
        for state, events in news:
            self._tell(state, events)
        self._connection.execute("COMMIT")

    def remove(self) -> None:
        """Close and remove the file."""
        with suppress(sqlite3.Error):
            self._connection.close()
        with suppress(OSError):
            self._path.unlink()

    def _forget(self, key: TrialKey) -> None:
        part = self._parts.pop(key, None)
        if part is not None:
            self._connection.execute("DELETE FROM event WHERE trial = ?", (part.number,))
            self._connection.execute("DELETE FROM trial WHERE id = ?", (part.number,))

    def _tell(self, state: TrialState, events: Sequence[tuple[int, TraceEvent]]) -> None:
        part = self._parts.get(state.key)
        if part is None:
            self._latest += 1
            part = self._parts[state.key] = _Part(self._latest)
        rows = []
        for position, event in events:
            row = _event_row(part.number, position, event)
            rows.append(row)
            if part.takes(position, len(row[4])):
                rows = [each for each in rows if each[1] >= part.kept_from]
                self._connection.execute(_TRIM, (part.number, part.kept_from))
        self._connection.execute(_TRIAL, _trial_row(part.number, state))
        self._connection.executemany(_EVENT, rows)


def _trial_row(number: int, state: TrialState) -> tuple[object, ...]:
    key, doing = state.key, state.doing
    return (
        number,
        _text(key.task),
        key.repeat,
        key.attempt,
        state.started,
        state.turn,
        None if state.last_tool is None else _text(state.last_tool),
        state.replies,
        *(state.total(name) for name in COUNTED),
        str(doing.activity),
        _text(doing.text),
        doing.since,
        doing.until,
        state.events,
        state.last_event,
    )


def _event_row(trial: int, position: int, event: TraceEvent) -> tuple[int, int, float, str, str, int]:
    """Return a row of what an agent may have made itself, with whatever in it."""
    at_s = possible(event.at_s) or 0.0
    data = _text(event.data)
    kept = data if len(data) <= LONGEST_EVENT else data[:LONGEST_HEAD]
    return trial, position, at_s, _text(event.kind), kept, len(data)


def _text(text: object) -> str:
    """Return text that can be written as UTF-8: half of a surrogate pair, as an agent may write it, cannot."""
    if not isinstance(text, str):
        return ""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()
