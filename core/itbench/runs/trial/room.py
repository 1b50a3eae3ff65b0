"""Which trials may be at what stage at the same time: worlds fit on this machine, and agents work in their turn."""

import asyncio
import os
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from itbench.interfaces.needs import Needs

# Opening a world ahead of its turn is worth the room that it takes while it waits only where opening takes as long as this.
_WORTH_S = 0.5
_MOST_AHEAD = 4
_MB = 1 << 20


@dataclass(frozen=True, slots=True)
class Machine:
    """What there is for worlds: processors, and megabytes of memory."""

    cores: float
    memory_mb: int

    @classmethod
    def here(cls) -> "Machine":
        """Return what this process may use."""
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        return cls(cores, _available_mb())


class Room:
    """The room that open worlds take; who came first gets it first.

    A world that needs more than the machine has is opened alone.
    """

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._open: list[Needs] = []
        self._waiting: deque[tuple[Needs, asyncio.Future[None]]] = deque()

    @asynccontextmanager
    async def taken(self, needs: Needs) -> AsyncIterator[None]:
        """Wait until a world fits beside those that are open, and take its room."""
        await self._wait(needs)
        try:
            yield
        finally:
            self._open.remove(needs)
            self._let_in()

    async def _wait(self, needs: Needs) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        entry = (needs, turn)
        self._waiting.append(entry)
        self._let_in()
        try:
            await turn
        except asyncio.CancelledError:
            if entry in self._waiting:
                self._waiting.remove(entry)
            elif not turn.cancelled():
                self._open.remove(needs)
            self._let_in()
            raise

    def _let_in(self) -> None:
        while self._waiting and self._fits(self._waiting[0][0]):
            needs, turn = self._waiting.popleft()
            if turn.done():
                continue
            self._open.append(needs)
            turn.set_result(None)

    def _is_held(self) -> bool:
        return any(each.is_exclusive for each in self._open)

    def _fits(self, needs: Needs) -> bool:
        if not self._open:
            return True
        if needs.is_exclusive or self._is_held():
            return False
        cores = sum(each.cores for each in self._open) + needs.cores
        memory_mb = sum(each.memory_mb for each in self._open) + needs.memory_mb
        return cores <= self._machine.cores and memory_mb <= self._machine.memory_mb


class Turns:
    """The turns of agents: so many work at a time, while the worlds of a few more are opened ahead.

    Attributes:
        ahead: how many worlds may be opened ahead.
    """

    def __init__(self, agents: int, refusal: Callable[[], str | None]) -> None:
        self.ahead = min(agents, _MOST_AHEAD)
        self._slots = asyncio.Semaphore(agents)
        self._refusal = refusal
        self._decided = asyncio.Event()
        self._is_worth = False
        self._opened, self._took_s = 0, 0.0

    def opened(self, seconds: float) -> None:
        """Learn how long it took to open a world."""
        self._opened += 1
        self._took_s += seconds
        if self._took_s / self._opened >= _WORTH_S:
            self._is_worth = True
            self._decided.set()

    def stop_waiting(self) -> None:
        """Say that there is nothing left to open."""
        self._decided.set()

    async def worth_opening_ahead(self) -> bool:
        """Wait until worlds have been slow to open, or until there is nothing left; tell whether they were slow."""
        await self._decided.wait()
        return self._is_worth

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[bool]:
        """Wait for a turn; tell whether the agent may begin then, or whether the run's budget is spent."""
        async with self._slots:
            yield self._refusal() is None


def _available_mb() -> int:
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        found = {line.partition(":")[0]: int(line.split()[1]) for line in lines}
        return found["MemAvailable"] // 1024
    except (OSError, ValueError, KeyError, IndexError):
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // _MB
