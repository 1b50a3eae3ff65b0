"""The outline of a trace: its turns with what was done in each, to go to any of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from itbench.interfaces.events import EventKind
from itbench.view.data.trace import Entry

_LINES = {
    EventKind.FAILED,
    EventKind.TOO_LONG,
    EventKind.WAITING,
    EventKind.WARNING,
    EventKind.SUMMARISED,
    EventKind.OBSERVED,
    EventKind.END,
}
_BAD = {EventKind.FAILED, EventKind.TOO_LONG}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the outline below a turn."""

    position: int
    name: str
    text: str
    tone: str


@dataclass(slots=True)
class Turn:
    """A turn in the outline.

    Attributes:
        number: of the turn; 0 for what comes before the first.
        position: of its first event.
        at_s: when it began.
        tokens, cost_usd: of its replies, as far as they are known.
        lines: what was done.
    """

    number: int
    position: int
    at_s: float
    tokens: int = 0
    cost_usd: float = 0.0
    lines: list[Line] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Totals:
    """Tokens and dollars used until some time, in seconds since the trial began."""

    at_s: float
    tokens: int
    cost_usd: float


def outline_of(entries: Sequence[Entry]) -> list[Turn]:
    """Return the turns of a trace."""
    turns: list[Turn] = []
    for entry in entries:
        if not turns or turns[-1].number != entry.turn:
            turns.append(Turn(entry.turn, entry.position, entry.at_s))
        turn = turns[-1]
        turn.tokens += entry.tokens or 0
        turn.cost_usd += entry.cost_usd or 0.0
        if entry.kind == EventKind.TOOL:
            turn.lines.append(
                Line(entry.position, entry.name, entry.text, "" if entry.is_ok is not False else "bad")
            )
        elif entry.kind in _LINES:
            tone = (
                "bad"
                if entry.kind in _BAD
                else "warning"
                if entry.kind in {EventKind.WAITING, EventKind.WARNING}
                else ""
            )
            turn.lines.append(Line(entry.position, entry.kind, entry.text, tone))
    return turns


def totals_of(entries: Sequence[Entry]) -> list[Totals]:
    """Return what was used after each reply."""
    found, tokens, cost = [], 0, 0.0
    for entry in entries:
        if entry.kind == EventKind.USAGE and (entry.tokens is not None or entry.cost_usd is not None):
            tokens += entry.tokens or 0
            cost += entry.cost_usd or 0.0
            found.append(Totals(entry.at_s, tokens, cost))
    return found
