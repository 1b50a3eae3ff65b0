"""A bounded queue of spans and the thread that sends them: a slow or dead collector costs spans and never time of a run."""

import threading
from collections import deque
from collections.abc import Sequence
from typing import Protocol

from itbench.report.export.spans.span import Span

_MOST_SPANS = 4_096
_MOST_CHARACTERS = 64_000_000
_MOST_AT_ONCE = 256
_MOST_CHARACTERS_AT_ONCE = 4_000_000


class Exporter(Protocol):
    """Delivers spans."""

    def deliver(self, spans: Sequence[Span]) -> bool:
        """Send spans and tell whether they arrived; may take its time."""
        ...

    def stop(self) -> None:
        """End a delivery that is under way, where that is possible."""
        ...


class Sender:
    """Sends spans in a thread of its own.

    Args:
        exporter: that delivers them.
        most_spans: how many wait at most; further ones are lost.
    """

    def __init__(self, exporter: Exporter, most_spans: int = _MOST_SPANS) -> None:
        self._exporter, self._most_spans = exporter, most_spans
        self._waiting: deque[tuple[int, Span]] = deque()
        self._characters = 0
        self._delivered = self._lost = self._under_way = 0
        self._is_closing = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._work, name="itbench-otel", daemon=True)
        self._thread.start()

    def put(self, span: Span) -> None:
        """Take a span, and return at once; where too many wait it is lost, and counted."""
        size = _size(span)
        with self._changed:
            is_full = len(self._waiting) >= self._most_spans or self._characters + size > _MOST_CHARACTERS
            if is_full or self._is_closing:
                self._lost += 1
                return
            self._waiting.append((size, span))
            self._characters += size
            self._changed.notify_all()

    def close(self, limit_s: float) -> tuple[int, int]:
        """Send what waits, for so many seconds at most, and return how many spans were delivered and how many lost."""
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
        self._thread.join(limit_s)
        self._exporter.stop()
        with self._changed:
            lost = self._lost + self._under_way + len(self._waiting)
            self._waiting.clear()
            return self._delivered, lost

    def _work(self) -> None:
        while spans := self._next():
            is_delivered = self._exporter.deliver(spans)
            with self._changed:
                self._under_way = 0
                if is_delivered:
                    self._delivered += len(spans)
                else:
                    self._lost += len(spans)

    def _next(self) -> list[Span]:
        """Wait for spans and return some; none where there are none and no more will come."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._is_closing)
            spans: list[Span] = []
            characters = 0
            while self._waiting and len(spans) < _MOST_AT_ONCE and characters < _MOST_CHARACTERS_AT_ONCE:
                size, span = self._waiting.popleft()
                self._characters -= size
                characters += size
                spans.append(span)
            self._under_way = len(spans)
            return spans


def _size(span: Span) -> int:
    """Return about how many characters a span has."""
    moments = (moment.attributes for moment in span.moments)
    texts = (value for each in (span.attributes, *moments) for value in each.values())
    return sum(len(text) for text in texts if isinstance(text, str))
