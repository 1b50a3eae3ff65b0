"""How long a run still takes, from the trials that have ended in it; they may be seconds or an hour apart."""

from dataclasses import dataclass

from itbench.report.table import long_time


@dataclass(slots=True)
class TimeLeft:
    """Estimates from the mean duration of a trial and from how many run concurrently.

    Attributes:
        concurrent: how many trials run at a time, at most.
        ended: how many have ended.
        total_s: how long these took together.
        latest_end_s: when the latest of them ended, on the caller's clock.
    """

    concurrent: int
    ended: int = 0
    total_s: float = 0.0
    latest_end_s: float = 0.0

    def add(self, duration_s: float, now_s: float) -> None:
        """Count a trial that has just ended."""
        self.ended += 1
        self.total_s += duration_s
        self.latest_end_s = now_s

    def seconds(self, remaining: int, now_s: float) -> float | None:
        """Return the estimate for so many trials that have not ended; None before the first one has."""
        if not remaining:
            return 0.0
        if not self.ended:
            return None
        work_s = self.total_s / self.ended * remaining
        return max(0.0, work_s / min(self.concurrent, remaining) - (now_s - self.latest_end_s))

    def text(self, remaining: int, now_s: float) -> str:
        """Return the estimate in words, such as "about 12 min left"; empty without one."""
        left_s = self.seconds(remaining, now_s)
        if left_s is None or not remaining:
            return ""
        return f"about {long_time(left_s)} left"
