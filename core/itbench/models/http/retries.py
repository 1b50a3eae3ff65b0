"""How long to wait before a request is sent again, and when to give up."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """Exponential waits with jitter.

    Attributes:
        attempts: how often a request is sent at most.
        first_s: seconds before the second attempt; doubled for each further one.
        longest_s: longest wait of our own choosing, in seconds.
        longest_asked_s: longest wait that a provider may ask for, in seconds; for more it counts as down.
    """

    attempts: int = 8
    first_s: float = 1.0
    longest_s: float = 60.0
    longest_asked_s: float = 600.0

    def wait_s(self, failed: int, asked_s: float | None, random_share: float | None = None) -> float | None:
        """Return seconds to wait after so many failed attempts, or None to give up.

        A wait of our own is drawn from the upper half of its range; a provider's own is kept to in full,
        with up to a tenth more, so that those who were all turned away do not come back at once.
        """
        if failed >= self.attempts:
            return None
        share = random.random() if random_share is None else random_share
        if not asked_s:
            range_s: float = min(self.longest_s, self.first_s * 2.0 ** (failed - 1))
            return range_s * (0.5 + share / 2)
        return asked_s * (1 + share / 10) if asked_s <= self.longest_asked_s else None


def retry_after_s(milliseconds: str | None, value: str | None, now: datetime | None = None) -> float | None:
    """Return seconds to wait from the headers `retry-after-ms` and `Retry-After` (RFC 9110, 10.2.3), else None."""
    for text, scale in ((milliseconds, 1000), (value, 1)):
        try:
            return max(0.0, float(text or "") / scale)
        except ValueError:
            continue
    try:
        date = parsedate_to_datetime(value or "")
    except (ValueError, TypeError, IndexError, OverflowError):  # The parser lets through what no date has.
        return None
    date = date if date.tzinfo else date.replace(tzinfo=UTC)
    return max(0.0, (date - (now or datetime.now(UTC))).total_seconds())
