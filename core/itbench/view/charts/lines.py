"""Lines over time or over another measure."""

from collections.abc import Iterator, Sequence
from typing import Final

from markupsafe import Markup

from itbench.interfaces.panel import PanelLine, PanelLines
from itbench.view.charts.frame import Frame, axes, frame, references, svg
from itbench.view.charts.labels import Box, Room
from itbench.view.charts.marks import Link, Looks, named, no_link, symbol
from itbench.view.charts.svg import path, steps, tag
from itbench.view.charts.words import at_text, is_drawable, left_out_text, name_text

_DOT_PX: Final = 2.5
# More of them hide the line; the table has their numbers.
_MOST_POINTS: Final = 60
_DASHES: Final = ("", "6 3", "2 3", "8 3 2 3", "12 4")


def lines(part: PanelLines, width: float, link: Link = no_link) -> Markup:
    """Return the chart; a line is broken where a number is missing."""
    found = frame(part.x, part.y, (_xs(part), _ys(part)), width)
    room = Room(found.plane)
    drawn = [point for line in part.lines for point in line.points if _has(found, point)]
    for x, y in drawn:
        room.take(Box(found.x.at(x) - 2, found.y.at(y) - 2, 4, 4))
    across = references(found, part.references, room)
    looks = Looks(part.lines)
    count = sum(len(line.points) for line in part.lines)
    marks = [
        _line(line, number, found, part, looks, link, has_points=count <= _MOST_POINTS)
        for number, line in enumerate(part.lines)
    ]
    told = f"{len(part.lines)} lines through {len(drawn)} points{left_out_text(count - len(drawn))}"
    return svg(width, found.height, part.title, told, axes(found), across, *marks)


def dashes(number: int) -> str:
    """Return how a line is dashed, which tells it from others beside its colour."""
    return _DASHES[number // 2 % len(_DASHES)]


def _line_name(line: PanelLine) -> str:
    """Return what is said of a line."""
    return name_text(line.label, line.kind, line.note) or "line"


def _xs(part: PanelLines) -> list[float | None]:
    lines = [x for line in part.lines for x, _ in line.points]
    return [*lines, *(line.value for line in part.references if line.axis == "x")]


def _ys(part: PanelLines) -> list[float | None]:
    lines = [y for line in part.lines for _, y in line.points]
    return [*lines, *(line.value for line in part.references if line.axis == "y")]


def _line(
    line: PanelLine,
    number: int,
    found: Frame,
    part: PanelLines,
    looks: Looks,
    link: Link,
    *,
    has_points: bool,
) -> Markup:
    stretches = list(_stretches(line, found))
    drawn = [
        tag(
            "path",
            d=path(steps(places) if line.is_step else places),
            class_="line",
            stroke_dasharray=dashes(number) or None,
        )
        for stretch in stretches
        if (places := [(found.x.at(x), found.y.at(y)) for x, y in stretch])
    ]
    href = link(line.trial) if line.trial else None
    whole = named(_line_name(line), drawn, looks.of(line).colour, href=href)
    if not has_points:
        return whole
    return tag("g", whole, *_points(line, stretches, found, part, looks))


def _points(
    line: PanelLine,
    stretches: Sequence[Sequence[tuple[float, float]]],
    found: Frame,
    part: PanelLines,
    looks: Looks,
) -> Iterator[Markup]:
    look = looks.of(line)
    for x, y in (point for stretch in stretches for point in stretch):
        name = f"{line.label or part.y.label}, {at_text(part.x, x)}: {at_text(part.y, y)}"
        yield named(name, [symbol(look.shape, found.x.at(x), found.y.at(y), _DOT_PX)], look.colour)


def _stretches(line: PanelLine, found: Frame) -> Iterator[list[tuple[float, float]]]:
    """Yield the parts of a line between missing numbers."""
    stretch: list[tuple[float, float]] = []
    for x, y in sorted((point for point in line.points if is_drawable(point[0])), key=lambda point: point[0]):
        if _has(found, (x, y)):
            stretch.append((x, y))
        elif stretch:
            yield stretch
            stretch = []
    if stretch:
        yield stretch


def _has(found: Frame, point: tuple[float, float]) -> bool:
    return found.x.has(point[0]) and found.y.has(point[1])
