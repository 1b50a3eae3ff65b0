"""Splits a stream of server-sent events into their data."""

from collections.abc import Iterator


class EventSplitter:
    """Takes bytes as they come and gives the data of each event that is complete.

    Format: https://html.spec.whatwg.org/multipage/server-sent-events.html; only `data` is of interest, as the
    providers repeat an event's name in it.
    """

    def __init__(self) -> None:
        self._rest = bytearray()
        self._lines: list[bytes] = []

    def add(self, data: bytes) -> Iterator[bytes]:
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
            if line.startswith(b"data:"):
                self._lines.append(line[5:].removeprefix(b" "))
            elif not line and self._lines:
                yield b"\n".join(self._lines)
                self._lines.clear()

    def end(self) -> Iterator[bytes]:
        """Give the last event, where the stream ended without an empty line."""
        yield from self.add(b"\n\n")
