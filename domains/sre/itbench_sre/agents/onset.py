"""When a rate went up: the split of a series into before and after that tells them best apart."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

BUCKET_NS = 20 * 1_000_000_000
_MOST_BUCKETS = 2_000
_LEAST_EVENTS = 4
_LEAST_SIGNIFICANCE = 3.0


@dataclass(frozen=True, slots=True)
class Rise:
    """A rate that went up.

    Attributes:
        onset_ns: the start of the first bucket with the higher rate.
        excess: how many more happened since than before would have let expect.
        before: mean per bucket before.
        after: mean per bucket since.
    """

    onset_ns: int
    excess: float
    before: float
    after: float


def find_rise(times_ns: Iterable[int], start_ns: int, end_ns: int) -> Rise | None:
    """Return when the rate of something went up within a window; None if it did not clearly.

    The split maximises the difference of the two means over its standard error for Poisson counts.
    """
    # A wrong clock may stretch the window over years.
    bucket_ns = max(BUCKET_NS, (end_ns - start_ns) // _MOST_BUCKETS)
    counts = _counts(times_ns, start_ns, end_ns, bucket_ns)
    total, width = sum(counts), len(counts)
    best: Rise | None = None
    best_significance = _LEAST_SIGNIFICANCE
    seen = 0
    for split in range(1, width):
        seen += counts[split - 1]
        before, after = seen / split, (total - seen) / (width - split)
        excess = (after - before) * (width - split)
        # Half an event more keeps an all-quiet past from being infinitely certain.
        error = sqrt((seen + 0.5) / split**2 + (total - seen + 0.5) / (width - split) ** 2)
        if excess >= _LEAST_EVENTS and (after - before) / error > best_significance:
            best_significance = (after - before) / error
            best = Rise(start_ns + split * bucket_ns, excess, before, after)
    return best


def _counts(times_ns: Iterable[int], start_ns: int, end_ns: int, bucket_ns: int) -> list[int]:
    counts = [0] * max(1, (end_ns - start_ns) // bucket_ns + 1)
    for time_ns in times_ns:
        index = (time_ns - start_ns) // bucket_ns
        if 0 <= index < len(counts):
            counts[index] += 1
    return counts
