"""`rate`, `increase`, `histogram_quantile` and number formats exactly as Prometheus 3 defines them.

Sources: prometheus/promql/functions.go (extrapolatedRate), quantile.go (bucketQuantile), engine.go (aggregation).
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import inf, isinf, nan

Point = tuple[int, float]
"""A sample: time in ms, value."""


def _window(points: Sequence[Point], end_ms: int, range_ms: int) -> list[Point]:
    # Prometheus 3: a range is open at its left end.
    return [point for point in points if end_ms - range_ms < point[0] <= end_ms]


def _extrapolated(points: Sequence[Point], end_ms: int, range_ms: int, *, per_second: bool) -> float | None:
    points = _window(points, end_ms, range_ms)
    if len(points) < 2:
        return None
    (first_ms, first), (last_ms, last) = points[0], points[-1]
    result = last - first
    for (_, before), (_, value) in pairwise(points):
        if value < before:
            result += before
    to_start_s = (first_ms - (end_ms - range_ms)) / 1000
    to_end_s = (end_ms - last_ms) / 1000
    sampled_s = (last_ms - first_ms) / 1000
    average_s = sampled_s / (len(points) - 1)
    threshold_s = average_s * 1.1
    if to_start_s >= threshold_s:
        to_start_s = average_s / 2
    if result > 0 and first >= 0:
        to_start_s = min(to_start_s, sampled_s * (first / result))
    if to_end_s >= threshold_s:
        to_end_s = average_s / 2
    factor = (sampled_s + to_start_s + to_end_s) / sampled_s
    return result * (factor / (range_ms / 1000) if per_second else factor)


def rate(points: Sequence[Point], end_ms: int, range_ms: int) -> float | None:
    """Return the per-second rate of a counter over (end - range, end], or None with fewer than two samples."""
    return _extrapolated(points, end_ms, range_ms, per_second=True)


def increase(points: Sequence[Point], end_ms: int, range_ms: int) -> float | None:
    """Return the increase of a counter over (end - range, end], or None with fewer than two samples."""
    return _extrapolated(points, end_ms, range_ms, per_second=False)


def total(values: Iterable[float]) -> float:
    """Return the Kahan-Neumaier sum, which `sum by` uses."""
    result = 0.0
    lost = 0.0
    for value in values:
        new = result + value
        if isinf(new):
            lost = 0.0
        elif abs(result) >= abs(value):
            lost += (result - new) + value
        else:
            lost += (value - new) + result
        result = new
    return result + lost


def _almost_equal(left: float, right: float) -> bool:
    smallest = 2.2250738585072014e-308
    total_size = abs(left) + abs(right)
    difference = abs(left - right)
    if left == 0 or right == 0 or total_size < smallest:
        return difference < 1e-12 * smallest
    return difference / min(total_size, 1.7976931348623157e308) < 1e-12


def _monotonic(counts: list[float]) -> list[float]:
    previous = counts[0]
    for place in range(1, len(counts)):
        count = counts[place]
        if count == previous:
            continue
        if _almost_equal(previous, count) or count < previous:
            counts[place] = previous
        else:
            previous = count
    return counts


def histogram_quantile(quantile: float, buckets: Iterable[tuple[float, float]]) -> float:
    """Return the quantile (in [0, 1]) of a classic histogram given as (upper bound, cumulative count)."""
    merged: dict[float, float] = {}
    for bound, count in buckets:
        merged[bound] = merged.get(bound, 0.0) + count
    bounds = sorted(merged)
    if not bounds or bounds[-1] != inf or len(bounds) < 2:
        return nan
    counts = _monotonic([merged[bound] for bound in bounds])
    if counts[-1] == 0:
        return nan
    rank = quantile * counts[-1]
    place = next((i for i in range(len(bounds) - 1) if counts[i] >= rank), len(bounds) - 1)
    if place == len(bounds) - 1:
        return bounds[-2]
    if place == 0 and bounds[0] <= 0:
        return bounds[0]
    start = 0.0
    count = counts[place]
    if place > 0:
        start = bounds[place - 1]
        count -= counts[place - 1]
        rank -= counts[place - 1]
    return start + (bounds[place] - start) * (rank / count)


def _digits(value: float) -> tuple[str, str, int]:
    mantissa, _, exponent = f"{value!r}".partition("e")
    sign = "-" if mantissa.startswith("-") else ""
    whole, _, fraction = mantissa.lstrip("-").partition(".")
    fraction = "" if fraction == "0" else fraction
    power = int(exponent or 0) + len(whole) - 1
    digits = whole + fraction
    stripped = digits.lstrip("0")
    power -= len(digits) - len(stripped)
    return sign, stripped.rstrip("0") or "0", power if stripped else 0


def exponent_text(value: float) -> str:
    """Return `2.222222222222222e-02`: Go's shortest `%e`, the value of an alert in the HTTP API."""
    if value != value or isinf(value):  # NaN is the one value that differs from itself
        return "NaN" if value != value else ("+Inf" if value > 0 else "-Inf")
    sign, digits, power = _digits(value)
    mantissa = digits[0] + (f".{digits[1:]}" if len(digits) > 1 else "")
    return f"{sign}{mantissa}e{'-' if power < 0 else '+'}{abs(power):02d}"


def template_text(value: float) -> str:
    """Return a value as `{{ $value }}` prints it: Go's `%v`, an exponent only below 1e-4 or from 1e21."""
    sign, digits, power = _digits(value)
    if power < -4 or power >= 21:
        return exponent_text(value)
    if power < 0:
        return f"{sign}0.{'0' * (-power - 1)}{digits}"
    if len(digits) <= power + 1:
        return sign + digits.ljust(power + 1, "0")
    return f"{sign}{digits[: power + 1]}.{digits[power + 1 :]}"
