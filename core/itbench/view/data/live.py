"""Reads the live file of a run: what its trials in flight do now, and their events so far.

Each call opens the file, reads what it needs in one go and closes it, so that the writer waits for a few milliseconds at most. A file that a
killed run has left tells nothing: nobody is under way there.
"""

import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from itbench.errors import RunFileError
from itbench.store.claim import is_claimed
from itbench.store.live.file import APPLICATION_ID, VERSION, live_path

MOST_EVENTS = 1_000
"""How many events of a trial are read."""
MOST_CHARACTERS = 4_000_000
"""About how many characters of events of a trial are read."""
_BUSY_S = 5.0
_TRIALS = "SELECT * FROM trial ORDER BY started, id"
_EVENTS = """
SELECT trial.attempt, event.position, event.at_s, event.kind, event.data, event.length
FROM event JOIN trial ON trial.id = event.trial
WHERE trial.task = ? AND trial.repeat = ?
    AND trial.attempt = (SELECT max(attempt) FROM trial WHERE task = ? AND repeat = ?)
ORDER BY event.position DESC LIMIT ?
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderWay:
    """A trial in flight, as it was at most a second or two ago.

    Attributes:
        task, repeat, attempt: which trial.
        turn: the number of its latest turn; 0 before the first.
        last_tool: the command or tool that was begun last, cut where it is long; None before the first.
        replies: replies of models that were counted.
        input_tokens, output_tokens: that all replies took; None without a reply, or where it is not known of all.
        cost_usd: US dollars in the same way.
        waits_for: what it is busy with or waits for, as `itbench.Activity` names it.
        detail: more about that, such as the command, or how the provider failed; may be empty.
        waits_since: seconds of the epoch.
        waits_until: seconds of the epoch at which a provider's wait ends; None where no end is known.
        started: seconds of the epoch.
        events: how many events there were so far.
        last_event: seconds of the epoch of the latest event, of the start before there is one.
    """

    task: str
    repeat: int
    attempt: int
    turn: int
    last_tool: str | None
    replies: int
    input_tokens: int | None
    output_tokens: int | None
    cost_usd: float | None
    waits_for: str
    detail: str
    waits_since: float
    waits_until: float | None
    started: float
    events: int
    last_event: float

    @property
    def tokens(self) -> int | None:
        """Input and output together; None where one of them is not known."""
        known = (self.input_tokens, self.output_tokens)
        return None if None in known else sum(filter(None, known))

    @property
    def elapsed_s(self) -> float:
        """How long ago it was started."""
        return max(0.0, time.time() - self.started)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveEvent:
    """An event of a trial in flight, without secrets, as the run file will have it.

    Attributes:
        attempt: of the trial; positions of the next attempt begin again.
        position: the order of the events, counted from 0; those that are missing before the first one were too much to keep.
        at_s: seconds since the trial began.
        kind: what happened.
        data: JSON text; only its beginning, and so no JSON, where it is not whole.
        length: how many characters the whole data has.
    """

    attempt: int
    position: int
    at_s: float
    kind: str
    data: str
    length: int

    @property
    def is_whole(self) -> bool:
        """Whether all of the data is here."""
        return len(self.data) == self.length


def under_way(run: Path) -> list[UnderWay]:
    """Return the trials of a run that are in flight, the earliest first; none of a run on which nobody works.

    A trial may be in the run file already for up to a second; then that is what counts.

    Raises:
        RunFileError: the live file cannot be read.
    """
    return [_under_way(row) for row in _read(run, _TRIALS, ())]


def events_of(run: Path, task: str, repeat: int) -> list[LiveEvent]:
    """Return the latest events of a trial in flight, in order; of its latest attempt.

    At most `MOST_EVENTS` and about `MOST_CHARACTERS` are returned, so there may be more before the first one.

    Raises:
        RunFileError: the live file cannot be read.
    """
    values = (task, repeat, task, repeat, MOST_EVENTS)
    return [LiveEvent(**row) for row in reversed(_read(run, _EVENTS, values))]


def _under_way(row: dict[str, Any]) -> UnderWay:
    whole = {
        name: None if row[name] is None else round(row[name]) for name in ("input_tokens", "output_tokens")
    }
    row = row | whole | {"waits_for": row["activity"], "detail": row["text"]}
    row |= {"waits_since": row["since"], "waits_until": row["until"]}
    return UnderWay(**{name: row[name] for name in UnderWay.__dataclass_fields__})


def _read(run: Path, query: str, values: tuple[object, ...]) -> list[dict[str, Any]]:
    """Return the rows of a query; none where there is no live file, or it is of nobody."""
    path = live_path(run)
    if path.is_symlink() or not path.is_file() or not is_claimed(run):
        return []
    try:
        uri = f"{path.as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=_BUSY_S)) as connection:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA trusted_schema=OFF")
            if not _is_ours(connection, path):
                return []
            return list(_bounded(connection.execute(query, values)))
    except (sqlite3.Error, UnicodeDecodeError) as error:
        if not path.exists():
            return []  # The run has ended meanwhile.
        raise RunFileError(
            f"{str(path)!r}, which tells of trials in flight, cannot be read: {error}"
        ) from error


def _bounded(rows: Iterable[sqlite3.Row]) -> Iterator[dict[str, Any]]:
    """Yield rows up to the one with which their data is too much for one call."""
    size = 0
    for row in map(dict, rows):
        yield row
        size += len(row.get("data", ""))
        if size >= MOST_CHARACTERS:
            return


def _is_ours(connection: sqlite3.Connection, path: Path) -> bool:
    """Tell whether it is a live file; one that is being made is none yet.

    Raises:
        RunFileError: it is of another version.
    """
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID:
        return False
    if version != VERSION:
        raise RunFileError(
            f"{str(path)!r} is written by another version of itbench (format {version}, this one reads {VERSION})"
        )
    return True
