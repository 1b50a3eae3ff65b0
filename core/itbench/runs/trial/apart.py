"""An event loop of its own in a thread of its own, for foreign code that may block or never come back."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

from itbench.host.left_behind import leave_behind
from itbench.interfaces.fault import Stage, StageError

Result = TypeVar("Result")
# How long something that was told to stop may take before it is left behind.
_GRACE_S = 5.0


class Apart:
    """Runs coroutines in another thread: whatever they do, they hold up nobody but themselves."""

    def __init__(self) -> None:
        self._ours = asyncio.get_running_loop()
        self._theirs = asyncio.new_event_loop()
        self._helpers = _Helpers()
        self._theirs.set_default_executor(self._helpers)
        self._ended = asyncio.Event()
        self._is_lost = False
        # A daemon: one that is left behind must not keep the program from ending.
        threading.Thread(target=self._serve, name="itbench-environment", daemon=True).start()

    async def call(
        self, make: Callable[[], Awaitable[Result]], *, what: str, limit_s: float | None = None
    ) -> Result:
        """Return what the coroutine returns that `make` makes over there.

        Args:
            make: is called in the other thread.
            what: that is asked for, in words.
            limit_s: seconds that it may take; None for what has a limit of its own.

        Raises:
            StageError: of the environment: it took longer, or did not come back from an earlier call.
            Exception: whatever it raises.
        """
        if self._is_lost:
            raise StageError(
                Stage.ENVIRONMENT, f"{what}: the environment never came back from an earlier call"
            )
        call = _Call(self._ours, self._theirs, make)
        try:
            async with asyncio.timeout(limit_s) as limit:
                outcome = await call.outcome()
        except TimeoutError as error:
            if not limit.expired():
                raise
            await self._stop(call)
            raise StageError(
                Stage.ENVIRONMENT, f"{what} took longer than its limit of {limit_s:g} s"
            ) from error
        except asyncio.CancelledError:
            await self._stop(call)
            raise
        if outcome.error is not None:
            raise outcome.error
        result: Result = outcome.value
        return result

    async def close(self) -> None:
        """End the thread; one that does not end is left behind."""
        self._theirs.call_soon_threadsafe(self._theirs.stop)
        try:
            async with asyncio.timeout(0.0 if self._is_lost else _GRACE_S):
                await self._ended.wait()
        except TimeoutError:
            leave_behind("an environment")

    async def _stop(self, call: "_Call") -> None:
        """Have a call cancelled, and wait until it has cleaned up."""
        call.cancel()
        try:
            async with asyncio.timeout(_GRACE_S):
                await call.outcome()
        except TimeoutError:
            self._is_lost = True

    def _serve(self) -> None:
        asyncio.set_event_loop(self._theirs)
        try:
            self._theirs.run_forever()
            tasks = asyncio.all_tasks(self._theirs)
            for task in tasks:
                task.cancel()
            if tasks:
                self._theirs.run_until_complete(asyncio.wait(tasks, timeout=_GRACE_S))
            self._theirs.run_until_complete(self._theirs.shutdown_asyncgens())
        finally:
            self._theirs.close()
            if self._helpers.busy:
                leave_behind("a thread of an environment")
            with suppress(RuntimeError):  # Our own loop may have ended before a thread that was left behind.
                self._ours.call_soon_threadsafe(self._ended.set)


class _Helpers(ThreadPoolExecutor):
    """The threads of `asyncio.to_thread` over there.

    Attributes:
        busy: how many of them are at work.
    """

    def __init__(self) -> None:
        super().__init__(thread_name_prefix="itbench-environment")
        self.busy = 0

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have a function called in a thread."""
        future = super().submit(fn, *args, **kwargs)
        self.busy += 1
        future.add_done_callback(self._ended)
        return future

    def _ended(self, _future: Future[Any]) -> None:
        self.busy -= 1


class _Outcome:
    """What came of a call: a value, or an error, be it one that ends programs."""

    __slots__ = ("error", "value")

    def __init__(self, value: Any = None, error: BaseException | None = None) -> None:
        self.value = value
        self.error = error


class _Call:
    """One coroutine over there, and its end over here."""

    def __init__(
        self,
        ours: asyncio.AbstractEventLoop,
        theirs: asyncio.AbstractEventLoop,
        make: Callable[[], Awaitable[Any]],
    ) -> None:
        self._ours = ours
        self._theirs = theirs
        self._make = make
        self._end: asyncio.Future[_Outcome] = ours.create_future()
        self._task: asyncio.Task[_Outcome] | None = None
        theirs.call_soon_threadsafe(self._begin)

    async def outcome(self) -> _Outcome:
        """Wait for the end; to stop waiting does not stop the call."""
        return await asyncio.shield(self._end)

    def cancel(self) -> None:
        """Ask the coroutine to stop."""
        self._theirs.call_soon_threadsafe(self._cancel)

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _begin(self) -> None:
        self._task = self._theirs.create_task(self._run())
        self._task.add_done_callback(self._tell)

    async def _run(self) -> _Outcome:
        try:
            return _Outcome(await self._make())
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001 - foreign code; SystemExit must not end its thread
            return _Outcome(error=error)

    def _tell(self, task: "asyncio.Task[_Outcome]") -> None:
        cancelled = _Outcome(error=RuntimeError("the environment cancelled itself"))
        outcome = cancelled if task.cancelled() else task.result()
        with suppress(RuntimeError):  # As above.
            self._ours.call_soon_threadsafe(self._take, outcome)

    def _take(self, outcome: _Outcome) -> None:
        if not self._end.done():
            self._end.set_result(outcome)
