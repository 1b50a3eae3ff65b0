"""A trial that is shown while it is read: a trace of any length begins at once, and is looked at as it passes."""

import sqlite3
from collections.abc import Iterator
from typing import TYPE_CHECKING

from itbench.store.connect import refuse
from itbench.store.seals import EVENTS, WorkDigest
from itbench.store.sound import event_faults, handed_in_faults, has_seals, work_seal_faults

if TYPE_CHECKING:
    from itbench.store.reader import RunFile, TrialDetail

# What is not longer is looked at before anything of it is shown, which takes a moment.
_SHORT_CHARACTERS = 4_000_000
_LENGTHS = "SELECT length(data) AS length FROM main.event WHERE trial = ? ORDER BY position"


class StreamedTrial:
    """One trial, for whatever shows it and keeps none of it.

    A short trial is looked at first. Of a long one, damage shows only when it has been read to its end: for reports to people,
    never for what is scored or exported.

    Args:
        run: the file, open.
        trial: its number.
    """

    def __init__(self, run: "RunFile", trial: int) -> None:
        self._run = run
        self._trial = trial
        self._is_long = _is_long(run.connection, trial)
        if self._is_long:
            refuse(run.path, handed_in_faults(run.connection, trial), self._place)
        else:
            run.require_whole_trial(trial)

    @property
    def detail(self) -> "TrialDetail":
        """Everything that is kept of it but its events."""
        return self._run.read_detail(self._trial)

    def events(self) -> Iterator[sqlite3.Row]:
        """Yield the events, like `RunFile.events`.

        Raises:
            RunFileError: one of them, or all of them together, are not what was written.
        """
        if not self._is_long:
            yield from self._run.events(self._trial)
            return
        connection = self._run.connection
        digest = WorkDigest(connection, self._trial) if has_seals(connection) else None
        for row in connection.execute(EVENTS, (self._trial,)):
            refuse(self._run.path, event_faults(row), self._place)
            if digest is not None:
                digest.add_event(row)
            yield row
        if digest is not None:
            refuse(self._run.path, work_seal_faults(connection, self._trial, digest.text), self._place)

    @property
    def _place(self) -> str:
        return f"trial {self._trial}: "


def _is_long(connection: sqlite3.Connection, trial: int) -> bool:
    total, cursor = 0, connection.execute(_LENGTHS, (trial,))
    for row in cursor:
        total += row["length"] or 0
        if total > _SHORT_CHARACTERS:
            cursor.close()  # A query that stays half-read would keep the file locked.
            return True
    return False
