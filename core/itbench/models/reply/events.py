"""Splits a stream of server-sent events into events."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """One event: its name, empty where the stream gives none, and its data."""

    name: str
    data: bytes


class EventSplitter:
    """Takes bytes as they come and gives each event that is complete.

    Format: https://html.spec.whatwg.org/multipage/server-sent-events.html. A line `error: {...}`, which servers built
    on llama.cpp have used in place of an event named `error`, counts as one.
    """

    def __init__(self) -> None:
        self._rest = bytearray()
        self._lines: list[bytes] = []
        self._name = ""

    def add(self, data: bytes) -> Iterator[Event]:
        """Take the next bytes and give the events that end in them."""
        self._rest += data
        if b"\n" not in data and b"\r" not in data:
            return
        text = bytes(self._rest)
        # A CR at the end may be half of a CRLF.
        held = b"\r" if text.endswith(b"\r") else b""
        lines = text[: len(text) - len(held)].replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        self._rest = bytearray(lines.pop() + held)
        for line in lines:
            if line:
                self._take(line)
            elif self._lines:
                yield Event(self._name, b"\n".join(self._lines))
                self._lines.clear()
                self._name = ""
            else:
                self._name = ""

    def end(self) -> Iterator[Event]:
        """Give the last event, where the stream ended without an empty line."""
        yield from self.add(b"\n\n")

    def _take(self, line: bytes) -> None:
        name, colon, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            self._lines.append(value)
        elif name == b"event":
            self._name = value.decode("utf-8", "replace").strip()
        elif name == b"error" and colon:
            self._name = "error"
            self._lines.append(value)
