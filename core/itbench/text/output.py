"""What a command printed: its head, its tail, and how much there was in all."""

import codecs
from collections.abc import Sequence

from itbench.interfaces.execution import Gap

HEAD_BYTES = 32_768
TAIL_BYTES = 32_768


class CappedOutput:
    """Keeps the first and last bytes of a stream of any length, and counts what comes between."""

    def __init__(self, head_bytes: int = HEAD_BYTES, tail_bytes: int = TAIL_BYTES) -> None:
        self._head = bytearray()
        self._tail = bytearray()
        self._head_bytes = head_bytes
        self._tail_bytes = tail_bytes
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._characters = 0
        self.total_bytes = 0

    def add(self, data: bytes) -> None:
        """Take the next bytes of the stream."""
        self.total_bytes += len(data)
        self._characters += len(self._decoder.decode(data))
        room = self._head_bytes - len(self._head)
        self._head += data[:room] if room > 0 else b""
        self._tail += data[max(room, 0) :]
        if len(self._tail) > self._tail_bytes:
            del self._tail[: len(self._tail) - self._tail_bytes]

    def text(self) -> str:
        """Return what was kept, with a line that counts what was left out."""
        if not self._left_out_bytes:
            return _decoded(bytes(self._head) + bytes(self._tail))
        return f"{_decoded(self._head)}\n{self._line}\n{_decoded(self._tail)}"

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """What was left out, if anything."""
        if not self._left_out_bytes:
            return ()
        kept = len(_decoded(self._head)) + len(_decoded(self._tail))
        return (Gap(line=self._line, characters=self._characters - kept),)

    @property
    def _left_out_bytes(self) -> int:
        return self.total_bytes - len(self._head) - len(self._tail)

    @property
    def _line(self) -> str:
        return f"[... {self._left_out_bytes} bytes left out ...]"


def cut(text: str, longest: int, gaps: Sequence[Gap] = ()) -> str:
    """Return head and tail of a text that is too long, with a line between that counts what was left out.

    Args:
        text: to be cut.
        longest: how many of its characters are kept.
        gaps: what had been left out of it before; where their lines are left out too, so is what they stand for.
    """
    if len(text) <= longest:
        return text
    head, tail = longest - longest // 2, longest // 2
    end = len(text) - tail
    left_out, at = end - head, 0
    for gap in gaps:
        start = text.find(gap.line, at)
        if start < 0:
            continue
        at = start + len(gap.line)
        hidden = min(at, end) - max(start, head)
        left_out += gap.characters - hidden if hidden > 0 else 0
    return f"{text[:head]}\n[... {left_out} characters left out ...]\n{text[end:]}"


def _decoded(data: bytes | bytearray) -> str:
    return data.decode("utf-8", "replace")
