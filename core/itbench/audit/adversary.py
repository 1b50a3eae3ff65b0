"""What every adversary is: it learns from tasks whose truth it is told, and answers others."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from itbench.audit.grid import Grid


class Learnt(ABC):
    """An adversary that has learnt.

    Attributes:
        text: what it does, in words.
    """

    text: str

    @abstractmethod
    def values(self, grid: "Grid") -> list[float]:
        """Return the score that it gets, or would get on average where it draws lots, for each task of a grid."""


class Adversary(ABC):
    """A way to guess.

    Attributes:
        name: in tables.
    """

    name: str

    @abstractmethod
    def learn(self, grid: "Grid", seed: int) -> Learnt:
        """Return what it learns from tasks with their truths."""


def mean(values: Sequence[float]) -> float:
    """Return the mean, 0 of nothing."""
    return sum(values) / len(values) if values else 0.0
