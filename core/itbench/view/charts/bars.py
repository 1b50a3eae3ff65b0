"""Bars from left to right, with intervals; bars of one label that follow one another stand on each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from markupsafe import Markup

from itbench.interfaces.panel import PanelBar, PanelBars
from itbench.view.charts.frame import GAP_PX, svg, text
from itbench.view.charts.labels import LINE_PX
from itbench.view.charts.marks import MOST_FOCUSED, Link, Looks, named, no_link
from itbench.view.charts.scale import Scale, scale
from itbench.view.charts.svg import path, tag
from itbench.view.charts.words import (
    FONT_PX,
    cut,
    is_drawable,
    measured_text,
    name_text,
    number_text,
    text_px,
)

_BAR_PX: Final = 16.0
_NARROW_PX: Final = 560.0


@dataclass(frozen=True, slots=True)
class _Row:
    """Bars of one label, each with where it begins and ends."""

    label: str
    bars: Sequence[tuple[PanelBar, float, float]]


def bars(part: PanelBars, width: float, link: Link = no_link) -> Markup:
    """Return the chart; on a narrow one, labels stand above their bars."""
    rows = [_row(list(of_label)) for _, of_label in groupby(part.bars, key=lambda bar: bar.label)]
    is_narrow = width < _NARROW_PX
    longest = max((text_px(row.label) for row in rows), default=0.0)
    left = GAP_PX if is_narrow else min(width * 0.4, longest) + 2 * GAP_PX
    ends = [_end_words(row, part) for row in rows]
    right = width - max(map(text_px, ends), default=0.0) - 2 * GAP_PX
    along = scale(part.axis, [0.0, *_values(rows)], left, max(right, left + 40))
    row_px = _BAR_PX + GAP_PX + (LINE_PX if is_narrow else 0.0)
    height = GAP_PX + row_px * len(rows) + 2 * LINE_PX + GAP_PX
    looks = Looks(part.bars)
    is_focused = len(part.bars) <= MOST_FOCUSED
    marks: list[Markup] = []
    for number, (row, words) in enumerate(zip(rows, ends, strict=True)):
        top = GAP_PX + number * row_px
        marks += _label(row, top, left, width, is_narrow=is_narrow)
        top += LINE_PX if is_narrow else 0.0
        marks += [_bar(*bar, top, along, part, looks, link, is_focused=is_focused) for bar in row.bars]
        marks.append(_end(row, words, top, along))
    base = GAP_PX + row_px * len(rows)
    told = f"{len(part.bars)} bars in {len(rows)} rows"
    return svg(width, height, part.title, told, _below(along, base, width), *marks)


def _bar_name(bar: PanelBar, part: PanelBars) -> str:
    """Return what is said of a bar: its label and kind, its number with its interval, and what else is told."""
    unit = part.axis.unit
    value = measured_text(number_text(bar.value, unit), bar.low, bar.high, unit)
    return name_text(bar.label, bar.kind, value, bar.note)


def _row(of_label: Sequence[PanelBar]) -> _Row:
    """Stand bars on each other: those above 0 to the right, those below to the left."""
    found, ends = [], {True: 0.0, False: 0.0}
    for bar in of_label:
        value = bar.value if is_drawable(bar.value) else 0.0
        start = ends[value >= 0]
        ends[value >= 0] = start + value
        found.append((bar, start, start + value))
    return _Row(of_label[0].label, found)


def _values(rows: Sequence[_Row]) -> list[float | None]:
    return [
        value for row in rows for bar, start, end in row.bars for value in (start, end, bar.low, bar.high)
    ]


def _end_words(row: _Row, part: PanelBars) -> str:
    """Return what stands at the end of a row: its number, or what its bars come to."""
    if len(row.bars) == 1:
        return number_text(row.bars[0][0].value, part.axis.unit)
    return number_text(sum(end - start for _, start, end in row.bars), part.axis.unit)


def _label(row: _Row, top: float, left: float, width: float, *, is_narrow: bool) -> list[Markup]:
    if is_narrow:
        words = text(cut(row.label, width - 2 * GAP_PX), GAP_PX, top + FONT_PX, class_="label")
    else:
        words = text(cut(row.label, left - GAP_PX), left - GAP_PX, top + FONT_PX, "end", "label")
    return [tag("g", words, aria_hidden="true")]


def _bar(
    bar: PanelBar,
    start: float,
    end: float,
    top: float,
    along: Scale,
    part: PanelBars,
    looks: Looks,
    link: Link,
    *,
    is_focused: bool,
) -> Markup:
    at, to = sorted((along.at(start), along.at(end)))
    shapes = [
        tag("rect", x=at, y=top, width=max(to - at, 1.0), height=_BAR_PX, fill="currentColor", class_="bar")
    ]
    if bar.low is not None and bar.high is not None and along.has(bar.low) and along.has(bar.high):
        low, high, middle = along.at(bar.low), along.at(bar.high), top + _BAR_PX / 2
        caps = f"M{low:.1f},{middle - 4:.1f}v8M{high:.1f},{middle - 4:.1f}v8"
        shapes.append(tag("path", d=f"{path([(low, middle), (high, middle)])}{caps}", class_="bar-interval"))
    href = link(bar.trial) if bar.trial else None
    return named(_bar_name(bar, part), shapes, looks.of(bar).colour, href=href, is_focused=is_focused)


def _end(row: _Row, words: str, top: float, along: Scale) -> Markup:
    places = [end for _, _, end in row.bars] + [0.0]
    places += [bar.high for bar, _, _ in row.bars if bar.high is not None and along.has(bar.high)]
    at = max(along.at(place) for place in places)
    return tag("g", text(words, at + GAP_PX, top + FONT_PX, class_="value"), aria_hidden="true")


def _below(along: Scale, base: float, width: float) -> Markup:
    """Return the numbers below, without those that would meet others, and the line from which bars begin."""
    zero = along.at(0.0)
    parts = [tag("line", x1=zero, y1=GAP_PX / 2, x2=zero, y2=base, class_="axis")]
    taken = -GAP_PX
    for at, words in along.ticks(max(2, int((along.end - along.start) / 70))):
        half = text_px(words) / 2
        if at - half >= taken + GAP_PX and at + half <= width:
            parts.append(tag("line", x1=at, y1=GAP_PX / 2, x2=at, y2=base, class_="grid"))
            parts.append(text(words, at, base + LINE_PX, "middle", "tick"))
            taken = at + half
    if along.axis.label:
        name = cut(along.axis.label, width - 2 * GAP_PX)
        parts.append(text(name, width - GAP_PX, base + 2 * LINE_PX, "end", "axis-name"))
    return tag("g", *parts, aria_hidden="true")
