"""Small helpers over a stream of chance."""

from collections.abc import Sequence
from typing import TypeVar

from itbench_sre.world.clock.randomness import Randomness

T = TypeVar("T")


def one_of(random: Randomness, values: Sequence[T]) -> T:
    """Return one of the values, each as likely as another."""
    return values[random.below(len(values))]


def happens(random: Randomness, per_cent: int) -> bool:
    """Return True in so many of a hundred cases."""
    return random.below(100) < per_cent


def shuffled(random: Randomness, values: Sequence[T]) -> list[T]:
    """Return the values in an order of chance."""
    left = list(values)
    for place in range(len(left) - 1, 0, -1):
        other = random.below(place + 1)
        left[place], left[other] = left[other], left[place]
    return left
