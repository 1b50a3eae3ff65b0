"""Copies of what large runs are sorted and filtered by, so that their pages come at once; a run file has no index for it.

A copy is a temporary database of SQLite, of which little is in memory, and it stands for one state of one file: a run that has changed since,
that is still worked on or still copied, is asked itself. The first page of a run starts the copying, as it needs none.
"""

import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from itbench.errors import ITBenchError
from itbench.store.reader import RunFile
from itbench.view.data.files import Stamp, stamp_of
from itbench.view.data.trial_columns import COLUMNS, FROM

_LARGE: Final = 5_000
_KEPT: Final = 4
_LARGEST_ID = "SELECT coalesce(max(id), 0) FROM trial"
_FIELDS = ", ".join(f'{column} AS "{name}"' for name, column in COLUMNS.items())
_COPY = f"""
CREATE TABLE copy.row AS SELECT outcome.trial AS trial, task.position AS position, {_FIELDS}, score.metrics AS metrics {FROM}
ORDER BY task.position, outcome.repeat
"""


@dataclass(slots=True)
class TrialCopy:
    """The columns of all trials of a run, as they are sorted and filtered.

    Attributes:
        stamp: of the run file when it was copied.
        connection: to the copy, in its table `row`.
    """

    stamp: Stamp
    connection: sqlite3.Connection
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _is_closed: bool = False

    def ask(self, query: str, values: Sequence[Any]) -> list[Any] | None:
        """Return the rows of a query; None where the copy is kept no longer."""
        with self._lock:
            return None if self._is_closed else self.connection.execute(query, values).fetchall()

    def close(self) -> None:
        """Forget it."""
        with self._lock:
            self._is_closed = True
            self.connection.close()


class TrialCopies:
    """Keeps copies of the runs that were looked at last; any thread may ask.

    Args:
        least: how many trials a run has at least that is copied.
    """

    def __init__(self, least: int = _LARGE) -> None:
        self._least = least
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="itbench-view-copy")
        self._copies: OrderedDict[tuple[Path, Stamp], Future[TrialCopy | None]] = OrderedDict()
        self._lock = threading.Lock()

    def begin(self, run: RunFile) -> Future[TrialCopy | None] | None:
        """Begin to copy a run, unless that is done or it is small; None where it is."""
        (largest,) = run.connection.execute(_LARGEST_ID).fetchone()
        if largest < self._least:
            return None
        place = (run.path, stamp_of(run.path))
        with self._lock:
            found = self._copies.get(place)
            if found is None:
                found = self._copies[place] = self._worker.submit(_copied, *place)
            self._copies.move_to_end(place)
            while len(self._copies) > _KEPT:
                _, old = self._copies.popitem(last=False)
                old.add_done_callback(_forget)
        return found

    def of(self, run: RunFile) -> TrialCopy | None:
        """Return the copy of a run as it is now; None where there is none, or not yet: to wait for it takes longer than to ask the run."""
        copying = self.begin(run)
        found = copying.result() if copying is not None and copying.done() else None
        return found if found is not None and found.stamp == stamp_of(run.path) else None

    def close(self) -> None:
        """Forget all copies, also those that are not whole yet."""
        self._worker.shutdown(cancel_futures=True)
        with self._lock:
            while self._copies:
                self._copies.popitem()[1].add_done_callback(_forget)


def _copied(path: Path, stamp: Stamp) -> TrialCopy | None:
    try:
        with RunFile(path, is_known=True) as run:
            # A temporary database of its own; the run file stays closed to writing.
            run.connection.execute("ATTACH '' AS copy")
            run.connection.execute(_COPY)
            own = sqlite3.connect("", check_same_thread=False)
            run.connection.backup(own, name="copy")
    except (ITBenchError, sqlite3.Error):
        return None  # What is wrong shows when the run itself is asked.
    return TrialCopy(stamp, own)


def _forget(copying: Future[TrialCopy | None]) -> None:
    copy = None if copying.cancelled() else copying.result()
    if copy is not None:
        copy.close()
