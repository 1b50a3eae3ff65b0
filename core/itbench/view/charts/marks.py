"""How marks look: those of one kind alike, by class of colour and by shape, and each with a name to be read or focused."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from markupsafe import Markup

from itbench.interfaces.panel import PanelBar, PanelCell, PanelEdge, PanelLine, PanelNode, PanelPoint, Tone
from itbench.view.charts.svg import path, tag

Mark: TypeAlias = PanelBar | PanelCell | PanelEdge | PanelLine | PanelNode | PanelPoint
Link: TypeAlias = Callable[[str], str | None]
"""Returns the address that the reference of a mark leads to; None where it has no page."""
COLOURS: Final = 8
# Beyond, the key Tab would lead through nothing else; the table has them all.
MOST_FOCUSED: Final = 150
_CORNERS: Final = {1: (4, 45.0), 2: (3, 90.0), 3: (4, 0.0), 4: (3, 270.0), 5: (6, 0.0)}


def no_link(_reference: str) -> None:
    """Return no address."""


@dataclass(frozen=True, slots=True)
class Look:
    """How the marks of one kind look.

    Attributes:
        kind: the word in the legend.
        colour: a class.
        shape: 0 for a circle.
    """

    kind: str
    colour: str
    shape: int


class Looks:
    """The looks of all marks of a chart, in the order in which their kinds appear."""

    def __init__(self, marks: Iterable[Mark]) -> None:
        self._looks: dict[tuple[str, Tone | None], Look] = {}
        free = 0
        for mark in marks:
            key = _key(mark)
            if key not in self._looks:
                colour = f"tone-{mark.tone}" if mark.tone else f"c{free % COLOURS}"
                free += mark.tone is None
                self._looks[key] = Look(key[0], colour, len(self._looks) % (len(_CORNERS) + 1))

    def of(self, mark: Mark) -> Look:
        """Return how a mark looks."""
        return self._looks[_key(mark)]

    def legend(self) -> list[Look]:
        """Return what the legend shows: nothing where there is only one kind."""
        named = [look for look in self._looks.values() if look.kind]
        return named if len(self._looks) > 1 else []


def _key(mark: Mark) -> tuple[str, Tone | None]:
    """Return what marks that look alike have in common; each line looks different where they have no kinds."""
    return mark.kind or (mark.label if isinstance(mark, PanelLine) else ""), mark.tone


def symbol(shape: int, x: float, y: float, radius: float) -> Markup:
    """Return a shape around a point."""
    if shape not in _CORNERS:
        return tag("circle", cx=x, cy=y, r=radius, fill="currentColor")
    corners, turned = _CORNERS[shape]
    angles = [math.radians(turned + 360 * corner / corners) for corner in range(corners)]
    # A polygon of the same radius would look smaller than a circle.
    wide = radius * 1.25
    points = [(x + wide * math.cos(angle), y - wide * math.sin(angle)) for angle in angles]
    return tag("path", d=f"{path(points)}Z", fill="currentColor")


def named(
    name: str, shapes: Sequence[Markup], colour: str, *, href: str | None = None, is_focused: bool = True
) -> Markup:
    """Return shapes as one mark: with a tip, a name for screen readers, and a place in the order of the key Tab."""
    tip = tag("title", name)
    if href is not None:
        return tag("a", tip, *shapes, href=href, aria_label=name, class_=f"mark {colour}")
    if not is_focused:
        return tag("g", tip, *shapes, class_=f"mark {colour}")
    return tag("g", tip, *shapes, role="img", aria_label=name, tabindex="0", class_=f"mark {colour}")
