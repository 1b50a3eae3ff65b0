"""What a domain shows of its trials on the pages of `itbench view` and `itbench site`: data only, no HTML.

A panel has a title and parts. Each part is checked where it is made: the number of its marks is bounded, and long labels are
cut. Numbers may be NaN or infinite; they are shown as missing. All text is escaped on the page.
"""

from typing import TYPE_CHECKING, Annotated, Final, Literal, TypeAlias

from pydantic import BeforeValidator, Field

from itbench.interfaces.model import Frozen
from itbench.interfaces.score import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from itbench.interfaces.shown import ShownTrial

_LONGEST_LABEL: Final = 300

Tone: TypeAlias = Literal["plain", "good", "bad", "warning", "muted", "accent"]
"""What a mark says, whatever colours the page has; a mark without one has the colour of its kind."""


def _text(value: object) -> object:
    """Return text that can be written as UTF-8; what is no text is refused by its type."""
    return printable(value) if isinstance(value, str) else value


def _label(value: object) -> object:
    text = _text(value)
    if not isinstance(text, str) or len(text) <= _LONGEST_LABEL:
        return text
    return f"{text[: _LONGEST_LABEL - 1]}…"


Text = Annotated[str, BeforeValidator(_text)]
Label = Annotated[str, BeforeValidator(_label)]


class _Mark(Frozen):
    """What all marks have."""

    label: Label = Field(default="", description="What it is called.")
    kind: Label = Field(
        default="",
        description="The word in the legend; marks of one kind look alike, by colour and by shape.",
    )
    tone: Tone | None = Field(default=None, description="What it says; None for the next free colour.")
    note: Label = Field(default="", description="What else is told of it, in the tip and in the table.")
    trial: Text = Field(default="", description="`ShownTrial.reference` of the trial that it leads to.")


class PanelAxis(Frozen):
    """What an axis measures."""

    label: Label = ""
    unit: Literal["", "%", "$"] = Field(default="", description="% shows 0.5 as 50 %.")
    is_log: bool = Field(default=False, description="Logarithmic; what is not above 0 is then left out.")
    low: float | None = Field(default=None, description="Where it begins; None for where the data does.")
    high: float | None = Field(default=None, description="Where it ends; None for where the data does.")
    names: tuple[Label, ...] = Field(
        default=(), max_length=10_000, description="What stands at 0, 1, 2 and so on, such as days."
    )


class PanelText(Frozen):
    """Words; line ends stay, and nothing in them is markup."""

    text: Text = Field(max_length=200_000)


class PanelTable(Frozen):
    """Rows of words and numbers; None is shown as missing."""

    title: Label = ""
    columns: tuple[Label, ...] = Field(min_length=1, max_length=30)
    rows: tuple[tuple[Label | int | float | None, ...], ...] = Field(default=(), max_length=2_000)


class PanelNode(_Mark):
    """A node of a graph."""

    id: Text = Field(min_length=1, description="Known only inside the graph.")


class PanelEdge(Frozen):
    """An edge of a graph, from one node to another; edges that lead to no node are not drawn."""

    source: Text
    target: Text
    kind: Label = ""
    tone: Tone | None = None
    note: Label = ""


class PanelGraph(Frozen):
    """Nodes and edges, laid out in layers from left to right along the edges."""

    title: Label = ""
    nodes: tuple[PanelNode, ...] = Field(default=(), max_length=500)
    edges: tuple[PanelEdge, ...] = Field(default=(), max_length=2_000)


class PanelBar(_Mark):
    """A bar; bars of the same label that follow one another stand on each other."""

    value: float
    low: float | None = Field(default=None, description="Lower end of its interval.")
    high: float | None = Field(default=None, description="Upper end of its interval.")


class PanelBars(Frozen):
    """Bars from left to right, one below another."""

    title: Label = ""
    axis: PanelAxis = PanelAxis()
    bars: tuple[PanelBar, ...] = Field(default=(), max_length=500)


class PanelPoint(_Mark):
    """A point, perhaps with an interval, or several at one place."""

    x: float
    y: float
    low: float | None = Field(default=None, description="Lower end of the interval of y.")
    high: float | None = Field(default=None, description="Upper end of the interval of y.")
    count: int = Field(default=1, ge=1, description="How many it stands for; drawn larger.")


class PanelReference(Frozen):
    """A line across a chart, such as a floor."""

    value: float
    label: Label = ""
    axis: Literal["x", "y"] = "y"
    tone: Tone | None = None


class PanelScatter(Frozen):
    """Points by two measures."""

    title: Label = ""
    x: PanelAxis = PanelAxis()
    y: PanelAxis = PanelAxis()
    points: tuple[PanelPoint, ...] = Field(default=(), max_length=10_000)
    references: tuple[PanelReference, ...] = Field(default=(), max_length=20)
    has_front: bool = Field(
        default=False, description="Draw the Pareto front: no other point has less x and more y."
    )
    is_labelled: bool = Field(
        default=False, description="Write labels beside the points where there is room."
    )


class PanelLine(_Mark):
    """A line through points, in the order of x."""

    points: tuple[tuple[float, float], ...] = Field(default=(), max_length=10_000)
    is_step: bool = Field(default=False, description="The value holds until the next point.")


class PanelLines(Frozen):
    """Lines over time or over another measure."""

    title: Label = ""
    x: PanelAxis = PanelAxis()
    y: PanelAxis = PanelAxis()
    lines: tuple[PanelLine, ...] = Field(default=(), max_length=50)
    references: tuple[PanelReference, ...] = Field(default=(), max_length=50)


class PanelCell(_Mark):
    """A cell of a grid."""

    value: float | None = Field(default=None, description="From 0 to 1: how dark it is where it has no tone.")


class PanelGrid(Frozen):
    """A heat map: named rows and columns of cells; None for an empty cell."""

    title: Label = ""
    rows: tuple[Label, ...] = Field(default=(), max_length=1_000)
    columns: tuple[Label, ...] = Field(default=(), max_length=200)
    cells: tuple[tuple[PanelCell | None, ...], ...] = Field(default=(), max_length=1_000)


class PanelDifference(Frozen):
    """Two texts side by side, such as an answer and the truth, with what differs marked."""

    title: Label = ""
    left: Text = Field(max_length=200_000)
    right: Text = Field(max_length=200_000)
    left_title: Label = "answer"
    right_title: Label = "truth"


PanelPart: TypeAlias = (
    PanelText | PanelTable | PanelGraph | PanelBars | PanelScatter | PanelLines | PanelGrid | PanelDifference
)
"""Any part of a panel."""


class Panel(Frozen):
    """A part of a page that a domain makes: a title, and what stands below it, in order."""

    title: Label = Field(min_length=1)
    parts: tuple[PanelPart, ...] = Field(default=(), max_length=50)


TrialPanels: TypeAlias = "Callable[[ShownTrial], Iterable[Panel]]"
"""Returns what a domain shows of one trial that ended; read-only, and best as a generator: a panel that fails then leaves
those before it."""
RunPanels: TypeAlias = "Callable[[Iterator[ShownTrial]], Iterable[Panel]]"
"""Returns what a domain shows of all trials that a page is about, of one run or of several; they can be read once, one
after another, and may be a hundred thousand."""
