"""Integer-only pseudo-random numbers: the same on every Python and every processor.

The generator is splitmix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
"""

from collections.abc import Sequence
from typing import Self, TypeVar

Item = TypeVar("Item")

_MASK = (1 << 64) - 1


class Randomness:
    """A stream of pseudo-random integers that depends on its seed alone."""

    __slots__ = ("_state",)

    def __init__(self, seed: int) -> None:
        self._state = seed & _MASK

    def bits(self) -> int:
        """Return the next 64 random bits."""
        self._state = state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & _MASK
        return state ^ (state >> 31)

    def below(self, limit: int) -> int:
        """Return an integer in [0, limit)."""
        return (self.bits() * limit) >> 64

    def between(self, low: int, high: int) -> int:
        """Return an integer in [low, high], both included."""
        return low + self.below(high - low + 1)

    def pick(self, items: Sequence[Item]) -> Item:
        """Return one of `items`."""
        return items[self.below(len(items))]

    def shuffled(self, items: Sequence[Item]) -> list[Item]:
        """Return `items` in random order."""
        left = list(items)
        for at in range(len(left) - 1, 0, -1):
            other = self.below(at + 1)
            left[at], left[other] = left[other], left[at]
        return left

    def fork(self, label: str) -> Self:
        """Return an independent stream named `label`; the parent does not move."""
        return type(self)(mixed(self._state, label))


def mixed(seed: int, label: str) -> int:
    """Return a seed made of `seed` and the text `label` (FNV-1a over its UTF-8 bytes)."""
    state = (seed ^ 0xCBF29CE484222325) & _MASK
    for byte in label.encode():
        state = ((state ^ byte) * 0x100000001B3) & _MASK
    return Randomness(state).bits()
