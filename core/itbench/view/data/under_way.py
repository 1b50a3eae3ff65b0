"""The trials of a run that are under way, as the live file beside it tells."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from itbench.view.data.trace import Event, object_of

_READER = "itbench.view.data.live"


@dataclass(frozen=True, slots=True, kw_only=True)
class InFlight:
    """A trial under way.

    Attributes:
        task, repeat, attempt: which trial.
        turn: its latest.
        last: the command or tool that it began last.
        tokens: input and output of all replies; None where not known.
        cost_usd: US dollars; None where not known.
        elapsed_s: since it was started.
        waiting: what it is busy with or waits for, in words.
    """

    task: str
    repeat: int
    attempt: int
    turn: int
    last: str
    tokens: int | None
    cost_usd: float | None
    elapsed_s: float
    waiting: str


def trials_under_way(path: Path) -> Sequence[InFlight]:
    """Return the trials of a run that are under way; none where nobody tells of them."""
    read = _reader("under_way")
    return [_in_flight(each) for each in read(path)] if read else []


def live_events(path: Path, task: str, repeat: int) -> Sequence[Event]:
    """Return what happened so far in a trial under way, as much as one page takes."""
    read = _reader("events_of")
    return [_event(each) for each in read(path, task, repeat)] if read else []


def _reader(name: str) -> Callable[..., Sequence[Any]] | None:
    if find_spec(_READER) is None:
        return None
    found: Callable[..., Sequence[Any]] = getattr(import_module(_READER), name)
    return found


def _in_flight(found: Any) -> InFlight:
    known = found.input_tokens is not None and found.output_tokens is not None
    detail = f": {found.detail}" if found.detail and found.detail != found.last_tool else ""
    return InFlight(
        task=found.task,
        repeat=found.repeat,
        attempt=found.attempt,
        turn=found.turn,
        last=found.last_tool or "",
        tokens=found.input_tokens + found.output_tokens if known else None,
        cost_usd=found.cost_usd,
        elapsed_s=max(0.0, time.time() - found.started),
        waiting=f"{found.waits_for}{detail}",
    )


def _event(found: Any) -> Event:
    data = object_of(found.data) if found.is_whole else None
    head = "" if data is not None else found.data
    return Event(found.position, found.at_s, found.kind, found.length, data, head)
