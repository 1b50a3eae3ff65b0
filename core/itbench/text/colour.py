"""Lines in colour for terminals that show it: what a line says, and how each part of it looks, are kept apart until it is written.

Text of others is made harmless before any colour is put around it, so nothing but this module writes a control character.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TextIO, TypeAlias

from itbench.text.harmless import one_line


class Style(StrEnum):
    """How a part of a line looks, as the parameters of a terminal's sequence `SGR`."""

    PLAIN = ""
    STRONG = "1"
    QUIET = "2"
    BAD = "31"
    GOOD = "32"
    WARNING = "33"
    NAME = "36"


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a line.

    Attributes:
        text: of the part, which may be of others.
        style: how it looks in colour.
    """

    text: str
    style: Style = Style.PLAIN


Line: TypeAlias = Sequence[Span]
"""A line in parts."""


def line(text: str = "", style: Style = Style.PLAIN) -> Line:
    """Return a line of one part."""
    return (Span(text, style),)


def painted(parts: Line, *, has_colour: bool) -> str:
    """Return a line as a terminal takes it; without colour, as text that any reader takes."""
    return "".join(_painted(part) if has_colour else one_line(part.text) for part in parts)


def shows_colour(stream: TextIO) -> bool:
    """Tell whether a stream is a terminal that shows colours, and the user has not refused them (https://no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _painted(part: Span) -> str:
    text = one_line(part.text)
    return f"\x1b[{part.style}m{text}\x1b[0m" if part.style and text else text
