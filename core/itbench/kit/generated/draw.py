"""The options of the suites that are made from a seed."""

from dataclasses import dataclass

from itbench.errors import UsageError
from itbench.interfaces.suite import SuiteOptions

_LARGEST_SEED = 2**63
_LARGEST_COUNT = 1000


@dataclass(frozen=True, slots=True)
class Draw:
    """A seed of the user's own, and how many tasks to make from it.

    Attributes:
        seed: a secret: anyone who knows it can make the truths.
        count: number of tasks.
    """

    seed: int
    count: int


def read_draw(suite: str, embedded: int, options: SuiteOptions) -> tuple[Draw | None, SuiteOptions]:
    """Return what is to be drawn, None for the embedded tasks, and the options that are left.

    Raises:
        UsageError: a number that is none, or `count` without `seed`.
    """
    extra = dict(options.extra)
    seed, count = extra.pop("seed", None), extra.pop("count", None)
    left = SuiteOptions(data=options.data, as_published=options.as_published, extra=extra)
    if seed is None:
        if count is not None:
            raise UsageError(
                f"suite {suite!r} takes `count` only with `seed`; the embedded tasks are {embedded}"
            )
        return None, left
    drawn = Draw(
        _number("seed", seed, _LARGEST_SEED), _number("count", count or str(embedded), _LARGEST_COUNT)
    )
    return drawn, left


def _number(name: str, text: str, largest: int) -> int:
    # Longer texts than the largest number has digits are not even converted.
    if not (text.isascii() and text.isdecimal() and len(text) <= 19) or not 0 < int(text) <= largest:
        raise UsageError(f"suite option {name}={text!r} must be an integer from 1 to {largest}")
    return int(text)
