"""Keeps one trial from taking what others need: the processor of this machine, and the rate limit of the provider's account."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from itbench.egress.exchange import BadRequestError

_Result = TypeVar("_Result")

# After a piece of work, others get so many times as long.
_REST = 3.0
# What takes less is not worth a rest.
_SHORT_S = 0.02
_CONCURRENT = 2


class FairShare:
    """Does a trial's work that holds up this process: one piece after another, with a rest after each large one."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()

    async def work(self, piece: Callable[[], _Result], *, is_large: bool = False) -> _Result:
        """Do a piece of work and return what it gives; a large one in a thread, so that others are served meanwhile."""
        async with self._lock:
            started = time.monotonic()
            try:
                return await asyncio.to_thread(piece) if is_large else piece()
            finally:
                worked_s = time.monotonic() - started
                if worked_s > _SHORT_S:
                    await asyncio.sleep(_REST * worked_s)


class LookUpPace:
    """Lets requests that no model answers, which no limit counts, go to the provider a few at a time.

    Args:
        most: in one trial.
        gap_s: seconds between two.
    """

    def __init__(self, most: int = 1_000, gap_s: float = 0.1) -> None:
        self._lock = asyncio.Lock()
        self._places = asyncio.Semaphore(_CONCURRENT)
        self._left = most
        self._most = most
        self._gap_s = gap_s
        self._next_at = 0.0

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Wait until the next one may go; the block is the request.

        Raises:
            BadRequestError: there have been too many.
        """
        if self._left <= 0:
            raise BadRequestError(429, f"a trial may look up models and count tokens {self._most} times")
        self._left -= 1
        async with self._places:
            async with self._lock:
                await asyncio.sleep(max(0.0, self._next_at - time.monotonic()))
                self._next_at = time.monotonic() + self._gap_s
            yield
