"""Time that a trial lost because this process was busy with something else: no agent is to reach its limit by it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

_EVERY_S = 0.5
# Less is the ordinary unpunctuality of a loop with many trials in it.
_TOLERATED_S = 0.25


@dataclass(slots=True)
class Lag:
    """How many seconds the loop of trials did not turn while a trial went on."""

    lost_s: float = 0.0


@asynccontextmanager
async def watched() -> AsyncIterator[Lag]:
    """Measure the lag of the loop while inside."""
    lag = Lag()
    ticking = asyncio.create_task(_tick(lag))
    try:
        yield lag
    finally:
        ticking.cancel()


async def _tick(lag: Lag) -> None:
    loop = asyncio.get_running_loop()
    while True:
        before = loop.time()
        await asyncio.sleep(_EVERY_S)
        late_s = loop.time() - before - _EVERY_S
        if late_s > _TOLERATED_S:
            lag.lost_s += late_s
