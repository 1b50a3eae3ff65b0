"""Long texts for reading: their first and last lines, and how much lies between."""

from collections.abc import Iterator
from dataclasses import dataclass

_CHARACTERS_PER_LINE = 200


@dataclass(frozen=True, slots=True)
class Shortened:
    """Parts of a text.

    Attributes:
        head: lines from the beginning.
        left_out: how many characters lie between; 0 if nothing does.
        left_out_lines: how many lines begin among them.
        tail: lines from the end.
    """

    head: list[str]
    left_out: int
    left_out_lines: int
    tail: list[str]


def shorten(text: str, most_lines: int) -> Shortened:
    """Return a text without its middle if it has more lines, or is much longer than so many lines are.

    However long the text is, only its ends are taken apart.
    """
    most = most_lines * _CHARACTERS_PER_LINE
    if len(text) <= most and text.count("\n") < most_lines:
        return Shortened(text.split("\n"), 0, 0, [])
    head_lines = most_lines - most_lines // 3
    head = text[: most - most // 3].split("\n")[:head_lines]
    head_end = sum(map(len, head)) + len(head) - 1
    tail_text = text[max(head_end, len(text) - most // 3) :]
    tail = tail_text.split("\n")[-(most_lines // 3) :] if most_lines // 3 else []
    tail_start = len(text) - (sum(map(len, tail)) + len(tail) - 1 if tail else 0)
    left_out = tail_start - head_end
    if left_out <= 1:
        return Shortened(text.split("\n"), 0, 0, [])
    return Shortened(head, left_out, text.count("\n", head_end, tail_start), tail)


def each_line(text: str) -> Iterator[str]:
    """Yield the lines of a text one by one, without a list of all of them."""
    start = 0
    while (end := text.find("\n", start)) >= 0:
        yield text[start:end]
        start = end + 1
    yield text[start:]
