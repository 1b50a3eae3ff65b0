"""Random numbers of a simulated cluster: delays, and names as Kubernetes generates them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from itbench.kit import Randomness as Stream, mixed

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Randomness", "mixed"]

Item = TypeVar("Item")

_SUFFIX_LETTERS = "bcdfghjklmnpqrstvwxz2456789"  # k8s.io/apimachinery/pkg/util/rand, no vowels and no 0, 1, 3


class Randomness(Stream):
    """A stream of pseudo-random integers that depends on its seed alone."""

    __slots__ = ()

    def delay_us(self, low_s: int, high_s: int) -> int:
        """Return microseconds between `low_s` and `high_s` seconds."""
        return self.between(low_s * 1_000_000, high_s * 1_000_000)

    def shuffled(self, items: Sequence[Item]) -> list[Item]:
        """Return `items` in random order; the pinned incidents were drawn in just this way."""
        left = list(items)
        return [left.pop(self.below(len(left))) for _ in range(len(left))]

    def hexadecimal(self, digits: int) -> str:
        """Return a lower-case hexadecimal string of `digits` digits, at most 32."""
        number = (self.bits() << 64) | self.bits()
        return f"{number:032x}"[:digits]

    def suffix(self, length: int = 5) -> str:
        """Return letters as Kubernetes appends to generated names."""
        return "".join(_SUFFIX_LETTERS[self.below(len(_SUFFIX_LETTERS))] for _ in range(length))

    def uid(self) -> str:
        """Return a version 4 UUID."""
        text = self.hexadecimal(32)
        return (
            f"{text[:8]}-{text[8:12]}-4{text[13:16]}-{'89ab'[int(text[16], 16) & 3]}{text[17:20]}-{text[20:]}"
        )
