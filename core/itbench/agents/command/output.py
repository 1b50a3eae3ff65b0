"""What a program prints, put into the trace as it comes."""

import codecs
import time
from types import TracebackType
from typing import Self

from itbench.interfaces.events import EventKind
from itbench.interfaces.trace import Trace

_PIECE_BYTES = 8_192
_PIECE_S = 1.0
# A trial of many hours stays small; its tail is in the tool call at the end.
_MOST_BYTES = 1_000_000


class OutputLog:
    """Gathers output into pieces of a second, or of some kilobytes; whole lines, so that no secret is cut in two."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self._decoders = {
            name: codecs.getincrementaldecoder("utf-8")("replace") for name in ("stdout", "stderr")
        }
        self._held = dict.fromkeys(self._decoders, b"")
        self._since = time.monotonic()
        self._left_bytes = _MOST_BYTES

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._flush(is_last=True)

    def add(self, stream: str, data: bytes) -> None:
        """Take what came on one of the two streams."""
        if self._left_bytes <= 0:
            return
        self._held[stream] += data[: self._left_bytes]
        self._left_bytes -= len(data)
        if len(self._held[stream]) >= _PIECE_BYTES or time.monotonic() - self._since >= _PIECE_S:
            self._flush()
        if self._left_bytes <= 0:
            self._flush()
            self._trace.record(EventKind.OUTPUT, stream=stream, text="", cut_at_bytes=_MOST_BYTES)

    def _flush(self, *, is_last: bool = False) -> None:
        for stream, held in self._held.items():
            # A line longer than a piece has to be cut somewhere.
            is_whole = is_last or (len(held) >= _PIECE_BYTES and b"\n" not in held)
            end = len(held) if is_whole else held.rfind(b"\n") + 1
            text = self._decoders[stream].decode(held[:end], final=is_last)
            if text:
                self._trace.record(EventKind.OUTPUT, stream=stream, text=text)
            self._held[stream] = held[end:]
        self._since = time.monotonic()
