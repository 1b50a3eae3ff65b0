"""The trace of a trial: a light index of all its events, and the whole of a few.

An event may be 50 MB, and a trace 100 MB. So the index looks at both ends of a large event only, and what is shown of one
comes in pieces.
"""

import codecs
import json
import re
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from itbench.interfaces.events import EventKind
from itbench.interfaces.json import JsonObject
from itbench.store.reader import RunFile

LARGE = 262_144
"""An event of more bytes is not taken apart, but shown as the JSON text that it is."""
_SMALL, _END = 2_048, 200
_CHECKED = 2_000_000
# One look at the data in each query: SQLite holds a copy of a large event for each. As bytes, their characters are not counted.
_SIZES = "SELECT length(CAST(data AS BLOB)) AS size FROM event WHERE trial = ? ORDER BY position"
_HEADS = f"SELECT position, at_s, kind, substr(CAST(data AS BLOB), 1, {_SMALL}) AS head FROM event WHERE trial = ? ORDER BY position"  # noqa: S608 - our own words
_ENDS = (
    f"SELECT position, substr(CAST(data AS BLOB), -{_END}) AS tail FROM event WHERE trial = ? AND kind = ?"  # noqa: S608 - our own words
)
_IN_RANGE = "FROM event WHERE trial = ? AND position BETWEEN ? AND ? ORDER BY position"
_RANGE_SIZES = f"SELECT length(CAST(data AS BLOB)) AS size {_IN_RANGE}"
_RANGE = f"SELECT position, at_s, kind, substr(CAST(data AS BLOB), 1, {LARGE}) AS head {_IN_RANGE}"
_PIECE = "SELECT substr(CAST(data AS BLOB), ?, ?) AS piece FROM event WHERE trial = ? AND position = ?"
_TEXT = r'"((?:[^"\\]|\\.)*)"?'
_NAME = re.compile(r'"name":' + _TEXT)
_COMMAND = re.compile(r'"command":' + _TEXT)
_OK = re.compile(r'"ok":(true|false),"duration_s":([0-9.eE+-]+)\}$')
_MOST_SHOWN = 160
_TOLD = ("failure", "message", "about", "by", "number")


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index knows of one event.

    Attributes:
        position: in the trace.
        at_s: seconds since the trial began.
        kind: of the event.
        size: bytes of its JSON text.
        turn: the number of the turn that it is part of; 0 before the first.
        name: of the tool that was called; empty of other events.
        text: the command of a call, or what else tells the event from others.
        is_ok: whether a tool call succeeded; None of other events.
        tokens: input and output of a reply; None where not known.
        cost_usd: of a reply; None where not known.
    """

    position: int
    at_s: float
    kind: str
    size: int
    turn: int = 0
    name: str = ""
    text: str = ""
    is_ok: bool | None = None
    tokens: int | None = None
    cost_usd: float | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One event as it is shown.

    Attributes:
        position: in the trace.
        at_s: seconds since the trial began.
        kind: of the event.
        size: bytes of its JSON text.
        data: what it holds; None where it is too large to be taken apart, or is no JSON object.
        head: how its JSON text begins, where `data` is None.
    """

    position: int
    at_s: float
    kind: str
    size: int
    data: JsonObject | None
    head: str = ""


def trace_index(run: RunFile, trial: int) -> list[Entry]:
    """Return what is known of all events without taking the large ones apart."""
    ask = run.connection.execute
    sizes = [row["size"] for row in ask(_SIZES, (trial,))]
    ends = {row["position"]: _ended_well(row["tail"]) for row in ask(_ENDS, (trial, EventKind.TOOL))}
    entries, turn = [], 0
    for row, size in zip(ask(_HEADS, (trial,)), sizes, strict=False):
        turn += row["kind"] == EventKind.TURN
        entries.append(_entry(row, size, turn, ends.get(row["position"])))
    return entries


def _entry(row: sqlite3.Row, size: int, turn: int, is_ok: bool | None) -> Entry:
    kind, head = row["kind"], _text(row["head"])
    place = (row["position"], row["at_s"], kind, size, turn)
    if kind == EventKind.TOOL:
        return Entry(*place, *_call(head), is_ok)
    data = object_of(head) if size <= _SMALL else None
    if kind == EventKind.USAGE and data is not None and "role" not in data:
        taken, given = data.get("input_tokens"), data.get("output_tokens")
        tokens = taken + given if isinstance(taken, int) and isinstance(given, int) else None
        return Entry(*place, tokens=tokens, cost_usd=data.get("cost_usd"))
    told = next((data[key] for key in _TOLD if data.get(key)), "") if data else ""
    return Entry(*place, text=str(told)[:_MOST_SHOWN])


def _ended_well(tail: bytes) -> bool | None:
    found = _OK.search(_text(tail))
    return found[1] == "true" if found else None


def _call(head: str) -> tuple[str, str]:
    """Return the name of the tool that was called, and the command if there was one."""
    name, command = _NAME.search(head), _COMMAND.search(head)
    shown = _decoded(command[1]) if command else ""
    return _decoded(name[1]) if name else "?", shown[:_MOST_SHOWN]


def _decoded(text: str) -> str:
    """Return the text that a part of a JSON string stands for, as far as it is whole."""
    for end in (len(text), text.rfind("\\")):
        try:
            return str(json.loads(f'"{text[:end]}"')) if end >= 0 else text
        except ValueError:
            continue
    return text


def _text(data: bytes) -> str:
    """Return the text of bytes that may end within a character."""
    return bytes(data).decode("utf-8", "ignore")


def object_of(text: str) -> JsonObject | None:
    """Return the JSON object in a text; None where it is none."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def is_checked_at_once(
    run: RunFile, trial: int, entries: Iterable[Entry], *, is_patient: bool = False
) -> bool:
    """Look whether a trial is what was written, unless that takes long; then a page asks for it afterwards.

    Args:
        run: with the trial.
        trial: its number.
        entries: of its trace.
        is_patient: whether it is looked at however long that takes.

    Raises:
        RunFileError: it is not.
    """
    is_looked_at = is_patient or sum(entry.size for entry in entries) <= _CHECKED
    if is_looked_at:
        run.require_whole_trial(trial)
    return is_looked_at


def read_events(run: RunFile, trial: int, first: int, last: int) -> Iterator[Event]:
    """Yield the events from one position to another, both included; whole where they are not large."""
    place = (trial, first, last)
    sizes = [row["size"] for row in run.connection.execute(_RANGE_SIZES, place)]
    for row, size in zip(run.connection.execute(_RANGE, place), sizes, strict=False):
        text = _text(row["head"])
        data = object_of(text) if size <= LARGE else None
        head = "" if data is not None else text
        yield Event(row["position"], row["at_s"], row["kind"], size, data, head)


def read_event(run: RunFile, trial: int, position: int) -> Event | None:
    """Return one event; None without one."""
    return next(read_events(run, trial, position, position), None)


def event_text(run: RunFile, trial: int, position: int, offset: int, length: int) -> tuple[str, int]:
    """Return a piece of the JSON text of an event from a byte on, and where the next one begins; empty past its end."""
    row = run.connection.execute(_PIECE, (offset + 1, length, trial, position)).fetchone()
    piece = b"" if row is None else bytes(row["piece"])
    text, taken = codecs.utf_8_decode(piece, "replace", False)
    return text, offset + taken


def found_in_trace(run: RunFile, trial: int, text: str, most: int) -> list[tuple[int, str]]:
    """Return position and surroundings of the events that have a text, in whichever case; at most so many."""
    if not text:
        return []
    needle = json.dumps(text, ensure_ascii=False)[1:-1].lower()
    query = """
        SELECT position, substr(data, max(1, place - 60), 200 + ?) AS around FROM (
            SELECT position, data, instr(lower(data), ?) AS place FROM event WHERE trial = ? ORDER BY position
        ) WHERE place > 0 LIMIT ?
    """
    rows: list[Any] = run.connection.execute(query, (len(needle), needle, trial, most)).fetchall()
    return [(row["position"], row["around"]) for row in rows]
