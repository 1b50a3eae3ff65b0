"""Time that a trial lost because this process was busy with something else: no agent is to reach its limit by it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

_EVERY_S = 0.5
# Less is the ordinary unpunctuality of a loop with many trials in it.
_TOLERATED_S = 0.25
# Nanoseconds on a processor, nanoseconds of waiting for one, turns: https://docs.kernel.org/scheduler/sched-stats.html
_WAITED = Path("/proc/thread-self/schedstat")


@dataclass(slots=True)
class Lag:
    """How many seconds the loop of trials did not turn while a trial went on.

    Attributes:
        lost_s: for whatever reason; given back to the agent.
        busy_s: those that this process used itself. The rest it waited for a processor, which programs of agents can bring about: no
            fault comes of that, or one could escape its result by it.
    """

    lost_s: float = 0.0
    busy_s: float = 0.0


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
        before, waited_s = loop.time(), _waited_s()
        await asyncio.sleep(_EVERY_S)
        late_s = loop.time() - before - _EVERY_S
        if late_s > _TOLERATED_S:
            lag.lost_s += late_s
            lag.busy_s += max(0.0, late_s - (_waited_s() - waited_s))


def _waited_s() -> float:
    """Return how long this thread has been ready to run and had no processor; 0 where the system does not tell."""
    try:
        # Without a buffer, which takes longer to make than the file to read.
        with _WAITED.open("rb", buffering=0) as file:
            return int(file.read().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0
