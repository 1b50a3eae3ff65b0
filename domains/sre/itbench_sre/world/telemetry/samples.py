"""What Prometheus has scraped and still needs: series of plain values, and of histograms with all buckets at once."""

import operator
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from math import inf

from itbench_sre.world.runtime.meters import BOUNDS_MS, Labels

KEPT_MS = 1_300_000
"""How long samples are kept: as long as the longest range of a rule, and some scrapes."""

LES: tuple[tuple[str, float], ...] = (*((f"{bound}.0", float(bound)) for bound in BOUNDS_MS), ("+Inf", inf))
"""The label `le` of each bucket of a histogram, and its bound."""

Values = tuple[int, ...]


@dataclass(slots=True)
class Series:
    """One series.

    Attributes:
        points: time in ms and value; None marks that it went away. For a histogram a value is the cumulative counts.
    """

    labels: Labels
    points: list[tuple[int, float | None]] = field(default_factory=list)
    histogram: list[tuple[int, Values]] = field(default_factory=list)

    def add(self, time_ms: int, value: float | None) -> None:
        """Add a sample."""
        points = self.points
        points.append((time_ms, value))
        if len(points) > 96 and points[0][0] < time_ms - KEPT_MS:
            del points[:48]

    def add_counts(self, time_ms: int, counts: Values) -> None:
        """Add a histogram's cumulative counts; what is counted apart under the same labels adds up."""
        points = self.histogram
        if points and points[-1][0] == time_ms:
            points[-1] = (time_ms, tuple(map(operator.add, points[-1][1], counts)))
            return
        points.append((time_ms, counts))
        if len(points) > 96 and points[0][0] < time_ms - KEPT_MS:
            del points[:48]

    def window(self, end_ms: int, range_ms: int) -> list[tuple[int, float]]:
        """Return the samples of (end - range, end]."""
        found = []
        for time_ms, value in reversed(self.points):
            if time_ms <= end_ms - range_ms:
                break
            if time_ms <= end_ms and value is not None:
                found.append((time_ms, value))
        found.reverse()
        return found

    def counts(self, end_ms: int, range_ms: int) -> list[tuple[int, Values]]:
        """Return the counts of (end - range, end]."""
        found = []
        for point in reversed(self.histogram):
            if point[0] <= end_ms - range_ms:
                break
            if point[0] <= end_ms:
                found.append(point)
        found.reverse()
        return found

    def latest(self, end_ms: int, lookback_ms: int = 300_000) -> float | None:
        """Return the value at a time: the last within the look-back, if it has not gone away."""
        for time_ms, value in reversed(self.points):
            if time_ms <= end_ms:
                return value if time_ms > end_ms - lookback_ms else None
        return None


Matchers = tuple[tuple[str, str, str], ...]
"""Name of a label, operator and value, each."""


class Samples:
    """All series, by name of the metric.

    Attributes:
        selected: what matchers have found in a metric, with how many series it had then; series never leave.
    """

    def __init__(self) -> None:
        self.selected: dict[tuple[str, Matchers], tuple[int, list[Series]]] = {}
        self.families: dict[str, dict[Labels, Series]] = {}

    def series(self, metric: str, labels: Labels) -> Series:
        """Return a series, made where there is none."""
        family = self.families.setdefault(metric, {})
        found = family.get(labels)
        if found is None:
            found = family[labels] = Series(labels)
        return found

    def of(self, metric: str) -> Iterator[Series]:
        """Return the series of a metric, the oldest first."""
        return iter(self.families.get(metric, {}).values())

    def vanish(self, metric: str, time_ms: int, present: set[Labels]) -> None:
        """Mark the series of a metric as gone that the scrape at `time_ms` did not have."""
        for labels, series in self.families.get(metric, {}).items():
            if labels not in present and series.points and series.points[-1][1] is not None:
                series.add(time_ms, None)


@lru_cache(maxsize=4096)
def as_labels(*pairs: tuple[str, str]) -> Labels:
    """Return labels in order."""
    return tuple(sorted(pairs))
