"""The part of PromQL that the rules use: each expression prints itself and evaluates itself as Prometheus does."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from math import inf
from typing import Protocol as Shape

from itbench_sre.world.runtime.meters import Labels
from itbench_sre.world.telemetry.promql import histogram_quantile, increase, rate, total
from itbench_sre.world.telemetry.samples import LES, Samples, Series

Vector = list[tuple[Labels, float]]
"""Values by labels, in order of the labels."""

CALLS = "traces_span_metrics_calls_total"
BUCKETS = "traces_span_metrics_duration_milliseconds_bucket"
EDGE_CALLS = "istio_requests_total"
EDGE_BUCKETS = "istio_request_duration_milliseconds_bucket"
_COUNTED = {CALLS: BUCKETS, EDGE_CALLS: EDGE_BUCKETS}

_FUNCTIONS: dict[str, Callable[[Sequence[tuple[int, float]], int, int], float | None]] = {
    "rate": rate,
    "increase": increase,
}


class Expression(Shape):
    """An instant vector."""

    def text(self) -> str:
        """Return the expression as Prometheus reads it."""

    def evaluate(self, samples: Samples, now_ms: int) -> Vector:
        """Return its value."""


@dataclass(frozen=True, slots=True)
class Selector:
    """A metric with matchers of labels: name, operator (`=`, `!=`, `=~`, `!~`), value."""

    metric: str
    matchers: tuple[tuple[str, str, str], ...] = ()

    def text(self) -> str:
        """Return `metric{name="value"}`."""
        inside = ", ".join(f'{name}{operator}"{value}"' for name, operator, value in self.matchers)
        return f"{self.metric}{{{inside}}}" if inside else self.metric

    def evaluate(self, samples: Samples, now_ms: int) -> Vector:
        """Return the latest values."""
        values = [(series.labels, series.latest(now_ms)) for series in self.series(samples)]
        return sorted((labels, value) for labels, value in values if value is not None)

    @property
    def kept_as(self) -> str:
        """Return the metric in the samples: a histogram is there once, as its buckets; its count is the last of them."""
        return _COUNTED.get(self.metric, self.metric)

    def matches(self, labels: Labels) -> bool:
        """Whether a series of the metric matches."""
        return _matches(self.matchers, labels)

    def series(self, samples: Samples) -> list[Series]:
        """Return the series that match."""
        metric = self.kept_as
        count = len(samples.families.get(metric, ()))
        key = (metric, self.matchers)
        known = samples.selected.get(key)
        if known is None or known[0] != count:
            before, found = known or (0, [])
            found.extend(
                series
                for series in islice(samples.of(metric), before, None)
                if _matches(self.matchers, series.labels)
            )
            known = samples.selected[key] = (count, found)
        return known[1]


@lru_cache(maxsize=65536)
def _matches(matchers: tuple[tuple[str, str, str], ...], labels: Labels) -> bool:
    values = dict(labels)
    for name, operator, wanted in matchers:
        value = values.get(name, "")
        is_same = value == wanted if "~" not in operator else re.fullmatch(wanted, value) is not None
        if is_same == operator.startswith("!"):
            return False
    return True


@dataclass(frozen=True, slots=True)
class Rate:
    """`rate` or `increase` of a counter over the last `range_s` seconds; of the count where it is a histogram's."""

    selector: Selector
    range_s: int
    function: str = "rate"

    def text(self) -> str:
        """Return `rate(metric{...}[2m])`."""
        return f"{self.function}({self.selector.text()}[{duration_text(self.range_s)}])"

    def evaluate(self, samples: Samples, now_ms: int) -> Vector:
        """Return the rate of each series that has two samples."""
        function, range_ms = _FUNCTIONS[self.function], self.range_s * 1000
        vector = []
        for series in self.selector.series(samples):
            if self.selector.metric in _COUNTED:
                points = [(time_ms, float(counts[-1])) for time_ms, counts in series.counts(now_ms, range_ms)]
            else:
                points = series.window(now_ms, range_ms)
            value = function(points, now_ms, range_ms)
            if value is not None:
                vector.append((series.labels, value))
        return sorted(vector)


@dataclass(frozen=True, slots=True)
class Sum:
    """`sum by (...)`."""

    by: tuple[str, ...]
    of: Expression

    def text(self) -> str:
        """Return `sum by (a, b) (...)`."""
        return f"sum by ({', '.join(self.by)}) ({self.of.text()})"

    def evaluate(self, samples: Samples, now_ms: int) -> Vector:
        """Return the sums."""
        groups: dict[Labels, list[float]] = {}
        for labels, value in self.of.evaluate(samples, now_ms):
            groups.setdefault(kept(labels, self.by), []).append(value)
        return sorted((labels, total(values)) for labels, values in groups.items())


@dataclass(frozen=True, slots=True)
class Quantile:
    """`histogram_quantile` of a rate of buckets, summed by `le` and more."""

    quantile: str
    by: tuple[str, ...]
    selector: Selector
    range_s: int

    def text(self) -> str:
        """Return `histogram_quantile(0.95, sum by (le, ...) (rate(...)))`."""
        inner = Sum(("le", *self.by), Rate(self.selector, self.range_s)).text()
        return f"histogram_quantile({self.quantile}, {inner})"

    def evaluate(self, samples: Samples, now_ms: int) -> Vector:
        """Return the quantiles; NaN where nothing was observed."""
        return self.above(samples, now_ms, -inf)

    def above(self, samples: Samples, now_ms: int, limit: float) -> Vector:
        """Return the quantiles that are above a limit; groups in which nothing was that slow are not computed."""
        range_ms = self.range_s * 1000
        groups: dict[Labels, list[list[tuple[int, tuple[int, ...]]]]] = {}
        for series in self.selector.series(samples):
            counts = series.counts(now_ms, range_ms)
            if len(counts) > 1:
                groups.setdefault(kept(series.labels, self.by), []).append(counts)
        column = max((place for place, (_, bound) in enumerate(LES) if bound <= limit), default=-1)
        vector = []
        for labels, members in groups.items():
            if column >= 0 and all(_is_fast(counts, column) for counts in members):
                continue
            value = histogram_quantile(float(self.quantile), self._buckets(members, now_ms, range_ms))
            if value > limit or (limit == -inf and value != value):
                vector.append((labels, value))
        return sorted(vector, key=lambda item: item[0])

    @staticmethod
    def _buckets(
        members: list[list[tuple[int, tuple[int, ...]]]], now_ms: int, range_ms: int
    ) -> list[tuple[float, float]]:
        buckets = []
        for place, (_, bound) in enumerate(LES):
            rates = [
                rate([(time_ms, float(values[place])) for time_ms, values in counts], now_ms, range_ms)
                for counts in members
            ]
            buckets.append((bound, total(value for value in rates if value is not None)))
        return buckets


def _is_fast(counts: list[tuple[int, tuple[int, ...]]], column: int) -> bool:
    """Tell whether the rate of a bucket surely equals that of all, so that no quantile is above its bound."""
    first, last = counts[0][1], counts[-1][1]
    rise = last[-1] - first[-1]
    # A rate is cut where the counter would have been below zero; twice the rise is far from that.
    is_uncut = first[column] == first[-1] or first[column] >= 4 * rise
    return rise == 0 or (last[column] - first[column] == rise and is_uncut)


@dataclass(frozen=True, slots=True)
class Divide:
    """One vector by another, of the same labels."""

    left: Expression
    right: Expression

    def text(self) -> str:
        """Return `(...) / (...)`."""
        return f"({self.left.text()}) / ({self.right.text()})"

    def evaluate(self, samples: Samples, now_ms: int) -> Vector:
        """Return the quotients of what both sides have."""
        left = self.left.evaluate(samples, now_ms)
        right = dict(self.right.evaluate(samples, now_ms)) if left else {}
        return [(labels, _quotient(value, right[labels])) for labels, value in left if labels in right]


def _quotient(left: float, right: float) -> float:
    if right:
        return left / right
    return left * inf  # NaN for 0 / 0, as in IEEE 754


@dataclass(frozen=True, slots=True)
class Compare:
    """What is above, below or equal to a number."""

    of: Expression
    operator: str
    limit: str

    def text(self) -> str:
        """Return `... > 0`."""
        return f"{self.of.text()} {self.operator} {self.limit}"

    def evaluate(self, samples: Samples, now_ms: int) -> Vector:
        """Return the values that hold."""
        limit = float(self.limit)
        if isinstance(self.of, Quantile) and self.operator == ">":
            return self.of.above(samples, now_ms, limit)
        vector = self.of.evaluate(samples, now_ms)
        match self.operator:
            case ">":
                return [(labels, value) for labels, value in vector if value > limit]
            case "<":
                return [(labels, value) for labels, value in vector if value < limit]
        return [(labels, value) for labels, value in vector if value == limit]


@dataclass(frozen=True, slots=True)
class Both:
    """`and`: the left side where the right has the same labels."""

    left: Expression
    right: Expression

    def text(self) -> str:
        """Return `... and ...`."""
        return f"{self.left.text()} and {self.right.text()}"

    def evaluate(self, samples: Samples, now_ms: int) -> Vector:
        """Return what both sides have."""
        left = self.left.evaluate(samples, now_ms)
        if not left:
            return []
        held = {labels for labels, _ in self.right.evaluate(samples, now_ms)}
        return [(labels, value) for labels, value in left if labels in held]


def selectors_of(expression: object) -> Iterator[Selector]:
    """Yield the selectors of an expression."""
    if isinstance(expression, Selector):
        yield expression
    for name in ("of", "left", "right", "selector"):
        part = getattr(expression, name, None)
        if part is not None:
            yield from selectors_of(part)


@lru_cache(maxsize=65536)
def kept(labels: Labels, names: tuple[str, ...]) -> Labels:
    """Return the labels that have one of `names`."""
    return tuple((name, value) for name, value in labels if name in names)


def duration_text(seconds: int) -> str:
    """Return `2m` or `90s`."""
    return f"{seconds // 60}m" if seconds % 60 == 0 else f"{seconds}s"
