"""Work in a thread of its own, for callers that have an event loop of their own or are interrupted meanwhile."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TypeVar

from itbench.interfaces.progress import Progress
from itbench.runs.interrupt import Interrupt

Result = TypeVar("Result")
# A kernel of Jupyter cancels a task in the handler of a signal, which by itself does not wake a loop that waits.
_LOOK_EVERY_S = 0.2


def in_thread(work: Callable[[], Result]) -> "Future[Result]":
    """Begin some work in a new thread and return its future, which cannot be cancelled."""
    done: Future[Result] = Future()
    done.set_running_or_notify_cancel()

    def serve() -> None:
        try:
            result = work()
        except BaseException as error:  # noqa: BLE001 - handed on to the caller
            done.set_exception(error)
        else:
            done.set_result(result)

    threading.Thread(target=serve, name="itbench-run").start()
    return done


def waited(done: "Future[Result]", interrupt: Interrupt) -> Result:
    """Wait for the end of the work; what a signal raises meanwhile ends the work first, and is raised then."""
    stopped: BaseException | None = None
    while True:
        try:
            wait([done])
            break
        except BaseException as error:  # noqa: BLE001 - raised again at the end
            stopped = stopped or error
            interrupt.come()
    if stopped is not None:
        raise stopped from done.exception()
    return done.result()


async def awaited(done: "Future[Result]", interrupt: Interrupt) -> Result:
    """Wait likewise in an event loop, where it is a task that is cancelled."""
    stopped: asyncio.CancelledError | None = None
    ended = asyncio.wrap_future(done)
    while not ended.done():
        try:
            await asyncio.wait([ended], timeout=_LOOK_EVERY_S)
        except asyncio.CancelledError as error:
            stopped = stopped or error
            interrupt.come()
    if stopped is not None:
        raise stopped from ended.exception()
    return ended.result()


def stoppable(progress: Progress, interrupt: Interrupt) -> Progress:
    """Return a progress that ends the work at its next word after an interrupt."""

    def told(text: str, done: int, total: int) -> None:
        if interrupt.has_come:
            raise asyncio.CancelledError
        progress(text, done, total)

    return told
