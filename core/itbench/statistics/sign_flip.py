"""The sign-flip test of paired differences, without random flips, so that p can be as small as a correction for many tests needs.

If two agents are equally good, each task's difference might as well have the other sign. The p value is the share of all sign
patterns whose sum is at least as far from 0 as the observed one (Fisher 1935).

Up to 20 differences that are not 0 it is exact: all sums of each half are listed, and pairs of them counted by bisection
(Horowitz and Sahni 1974, doi:10.1145/321812.321823). So it is where the sum is so near to the largest one that at most 20
differences are small enough to have another sign. Else it is the saddlepoint approximation of Lugannani and Rice (1980,
doi:10.2307/1426607) to the tail of sum(+-d), with the cumulant generating function K(u) = sum(log cosh(u d)); Robinson (1982,
JRSS B 44, 91-101) shows how good it is for permutation tests. Where all differences are multiples of one number, as those
of solved or not are, the sums lie on a lattice and the second continuity correction of Daniels (1987,
doi:10.2307/1403269) is used.
"""

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MOST_EXACT = 20
# Shares of up to ten repeats or entities are multiples of 1 / 2520.
_DENOMINATOR = 2520
_TOLERANCE = 1e-6
_ROUNDING = 1e-9
_STEPS = 60
_MOST_SIZES = 100
_FLAT = 1e-3


@dataclass(frozen=True, slots=True)
class SignFlip:
    """A two-sided p value and how it was found: "exact" or "approximate"."""

    p_value: float
    method: str


def sign_flip(differences: Sequence[float]) -> SignFlip:
    """Test whether the differences are symmetric about 0."""
    largest = max(map(abs, differences), default=0.0)
    # What is lost in the rounding of the others has no sign that counts.
    sizes = [abs(difference) for difference in differences if abs(difference) > _ROUNDING * largest]
    observed, most = abs(math.fsum(differences)), math.fsum(sizes)
    # Sums of the same numbers in another order differ by rounding.
    bound = observed - _ROUNDING * most
    if bound <= 0:
        return SignFlip(1.0, "exact")
    # A sum reaches the bound where the sizes that are turned against it add up to this or less.
    spare = (most - bound) / 2
    small = [size for size in sizes if size <= spare]
    least = 2.0 ** (1 - len(sizes))
    if len(small) <= MOST_EXACT:
        return SignFlip(min(1.0, least * _count_within(small, spare)), "exact")
    return SignFlip(min(1.0, max(least, 2 * _tail(Counter(sizes), observed))), "approximate")


def _count_within(sizes: Sequence[float], most: float) -> int:
    """Return how many subsets of the sizes add up to no more than so much; the empty one does."""
    half = len(sizes) // 2
    left, right = _sums(sizes[:half]), sorted(_sums(sizes[half:]))
    return sum(bisect_right(right, most - total) for total in left)


def _sums(sizes: Iterable[float]) -> list[float]:
    """Return the sum of each subset."""
    sums = [0.0]
    for size in sizes:
        sums += [total + size for total in sums]
    return sums


def _tail(sizes: Counter[float], observed: float) -> float:
    """Return about P(sum >= observed) for more than a few sizes, of which the sum is not the largest possible."""
    step = _lattice(sizes)
    if len(sizes) > _MOST_SIZES:
        sizes = _grouped(sizes)
    terms = sizes.items()
    squares = math.fsum(count * size * size for size, count in terms)
    # Half the distance of two sums, which differ by twice a size where one sign changes.
    target = observed - step
    if target <= _FLAT * math.sqrt(squares):
        return math.erfc(target / math.sqrt(2 * squares)) / 2
    point = _saddle(sizes, target, squares)
    slopes = [(size, count, math.tanh(point * size)) for size, count in terms]
    curvature = math.fsum(count * size * size * (1 - slope * slope) for size, count, slope in slopes)
    height = math.fsum(count * _log_cosh(point * size) for size, count in terms)
    w = math.sqrt(max(0.0, 2 * (point * target - height)))
    v = (math.sinh(point * step) / step if step else point) * math.sqrt(curvature)
    if not w or not v:
        return math.erfc(w / math.sqrt(2)) / 2
    density = math.exp(-w * w / 2) / math.sqrt(2 * math.pi)
    return max(0.0, math.erfc(w / math.sqrt(2)) / 2 + density * (1 / v - 1 / w))


def _grouped(sizes: Counter[float]) -> Counter[float]:
    """Return few sizes of the same sum, the means of those that are close: each is moved by less than a hundredth of the largest."""
    width = max(sizes) / _MOST_SIZES
    near: dict[int, Counter[float]] = {}
    for size, count in sizes.items():
        near.setdefault(int(size / width), Counter())[size] = count
    return Counter(
        {
            math.fsum(size * count for size, count in each.items()) / each.total(): each.total()
            for each in near.values()
        }
    )


def _saddle(sizes: Counter[float], target: float, squares: float) -> float:
    """Return where K' is the target, by Newton's steps that stay between what is known to be below and above."""
    spare = math.fsum(size * count for size, count in sizes.items()) - target
    tolerance = min(1e-10 * target, 1e-3 * spare)
    low, high, point = 0.0, math.inf, target / squares
    for _ in range(_STEPS):
        value = curvature = 0.0
        for size, count in sizes.items():
            slope = math.tanh(point * size)
            value += count * size * slope
            curvature += count * size * size * (1 - slope * slope)
        miss = value - target
        if abs(miss) <= tolerance:
            break
        low, high = (low, point) if miss > 0 else (point, high)
        step = point - miss / curvature if curvature > 0 else math.inf
        upper = high if high < math.inf else 4 * point
        point = step if low < step < upper else (low + upper) / 2
    return point


def _lattice(sizes: Iterable[float]) -> float:
    """Return the largest number of which all sizes are multiples; 0 where there is no simple one."""
    step = 0
    for size in sizes:
        scaled = size * _DENOMINATOR
        if abs(scaled - round(scaled)) > _TOLERANCE * _DENOMINATOR:
            return 0.0
        step = math.gcd(step, round(scaled))
    return step / _DENOMINATOR


def _log_cosh(value: float) -> float:
    return value + math.log1p(math.exp(-2 * value)) - math.log(2)
