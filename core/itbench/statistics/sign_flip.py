"""The sign-flip test of paired differences: exact where it can be, else by seeded random flips.

If two agents are equally good, each task's difference might as well have the other sign. The p value is the
share of all sign patterns whose sum is at least as far from 0 as the observed one (Fisher 1935).
"""

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import getitem

MOST_EXACT = 16
MOST_FLIPPED = 2_000
FLIPS = 10_000
_BLOCK = 8


@dataclass(frozen=True, slots=True)
class SignFlip:
    """A p value and the method it came from: "exact", "10000 random flips" or "normal approximation"."""

    p_value: float
    method: str


def sign_flip(differences: Sequence[float], *, seed: int = 0) -> SignFlip:
    """Test whether the differences are symmetric about 0.

    Up to 16 differences that are not 0 (2^16 patterns) it is exact. Above, 10,000 seeded random patterns are
    drawn and the observed one is counted with them (Phipson and Smyth 2010), so p is never below 1 / 10,001.
    Above 2,000 the sum of the flipped differences is normal with variance sum(d^2) for all practical purposes.
    """
    # A difference of 0 has no sign to flip.
    nonzero = [difference for difference in differences if difference]
    observed = abs(math.fsum(nonzero))
    # Sums of the same numbers in another order differ by rounding.
    bound = observed - 1e-9 * math.fsum(map(abs, nonzero))
    if len(nonzero) <= MOST_EXACT:
        sums = _signed_sums(nonzero)
        return SignFlip(sum(abs(total) >= bound for total in sums) / len(sums), "exact")
    if len(nonzero) <= MOST_FLIPPED:
        extreme = sum(abs(total) >= bound for total in _random_sums(nonzero, seed))
        return SignFlip((1 + extreme) / (1 + FLIPS), f"{FLIPS} random flips")
    squares = math.fsum(difference**2 for difference in nonzero)
    return SignFlip(math.erfc(observed / math.sqrt(2 * squares)), "normal approximation")


def _signed_sums(differences: Sequence[float]) -> list[float]:
    """Return the sums under all 2^n sign patterns."""
    sums = [0.0]
    for difference in differences:
        sums = [total + difference for total in sums] + [total - difference for total in sums]
    return sums


def _random_sums(differences: Sequence[float], seed: int) -> Iterator[float]:
    """Yield the sums under random sign patterns; one random byte picks the signs of eight differences."""
    padded = [*differences, *[0.0] * (-len(differences) % _BLOCK)]
    blocks = [_signed_sums(padded[start : start + _BLOCK]) for start in range(0, len(padded), _BLOCK)]
    generator = random.Random(seed)
    for _ in range(FLIPS):
        yield sum(map(getitem, blocks, generator.randbytes(len(blocks))))
