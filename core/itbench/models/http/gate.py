"""How many concurrent requests an endpoint may have: halved when it complains, grown slowly."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from weakref import WeakValueDictionary

from itbench.models.faults import PassingError

START = 256
LARGEST = 1024


class AdaptiveGate:
    """Lets in as many concurrent requests as the endpoint can bear.

    A rate-limit error halves the limit; those of requests that had been sent already when it was last halved
    do not count, for they say nothing new. Each success adds 1/limit, so that a full round adds one.
    """

    def __init__(self, start: int = START, largest: int = LARGEST) -> None:
        self._limit = float(start)
        self._largest = largest
        self._inside = 0
        self._entered = 0
        self._entered_at_halving = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def limit(self) -> int:
        """How many requests may run concurrently now."""
        return int(self._limit)

    @property
    def inside(self) -> int:
        """How many are inside."""
        return self._inside

    @asynccontextmanager
    async def pass_through(self) -> AsyncIterator[None]:
        """Wait for a place, and learn from how the block ends."""
        await self._enter()
        self._entered += 1
        ticket = self._entered
        try:
            yield
        except PassingError as error:
            if error.is_rate_limit:
                self._halve(ticket)
            raise
        else:
            self._limit = min(float(self._largest), self._limit + 1 / self._limit)
        finally:
            self._inside -= 1
            self._wake()

    async def _enter(self) -> None:
        if self._inside < self.limit and not self._waiting:
            self._inside += 1
            return
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self._inside -= 1
                self._wake()
            else:
                with suppress(ValueError):
                    self._waiting.remove(place)
            raise

    def _halve(self, ticket: int) -> None:
        if ticket > self._entered_at_halving:
            self._limit = max(1.0, self._limit / 2)
            self._entered_at_halving = self._entered

    def _wake(self) -> None:
        while self._waiting and self._inside < self.limit:
            place = self._waiting.popleft()
            if not place.done():
                self._inside += 1
                place.set_result(None)


_GATES: "WeakValueDictionary[str, AdaptiveGate]" = WeakValueDictionary()


def gate_of(endpoint: str) -> AdaptiveGate:
    """Return the one gate of an endpoint, shared by all that use it at the same time."""
    gate = _GATES.get(endpoint)
    if gate is None:
        gate = _GATES[endpoint] = AdaptiveGate()
    return gate
