"""Points by two measures, with intervals, labels, lines for reference and the Pareto front."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from markupsafe import Markup

from itbench.interfaces.panel import PanelPoint, PanelScatter
from itbench.view.charts.frame import Frame, axes, frame, references, svg, text
from itbench.view.charts.front import pareto_front
from itbench.view.charts.labels import Box, Room
from itbench.view.charts.marks import MOST_FOCUSED, Link, Looks, named, no_link, symbol
from itbench.view.charts.svg import path, steps, tag
from itbench.view.charts.words import FONT_PX, at_text, cut, left_out_text, measured_text, name_text

_RADIUS: Final = 4.5
_LARGEST: Final = 14.0
# Beyond, points that stand in one place are drawn as one.
_MOST_SINGLE: Final = 300
_MOST_LABELS: Final = 60


def scatter(part: PanelScatter, width: float, link: Link = no_link) -> Markup:
    """Return the chart; points without a place on its axes are left to the table."""
    found = frame(part.x, part.y, (_xs(part), _ys(part)), width)
    points = [point for point in part.points if found.x.has(point.x) and found.y.has(point.y)]
    drawn = _merged(points, found)
    looks = Looks(part.points)
    front = pareto_front(points) if part.has_front else []
    room = _room(found, drawn, front)
    lines = references(found, part.references, room)
    is_focused = len(drawn) <= MOST_FOCUSED
    marks = [
        _point(point, found, part, looks, link(point.trial) if point.trial else None, is_focused=is_focused)
        for point in drawn
    ]
    labels = list(_labels(drawn, front, found, room)) if part.is_labelled else []
    told = _told(part, len(points), len(front))
    return svg(
        width, found.height, part.title, told, axes(found), lines, *_front(front, found), *marks, *labels
    )


def _point_name(point: PanelPoint, part: PanelScatter) -> str:
    """Return what is said of a point: its label, its numbers with their interval, and what else is told."""
    y = measured_text(at_text(part.y, point.y), point.low, point.high, part.y.unit)
    numbers = f"{part.x.label or 'x'} {at_text(part.x, point.x)}, {part.y.label or 'y'} {y}"
    many = f"{point.count} at this place" if point.count > 1 else ""
    return name_text(point.label, point.kind, numbers, many, point.note)


def _xs(part: PanelScatter) -> list[float | None]:
    return [*(point.x for point in part.points), *(r.value for r in part.references if r.axis == "x")]


def _ys(part: PanelScatter) -> list[float | None]:
    found: list[float | None] = [r.value for r in part.references if r.axis == "y"]
    for point in part.points:
        found += (point.y, point.low, point.high)
    return found


def _merged(points: Sequence[PanelPoint], found: Frame) -> list[PanelPoint]:
    """Return points of one place and kind as one, where there are many."""
    if len(points) <= _MOST_SINGLE:
        return list(points)
    places: dict[tuple[int, int, str], list[PanelPoint]] = {}
    for point in points:
        key = (round(found.x.at(point.x) / 3), round(found.y.at(point.y) / 3), point.kind)
        places.setdefault(key, []).append(point)
    return [
        of_place[0].model_copy(update={"count": sum(point.count for point in of_place)})
        for of_place in places.values()
    ]


def _room(found: Frame, points: Sequence[PanelPoint], front: Sequence[PanelPoint]) -> Room:
    """Return the plane, of which points, their intervals and the front are taken."""
    plane = found.plane
    room = Room(Box(plane.x, plane.y - FONT_PX, found.width - plane.x, plane.height + FONT_PX))
    for point in points:
        radius = _radius(point)
        x, y = found.x.at(point.x), found.y.at(point.y)
        room.take(Box(x - radius, y - radius, 2 * radius, 2 * radius))
        ends = _interval(point, found)
        if ends is not None:
            room.take(Box(x - 3, min(ends), 6, abs(ends[1] - ends[0])))
    for (x, y), (to_x, to_y) in pairwise(_steps(front, found)):
        room.take(Box(min(x, to_x), min(y, to_y) - 1, abs(to_x - x) + 1, abs(to_y - y) + 2))
    return room


def _interval(point: PanelPoint, found: Frame) -> tuple[float, float] | None:
    if point.low is None or point.high is None or not found.y.has(point.low) or not found.y.has(point.high):
        return None
    return found.y.at(point.low), found.y.at(point.high)


def _radius(point: PanelPoint) -> float:
    return min(_LARGEST, _RADIUS * (1 if point.count == 1 else 1 + 0.35 * (point.count.bit_length() - 1)))


def _point(
    point: PanelPoint, found: Frame, part: PanelScatter, looks: Looks, href: str | None, *, is_focused: bool
) -> Markup:
    x, y = found.x.at(point.x), found.y.at(point.y)
    look = looks.of(point)
    shapes = [symbol(look.shape, x, y, _radius(point))]
    interval = _interval(point, found)
    if interval is not None:
        low, high = interval
        ends = f"M{x - 3:.1f},{high:.1f}h6M{x - 3:.1f},{low:.1f}h6"
        shapes.insert(0, tag("path", d=f"{path([(x, low), (x, high)])}{ends}", class_="interval"))
    return named(_point_name(point, part), shapes, look.colour, href=href, is_focused=is_focused)


def _labels(
    points: Sequence[PanelPoint], front: Sequence[PanelPoint], found: Frame, room: Room
) -> Iterator[Markup]:
    """Yield labels as far as there is room: those of the front first, then from the top down."""
    first = set(map(id, front))
    wanted = sorted(
        (point for point in points if point.label), key=lambda point: (id(point) not in first, -point.y)
    )
    for point in wanted[:_MOST_LABELS]:
        label = cut(point.label, found.plane.width * 0.4)
        place = room.place(label, found.x.at(point.x), found.y.at(point.y), _radius(point))
        if place is not None:
            words = text(label, place.x, place.y + FONT_PX, class_="label")
            yield tag("g", words, aria_hidden="true")


def _steps(front: Sequence[PanelPoint], found: Frame) -> list[tuple[float, float]]:
    """Return the corners of the front: what a higher x would have to beat."""
    return steps([(found.x.at(point.x), found.y.at(point.y)) for point in front])


def _front(front: Sequence[PanelPoint], found: Frame) -> list[Markup]:
    if len(front) < 2:
        return []
    return [tag("path", d=path(_steps(front, found)), class_="front", aria_hidden="true")]


def _told(part: PanelScatter, drawn: int, front: int) -> str:
    told = f"{drawn} points by {part.x.label or 'x'} and {part.y.label or 'y'}"
    told += left_out_text(len(part.points) - drawn)
    return f"{told}, {front} on the Pareto front" if front else told
