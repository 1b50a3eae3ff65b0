"""Long texts in an event, by the path of JSON pointers (RFC 6901), in pieces."""

from dataclasses import dataclass

from itbench.interfaces.json import JsonValue
from itbench.report.transcript.fields import text_of
from itbench.store.reader import RunFile
from itbench.view.data.trace import event_text, read_event

PIECE = 200_000
"""Characters of one piece."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a text.

    Attributes:
        text: of the piece.
        total: characters of the whole.
        following: where the next one begins; None after the last.
    """

    text: str
    total: int
    following: int | None


def piece_of_event(run: RunFile, trial: int, position: int, path: str, offset: int) -> Piece | None:
    """Return a piece of a text in an event; without a path of its JSON text. None where there is none."""
    event = read_event(run, trial, position)
    if event is None or offset < 0:
        return None
    if event.data is None:
        text, following = event_text(run, trial, position, offset, PIECE)
        return Piece(text, event.size, following if text and following < event.size else None)
    if not path:
        return piece_of(text_of(event.data), offset)
    try:
        return piece_of(text_of(at_pointer(event.data, path)), offset)
    except LookupError:
        return None


def piece_of(text: str, offset: int) -> Piece:
    """Return a piece of a text from a place on."""
    following = offset + PIECE
    return Piece(text[offset:following], len(text), following if following < len(text) else None)


def at_pointer(value: JsonValue, path: str) -> JsonValue:
    """Return the part of a JSON value that a pointer names.

    Raises:
        LookupError: there is none.
    """
    for word in path.split("/")[1:]:
        key = word.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict):
            value = value[key]
            continue
        if not isinstance(value, list) or not key.isdecimal():
            raise LookupError(path)
        value = value[int(key)]
    return value


def pointer(*keys: str | int) -> str:
    """Return the pointer to a part by its keys."""
    return "".join(f"/{str(key).replace('~', '~0').replace('/', '~1')}" for key in keys)
