"""Waiting longer after each failure: `flowcontrol.Backoff` of client-go as the kubelet uses it."""

from dataclasses import dataclass

from itbench_sre.world.clock.loop import SECOND_US

_FIRST_US = 10 * SECOND_US
_LONGEST_US = 300 * SECOND_US


@dataclass(slots=True)
class BackOff:
    """One container's wait before it is started, or one image's before it is pulled, again.

    Attributes:
        delay_us: now in force; 0 before the first failure.
        updated_us: when it was last made longer.
    """

    delay_us: int = 0
    updated_us: int = 0

    def is_on(self, since_us: int, now_us: int) -> bool:
        """Return whether one must still wait after what happened at `since_us`."""
        if not self.delay_us or since_us - self.updated_us > 2 * _LONGEST_US:
            return False
        return now_us - since_us < self.delay_us

    def grow(self, since_us: int, now_us: int) -> None:
        """Double the wait, or begin anew where the last failure was long before `since_us`."""
        if not self.delay_us or since_us - self.updated_us > 2 * _LONGEST_US:
            self.delay_us = _FIRST_US
        else:
            self.delay_us = min(2 * self.delay_us, _LONGEST_US)
        self.updated_us = now_us

    @property
    def text(self) -> str:
        """Return the wait as Go prints it, such as `1m20s`."""
        minutes, seconds = divmod(self.delay_us // SECOND_US, 60)
        return f"{minutes}m{seconds}s" if minutes else f"{seconds}s"
