"""Two texts side by side, line by line, with what differs."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Final

# Comparing takes up to the square of the lines.
_MOST_LINES: Final = 1_000


@dataclass(frozen=True, slots=True)
class Row:
    """A line of each text; None where one has none there.

    Attributes:
        left, right: the lines.
        is_same: whether both are the same.
    """

    left: str | None
    right: str | None
    is_same: bool


def difference(left: str, right: str) -> Iterator[Row]:
    """Yield the lines of both; where there are very many, what follows is compared line by line."""
    lines, others = left.splitlines(), right.splitlines()
    head, other_head = lines[:_MOST_LINES], others[:_MOST_LINES]
    for what, start, end, other_start, other_end in SequenceMatcher(None, head, other_head).get_opcodes():
        pairs = zip_longest(head[start:end], other_head[other_start:other_end])
        yield from (Row(one, other, what == "equal") for one, other in pairs)
    for one, other in zip_longest(lines[_MOST_LINES:], others[_MOST_LINES:]):
        yield Row(one, other, one == other)
