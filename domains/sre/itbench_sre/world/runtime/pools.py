"""Connection pools: so many connections of one process to one dependency, and who waits for one."""

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from itbench_sre.world.runtime.frames import Attempt
    from itbench_sre.world.runtime.process import Process


class Pool:
    """At most `size` open connections.

    A connection is known by the number of the process at its other end. Those whose other end has gone without a
    word stay `idle` until somebody uses them.

    Attributes:
        idle: connections that nobody uses, the last used at the end.
        opened: connections by the number of the process at the other end, leaked ones too.
        total: of all that are open.
        waiters: calls that wait, first come first served.
        renew_us: when idle connections are opened anew, so that old ways do not last.
        leaked: connections that were never given back.
    """

    __slots__ = ("idle", "leaked", "opened", "renew_us", "size", "total", "waiters")

    def __init__(self, size: int) -> None:
        self.size = size
        self.idle: list[int] = []
        self.opened: dict[int, int] = {}
        self.total = 0
        self.waiters: deque[Attempt] = deque()
        self.leaked = 0
        self.renew_us = 0

    def open(self, target: "Process") -> int:
        """Open a connection to a process, which counts it."""
        number = target.number
        self.opened[number] = self.opened.get(number, 0) + 1
        self.total += 1
        target.connections += 1
        return number

    def close(self, number: int, target: "Process | None") -> None:
        """Close a connection that is not idle; `target` is None where its process has ended."""
        left = self.opened[number] - 1
        if left:
            self.opened[number] = left
        else:
            del self.opened[number]
        self.total -= 1
        if target is not None:
            target.connections -= 1
