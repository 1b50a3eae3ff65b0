"""Elements of SVG: well-formed whatever goes in, since all text is made harmless and escaped here."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TypeAlias

from markupsafe import Markup, escape

from itbench.text.harmless import one_line

Attribute: TypeAlias = str | float | int | None


def tag(name: str, *children: Markup | str, **attributes: Attribute) -> Markup:
    """Return an element; in the names of attributes `_` is `-`, one at the end does not count, and None leaves one out."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_value(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    inside = "".join(child if isinstance(child, Markup) else shown(child) for child in children)
    return Markup(f"<{name}{written}>{inside}</{name}>")  # noqa: S704 - every part of it is escaped


def joined(parts: Iterable[Markup]) -> Markup:
    """Return elements one after another."""
    return Markup("").join(parts)


def shown(text: str) -> Markup:
    """Return text of others as text that is only shown: no markup, no control characters, no marks of direction."""
    return escape(one_line(text))


def path(points: Iterable[tuple[float, float]]) -> str:
    """Return the description of a line through points."""
    return "M" + "L".join(f"{_number(x)},{_number(y)}" for x, y in points)


def steps(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the corners of a line whose height holds until the next point."""
    found = list(points[:1])
    for before, after in pairwise(points):
        found += [(after[0], before[1]), after]
    return found


def _value(value: str | float) -> str:
    return str(shown(value)) if isinstance(value, str) else _number(value)


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
