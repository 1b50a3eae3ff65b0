"""How much of this machine's memory the concurrent requests of one trial may hold."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class MemoryBudget:
    """Lends out bytes; a request for more than is left waits until others give theirs back, first come first served.

    All that one request may need is asked for before its first byte is read: two that each hold a half would wait for each other.
    """

    def __init__(self, total_bytes: int) -> None:
        self._left_bytes = total_bytes
        self._total_bytes = total_bytes
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    @asynccontextmanager
    async def lend(self, count: int) -> AsyncIterator[None]:
        """Hold so many bytes while the block runs.

        Raises:
            ValueError: there never are so many.
        """
        if count > self._total_bytes:
            raise ValueError(f"{count} bytes are more than {self._total_bytes}")
        await self._take(count)
        try:
            yield
        finally:
            self._left_bytes += count
            self._wake()

    async def _take(self, count: int) -> None:
        if not self._waiting and count <= self._left_bytes:
            self._left_bytes -= count
            return
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((count, place))
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self._left_bytes += count
            else:
                with suppress(ValueError):
                    self._waiting.remove((count, place))
            self._wake()
            raise

    def _wake(self) -> None:
        while self._waiting and self._waiting[0][0] <= self._left_bytes:
            count, place = self._waiting.popleft()
            if not place.done():
                self._left_bytes -= count
                place.set_result(None)
