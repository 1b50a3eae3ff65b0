"""Puts the requests of a trace together again: each is told as what it has more than an earlier one."""

from dataclasses import dataclass, field

from itbench.interfaces.events import EventKind
from itbench.interfaces.json import JsonObject
from itbench.store.reader import RunFile
from itbench.view.data.trace import read_event

_MOST_BEFORE = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeRequest:
    """A request with all its messages.

    Attributes:
        number: of the request.
        model: that was asked.
        system: the system prompt; None where it was not kept.
        messages: each with the position of the event that holds it, and its place in that event's messages.
        left_out: how many messages at the end were not kept.
    """

    number: int
    model: str
    system: str | None
    messages: list[tuple[int, int, JsonObject]] = field(default_factory=list)
    left_out: int = 0


def whole_request(run: RunFile, trial: int, position: int) -> WholeRequest | None:
    """Return the request of an event; None where the event is none, or is too large to be taken apart."""
    chain = _chain(run, trial, position)
    if not chain:
        return None
    messages: list[tuple[int, int, JsonObject]] = []
    for place, data in chain:
        told = [each for each in data.get("messages") or [] if isinstance(each, dict)]
        del messages[int(data.get("from") or 0) :]
        messages += [(place, at, message) for at, message in enumerate(told)]
    last = chain[-1][1]
    return WholeRequest(
        number=int(last.get("number") or 0),
        model=str(last.get("model", "")),
        system=next((data["system"] for _, data in reversed(chain) if "system" in data), None),
        messages=messages,
        left_out=int(last.get("left_out") or 0),
    )


def _chain(run: RunFile, trial: int, position: int) -> list[tuple[int, JsonObject]]:
    """Return position and data of the requests that a request continues, the first of them first, with itself."""
    event = read_event(run, trial, position)
    if event is None or event.kind != EventKind.REQUEST or event.data is None:
        return []
    chain = [(position, event.data)]
    places = _request_places(run, trial, position)
    while (before := chain[-1][1].get("after")) is not None and len(chain) < _MOST_BEFORE:
        found = read_event(run, trial, places.get(before, -1))
        if found is None or found.data is None or found.position >= chain[-1][0]:
            break
        chain.append((found.position, found.data))
    return chain[::-1]


def _request_places(run: RunFile, trial: int, last: int) -> dict[int, int]:
    query = (
        "SELECT position, json_extract(data, '$.number') AS number FROM event "
        "WHERE trial = ? AND kind = 'request' AND position < ? AND json_extract(data, '$.role') IS NULL"
    )
    return {row["number"]: row["position"] for row in run.connection.execute(query, (trial, last))}
