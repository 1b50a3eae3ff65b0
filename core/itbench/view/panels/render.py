"""Panels as HTML."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from itbench.interfaces.panel import (
    Panel,
    PanelBars,
    PanelCell,
    PanelDifference,
    PanelGraph,
    PanelGrid,
    PanelLines,
    PanelPart,
    PanelScatter,
    PanelTable,
    PanelText,
)
from itbench.report.table import number
from itbench.view.charts.bars import bars
from itbench.view.charts.graph import graph
from itbench.view.charts.lines import dashes, lines
from itbench.view.charts.marks import Link, Look, Looks, no_link, symbol
from itbench.view.charts.scatter import scatter
from itbench.view.charts.svg import tag
from itbench.view.charts.words import is_drawable, number_text
from itbench.view.panels.difference import difference
from itbench.view.panels.tables import Cell, Chart, table_of
from itbench.view.panels.templates import fill

# Drawn for each of these, as letters in a picture that is scaled would be too large or too small.
_WIDTHS_PX: Final = {"wide": 1240.0, "middle": 760.0, "narrow": 360.0}
_MOST_ROWS: Final = 500
_HEATS: Final = 6
_SQUARE: Final = 1


@dataclass(frozen=True, slots=True)
class _Shown:
    text: str
    is_number: bool


def panel_html(panel: Panel, link: Link = no_link) -> Markup:
    """Return a panel as a section of a page."""
    return fill("panel", title=panel.title, parts=[part_html(part, link) for part in panel.parts])


def part_html(part: PanelPart, link: Link = no_link) -> Markup:
    """Return one part of a panel."""
    if isinstance(part, PanelText):
        return fill("text", text=part.text)
    if isinstance(part, PanelTable):
        return table_html(part.title, part.columns, part.rows, most=len(part.rows))
    if isinstance(part, PanelGrid):
        return _grid_html(part, link)
    if isinstance(part, PanelDifference):
        rows = list(difference(part.left, part.right))
        return fill(
            "difference", rows=rows, **part.model_dump(include={"title", "left_title", "right_title"})
        )
    return figure_html(part, link)


def figure_html(part: Chart, link: Link = no_link) -> Markup:
    """Return a chart with its title, its legend and the table behind it, drawn for wide and for narrow pages."""
    columns, rows = table_of(part)
    return fill(
        "figure",
        title=part.title,
        legend=[
            {"kind": look.kind, "symbol": _swatch(look, place, part)}
            for place, look in enumerate(_looks(part).legend())
        ],
        charts=_drawn(part, link),
        table=table_html("", columns, rows, most=_MOST_ROWS),
    )


def table_html(title: str, columns: Sequence[str], rows: Sequence[Sequence[Cell]], *, most: int) -> Markup:
    """Return a table, with at most so many rows."""
    shown = [[_cell(cell) for cell in row] for row in rows[:most]]
    return fill("table", title=title, columns=columns, rows=shown, left_out=max(0, len(rows) - most))


def failed_html(title: str, reason: str) -> Markup:
    """Return what stands in place of a panel that failed."""
    return fill("failed", title=title, reason=reason)


def _drawn(part: Chart, link: Link) -> list[tuple[str, Markup]]:
    if isinstance(part, PanelGraph):
        return [("graph", graph(part, _WIDTHS_PX["wide"], link))]
    return [(name, _chart(part, width, link)) for name, width in _WIDTHS_PX.items()]


def _chart(part: PanelScatter | PanelBars | PanelLines, width: float, link: Link) -> Markup:
    if isinstance(part, PanelScatter):
        return scatter(part, width, link)
    return bars(part, width, link) if isinstance(part, PanelBars) else lines(part, width, link)


def _looks(part: Chart) -> Looks:
    if isinstance(part, PanelScatter):
        return Looks(part.points)
    if isinstance(part, PanelBars):
        return Looks(part.bars)
    if isinstance(part, PanelLines):
        return Looks(part.lines)
    return Looks(())  # A node and an edge say their kind themselves.


def _swatch(look: Look, place: int, part: Chart) -> Markup:
    if isinstance(part, PanelLines):
        wide = 28
        drawn = tag("path", d="M0,7H28", class_="line", stroke_dasharray=dashes(place) or None)
    else:
        wide = 14
        drawn = symbol(_SQUARE if isinstance(part, PanelBars) else look.shape, 7, 7, 5)
    inside = tag("g", drawn, class_=look.colour)
    return tag(
        "svg", inside, width=wide, height=14, viewBox=f"0 0 {wide} 14", class_="chart", aria_hidden="true"
    )


def _cell(cell: Cell) -> _Shown:
    if cell is None or isinstance(cell, str):
        return _Shown(cell or "", is_number=False)
    return _Shown(number_text(float(cell)), is_number=True)


def _grid_html(part: PanelGrid, link: Link) -> Markup:
    rows = []
    for place, name in enumerate(part.rows):
        cells = part.cells[place] if place < len(part.cells) else ()
        found = [None if cell is None else _grid_cell(cell, link) for cell in cells[: len(part.columns)]]
        rows.append((name, [*found, *[None] * (len(part.columns) - len(found))]))
    return fill("grid", title=part.title, columns=part.columns, rows=rows)


def _grid_cell(cell: PanelCell, link: Link) -> dict[str, str | None]:
    value = cell.value if is_drawable(cell.value) else None
    if cell.tone:
        look = f"tint-{cell.tone}"
    else:
        look = "tint-muted" if value is None else f"h{min(_HEATS - 1, max(0, int(value * _HEATS)))}"
    return {
        "look": look,
        "text": cell.label or number(value, 2),
        "tip": "; ".join(filter(None, (cell.kind, cell.note))),
        "href": link(cell.trial) if cell.trial else None,
    }
