"""The one place in which what a provider sent is read: whatever comes, it is a reply, a passing error or a model error.

The react agent's models and the meter of the gateway read through it alike.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import replace

from itbench.interfaces.conversation import AssistantMessage, Native, TokenUse, ToolCall
from itbench.interfaces.json import JsonObject, map_texts
from itbench.models.faults import ModelError, PassingError
from itbench.models.reply.codec import Draft, ReplyReader, cut_off, empty
from itbench.models.reply.endings import failure_beside
from itbench.models.reply.errors import error_of, find_error, loose_error
from itbench.models.reply.events import Event, EventSplitter
from itbench.models.reply.foreign import parse_object
from itbench.models.reply.text import sound

# Beyond this it is no reply any more; 128,000 tokens one by one, each in an event of its own, are 40 MB.
LARGEST_REPLY_BYTES = 64_000_000
# Each takes time to be read, however short it is.
MOST_EVENTS = 400_000
_DONE = b"[DONE]"
_SPACE = b" \t\r\n"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# What a JSON document or a page begins with; a line of a stream never does.
_WHOLE = (b"{", b"[", b'"', b"<")
_SHOWN_BYTES = 200
_KEPT_BODIES = 8


class ReplyParser:
    """Takes the bytes of one reply as they come.

    Whether it is a stream of events or one document is told by its first byte: servers label either as the other.

    Args:
        reader: of the interface.
    """

    def __init__(self, reader: ReplyReader) -> None:
        self._reader = reader
        self._splitter = EventSplitter()
        self._first = bytearray()
        self._whole: bytearray | None = None
        self._is_stream = False
        self._events = 0
        self._total_bytes = 0
        self._first_bodies: list[JsonObject] = []
        self._last_bodies: deque[JsonObject] = deque(maxlen=_KEPT_BODIES)

    def add(self, data: bytes) -> None:
        """Take the next bytes.

        Raises:
            PassingError: they are an error that may pass, or cannot be read.
            ModelError: they are an error that will not pass, or too many.
        """
        self._total_bytes += len(data)
        if self._total_bytes > LARGEST_REPLY_BYTES:
            raise ModelError(f"the reply holds more than {LARGEST_REPLY_BYTES} bytes")
        try:
            self._add(data)
        except (PassingError, ModelError):
            raise
        except Exception as error:
            raise _unknown_shape(error) from error

    def draft(self) -> Draft:
        """Return the reply, now that all of it has come.

        Raises:
            PassingError: it is not complete, an error that may pass, or cannot be read.
            ModelError: it is an error that will not pass.
        """
        try:
            self._finish()
            draft = self._reader.draft()
        except (PassingError, ModelError):
            raise
        except Exception as error:
            raise _unknown_shape(error) from error
        if draft.says_nothing:
            for body in (*self._first_bodies, *self._last_bodies):
                if (failure := failure_beside(body)) is not None:
                    raise failure
        # A provider that says itself that the model wrote nothing has not asked it.
        if draft.says_nothing and draft.use is not None and draft.use.output_tokens == 0:
            raise empty()
        return _sound(draft)

    def use(self) -> TokenUse | None:
        """Return what is told of tokens in what has come, also of a reply that is refused."""
        try:
            return self._reader.use()
        except Exception:  # noqa: BLE001 - as above; a count that cannot be read is unknown
            return None

    def _add(self, data: bytes) -> None:
        if self._whole is not None:
            self._whole += data
        elif self._is_stream:
            self._take_all(self._splitter.add(data))
        else:
            self._begin(data)

    def _begin(self, data: bytes) -> None:
        self._first += data
        # Some servers send empty lines while they think.
        start = bytes(self._first).lstrip(_SPACE).removeprefix(_BYTE_ORDER_MARK).lstrip(_SPACE)
        if not start or _BYTE_ORDER_MARK.startswith(start):
            self._first = bytearray(start)
            return
        if start.startswith(_WHOLE):
            self._whole = bytearray(start)
            return
        self._is_stream = True
        self._first = bytearray(start[:_SHOWN_BYTES])
        self._take_all(self._splitter.add(start))

    def _take_all(self, events: Iterator[Event]) -> None:
        for event in events:
            self._events += 1
            if self._events > MOST_EVENTS:
                raise ModelError(f"the reply holds more than {MOST_EVENTS} events")
            self._take(event)

    def _take(self, event: Event) -> None:
        data = event.data.strip()
        if data == _DONE:
            self._reader.end()
        elif event.name == "error":
            raise loose_error(data)
        elif data:
            body = parse_object(data)
            self._note(body)
            self._reader.add(body)

    def _note(self, body: JsonObject) -> None:
        if find_error(body):
            raise error_of(None, body)
        # What stands beside an empty reply is looked at in the end.
        kept = self._last_bodies if len(self._first_bodies) == _KEPT_BODIES else self._first_bodies
        kept.append(body)

    def _finish(self) -> None:
        if self._whole is not None:
            body = parse_object(bytes(self._whole))
            self._note(body)
            self._reader.add_whole(body)
        elif self._is_stream:
            self._take_all(self._splitter.end())
            if not self._events:
                shown = bytes(self._first).decode("utf-8", "replace")
                raise PassingError(f"the reply is neither JSON nor a stream of events: {shown!r}")
        else:
            raise cut_off()


def _unknown_shape(error: Exception) -> PassingError:
    """Return what anything else that a reader raises stands for: the readers know shapes, not all that a server can send."""
    return PassingError(f"the reply has an unknown shape: {type(error).__name__}: {error}"[:_SHOWN_BYTES])


def _sound(draft: Draft) -> Draft:
    """Return a reply with text that can be written as UTF-8."""
    message, native = draft.message, draft.message.native
    calls = [
        ToolCall(id=sound(call.id), name=sound(call.name), arguments=sound(call.arguments))
        for call in message.calls
    ]
    cleaned = AssistantMessage(
        text=sound(message.text),
        calls=tuple(calls),
        native=native and Native(api=native.api, value=map_texts(native.value, sound)),
    )
    return replace(draft, message=cleaned)
