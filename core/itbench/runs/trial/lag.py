"""Time that trials lost because this process was busy with something else: no agent is to reach its limit by it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_EVERY_S = 0.5
# Less is the ordinary unpunctuality of a loop with many trials in it.
_TOLERATED_S = 0.25
# Nanoseconds on a processor, nanoseconds of waiting for one, turns: https://docs.kernel.org/scheduler/sched-stats.html
_WAITED = Path("/proc/thread-self/schedstat")


@dataclass(slots=True, eq=False)
class Lag:
    """How many seconds the loop of trials did not turn while a trial went on.

    Attributes:
        lost_s: for whatever reason; given back to the agent.
        busy_s: those that this process used itself. The rest it waited for a processor, which programs of agents can bring about: no
            fault comes of that, or one could escape its result by it.
    """

    lost_s: float = 0.0
    busy_s: float = 0.0


class LoopWatch:
    """Measures the lag of a loop for all trials that go on in it, with one timer."""

    def __init__(self) -> None:
        self._open: set[Lag] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._due = self._waited_s = 0.0

    @contextmanager
    def watched(self) -> Iterator[Lag]:
        """Measure the lag of the running loop while inside."""
        lag, loop = Lag(), asyncio.get_running_loop()
        self._open.add(lag)
        if self._loop is not loop:
            self._begin(loop)
        try:
            yield lag
        finally:
            self._open.remove(lag)

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop, self._due, self._waited_s = loop, loop.time() + _EVERY_S, _waited_s()
        loop.call_at(self._due, self._tick, loop)

    def _tick(self, loop: asyncio.AbstractEventLoop) -> None:
        late_s = loop.time() - self._due
        if late_s > _TOLERATED_S:
            busy_s = max(0.0, late_s - (_waited_s() - self._waited_s))
            for lag in self._open:
                lag.lost_s += late_s
                lag.busy_s += busy_s
        self._loop = None
        if self._open:
            self._begin(loop)


def _waited_s() -> float:
    """Return how long this thread has been ready to run and had no processor; 0 where the system does not tell."""
    try:
        # Without a buffer, which takes longer to make than the file to read.
        with _WAITED.open("rb", buffering=0) as file:
            return int(file.read().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0
