"""Writes the live file, once a second, for all trials together; whatever becomes of it never touches the run.

A hook only puts what it is told on a queue. A thread of its own takes it from there, so that no trial waits for it, and trials that begin
and end within a second are never written at all.
"""

import sqlite3
import sys
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Generator
from pathlib import Path
from typing import Final

from itbench.interfaces.activity import Activity
from itbench.interfaces.hooks import hookimpl
from itbench.interfaces.record import TrialKey, TrialRecord
from itbench.interfaces.trace import TraceEvent
from itbench.store.live.file import BusyError, LiveFile
from itbench.store.live.state import InFlight
from itbench.text.harmless import one_line

EVERY_S = 1.0
# A reader has the file for a moment; one that is stopped meanwhile has it for good.
_MOST_BUSY_S = 20.0
_STARTED: Final = "started"
_ENDED: Final = "ended"

_What = TraceEvent | tuple[Activity, str] | tuple[str, int, int] | str


class LiveWriter:
    """The live file as a plugin of the run; to be added after the store, whose commit ends a trial's part.

    Args:
        run: the path of the run file.
    """

    def __init__(self, run: Path) -> None:
        self._run = run
        self._queue: deque[tuple[TrialKey, float, _What]] = deque()
        self._is_on = True
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="itbench-live", daemon=True)
        try:
            self._thread.start()
        except RuntimeError as error:
            self._end(str(error))

    @hookimpl
    def trial_started(self, key: TrialKey) -> None:
        """Take in a trial."""
        self._put(key, _STARTED)

    @hookimpl
    def trial_activity(self, key: TrialKey, activity: Activity, text: str) -> None:
        """Take in what a trial is busy with."""
        self._put(key, (activity, text))

    @hookimpl
    def trial_progress(self, key: TrialKey, text: str, done: int, total: int) -> None:
        """Take in how far the set-up of a trial's world is."""
        self._put(key, (text, done, total))

    @hookimpl
    def trace_event(self, key: TrialKey, event: TraceEvent) -> None:
        """Take in an event."""
        self._put(key, event)

    @hookimpl
    def trial_finished(self, record: TrialRecord) -> Awaitable[None]:
        """Return what forgets the trial when it is awaited, as it is once the store has committed it."""
        return _Later(lambda: self._put(record.key, _ENDED))

    def close(self) -> None:
        """Remove the file, as the run is over."""
        self._is_over.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _put(self, key: TrialKey, what: _What) -> None:
        if self._is_on:
            self._queue.append((key, time.time(), what))

    def _serve(self) -> None:
        news, reason = _News(self._run), None
        try:
            while not self._is_over.wait(EVERY_S):
                news.take_in(self._queue)
                news.write()
        except (OSError, sqlite3.Error, _HeldError) as error:
            reason = str(error)
        finally:
            self._is_on = False
            self._queue.clear()
            news.close()
        if reason is not None:
            self._end(reason)

    def _end(self, reason: str) -> None:
        self._is_on = False
        message = f"trials in flight cannot be looked at, the run goes on: {reason}"
        sys.stderr.write(f"warning: {one_line(message)}\n")


class _News:
    """What has not been written yet, and the file; only the writer's thread knows it.

    Args:
        run: the path of the run file.
    """

    def __init__(self, run: Path) -> None:
        self._run = run
        self._file: LiveFile | None = None
        self._in_flight = InFlight()
        self._ended: set[TrialKey] = set()
        self._events: dict[TrialKey, list[tuple[int, TraceEvent]]] = {}
        self._written_at = time.monotonic()

    def take_in(self, queue: deque[tuple[TrialKey, float, _What]]) -> None:
        """Take all that has been put on the queue; nothing of trials that have ended meanwhile need be looked at."""
        items = [queue.popleft() for _ in range(len(queue))]
        gone = {key for key, _, what in items if what is _ENDED}
        for key in gone:
            self._forget(key)
        for key, now, what in items:
            if key in gone:
                continue
            if what is _STARTED:
                self._in_flight.started(key, now)
            elif isinstance(what, TraceEvent):
                self._hear(key, now, what)
            elif isinstance(what, tuple):
                self._watch(key, now, what)
            if key in self._in_flight.trials:
                self._events.setdefault(key, [])
            else:
                self._forget(key)

    def write(self) -> None:
        """Write it, where any trial has been in flight at such a moment.

        Raises:
            OSError, sqlite3.Error: it cannot be written.
            _HeldError: readers keep it from being written.
        """
        now = time.monotonic()
        if self._file is None and not self._in_flight.trials:
            self._ended.clear()
        if not self._ended and not self._events:
            self._written_at = now
            return
        if self._file is None:
            self._file = LiveFile(self._run)
        trials = self._in_flight.trials
        try:
            self._file.write(self._ended, [(trials[key], events) for key, events in self._events.items()])
        except BusyError as error:
            if now - self._written_at > _MOST_BUSY_S:
                raise _HeldError(
                    f"another process has kept the file locked for {_MOST_BUSY_S:.0f} s"
                ) from error
            return
        self._written_at = now
        self._ended.clear()
        self._events.clear()

    def close(self) -> None:
        """Remove the file."""
        if self._file is not None:
            self._file.remove()

    def _forget(self, key: TrialKey) -> None:
        self._in_flight.ended(key)
        self._events.pop(key, None)
        self._ended.add(key)

    def _hear(self, key: TrialKey, now: float, event: TraceEvent) -> None:
        state = self._in_flight.trials.get(key)
        if state is not None:
            self._events.setdefault(key, []).append((state.events, event))
            state.hears(event, now)

    def _watch(self, key: TrialKey, now: float, what: tuple[Activity, str] | tuple[str, int, int]) -> None:
        if len(what) == 2:
            self._in_flight.does(key, *what, now)
        else:
            self._in_flight.opens(key, *what, now)


class _HeldError(Exception):
    """Readers keep the file from being written."""


class _Later:
    """Calls a function when it is awaited; unlike a coroutine, it need not be."""

    def __init__(self, function: Callable[[], None]) -> None:
        self._function = function

    def __await__(self) -> Generator[None, None, None]:
        self._function()
        yield from ()
