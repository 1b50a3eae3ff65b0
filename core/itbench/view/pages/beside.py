"""Two texts side by side, such as answer and truth, with the lines marked that stand in both."""

from collections.abc import Sequence
from dataclasses import dataclass

from itbench.interfaces.json import JsonValue
from itbench.report.transcript.fields import text_of

_MOST_LINES = 600
_NOTHING = frozenset({"", "{", "}", "[", "]", "{}", "[]", "null", "true", "false", "0", "1"})


@dataclass(frozen=True, slots=True)
class Line:
    """A line, and whether the other side has it too."""

    text: str
    is_shared: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Two sides.

    Attributes:
        left, right: their lines.
        left_out: lines that are not shown of both, at their ends.
    """

    left: Sequence[Line]
    right: Sequence[Line]
    left_out: int


def beside(one: JsonValue, other: JsonValue) -> Beside:
    """Return two values side by side; the mark says that a line of the same words stands on the other side."""
    left, right = _lines(one), _lines(other)
    on_left, on_right = set(map(_words, left)), set(map(_words, right))
    return Beside(
        left=[Line(line, _is_shared(line, on_right)) for line in left[:_MOST_LINES]],
        right=[Line(line, _is_shared(line, on_left)) for line in right[:_MOST_LINES]],
        left_out=max(0, len(left) - _MOST_LINES) + max(0, len(right) - _MOST_LINES),
    )


def _lines(value: JsonValue) -> list[str]:
    return text_of(value).split("\n")


def _words(line: str) -> str:
    """Return a line without what JSON puts around a value, and without its key."""
    return line.strip().rstrip(",").rpartition('": ')[2].strip('"')


def _is_shared(line: str, other: set[str]) -> bool:
    words = _words(line)
    return words not in _NOTHING and words in other
