"""Puts the requests of a trace together again: each is told as what it has more than an earlier one."""

from dataclasses import dataclass, field

from itbench.interfaces.events import EventKind
from itbench.interfaces.json import JsonObject
from itbench.store.reader import RunFile
from itbench.view.data.trace import read_event

_MOST_BEFORE = 10_000


@dataclass(frozen=True, slots=True)
class ToldMessage:
    """A message of a request.

    Attributes:
        position: of the event that holds it.
        keys: by which it is found in the data of that event.
        data: of the message.
    """

    position: int
    keys: tuple[str | int, ...]
    data: JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeRequest:
    """A request with all its messages.

    Attributes:
        number: of the request.
        model: that was asked.
        system: the system prompt; None where it was not kept.
        messages: all of them; replies in full, as far as they were recorded and are not too large to be taken apart.
        left_out: how many messages at the end were not kept.
    """

    number: int
    model: str
    system: str | None
    messages: list[ToldMessage] = field(default_factory=list)
    left_out: int = 0


def whole_request(run: RunFile, trial: int, position: int) -> WholeRequest | None:
    """Return the request of an event; None where the event is none, or is too large to be taken apart."""
    chain = _chain(run, trial, position)
    if not chain:
        return None
    messages: list[ToldMessage] = []
    for place, data in chain:
        told = [each for each in data.get("messages") or [] if isinstance(each, dict)]
        del messages[int(data.get("from") or 0) :]
        messages += [ToldMessage(place, ("messages", at), message) for at, message in enumerate(told)]
    replies = _places(run, trial, position, EventKind.REPLY, "request")
    last = chain[-1][1]
    return WholeRequest(
        number=int(last.get("number") or 0),
        model=str(last.get("model", "")),
        system=next((data["system"] for _, data in reversed(chain) if "system" in data), None),
        messages=[_with_reply(run, trial, message, replies) for message in messages],
        left_out=int(last.get("left_out") or 0),
    )


def _chain(run: RunFile, trial: int, position: int) -> list[tuple[int, JsonObject]]:
    """Return position and data of the requests that a request continues, the first of them first, with itself."""
    event = read_event(run, trial, position)
    if event is None or event.kind != EventKind.REQUEST or event.data is None:
        return []
    chain = [(position, event.data)]
    places = _places(run, trial, position, EventKind.REQUEST, "number")
    while (before := chain[-1][1].get("after")) is not None and len(chain) < _MOST_BEFORE:
        found = read_event(run, trial, places.get(before, -1))
        if found is None or found.data is None or found.position >= chain[-1][0]:
            break
        chain.append((found.position, found.data))
    return chain[::-1]


def _with_reply(run: RunFile, trial: int, message: ToldMessage, places: dict[int, int]) -> ToldMessage:
    """Return a message that is a reply with what its event says."""
    number = message.data.get("reply")
    place = places.get(number) if isinstance(number, int) else None
    event = None if place is None else read_event(run, trial, place)
    if event is None or event.data is None:
        return message
    said = {name: event.data[name] for name in ("text", "calls") if name in event.data}
    return ToldMessage(event.position, (), {"role": message.data.get("role")} | said)


def _places(run: RunFile, trial: int, last: int, kind: EventKind, name: str) -> dict[int, int]:
    """Return the positions of events of a kind before the last, by the number of the request in the field of this name."""
    query = (
        "SELECT position, json_extract(data, ?) AS number FROM event "
        "WHERE trial = ? AND kind = ? AND position < ? AND json_extract(data, '$.role') IS NULL"
    )
    values = (f"$.{name}", trial, str(kind), last)
    return {row["number"]: row["position"] for row in run.connection.execute(query, values)}
