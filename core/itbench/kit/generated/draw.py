"""The options of the suites that are made from a seed."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from itbench.errors import UsageError
from itbench.kit.generated.randomness import KEYED_FROM

LARGEST_SEED = 2**129
LARGEST_COUNT = 1000


@dataclass(frozen=True, slots=True)
class Draw:
    """A seed of the user's own, and how many tasks to make from it.

    Attributes:
        seed: a secret: anyone who knows it can make the truths, and one below 2**64 can be computed from what agents are shown.
        count: number of tasks.
    """

    seed: int
    count: int


def read_draw(suite: str, embedded: int, extra: Mapping[str, str]) -> Draw | None:
    """Return what is to be drawn, None for the embedded tasks.

    Raises:
        UsageError: a number that is none, or `count` without `seed`.
    """
    seed, count = extra.get("seed"), extra.get("count")
    if seed is None:
        if count is not None:
            raise UsageError(
                f"suite {suite!r} takes `count` only with `seed`; the embedded tasks are {embedded}"
            )
        return None
    return Draw(_number("seed", seed, LARGEST_SEED), _number("count", count or str(embedded), LARGEST_COUNT))


def _number(name: str, text: str, largest: int) -> int:
    # Longer texts than the largest number has digits are not even converted.
    if (
        not (text.isascii() and text.isdecimal() and len(text) <= len(str(LARGEST_SEED)))
        or not 0 < int(text) <= largest
    ):
        raise UsageError(f"suite option {name}={text!r} must be an integer from 1 to {largest}")
    return int(text)


def secret_seed() -> int:
    """Return a seed that nobody can guess or compute: 128 bits of the system's randomness, and one that makes it a keyed one."""
    return KEYED_FROM**2 + secrets.randbits(128)
