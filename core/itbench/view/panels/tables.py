"""The table behind each chart, for those who cannot see it and for those who want its numbers."""

from collections.abc import Sequence
from typing import Final, TypeAlias

from itbench.interfaces.panel import PanelBars, PanelGraph, PanelLines, PanelScatter
from itbench.view.charts.words import at_text, is_drawable

Cell: TypeAlias = str | int | float | None
Chart: TypeAlias = PanelScatter | PanelBars | PanelLines | PanelGraph
# Beyond, each point of a line has a row of its own.
_MOST_COLUMNS: Final = 8


def table_of(part: Chart) -> tuple[list[str], list[list[Cell]]]:
    """Return columns and rows of what a chart shows; columns in which nothing stands are left out."""
    if isinstance(part, PanelScatter):
        return _filled(*_of_scatter(part))
    if isinstance(part, PanelBars):
        return _filled(*_of_bars(part))
    if isinstance(part, PanelLines):
        return _of_lines(part)
    return _filled(*_of_graph(part))


def _of_scatter(part: PanelScatter) -> tuple[list[str], list[list[Cell]]]:
    columns = ["name", "kind", part.x.label or "x", part.y.label or "y", "from", "to", "count", "note"]
    rows: list[list[Cell]] = [
        [
            point.label,
            point.kind,
            at_text(part.x, point.x),
            at_text(part.y, point.y),
            None if point.low is None else at_text(part.y, point.low),
            None if point.high is None else at_text(part.y, point.high),
            point.count if point.count > 1 else None,
            point.note,
        ]
        for point in part.points
    ]
    lines: list[list[Cell]] = [
        [
            line.label,
            "line",
            at_text(part.x, line.value) if line.axis == "x" else None,
            at_text(part.y, line.value) if line.axis == "y" else None,
            *[None] * 4,
        ]
        for line in part.references
    ]
    return columns, rows + lines


def _of_bars(part: PanelBars) -> tuple[list[str], list[list[Cell]]]:
    columns = ["name", "kind", part.axis.label or "value", "from", "to", "note"]
    return columns, [
        [
            bar.label,
            bar.kind,
            at_text(part.axis, bar.value),
            None if bar.low is None else at_text(part.axis, bar.low),
            None if bar.high is None else at_text(part.axis, bar.high),
            bar.note,
        ]
        for bar in part.bars
    ]


def _of_lines(part: PanelLines) -> tuple[list[str], list[list[Cell]]]:
    if len(part.lines) > _MOST_COLUMNS:
        columns = ["line", part.x.label or "x", part.y.label or "y"]
        return columns, [
            [line.label, at_text(part.x, x), at_text(part.y, y)]
            for line in part.lines
            for x, y in line.points
        ]
    found: dict[float, list[Cell]] = {}
    for number, line in enumerate(part.lines):
        for x, y in line.points:
            if is_drawable(x):
                found.setdefault(x, [None] * len(part.lines))[number] = at_text(part.y, y)
    columns = [part.x.label or "x", *(line.label or part.y.label or "y" for line in part.lines)]
    return columns, [[at_text(part.x, x), *found[x]] for x in sorted(found)]


def _of_graph(part: PanelGraph) -> tuple[list[str], list[list[Cell]]]:
    labels = {node.id: node.label or node.id for node in part.nodes}
    leads_to: dict[str, list[str]] = {}
    for edge in part.edges:
        if edge.target in labels:
            told = f" ({edge.kind})" if edge.kind else ""
            leads_to.setdefault(edge.source, []).append(f"{labels[edge.target]}{told}")
    columns = ["name", "kind", "leads to", "note"]
    return columns, [
        [labels[node.id], node.kind, ", ".join(leads_to.get(node.id, ())), node.note] for node in part.nodes
    ]


def _filled(columns: Sequence[str], rows: list[list[Cell]]) -> tuple[list[str], list[list[Cell]]]:
    kept = [
        number
        for number in range(len(columns))
        if not number or any(row[number] not in {None, ""} for row in rows)
    ]
    return [columns[number] for number in kept], [[row[number] for number in kept] for row in rows]
