"""A 95 % confidence interval for a mean of values from a known range, valid for any number of them.

Student's interval leaves the range, and has no width where all values are alike. This one is Gaffke's (2005, "Three
test statistics for a nonparametric one-sided hypothesis on the mean of a nonnegative variable", Mathematical Methods
of Statistics 14; Learned-Miller and Thomas 2019, arXiv:1905.06208): the upper limit is the 97.5 % quantile of the mean
of the n values and one more at the upper end of the range, under weights drawn uniformly from the simplex; the lower
limit is its mirror image. For values of 0 and 1 it is exactly the interval of Clopper and Pearson (1934).

With weights E_i / sum(E), E_i standard exponential, P(mean > t) is P(sum(E_i (z_i - t)) > 0). That is the integral of
the moment generating function over s, along a parallel of the imaginary axis through the saddle point, where the
trapezoidal rule converges exponentially (Trefethen and Weideman 2014, doi:10.1137/130932132).
"""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

CONFIDENCE = 0.95
FEWEST_TASKS = 6
"""The fewest tasks on which agents can differ significantly: of n equal signs, p is 2 / 2^n."""
_STEP = 0.125
_MOST_STEPS = 1_000
_SADDLE_STEPS = 24
_NEGLIGIBLE = 1e-15
_TOLERANCE = 1e-9
_MOST_ROOT_STEPS = 100
_DECIMALS = 8
_TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval, of 95 % unless said otherwise; both limits lie in the range of what was measured.

    Attributes:
        low: the lower limit.
        high: the upper limit.
    """

    low: float
    high: float

    @property
    def text(self) -> str:
        """Both limits with two decimals, rounded outward: "0.01 to 0.99"."""
        return f"{self._low:.2f} to {self._high:.2f}"

    @property
    def signed_text(self) -> str:
        """Both limits with their signs, for a difference: "-0.01 to +0.99"."""
        return f"{self._low:+.2f} to {self._high:+.2f}"

    @property
    def _low(self) -> float:
        return math.floor(round(100 * self.low, 6)) / 100

    @property
    def _high(self) -> float:
        return math.ceil(round(100 * self.high, 6)) / 100


def mean_interval(
    values: Sequence[float], *, low: float = 0.0, high: float = 1.0, confidence: float = CONFIDENCE
) -> Interval | None:
    """Return the interval for the mean of independent values from [low, high]; None without values.

    Raises:
        ValueError: a value lies outside the range.
    """
    shares = _shares(values, low, high)
    if not shares:
        return None
    tail = (1 - confidence) / 2
    most = _upper_limit(shares, tail)
    least = 1 - _upper_limit(tuple(1 - share for share in shares), tail)
    return Interval(max(low, low + (high - low) * least), min(high, low + (high - low) * most))


def mean_p_value(
    values: Sequence[float], bound: float, *, low: float = 0.0, high: float = 1.0
) -> float | None:
    """Return the one-sided p value of "the mean is the bound or less"; None without values.

    It is below alpha just where the lower limit of an interval of confidence 1 - 2 alpha is above the bound.

    Raises:
        ValueError: a value lies outside the range.
    """
    shares = _shares(values, low, high)
    if not shares:
        return None
    limit = 1 - (bound - low) / (high - low)
    mirrored = sorted([*(1 - share for share in shares), 1.0])
    if limit <= mirrored[0]:
        return 1.0
    if limit >= 1:
        return 0.0
    return min(1.0, _upper_tail(Counter(mirrored), limit))


def _shares(values: Sequence[float], low: float, high: float) -> tuple[float, ...]:
    outside = [value for value in values if not low <= value <= high]
    if outside:
        raise ValueError(f"{outside[0]!r} lies outside [{low!r}, {high!r}]")
    # Values that differ by less than anyone measures are one, which spares a sum of nearly equal terms.
    return tuple(round((value - low) / (high - low), _DECIMALS) for value in values)


@lru_cache(maxsize=64)  # A report needs the same interval several times.
def _upper_limit(shares: tuple[float, ...], tail: float) -> float:
    if min(shares) == 1:
        return 1.0
    # In order, so that rounding does not depend on the order of the values either.
    weighed = sorted([*shares, 1.0])
    counts = Counter(weighed)

    def excess(limit: float) -> float:
        # On this scale, that of normal quantiles in the tail, the function is nearly a straight line.
        return math.sqrt(-math.log(tail)) - math.sqrt(
            -math.log(min(max(_upper_tail(counts, limit), _TINY), 1))
        )

    # The density is log-concave, so that more than 1 / e of it lies above its mean.
    low = math.fsum(weighed) / len(weighed)
    deviation = math.sqrt(math.fsum((each - low) ** 2 for each in weighed)) / len(weighed)
    high = min(low + 2 * deviation, (low + 1) / 2)
    while excess(high) > 0:
        low, high = high, (high + 1) / 2
    return _root(excess, low, high)


def _upper_tail(counts: Mapping[float, int], limit: float) -> float:
    """Return the probability that the randomly weighted mean exceeds the limit."""
    terms = [(value - limit, count) for value, count in counts.items()]
    saddle = _saddle(terms)
    ratios = [(offset / (1 - offset * saddle), count) for offset, count in terms]
    # No singularity is nearer to the saddle point than this, and the integrand falls off over about this length.
    scale = 1 / math.sqrt(1 / saddle**2 + math.fsum(count * ratio**2 for ratio, count in ratios))
    peak = math.exp(-math.fsum(count * math.log1p(-offset * saddle) for offset, count in terms))
    parts = _integrand(ratios, saddle, scale)
    return peak * scale * _STEP * math.fsum(parts) / (math.pi * saddle)


def _integrand(ratios: Sequence[tuple[float, int]], saddle: float, scale: float) -> Iterator[float]:
    """Yield the integrand relative to its peak at the points of the trapezoidal rule, until it is negligible."""
    yield 0.5
    for step in range(1, _MOST_STEPS):
        along = scale * math.sinh(step * _STEP)
        denominator = 1 + 1j * along / saddle
        for ratio, count in ratios:
            factor = complex(1, -along * ratio)
            denominator *= factor if count == 1 else factor**count
        part = math.cosh(step * _STEP) / denominator
        yield part.real
        if abs(part) < _NEGLIGIBLE:
            return


def _saddle(terms: Sequence[tuple[float, int]]) -> float:
    """Return about where the integrand is least on the real axis, between its poles at 0 and 1 / the largest offset."""
    end = 1 / max(offset for offset, _ in terms)

    def is_before(point: float) -> bool:
        return math.fsum(count * offset * point / (1 - offset * point) for offset, count in terms) < 1

    # Any point between the poles gives the same integral, so that a near one will do.
    low, high = 0.0, end
    for _ in range(_SADDLE_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if is_before(middle) else (low, middle)
    return (low + high) / 2


def _root(falling: Callable[[float], float], low: float, high: float) -> float:
    """Return where a function falls through 0, by regula falsi in its Illinois variant."""
    at_low, at_high = falling(low), falling(high)
    for _ in range(_MOST_ROOT_STEPS):
        middle = high - at_high * (high - low) / (at_high - at_low)
        found = falling(middle)
        if abs(found) < _TOLERANCE or high - low < _TOLERANCE:
            return middle
        if found > 0:
            low, at_low, at_high = middle, found, at_high / 2
        else:
            high, at_high, at_low = middle, found, at_low / 2
    raise ArithmeticError(f"no limit found between {low!r} and {high!r}")
