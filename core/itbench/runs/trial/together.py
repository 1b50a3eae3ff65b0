"""Calls of functions that may block, handed to threads: those of one turn of the loop together, as a handover costs more than most."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

Result = TypeVar("Result")
_Call = tuple[Callable[[], Any], "asyncio.Future[Any]"]
_Outcome = tuple[Any, BaseException | None]


class Together:
    """Hands what trials ask for in the same turn of the loop to one thread."""

    def __init__(self) -> None:
        self._waiting: list[_Call] = []

    async def call(self, function: Callable[[], Result]) -> Result:
        """Return what a function returns in another thread.

        Raises:
            Exception: whatever it raises.
        """
        loop = asyncio.get_running_loop()
        end: asyncio.Future[Result] = loop.create_future()
        self._waiting.append((function, end))
        if len(self._waiting) == 1:
            # Called when all that is ready now has had its turn.
            loop.call_soon(self._hand_over)
        return await end

    def _hand_over(self) -> None:
        calls, self._waiting = self._waiting, []
        functions = [function for function, _ in calls]
        outcomes = asyncio.get_running_loop().run_in_executor(None, _call_all, functions)
        outcomes.add_done_callback(lambda done: _tell(calls, done.result()))


def _call_all(functions: Sequence[Callable[[], Any]]) -> list[_Outcome]:
    return [_outcome(function) for function in functions]


def _outcome(function: Callable[[], Any]) -> _Outcome:
    try:
        return function(), None
    except BaseException as error:  # noqa: BLE001 - it is raised where the function was asked for
        return None, error


def _tell(calls: Sequence[_Call], outcomes: Sequence[_Outcome]) -> None:
    for (_, end), (value, error) in zip(calls, outcomes, strict=True):
        if end.done():
            continue  # Its trial was interrupted meanwhile.
        if error is None:
            end.set_result(value)
        else:
            end.set_exception(error)
