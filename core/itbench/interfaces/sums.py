"""Sums of what is partly unknown: nothing that was not told is ever counted as 0."""

from dataclasses import dataclass
from typing import TypeVar

LARGEST = 2**53
"""More than any reply takes, and what JSON numbers hold without loss (RFC 8259, section 6)."""

_Number = TypeVar("_Number", int, float)


def possible(value: _Number | None) -> _Number | None:
    """Return an amount as it was told, or None where it cannot be one: negative, not a number, or too large."""
    if value is None or isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    # Compared, and not converted: an integer may be larger than any floating-point number.
    return value if 0 <= value <= LARGEST else None


@dataclass(slots=True)
class Sum:
    """A sum that knows how much it leaves out.

    Attributes:
        known: the sum of the amounts that are known.
        told: how many they are.
        left_out: how many are not known.
    """

    known: float = 0
    told: int = 0
    left_out: int = 0

    def add(self, amount: float | None) -> None:
        """Count one more amount; None if it is not known."""
        if amount is None:
            self.left_out += 1
        else:
            self.known += amount
            self.told += 1

    @property
    def total(self) -> float | None:
        """The sum; None where something is left out, nothing was told, or it is more than can be."""
        return None if self.left_out or not self.told else possible(self.known)
