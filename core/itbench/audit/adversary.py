"""What every adversary is: it learns from tasks whose truth it is told, and answers others."""

from abc import ABC, abstractmethod
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
        """Return its score for each task of a grid; the mean score where it chooses at random."""


class Adversary(ABC):
    """A way to guess.

    Attributes:
        name: in tables.
    """

    name: str

    @abstractmethod
    def learn(self, grid: "Grid", seed: int) -> Learnt:
        """Return what it learns from tasks with their truths."""
