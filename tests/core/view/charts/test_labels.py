"""Labels stand beside their points and never on each other."""

import itertools
from collections.abc import Callable
from typing import Any, Literal

from hypothesis import example, given, strategies as st
from markupsafe import Markup

from itbench import PanelAxis, PanelBar, PanelBars, PanelPoint, PanelReference, PanelScatter
from itbench.view.charts.bars import bars
from itbench.view.charts.labels import LINE_PX, Box, Room
from itbench.view.charts.scatter import scatter
from itbench.view.charts.words import FONT_PX, cut, text_px

Draw = Callable[[Markup], Any]
unit = st.floats(0, 1)
NAMES = [
    "GPT-5.5 (xhigh)",
    "Claude Opus 4.7 (Adaptive Reasoning, Max Effort)",
    "GLM-5.1",
    "Gemma 4 31B",
    "WWWWW",
]


@given(
    places=st.lists(st.tuples(unit, unit, st.sampled_from(NAMES)), max_size=30),
    floor=unit,
    width=st.sampled_from([920.0, 360.0]),
)
def test_no_label_meets_another(
    drawing: Draw, places: list[tuple[float, float, str]], floor: float, width: float
) -> None:
    part = PanelScatter(
        x=PanelAxis(label="US dollars", low=0, high=1),
        y=PanelAxis(label="score", low=0, high=1),
        points=tuple(PanelPoint(x=x, y=y, label=name) for x, y, name in places),
        references=(PanelReference(value=floor, label="floor (loudest-alert)"),),
        is_labelled=True,
        has_front=True,
    )
    root = drawing(scatter(part, width))
    boxes = [
        Box(float(text.attrib["x"]), float(text.attrib["y"]) - FONT_PX, text_px(text.text or ""), LINE_PX)
        for text in root.all("text", "label")
    ]
    tight = [Box(box.x, box.y + 0.1, box.width - 0.2, box.height - 0.2) for box in boxes]
    assert not any(one.meets(other) for at, one in enumerate(tight) for other in tight[:at])
    assert all(box.x >= 0 and box.x + box.width <= width for box in boxes)


def test_a_few_points_apart_are_all_labelled(drawing: Draw) -> None:
    part = PanelScatter(
        points=tuple(PanelPoint(x=n, y=n % 3, label=name) for n, name in enumerate(NAMES)), is_labelled=True
    )
    assert len(drawing(scatter(part, 920)).all("text", "label")) == len(NAMES)


def test_numbers_below_an_axis_do_not_meet(drawing: Draw) -> None:
    days = tuple(f"2025-03-{day:02d}" for day in range(1, 32))
    part = PanelScatter(
        x=PanelAxis(names=days), points=tuple(PanelPoint(x=day, y=1) for day in range(len(days)))
    )
    for width in (920.0, 360.0):
        ticks = [
            text
            for text in drawing(scatter(part, width)).all("text", "tick")
            if text.get("text-anchor") == "middle"
        ]
        spans = [(float(text.attrib["x"]), text_px(text.text or "") / 2) for text in ticks]
        assert len(spans) > 1
        assert all(
            one + half <= other - another for (one, half), (other, another) in itertools.pairwise(spans)
        )


@given(
    values=st.lists(st.floats(-1, 1) | st.floats(0, 1_000), min_size=2), unit=st.sampled_from(["", "%", "$"])
)
def test_numbers_beside_an_axis_are_written_in_full(
    drawing: Draw, values: list[float], unit: Literal["", "%", "$"]
) -> None:
    points = tuple(PanelPoint(x=0, y=value) for value in values)
    chart = scatter(PanelScatter(y=PanelAxis(unit=unit), points=points), 920)
    ticks = [text.text for text in drawing(chart).all("text", "tick") if text.get("text-anchor") == "end"]
    assert ticks
    assert not any("…" in words for words in ticks)


@example(names=["WWWaaff"])
@given(names=st.lists(st.text("abcdefWW-", min_size=1, max_size=12), min_size=1))
def test_short_names_of_bars_are_written_in_full(drawing: Draw, names: list[str]) -> None:
    chart = bars(PanelBars(bars=tuple(PanelBar(label=name, value=1) for name in names)), 920)
    shown = [text.text for text in drawing(chart).all("text", "label")]
    assert shown == [name for name, _ in itertools.groupby(names)]


def test_what_is_taken_is_kept_free() -> None:
    room = Room(Box(0, 0, 100, 50))
    assert room.place("a", 50, 25, 5) is not None
    room.take(Box(0, 0, 100, 50))
    assert room.place("b", 50, 25, 5) is None


@given(text=st.text(max_size=60), room=st.floats(20, 300))
def test_a_cut_text_fits_its_room(text: str, room: float) -> None:
    found = cut(text, room)
    assert text_px(found) <= room or len(found) <= 2
