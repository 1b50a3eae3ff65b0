"""The queue of callbacks: things happen in order of simulated time, in microseconds since the Unix epoch.

A world is copied by pickling it, so callbacks are bound methods or functions of modules, never lambdas or closures.
"""

from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any

SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
HOUR_US = 60 * MINUTE_US


class Loop:
    """A queue of callbacks; those of the same microsecond run in the order they were added.

    Attributes:
        now_us: the time.
        scheduled: how many callbacks were ever added.
    """

    __slots__ = ("_heap", "now_us", "scheduled")

    def __init__(self, now_us: int) -> None:
        self.now_us = now_us
        self.scheduled = 0
        self._heap: list[tuple[int, int, Callable[..., object], tuple[Any, ...]]] = []

    def at(self, time_us: int, callback: Callable[..., object], *arguments: Any) -> None:
        """Run `callback(*arguments)` at `time_us`, or now where that has passed."""
        self.scheduled = count = self.scheduled + 1
        heappush(self._heap, (max(time_us, self.now_us), count, callback, arguments))

    def after(self, delay_us: int, callback: Callable[..., object], *arguments: Any) -> None:
        """Run `callback(*arguments)` after `delay_us`, at least 0."""
        self.scheduled = count = self.scheduled + 1
        heappush(self._heap, (self.now_us + delay_us, count, callback, arguments))

    def run_until(self, end_us: int) -> None:
        """Run what is due up to and including `end_us`."""
        heap = self._heap
        while heap and heap[0][0] <= end_us:
            self.now_us, _, callback, arguments = heappop(heap)
            callback(*arguments)
        self.now_us = end_us
