"""Two trials side by side, aligned by turns or by commands."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import groupby, zip_longest
from typing import Any

from itbench.errors import UsageError
from itbench.interfaces.events import EventKind
from itbench.report.agent_label import agent_label
from itbench.store.reader import RunFile
from itbench.view.data.catalogue import Catalogue
from itbench.view.data.trace import Entry, is_checked_at_once, read_events, trace_index
from itbench.view.data.trial import StoredTrial, stored_trial
from itbench.view.pages.beside import beside
from itbench.view.pages.page import Asked, Page, Trail, number_of
from itbench.view.pages.transcript import Shown, Transcript

_PAIR = 2
_ROWS = 60
_SHOWN = frozenset({EventKind.REPLY, EventKind.TOOL, EventKind.MESSAGE, EventKind.FAILED, EventKind.OUTPUT})
_MOST_COMPARED = 3_000


@dataclass(slots=True, kw_only=True)
class Side:
    """One of the two trials.

    Attributes:
        run: the key of its run.
        number: of the trial.
        agent: its label.
        trial: as it is stored.
        entries: of its trace.
        is_checked: whether it is known to be what was written.
        shown: its events by position, as far as they are on the page.
    """

    run: str
    number: int
    agent: str
    trial: StoredTrial
    entries: Sequence[Entry]
    is_checked: bool
    shown: dict[int, Shown] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A row of both sides: a turn of each, or a command of each."""

    name: str
    left: Sequence[Entry]
    right: Sequence[Entry]
    is_same: bool = False


def sides_page(catalogue: Catalogue, asked: Asked) -> Page:
    """Return two trials side by side.

    Raises:
        UsageError: two trials are not named, or one is not there.
        RunFileError: a run cannot be read.
    """
    places = _places(asked)
    sides = [_side(catalogue, run, number) for run, number in places]
    by, start = asked.text("by", "turns"), asked.count("from", 0)
    pairs = list(_by_commands(*sides) if by == "commands" else _by_turns(*sides))
    page_pairs = pairs[start : start + _ROWS]
    for side, entries in zip(sides, _entries(page_pairs), strict=True):
        with catalogue.open(side.run) as run:
            side.shown = _shown(run, side, entries)
    answers = [side.trial.answer for side in sides]
    context: dict[str, Any] = {
        "sides": sides,
        "pairs": page_pairs,
        "by": by,
        "following": start + _ROWS if len(pairs) > start + _ROWS else None,
        "before": max(0, start - _ROWS) if start else None,
        "answers": beside(*answers) if None not in answers else None,
        "is_same_task": sides[0].trial.row["task"] == sides[1].trial.row["task"],
        "here": {
            "run": sides[0].run,
            "trial": sides[0].number,
            "other": sides[1].run,
            "other_trial": sides[1].number,
        },
    }
    trail: Trail = (("Runs", "runs", {}), ("Run", "run", {"run": sides[0].run}))
    return Page(
        template="sides.html",
        title="Two trials",
        context=context,
        trail=trail,
        scripts=("view.js", "trial.js"),
    )


def _places(asked: Asked) -> list[tuple[str, int]]:
    """Return run and trial of both sides; without another run both are of one."""
    runs, trials = asked.texts("run"), [*asked.values.get("trial", ())]
    other = asked.text("other") or (runs[0] if runs else "")
    if asked.text("other_trial"):
        trials = [*trials[:1], asked.text("other_trial")]
    if not runs or len(trials) != _PAIR:
        raise UsageError("two trials are needed; tick them in the list of trials of a run")
    return [(runs[0], number_of(trials[0], "trial")), (other, number_of(trials[1], "trial"))]


def _side(catalogue: Catalogue, key: str, number: int) -> Side:
    with catalogue.open(key) as run:
        trial = stored_trial(run, number)
        agent = agent_label(run.plan()["agent"])
        entries = trace_index(run, number)
        return Side(
            run=key,
            number=number,
            agent=agent,
            trial=trial,
            entries=entries,
            is_checked=is_checked_at_once(run, number, entries),
        )


def _by_turns(one: Side, other: Side) -> Iterator[Pair]:
    turns = [
        {turn: list(found) for turn, found in groupby(side.entries, key=lambda entry: entry.turn)}
        for side in (one, other)
    ]
    for turn in sorted(turns[0].keys() | turns[1].keys()):
        left, right = (_interesting(found.get(turn, ())) for found in turns)
        if left or right:
            is_same = _commands(left) == _commands(right) != []
            yield Pair(name=f"Turn {turn}" if turn else "Before", left=left, right=right, is_same=is_same)


def _commands(entries: Sequence[Entry]) -> list[str]:
    return [entry.text for entry in entries if entry.kind == EventKind.TOOL]


def _by_commands(one: Side, other: Side) -> Iterator[Pair]:
    """Yield the calls of both, those of the same words beside each other."""
    left, right = (
        [entry for entry in side.entries if entry.kind == EventKind.TOOL][:_MOST_COMPARED]
        for side in (one, other)
    )
    words = [[f"{entry.name} {entry.text}" for entry in calls] for calls in (left, right)]
    matcher = SequenceMatcher(None, words[0], words[1], autojunk=False)
    for what, start, end, other_start, other_end in matcher.get_opcodes():
        for a, b in zip_longest(left[start:end], right[other_start:other_end]):
            turns = [f"turn {entry.turn}" for entry in (a, b) if entry]
            yield Pair(
                name=", ".join(dict.fromkeys(turns)),
                left=[a] if a else [],
                right=[b] if b else [],
                is_same=what == "equal",
            )


def _interesting(entries: Sequence[Entry]) -> list[Entry]:
    return [entry for entry in entries if entry.kind in _SHOWN]


def _entries(pairs: Sequence[Pair]) -> tuple[list[Entry], list[Entry]]:
    return [entry for pair in pairs for entry in pair.left], [entry for pair in pairs for entry in pair.right]


def _shown(run: RunFile, side: Side, entries: Sequence[Entry]) -> dict[int, Shown]:
    if not entries:
        return {}
    transcript, wanted = (
        Transcript({"run": side.run, "trial": str(side.number)}),
        {entry.position for entry in entries},
    )
    events = read_events(run, side.number, min(wanted), max(wanted))
    return {event.position: transcript.shown(event) for event in events if event.position in wanted}
