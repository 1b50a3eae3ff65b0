"""Nodes and edges, in layers from left to right; nodes without an edge stand below."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from markupsafe import Markup

from itbench.interfaces.panel import PanelEdge, PanelGraph, PanelNode
from itbench.view.charts.frame import GAP_PX, svg, text
from itbench.view.charts.labels import LINE_PX
from itbench.view.charts.layers import Layout, lay_out
from itbench.view.charts.marks import MOST_FOCUSED, Link, Looks, named, no_link
from itbench.view.charts.svg import tag
from itbench.view.charts.words import FONT_PX, cut, name_text, text_px

_WIDEST: Final = 200.0
_NARROWEST: Final = 90.0
_NODE_PX: Final = 2 * LINE_PX + 2 * GAP_PX
_BETWEEN_LAYERS: Final = 56.0
_BETWEEN_NODES: Final = 16.0
_ARROW: Final = 7.0

Place = tuple[float, float]


def graph(part: PanelGraph, width: float, link: Link = no_link) -> Markup:
    """Return the graph, as wide as it needs to be; nodes without an edge are in rows of about `width`."""
    found = lay_out([node.id for node in part.nodes], [(edge.source, edge.target) for edge in part.edges])
    node_px = _node_px(part.nodes)
    places = _places(found, node_px, width)
    looks = Looks((*part.nodes, *(edge for edge in part.edges if edge.kind or edge.tone)))
    nodes = {node.id: node for node in part.nodes}
    is_focused = len(part.nodes) + len(part.edges) <= MOST_FOCUSED
    edges = [
        _edge(
            edge, [_middle(at, node_px) for at in found.ways[edge.source, edge.target]], node_px, nodes, looks
        )
        for edge in {(edge.source, edge.target): edge for edge in part.edges}.values()
        if (edge.source, edge.target) in found.ways
    ]
    boxes = [
        _node(node, places[node.id], node_px, looks, link, is_focused=is_focused) for node in nodes.values()
    ]
    right = max((x + node_px for x, _ in places.values()), default=width) + GAP_PX
    bottom = max((y + _NODE_PX for _, y in places.values()), default=LINE_PX) + GAP_PX
    told = f"{len(nodes)} nodes and {len(edges)} edges"
    return svg(right, bottom, part.title, told, *edges, *boxes)


def _node_name(node: PanelNode) -> str:
    """Return what is said of a node."""
    return name_text(node.label or node.id, node.kind, node.note)


def _edge_name(edge: PanelEdge, nodes: dict[str, PanelNode]) -> str:
    """Return what is said of an edge."""
    ends = [nodes[end].label or end for end in (edge.source, edge.target)]
    return name_text(" to ".join(ends), "", edge.kind, edge.note)


def _node_px(nodes: Sequence[PanelNode]) -> float:
    words = [text_px(each) for node in nodes for each in (node.label or node.id, node.kind)]
    return min(_WIDEST, max(_NARROWEST, max(words, default=0.0) + 2 * GAP_PX))


def _places(found: Layout, node_px: float, width: float) -> dict[str, Place]:
    """Return the upper left corner of each node."""
    places = {
        node: (x - node_px / 2, y - _NODE_PX / 2)
        for node, at in found.nodes.items()
        for x, y in (_middle(at, node_px),)
    }
    passed = [_middle(at, node_px)[1] for way in found.ways.values() for at in way]
    below = max(passed) + _NODE_PX / 2 + 2 * _BETWEEN_NODES if passed else GAP_PX
    column_px = node_px + _BETWEEN_NODES
    widest = max([width, *(x + node_px for x, _ in places.values())])
    columns = max(1, int((widest - GAP_PX + _BETWEEN_NODES) / column_px))
    for number, node in enumerate(found.alone):
        row, column = divmod(number, columns)
        places[node] = (GAP_PX + column * column_px, below + row * (_NODE_PX + _BETWEEN_NODES))
    return places


def _middle(at: tuple[int, float], node_px: float) -> Place:
    layer, place = at
    return (
        GAP_PX + node_px / 2 + layer * (node_px + _BETWEEN_LAYERS),
        GAP_PX + _NODE_PX / 2 + place * (_NODE_PX + _BETWEEN_NODES),
    )


def _node(
    node: PanelNode, place: Place, node_px: float, looks: Looks, link: Link, *, is_focused: bool
) -> Markup:
    x, y = place
    room = node_px - 2 * GAP_PX
    words = [node.label or node.id, *([node.kind] if node.kind else [])]
    first = y + _NODE_PX / 2 + FONT_PX * 0.35 - (len(words) - 1) * LINE_PX / 2
    shapes = [tag("rect", x=x, y=y, width=node_px, height=_NODE_PX, rx=5, class_="node")]
    for number, each in enumerate(words):
        class_ = "node-kind" if number else "node-label"
        shapes.append(text(cut(each, room), x + node_px / 2, first + number * LINE_PX, "middle", class_))
    href = link(node.trial) if node.trial else None
    return named(_node_name(node), shapes, looks.of(node).colour, href=href, is_focused=is_focused)


def _edge(
    edge: PanelEdge, way: Sequence[Place], node_px: float, nodes: dict[str, PanelNode], looks: Looks
) -> Markup:
    half = math.copysign(node_px / 2, way[-1][0] - way[0][0])
    start, *between, end = way
    # Straight through the layers that it passes, where its place is kept free.
    passed = [(x + side, y) for x, y in between for side in (-half, half)]
    points = [(start[0] + half, start[1]), *passed, (end[0] - half - math.copysign(_ARROW, half), end[1])]
    drawn = f"M{points[0][0]:.1f},{points[0][1]:.1f}"
    for before, after in pairwise(points):
        middle = (before[0] + after[0]) / 2
        drawn += f"C{middle:.1f},{before[1]:.1f} {middle:.1f},{after[1]:.1f} {after[0]:.1f},{after[1]:.1f}"
    tip, back = points[-1], math.copysign(_ARROW, half)
    arrow = f"M{tip[0]:.1f},{tip[1] - 4:.1f}L{tip[0] + back:.1f},{tip[1]:.1f}L{tip[0]:.1f},{tip[1] + 4:.1f}Z"
    shapes = [tag("path", d=drawn, class_="edge"), tag("path", d=arrow, fill="currentColor")]
    colour = looks.of(edge).colour if edge.kind or edge.tone else "tone-muted"
    return named(_edge_name(edge, nodes), shapes, colour, is_focused=False)
