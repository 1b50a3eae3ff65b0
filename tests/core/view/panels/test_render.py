"""Panels become HTML in which nothing that somebody else wrote is anything but text."""

from html.parser import HTMLParser

import pytest
from pydantic import ValidationError

from itbench import (
    Panel,
    PanelBar,
    PanelBars,
    PanelCell,
    PanelDifference,
    PanelEdge,
    PanelGraph,
    PanelGrid,
    PanelLine,
    PanelLines,
    PanelNode,
    PanelPart,
    PanelPoint,
    PanelScatter,
    PanelTable,
    PanelText,
)
from itbench.view.panels.render import panel_html, part_html

EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)>\u202e\x1b[31m\ud800\"'"
PARTS: list[PanelPart] = [
    PanelText(text=EVIL),
    PanelTable(title=EVIL, columns=(EVIL,), rows=((EVIL,), (1.5,), (None,))),
    PanelDifference(title=EVIL, left=EVIL, right=f"{EVIL}\n{EVIL}", left_title=EVIL),
    PanelGrid(title=EVIL, rows=(EVIL,), columns=(EVIL,), cells=((PanelCell(label=EVIL, note=EVIL),),)),
    PanelScatter(
        title=EVIL, points=(PanelPoint(x=1, y=1, label=EVIL, kind=EVIL), PanelPoint(x=2, y=2, kind="b"))
    ),
    PanelBars(title=EVIL, bars=(PanelBar(label=EVIL, kind=EVIL, value=1), PanelBar(value=2, kind="b"))),
    PanelLines(title=EVIL, lines=(PanelLine(label=EVIL, points=((0, 1), (1, 2))), PanelLine(label="b"))),
    PanelGraph(
        title=EVIL,
        nodes=(PanelNode(id=EVIL, label=EVIL, kind=EVIL), PanelNode(id="b")),
        edges=(PanelEdge(source=EVIL, target="b", kind=EVIL, note=EVIL),),
    ),
]
NAMES = [type(part).__name__ for part in PARTS]
VOID = {"br", "img", "meta", "link", "input", "hr"}


class Tags(HTMLParser):
    """Checks that tags are closed in order, and keeps them with their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def tags(html: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Tags()
    parser.feed(html)
    parser.close()
    assert parser.open == []
    return parser.seen


@pytest.mark.parametrize("part", PARTS, ids=NAMES)
def test_nothing_hostile_comes_through(part: PanelPart) -> None:
    html = panel_html(Panel(title=EVIL, parts=(part,)))
    found = tags(html)
    html.encode("utf-8")
    assert not {"script", "img", "style", "iframe"} & {name for name, _ in found}
    assert not any(key.startswith("on") or key == "style" for _, attributes in found for key in attributes)
    assert not any(character in html for character in "\u202e\x1b")
    assert "\\u202e" in html


@pytest.mark.parametrize("part", PARTS, ids=NAMES)
def test_each_chart_has_a_table_with_all_its_labels(part: PanelPart) -> None:
    found = [name for name, _ in tags(part_html(part))]
    assert ("svg" in found) == (
        type(part).__name__ in {"PanelScatter", "PanelBars", "PanelLines", "PanelGraph"}
    )
    assert "table" in found or isinstance(part, PanelText)


def test_a_table_tells_how_many_rows_it_leaves_out() -> None:
    points = tuple(PanelPoint(x=number, y=1, label=f"p{number}") for number in range(600))
    html = part_html(PanelScatter(points=points))
    assert "100 more rows are not shown" in html
    assert "p499" in html


def test_equal_lines_stand_side_by_side_and_others_are_marked() -> None:
    html = part_html(PanelDifference(left="same\nold\nend", right="same\nnew\nmore\nend"))
    assert html.count("<td>same</td><td>same</td>") == 1
    assert "<del>old</del>" in html
    assert "<ins>new</ins>" in html
    assert "<ins>more</ins>" in html


def test_a_cell_is_as_dark_as_its_value_and_leads_to_its_trial() -> None:
    cells = ((PanelCell(value=0.99, trial="7"), PanelCell(value=float("nan")), None),)
    html = part_html(
        PanelGrid(rows=("task",), columns=("a", "b", "c"), cells=cells), lambda trial: f"trial/{trial}"
    )
    classes = [attributes.get("class") for name, attributes in tags(html) if name == "td"]
    assert classes == [None, "h5", "tint-muted", None]
    assert '<a href="trial/7">0.99</a>' in html


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: PanelScatter(points=(PanelPoint(x=1, y=1),) * 10_001), "at most 10000 items"),
        (lambda: PanelText(text="a" * 200_001), "at most 200000 characters"),
        (lambda: PanelTable(columns=(), rows=()), "at least 1 item"),
        (lambda: PanelBar(label="a", value="many"), "valid number"),
        (lambda: Panel(title="t", parts=("words",)), "valid"),
    ],
    ids=["too many points", "too long a text", "no columns", "no number", "no part"],
)
def test_what_is_malformed_is_refused_where_it_is_made(make: object, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        make()


def test_line_ends_and_tabs_of_others_stay_what_they_are() -> None:
    assert part_html(PanelText(text="a\r\nb\tc")) == '<p class="panel-text">a\nb    c</p>'


def test_a_long_label_is_cut() -> None:
    assert len(PanelPoint(x=1, y=1, label="a" * 10_000).label) == 300
