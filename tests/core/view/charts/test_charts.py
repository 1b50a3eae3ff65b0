"""Charts are well-formed, harmless and bounded, whatever data they are given."""

import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from markupsafe import Markup

from itbench import (
    PanelAxis,
    PanelBar,
    PanelBars,
    PanelEdge,
    PanelGraph,
    PanelLine,
    PanelLines,
    PanelNode,
    PanelPoint,
    PanelReference,
    PanelScatter,
)
from itbench.view.charts.bars import bars
from itbench.view.charts.graph import graph
from itbench.view.charts.lines import lines
from itbench.view.charts.scatter import scatter

Draw = Callable[[Markup], Any]
WIDTHS = (920.0, 360.0)
HOSTILE = [
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "]]></svg><svg onload=alert(1)>",
    "user\u202egnp.exe\u2066\u200f",
    "\x1b[31mred\x00\x07\ufffe\ud800",
    "a" * 5_000,
    "z\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301",
    "&amp;&#0;&bogus;",
]
floats = st.floats(allow_nan=True, allow_infinity=True)
words = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=20), st.characters().map(str))
tones = st.sampled_from([None, "good", "bad", "muted"])
axes = st.builds(
    PanelAxis,
    label=words,
    unit=st.sampled_from(["", "%", "$"]),
    is_log=st.booleans(),
    low=st.none() | floats,
    high=st.none() | floats,
    names=st.lists(words, max_size=5).map(tuple),
)
points = st.builds(
    PanelPoint,
    x=floats,
    y=floats,
    label=words,
    kind=words,
    tone=tones,
    low=st.none() | floats,
    high=st.none() | floats,
    count=st.integers(1, 10**9),
)
references = st.builds(
    PanelReference, value=floats, label=words, axis=st.sampled_from(["x", "y"]), tone=tones
)


def is_on(axis: PanelAxis) -> Callable[[float], bool]:
    """Return what tells whether a number has a place: it is finite, not absurdly large, and above 0 on a logarithmic axis."""
    is_log = axis.is_log and not axis.names
    return lambda value: abs(value) <= 1e100 and (not is_log or value > 1e-100)


def tuples(of: st.SearchStrategy[Any], most: int = 12) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(of, max_size=most).map(tuple)


SCATTERS = st.builds(
    PanelScatter,
    title=words,
    x=axes,
    y=axes,
    points=tuples(points),
    references=tuples(references, 4),
    has_front=st.booleans(),
    is_labelled=st.booleans(),
)
BARS = st.builds(
    PanelBars,
    title=words,
    axis=axes,
    bars=tuples(
        st.builds(
            PanelBar,
            label=words,
            kind=words,
            value=floats,
            low=st.none() | floats,
            high=st.none() | floats,
            tone=tones,
        )
    ),
)
LINES = st.builds(
    PanelLines,
    title=words,
    x=axes,
    y=axes,
    lines=tuples(
        st.builds(PanelLine, label=words, points=tuples(st.tuples(floats, floats)), is_step=st.booleans()), 4
    ),
    references=tuples(references, 4),
)
IDS = st.sampled_from(["a", "b", "c", "d", "e", "f", "g"])
GRAPHS = st.builds(
    PanelGraph,
    title=words,
    nodes=st.lists(IDS, unique=True).flatmap(
        lambda ids: st.tuples(
            *(st.builds(PanelNode, id=st.just(id_), label=words, kind=words) for id_ in ids)
        )
    ),
    edges=tuples(st.builds(PanelEdge, source=IDS, target=IDS, kind=words)),
)


@settings(max_examples=60)
@given(part=SCATTERS, width=st.sampled_from(WIDTHS))
def test_any_scatter_is_well_formed_and_draws_or_counts_each_point(
    drawing: Draw, part: PanelScatter, width: float
) -> None:
    root = drawing(scatter(part, width))
    x, y = is_on(part.x), is_on(part.y)
    count = sum(x(point.x) and y(point.y) for point in part.points)
    assert len(root.marks) == count
    assert root.told.startswith(f"{count} points by ")
    left_out = len(part.points) - count
    assert (f", {left_out} without a place on the axes" in root.told) == bool(left_out)


@settings(max_examples=60)
@given(part=BARS, width=st.sampled_from(WIDTHS))
def test_any_bars_are_well_formed(drawing: Draw, part: PanelBars, width: float) -> None:
    root = drawing(bars(part, width))
    assert len(root.marks) == len(part.bars)


@settings(max_examples=60)
@given(part=LINES, width=st.sampled_from(WIDTHS))
def test_any_lines_are_well_formed_and_draw_or_count_each_point(
    drawing: Draw, part: PanelLines, width: float
) -> None:
    root = drawing(lines(part, width))
    x, y = is_on(part.x), is_on(part.y)
    points = [point for line in part.lines for point in line.points]
    count = sum(x(at) and y(value) for at, value in points)
    assert len(root.marks) == len(part.lines) + count
    left_out = f", {len(points) - count} without a place on the axes" if count < len(points) else ""
    assert root.told == f"{len(part.lines)} lines through {count} points{left_out}"


@settings(max_examples=60)
@given(part=GRAPHS)
def test_any_graph_is_well_formed_and_has_all_nodes(drawing: Draw, part: PanelGraph) -> None:
    assert len(drawing(graph(part, 920)).marks) == len(part.nodes)


@pytest.mark.parametrize("count", [0, 1, 10_000])
def test_any_number_of_points_is_drawn_in_bounded_size(drawing: Draw, count: int) -> None:
    spread = [(math.sin(n) * n, math.cos(n * n)) for n in range(count)]
    part = PanelScatter(
        points=tuple(PanelPoint(x=x, y=y, label=f"p{n}") for n, (x, y) in enumerate(spread)),
        is_labelled=True,
        has_front=True,
    )
    chart = scatter(part, 920)
    root = drawing(chart)
    assert len(root.all("circle")) == count if count < 2 else count > 100
    assert len(chart) < 4_000_000
    assert len(root.marks) <= 150
    line = PanelLine(label="l", points=tuple(spread))
    assert len(lines(PanelLines(lines=(line,)), 920)) < 1_000_000


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_name_is_only_shown(drawing: Draw, name: str) -> None:
    part = PanelScatter(
        title=name,
        x=PanelAxis(label=name),
        points=(PanelPoint(x=1, y=1, label=name, kind=name, note=name),),
        is_labelled=True,
    )
    chart = str(scatter(part, 920))
    drawing(scatter(part, 920))
    assert "<script" not in chart
    assert "<img" not in chart
    assert chart.count("<svg") == 1
    assert not any(mark in chart for mark in "\u202e\u2066\u200f\x1b\x00")
    assert len(chart) < 20_000


def test_numbers_without_a_place_are_left_out_and_told(drawing: Draw) -> None:
    part = PanelScatter(
        x=PanelAxis(label="cost", is_log=True),
        y=PanelAxis(label="score"),
        points=tuple(PanelPoint(x=x, y=0.5) for x in (1.0, 10.0, 0.0, -1.0, math.nan, math.inf)),
    )
    root = drawing(scatter(part, 920))
    assert root.told == "2 points by cost and score, 4 without a place on the axes"
    assert len(root.marks) == 2


def test_a_line_is_broken_where_a_number_is_missing(drawing: Draw) -> None:
    line = PanelLine(label="bill", points=((0, 1), (1, 2), (2, math.nan), (3, 1), (4, 2)))
    root = drawing(lines(PanelLines(lines=(line,)), 920))
    assert len(root.all("path", "line")) == 2


def test_bars_of_one_label_stand_on_each_other(drawing: Draw) -> None:
    part = PanelBars(
        bars=tuple(
            PanelBar(label="run", kind=kind, value=value) for kind, value in (("a", 1), ("b", 2), ("c", 3))
        )
    )
    rects = [rect.attrib for rect in drawing(bars(part, 920)).all("rect")]
    assert len({rect["y"] for rect in rects}) == 1
    ends = [float(rect["x"]) + float(rect["width"]) for rect in rects]
    assert [float(rect["x"]) for rect in rects[1:]] == pytest.approx(ends[:2], abs=0.2)
    assert [text.text for text in drawing(bars(part, 920)).all("text", "value")] == ["6"]


def test_a_mark_leads_to_its_trial(drawing: Draw) -> None:
    part = PanelScatter(
        points=(PanelPoint(x=1, y=1, label="p", trial="7"), PanelPoint(x=2, y=1, trial="gone"))
    )
    root = drawing(scatter(part, 920, lambda trial: f"trial?id={trial}&x=<" if trial == "7" else None))
    assert [mark.get("href") for mark in root.marks] == ["trial?id=7&x=<", None]


def test_each_point_says_its_numbers(drawing: Draw) -> None:
    point = PanelPoint(x=5.38, y=0.467, low=0.4, high=0.5, label="Opus", kind="published", note="59 tasks")
    part = PanelScatter(
        x=PanelAxis(label="cost", unit="$"), y=PanelAxis(label="score", unit="%"), points=(point,)
    )
    (mark,) = drawing(scatter(part, 920)).marks
    assert mark.get("aria-label") == "Opus, published; cost $5.38, score 46.7 % [40 %, 50 %]; 59 tasks"
