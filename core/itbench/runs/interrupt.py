"""What ends a run before its time: a signal, or another thread; the trials under way are stopped, and the run can be resumed."""

import asyncio
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager


class Interrupt:
    """Ends a run when it comes, from whichever thread.

    Attributes:
        has_come: whether it has.
    """

    def __init__(self) -> None:
        self.has_come = False
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._workers: Sequence[asyncio.Task[None]] = ()

    def come(self) -> None:
        """Stop what is under way; it is over once the run's own thread says so."""
        with self._lock:
            self.has_come = True
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._cancel)

    @contextmanager
    def cancels(self, workers: Sequence[asyncio.Task[None]]) -> Iterator[None]:
        """Let the interrupt cancel workers of the running loop meanwhile, also one that came before."""
        with self._lock:
            self._loop, self._workers = asyncio.get_running_loop(), workers
            if self.has_come:
                self._cancel()
        try:
            yield
        finally:
            with self._lock:
                self._loop = None

    def _cancel(self) -> None:
        for worker in self._workers:
            worker.cancel()


class SignalInterrupt(Interrupt):
    """Comes with Ctrl-C or SIGTERM, which then do not tear the loop down."""

    @contextmanager
    def cancels(self, workers: Sequence[asyncio.Task[None]]) -> Iterator[None]:
        """Take the signals over meanwhile."""
        loop = asyncio.get_running_loop()
        signals: tuple[signal.Signals, ...] = (signal.SIGINT, signal.SIGTERM)
        try:
            for number in signals:
                loop.add_signal_handler(number, self.come)
        except (RuntimeError, ValueError):
            signals = ()  # Not the main thread: the caller handles signals.
        try:
            with super().cancels(workers):
                yield
        finally:
            for number in signals:
                loop.remove_signal_handler(number)
