"""What stands around the marks of a chart: its name, axes with their numbers, and lines for reference."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from markupsafe import Markup

from itbench.interfaces.panel import PanelAxis, PanelReference
from itbench.view.charts.labels import LINE_PX, Box, Room
from itbench.view.charts.scale import Scale, scale
from itbench.view.charts.svg import joined, tag
from itbench.view.charts.words import FONT_PX, at_text, cut, text_px

GAP_PX: Final = 6.0
_TICK_PX: Final = 46.0
_TOP_PX: Final = 10.0


@dataclass(frozen=True, slots=True)
class Frame:
    """The plane of a chart with two axes.

    Attributes:
        x, y: its scales.
        plane: where marks stand.
        width, height: of the whole chart.
    """

    x: Scale
    y: Scale
    plane: Box
    width: float
    height: float


def frame(
    x: PanelAxis,
    y: PanelAxis,
    values: tuple[Iterable[float | None], Iterable[float | None]],
    width: float,
) -> Frame:
    """Return a frame for values of x and y, as high as suits its width."""
    height = min(420.0, max(260.0, width * 0.48))
    bottom = height - 2 * LINE_PX - 3 * GAP_PX
    top = _TOP_PX + (LINE_PX + GAP_PX if y.label else 0.0)
    upward = scale(y, values[1], bottom, top)
    numbers = [text_px(text) for _, text in upward.ticks(_most(bottom - top))]
    left = min(width * 0.3, max(numbers, default=0.0) + 2 * GAP_PX)
    plane = Box(left, top, width - left - 3 * GAP_PX, bottom - top)
    rightward = scale(x, values[0], plane.x, plane.x + plane.width)
    return Frame(rightward, upward, plane, width, height)


def svg(width: float, height: float, name: str, told: str, *children: Markup) -> Markup:
    """Return a whole chart: a group that screen readers announce by its name, with what it tells."""
    return tag(
        "svg",
        tag("title", name or "Chart"),
        tag("desc", told),
        *children,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width:.0f} {height:.0f}",
        width=width,
        height=height,
        role="group",
        aria_roledescription="chart",
        aria_label=f"{name or 'Chart'}: {told}",
        class_="chart",
    )


def text(words: str, x: float, y: float, anchor: str = "start", class_: str | None = None) -> Markup:
    """Return a line of text, by its base line."""
    return tag("text", words, x=x, y=y, text_anchor=anchor, font_size=FONT_PX, class_=class_)


def axes(found: Frame) -> Markup:
    """Return grid lines, numbers and names of both axes; hidden from screen readers, since each mark says its numbers."""
    plane = found.plane
    parts = [_level(found, at, words) for at, words in found.y.ticks(_most(plane.height))]
    parts += _below(found)
    bottom, right = plane.y + plane.height, plane.x + plane.width
    parts.append(_line(plane.x, bottom, right, bottom, "axis"))
    if found.y.axis.label:
        name = cut(found.y.axis.label, found.width - 2 * GAP_PX)
        parts.append(text(name, GAP_PX, LINE_PX, class_="axis-name"))
    if found.x.axis.label:
        name = cut(found.x.axis.label, plane.width)
        parts.append(text(name, right, found.height - GAP_PX, "end", "axis-name"))
    return tag("g", *parts, aria_hidden="true")


def references(found: Frame, lines: Sequence[PanelReference], room: Room) -> Markup:
    """Return lines across the plane, with a label where there is room for it."""
    parts = []
    for line in lines:
        along = found.y if line.axis == "y" else found.x
        if along.has(line.value):
            parts.append(_reference(found, line, along, room))
    return joined(parts)


def _reference(found: Frame, line: PanelReference, along: Scale, room: Room) -> Markup:
    plane, at = found.plane, along.at(line.value)
    label = cut(line.label, plane.width * 0.6)
    wide = text_px(label)
    right, bottom = plane.x + plane.width, plane.y + plane.height
    if line.axis == "y":
        drawn = _line(plane.x, at, right, at, "reference")
        places = [
            Box(x, y, wide, LINE_PX)
            for x in (right - wide, plane.x + GAP_PX, plane.x + plane.width / 2 - wide / 2)
            for y in (at - LINE_PX - 2, at + 2)
        ]
    else:
        drawn = _line(at, plane.y, at, bottom, "reference")
        levels = range(int(plane.height / LINE_PX / 2))
        places = [
            Box(x, plane.y + level * LINE_PX, wide, LINE_PX)
            for level in levels
            for x in (at + 3, at - 3 - wide)
        ]
    place = room.first_free(places) if label else None
    words = [text(label, place.x, place.y + FONT_PX)] if place else []
    name = f"{line.label}: {at_text(along.axis, line.value)}"
    tone = f"tone-{line.tone or 'muted'}"
    return tag("g", tag("title", name), drawn, *words, role="img", aria_label=name, class_=f"mark {tone}")


def _level(found: Frame, at: float, words: str) -> Markup:
    plane = found.plane
    room = plane.x - GAP_PX
    return joined(
        [
            _line(plane.x, at, plane.x + plane.width, at, "grid"),
            text(cut(words, room), plane.x - GAP_PX, at + FONT_PX * 0.35, "end", "tick"),
        ]
    )


def _below(found: Frame) -> list[Markup]:
    """Return the numbers below, as many as have room."""
    plane = found.plane
    base = plane.y + plane.height + LINE_PX + 2
    for most in range(max(1, int(plane.width / _TICK_PX)), 0, -1):
        ticks = found.x.ticks(most)
        boxes = [_centred(found, at, words) for at, words in ticks]
        if all(one.x + one.width + GAP_PX <= other.x for one, other in pairwise(boxes)):
            break
    else:
        ticks, boxes = ticks[:1], boxes[:1]
    return [
        joined(
            [
                _line(at, plane.y, at, plane.y + plane.height, "grid"),
                text(cut(words, plane.width), box.x + box.width / 2, base, "middle", "tick"),
            ]
        )
        for (at, words), box in zip(ticks, boxes, strict=True)
    ]


def _centred(found: Frame, at: float, words: str) -> Box:
    wide = min(text_px(words), found.plane.width)
    return Box(min(at - wide / 2, found.width - wide), 0.0, wide, LINE_PX)


def _most(height: float) -> int:
    return max(2, int(height / 40))


def _line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Markup:
    return tag("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)
