"""The runs below some paths, read once and again when they change; one that cannot be read is an entry with the reason."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from itbench.errors import ITBenchError, UsageError
from itbench.report.summary import RunSummary
from itbench.store.claim import is_claimed
from itbench.store.reader import RunFile
from itbench.view.data.apart import summary_of
from itbench.view.data.copies import TrialCopies
from itbench.view.data.files import Stamp, keyed, live_stamp_of, run_files, stamp_of
from itbench.view.data.run_row import RunRow, run_row

# A run that changes is read again at most so much of the time.
_SHARE = 10
_KEPT_SUMMARIES = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEntry:
    """A run file, and what is known of it so far.

    Attributes:
        key: by which addresses name it.
        path: of the file.
        row: what was read; None where it was not read yet, or cannot be.
        problem: why it cannot be read.
        is_running: whether a process works on it.
        stamp: of the file when it was read; None before.
        live_stamp: of the file beside it that tells of trials under way; None before.
        next_read: by the monotonic clock, not before which it is read again.
    """

    key: str
    path: Path
    row: RunRow | None = None
    problem: str | None = None
    is_running: bool = False
    stamp: Stamp | None = None
    live_stamp: Stamp | None = None
    next_read: float = 0.0

    @property
    def is_read(self) -> bool:
        """Whether it was read, or found not to be readable."""
        return self.stamp is not None


class Catalogue:
    """Knows the runs below some paths. Any thread may ask it; `refresh` is called by one at a time.

    Args:
        paths: run files, and folders with run files.
        keys: gives each run file a key.
    """

    def __init__(
        self, paths: Sequence[Path], keys: Callable[[Sequence[Path]], Mapping[str, Path]] = keyed
    ) -> None:
        self.paths = tuple(paths)
        self._keys = keys
        self.version = 0
        self.copies = TrialCopies()
        self._is_listed = False
        self._entries: dict[str, RunEntry] = {}
        self._summaries: OrderedDict[tuple[str, Stamp | None], RunSummary] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def is_read(self) -> bool:
        """Whether all files were found, and each was read, or found not to be readable."""
        with self._lock:
            return self._is_listed and all(entry.is_read for entry in self._entries.values())

    def entries(self) -> list[RunEntry]:
        """Return all runs, the newest first."""
        with self._lock:
            return list(self._entries.values())

    def entry(self, key: str) -> RunEntry:
        """Return the run of a key.

        Raises:
            UsageError: there is none.
        """
        with self._lock:
            found = self._entries.get(key)
        if found is None:
            raise UsageError(f"no run {key!r} is shown here")
        return found

    @contextmanager
    def open(self, key: str) -> Iterator[RunFile]:
        """Open the run of a key for reading; what was looked at before is not looked at again.

        Raises:
            UsageError: there is none.
            RunFileError: it cannot be read.
        """
        entry = self.entry(key)
        # A large run is looked at in the background; its pages need not wait for that.
        with RunFile(entry.path, is_known=entry.problem is None) as run:
            yield run

    def summary(self, key: str) -> RunSummary:
        """Return the summary of a run.

        Raises:
            UsageError: there is none.
            RunFileError: it cannot be read.
        """
        entry = self.entry(key)
        place = (key, entry.stamp)
        with self._lock:
            kept = self._summaries.get(place)
        if kept is not None:
            return kept
        found = summary_of(entry.path, is_known=entry.problem is None)
        with self._lock:
            self._summaries[place] = found
            while len(self._summaries) > _KEPT_SUMMARIES:
                self._summaries.popitem(last=False)
        return found

    def refresh(self, is_ended: Callable[[], bool]) -> None:
        """Look which files there are, and read those that are new or changed.

        Args:
            is_ended: asked between two files whether to stop.
        """
        self._list()
        for entry in self.entries():
            if is_ended():
                return
            self._update(entry)

    def take(self, entries: Iterable[RunEntry]) -> None:
        """Show these runs, as another process has read them."""
        with self._lock:
            self.version += 1
            self._is_listed = True
            self._entries = {entry.key: entry for entry in entries}

    def close(self) -> None:
        """Forget what was copied."""
        self.copies.close()

    def _list(self) -> None:
        files = self._keys(run_files(self.paths))
        with self._lock:
            if files.keys() != self._entries.keys():
                self.version += 1
            self._is_listed = True
            self._entries = {
                key: self._entries.get(key) or RunEntry(key=key, path=path) for key, path in files.items()
            }

    def _update(self, entry: RunEntry) -> None:
        live_stamp = live_stamp_of(entry.path)
        if live_stamp != entry.live_stamp:
            entry = replace(entry, live_stamp=live_stamp)
            self._store(entry)
        stamp, is_running = stamp_of(entry.path), is_claimed(entry.path)
        if stamp == entry.stamp and is_running == entry.is_running:
            return
        if stamp != entry.stamp and entry.is_read and is_running and time.monotonic() < entry.next_read:
            return
        self._store(_read(replace(entry, stamp=stamp, is_running=is_running)))

    def _store(self, entry: RunEntry) -> None:
        with self._lock:
            self.version += 1
            if entry.key in self._entries:
                self._entries[entry.key] = entry


def _read(entry: RunEntry) -> RunEntry:
    """Return the entry with what its file says now."""
    began = time.monotonic()
    try:
        row, problem = run_row(summary_of(entry.path, is_known=entry.row is not None)), None
    except ITBenchError as error:
        row, problem = None, str(error)
    now = time.monotonic()
    return replace(entry, row=row, problem=problem, next_read=now + _SHARE * (now - began))
