"""Reads along as a reply of a model goes by, for what it says and how many tokens it took."""

import json
from collections.abc import Callable, Mapping

from itbench.interfaces.json import JsonObject
from itbench.models.anthropic_messages import MessagesReader
from itbench.models.codec import Draft, ReplyReader
from itbench.models.events import EventSplitter
from itbench.models.faults import ModelError, PassingError
from itbench.models.openai_chat import ChatReader
from itbench.models.openai_responses import ResponsesReader
from itbench.models.wire import LARGEST_REPLY_BYTES

READERS: Mapping[str, Callable[[], ReplyReader]] = {
    "/chat/completions": ChatReader,
    "/responses": ResponsesReader,
    "/messages": MessagesReader,
}
_DONE = b"[DONE]"


class ReplyMeter:
    """Takes the bytes of one reply; whatever it does not understand is left uncounted and never stops the reply.

    Args:
        path: the interface, as a key of `READERS`.
        is_stream: whether the reply is a stream of events.
    """

    def __init__(self, path: str, *, is_stream: bool) -> None:
        self._reader = READERS[path]()
        self._splitter = EventSplitter() if is_stream else None
        self._whole = bytearray()
        self._total_bytes = 0
        self._is_lost = False

    def add(self, data: bytes) -> None:
        """Take the next bytes."""
        self._total_bytes += len(data)
        if self._is_lost or self._total_bytes > LARGEST_REPLY_BYTES:
            self._is_lost = True
        elif self._splitter is None:
            self._whole += data
        else:
            for event in self._splitter.add(data):
                self._give(event, self._reader.add)

    def draft(self) -> Draft | None:
        """Return the reply, or None where it was cut off or of an unknown shape."""
        if self._splitter is None:
            self._give(bytes(self._whole), self._reader.add_whole)
        else:
            for event in self._splitter.end():
                self._give(event, self._reader.add)
        if self._is_lost:
            return None
        try:
            return self._reader.draft()
        except (PassingError, ModelError, KeyError, TypeError, AttributeError, IndexError):
            return None

    def _give(self, data: bytes, take: Callable[[JsonObject], None]) -> None:
        if data.strip() == _DONE or self._is_lost:
            return
        try:
            event = json.loads(data)
            if isinstance(event, dict):
                take(event)
        except (
            ValueError,
            RecursionError,
            PassingError,
            ModelError,
            KeyError,
            TypeError,
            AttributeError,
            IndexError,
        ):
            self._is_lost = True
