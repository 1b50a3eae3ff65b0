"""What judging may take in all: counted, not measured, so that it ends at the same place on every machine.

Kubernetes' costs do not bound what evaluation takes: comparing two lists costs by their length, whatever is in them, and
joining two costs 1. So each cost is work, and each item or character that is gone through or copied is work beside it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from itbench_ciso.engines.inside.expressions.errors import WorkExceededError

MOST_WORK = 12_000_000
# A unit pays for so many bytes of a new value, so that all of a policy's values together stay far below the limit on memory.
_BYTES_A_UNIT = 32
_ITEM_BYTES, _CHARACTER_BYTES = 8, 4


class Work:
    """What is left of it.

    Args:
        most: units in all.
    """

    __slots__ = ("left", "most")

    def __init__(self, most: int = MOST_WORK) -> None:
        self.most = most
        self.left = most

    def take(self, units: int) -> None:
        """Take some of it.

        Raises:
            WorkExceededError: there is not enough.
        """
        self.left -= units
        if self.left < 0:
            self.left = -1
            raise WorkExceededError(
                f"the policy needs more than {self.most} units of work for all requests together"
            )


_current: list[Work | None] = [None]


@contextmanager
def counted(work: Work) -> Iterator[None]:
    """Count what is done within."""
    before = _current[0]
    _current[0] = work
    try:
        yield
    finally:
        _current[0] = before


def take(units: int) -> None:
    """Take from what is left, if anything is counted.

    Raises:
        WorkExceededError: there is not enough.
    """
    work = _current[0]
    if work is not None:
        work.take(units)


def take_items(count: int) -> None:
    """Take what a new list of so many items needs."""
    take(count * _ITEM_BYTES // _BYTES_A_UNIT)


def take_characters(count: int) -> None:
    """Take what a new string of so many characters needs."""
    take(count * _CHARACTER_BYTES // _BYTES_A_UNIT)
