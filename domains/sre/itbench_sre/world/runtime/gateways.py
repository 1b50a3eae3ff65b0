"""A gateway that lets only so many requests a second through."""

from typing import TYPE_CHECKING

from itbench_sre.world.runtime.frames import Attempt, Failure, Frame

if TYPE_CHECKING:
    from itbench_sre.world.runtime.calls import Calls
    from itbench_sre.world.runtime.process import Process


class Gateway:
    """The state of a proxy with a rate limit."""

    def __init__(self, process: "Process") -> None:
        self.process = process
        self._next_us = 0

    def refuse_connection(self, attempt: Attempt) -> Failure | None:
        """Return why a new connection is refused: it never is."""
        return None

    def begin(self, calls: "Calls", frame: Frame) -> Failure | None:
        """Return a refusal where the rate is exceeded by more than a second's worth."""
        gap_us = 1_000_000 // self.process.number_of("rate_per_second", 1)
        now_us = calls.loop.now_us
        if self._next_us > now_us + 1_000_000:
            return Failure("429", "local_rate_limited", True, "limit")
        self._next_us = max(self._next_us, now_us) + gap_us
        return None

    def work(self, frame: Frame, cpu_us: int) -> tuple[int, int]:
        """Return the processor time that a step takes, and what it waits beside."""
        return cpu_us, 0

    def end(self, calls: "Calls", frame: Frame) -> Failure | None:
        """Do nothing more."""
        return None
