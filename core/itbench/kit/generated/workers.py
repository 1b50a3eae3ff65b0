"""Processes that carry out calls, each as long as there is something to do, and never longer than the one that started them.

The standard library's pool starts threads in this process, and waits forever where they cannot be started.
"""

import os
import pickle
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from types import ModuleType, TracebackType
from typing import TYPE_CHECKING, Any, Self

from itbench.errors import DataError

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

_WATCH_S = 0.2
_END_S = 2.0
# A fork of a process with threads may hang.
_SPAWN = get_context("spawn")


class Workers:
    """So many processes, or as many of them as can be started; none where that is no use.

    Args:
        function: to call; it and its arguments can be pickled.
        count: of processes.
    """

    def __init__(self, function: Callable[..., None], count: int) -> None:
        self._function = function
        self._count = count
        self._processes: dict[Connection, SpawnProcess] = {}

    def __enter__(self) -> Self:
        for _ in range(self._count):
            try:
                self._start()
            except OSError:
                break  # This machine starts no more: those that are there do all of it, or this process.
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for connection, process in self._processes.items():
            if kind is not None:
                process.kill()
            # A worker that waits for work ends with its connection.
            connection.close()
        for process in self._processes.values():
            process.join(_END_S)
            if process.is_alive():
                process.kill()
                process.join()

    def carry_out(self, work: Sequence[tuple[Any, ...]]) -> Iterator[int]:
        """Call the function with each of these arguments, and yield the place of each in turn as it is done.

        Raises:
            Exception: what a call raises.
            DataError: a process was ended from outside.
        """
        if not self._processes:
            for place, arguments in enumerate(work):
                self._function(*arguments)
                yield place
            return
        waiting = iter(range(len(work)))
        busy: dict[Connection, int] = {}
        for connection in self._processes:
            self._give(connection, work, waiting, busy)
        while busy:
            ready = wait(list(busy))
            for connection in [each for each in busy if each in ready]:
                place = busy.pop(connection)
                self._take(connection)
                self._give(connection, work, waiting, busy)
                yield place

    def _start(self) -> None:
        ours, theirs = _SPAWN.Pipe()
        process = _SPAWN.Process(target=_serve, args=(theirs, self._function, os.getpid()))
        try:
            with _without_main():
                process.start()
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        self._processes[ours] = process

    def _give(
        self,
        connection: Connection,
        work: Sequence[tuple[Any, ...]],
        waiting: Iterator[int],
        busy: dict[Connection, int],
    ) -> None:
        place = next(waiting, None)
        if place is not None:
            busy[connection] = place
            with suppress(BrokenPipeError):  # The end of that process is told by the wait for it.
                connection.send(work[place])

    def _take(self, connection: Connection) -> None:
        try:
            failure = connection.recv()
        except (EOFError, ConnectionError) as error:
            raise DataError(
                "a process that makes tasks was ended from outside, as a machine does that is short of memory; "
                "what it had made is kept, and the same command makes the rest"
            ) from error
        if failure is not None:
            raise failure


@contextmanager
def _without_main() -> Iterator[None]:
    """Keep a new process from running the script of the user again, as the standard library would have it do.

    A script that does not ask for its `__name__` would do there all that it does here, and each would wait for the other.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _serve(connection: Connection, function: Callable[..., None], parent: int) -> None:
    """Carry out what comes, until the other end is closed."""
    with suppress(RuntimeError):  # Without a thread to watch by, the end is seen after the work at hand.
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    with suppress(EOFError, ConnectionError, KeyboardInterrupt):
        while True:
            connection.send(_outcome(function, connection))


def _outcome(function: Callable[..., None], connection: Connection) -> BaseException | None:
    """Carry out what comes next, and return what it raises."""
    try:
        arguments = connection.recv()
    except (EOFError, ConnectionError):
        raise
    except Exception as error:  # noqa: BLE001 - arguments that this process cannot read, because it lacks a module
        return _portable(error)
    try:
        function(*arguments)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - it is raised again where the work was given
        return _portable(error)
    return None


def _portable(error: BaseException) -> BaseException:
    """Return an exception that can be sent: itself, or its words."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    except Exception:  # noqa: BLE001 - whatever pickling a foreign exception raises
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


def _end_with(parent: int) -> None:
    """End this process when the one that started it is gone."""
    while os.getppid() == parent:
        time.sleep(_WATCH_S)
    os._exit(1)
