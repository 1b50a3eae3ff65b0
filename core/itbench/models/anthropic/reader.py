"""Reads replies of Anthropic's Messages, streamed or whole."""

from itbench.interfaces.conversation import AssistantMessage, Native, Stop, TokenUse, ToolCall
from itbench.interfaces.json import JsonObject, JsonValue
from itbench.models.reply.calls import distinct_ids, named_call
from itbench.models.reply.codec import Draft, ReplyReader, cut_off, empty
from itbench.models.reply.endings import idle_failure, is_length, is_refusal
from itbench.models.reply.errors import failed_finish
from itbench.models.reply.foreign import (
    arguments_object,
    arguments_text,
    list_of,
    object_of,
    text_of,
    whole_number,
    wrong_kind,
)
from itbench.models.reply.handing_back import sent_object
from itbench.models.reply.usage import merge_usage, read_use

_DELTAS = {"text_delta": "text", "thinking_delta": "thinking", "signature_delta": "signature"}
# What a delta is part of, where the event that begins its block is missing.
_BLOCKS = {"text_delta": "text", "thinking_delta": "thinking", "signature_delta": "thinking"}


class MessagesReader(ReplyReader):
    """Puts content blocks together from their deltas.

    Args:
        turn: makes the ids differ that calls without one are given.
    """

    def __init__(self, turn: int = 0) -> None:
        self._turn = turn
        self._blocks: dict[int, JsonObject] = {}
        self._inputs: dict[int, list[str]] = {}
        # Texts that grow, by block and field; joined at the end, since joining each piece would cost the square of their length.
        self._texts: dict[tuple[int, str], list[str]] = {}
        self._last = 0
        self._usage: JsonValue = None
        self._stop = ""
        self._is_done = False

    def add(self, event: JsonObject) -> None:
        """Take an event."""
        kind = event.get("type")
        if kind == "message_start":
            self._count(object_of(event.get("message"), "message").get("usage"))
        elif kind == "content_block_start":
            self._start(self._index(event, len(self._blocks)), event.get("content_block"))
        elif kind == "content_block_delta":
            delta = object_of(event.get("delta"), "delta")
            self._grow(self._index(event, self._last), delta)
        elif kind == "message_delta":
            delta = object_of(event.get("delta"), "delta")
            self._stop = text_of(delta.get("stop_reason"), "stop_reason") or self._stop
            self._count(event.get("usage"))
        elif kind == "message_stop":
            self._is_done = True
        elif kind == "message":  # A server that was asked for a stream and sends all at once, as one event.
            self.add_whole(event)

    def add_whole(self, body: JsonObject) -> None:
        """Take a reply that was not streamed."""
        content = body.get("content")
        if content is None:
            raise empty()
        blocks = [content] if isinstance(content, str) else list_of(content, "content")
        for index, block in enumerate(blocks):
            self._start(index, block)
        self._stop = text_of(body.get("stop_reason"), "stop_reason")
        self._count(body.get("usage"))
        self._is_done = bool(self._stop or blocks)

    def end(self) -> None:
        """Take note that the stream is complete."""
        self._is_done = True

    def use(self) -> TokenUse | None:
        """Return what the reply says that it took."""
        return read_use(self._usage, is_cache_apart=True)

    def draft(self) -> Draft:
        """Return the reply."""
        error = failed_finish(self._stop)
        if error is not None:
            raise error
        self._join()
        calls = self._calls()
        blocks = list(self._blocks.values())
        text = "".join(_spelled_text(block) for block in blocks if block["type"] == "text")
        self._check(text, calls)
        native = Native(api="messages", value=blocks)
        return Draft(
            message=AssistantMessage(text=text, calls=calls, native=native),
            stop=_stop(self._stop, calls),
            use=self.use(),
            has_ending=bool(self._stop),
        )

    def _index(self, event: JsonObject, otherwise: int) -> int:
        index = whole_number(event.get("index"))
        return otherwise if index is None else index

    def _start(self, index: int, value: JsonValue) -> None:
        block = (
            {"type": "text", "text": value} if isinstance(value, str) else dict(object_of(value, "a block"))
        )
        kind = block.get("type")
        if kind is None and isinstance(block.get("text"), str):
            block["type"] = "text"
        elif kind is None and "input" in block:
            block["type"] = "tool_use"
        elif not isinstance(kind, str):
            raise wrong_kind(kind, "a block's type")
        self._blocks[index] = block
        self._last = max(self._last, index)
        self._inputs.pop(index, None)
        for key in _DELTAS.values():
            self._texts.pop((index, key), None)

    def _grow(self, index: int, delta: JsonObject) -> None:
        kind = text_of(delta.get("type"), "a delta's type")
        block = self._blocks.get(index)
        if block is None:
            if kind not in _BLOCKS:
                raise wrong_kind(None, "the block of a delta")
            block = self._blocks[index] = {"type": _BLOCKS[kind]}
            self._last = max(self._last, index)
        if kind == "input_json_delta":
            more = arguments_text(delta.get("partial_json"), "a piece of arguments")
            self._inputs.setdefault(index, []).append(more)
        elif kind == "citations_delta":
            if not isinstance(block.get("citations"), list):
                block["citations"] = list_of(block.get("citations"), "citations")
            block["citations"].append(delta.get("citation"))
        elif kind in _DELTAS:
            key = _DELTAS[kind]
            pieces = self._texts.get((index, key))
            if pieces is None:
                pieces = self._texts[index, key] = [text_of(block.get(key), key)]
            pieces.append(text_of(delta.get(key), key))

    def _join(self) -> None:
        for (index, key), pieces in self._texts.items():
            self._blocks[index][key] = "".join(pieces)

    def _calls(self) -> tuple[ToolCall, ...]:
        """Return the calls, and complete their blocks."""
        places = [index for index, block in self._blocks.items() if block["type"] == "tool_use"]
        told = [text_of(self._blocks[index].get("id"), "a call's id") for index in places]
        calls = []
        for index, call_id in zip(places, distinct_ids(told, self._turn), strict=True):
            block = self._blocks[index]
            given = arguments_text(block.get("input"), "a call's input")
            name = text_of(block.get("name"), "a call's name")
            call = named_call(call_id, name, "".join(self._inputs.get(index, ())) or given or "{}")
            block |= {"id": call.id, "name": call.name, "input": sent_object(call.arguments)}
            calls.append(call)
        return tuple(calls)

    def _check(self, text: str, calls: tuple[ToolCall, ...]) -> None:
        """Refuse a reply that is not complete, or lacks what it says it has."""
        said = bool(text.strip() or calls)
        if not self._stop:
            # Without a reason for its end, only what is whole can be told from what was cut.
            is_whole = all(arguments_object(call.arguments) is not None for call in calls)
            if not (self._is_done and said and is_whole):
                raise cut_off()
        elif not said and self._stop == "tool_use":
            raise empty()
        elif not said and (error := idle_failure(self._stop)) is not None:
            raise error

    def _count(self, usage: JsonValue) -> None:
        self._usage = merge_usage(self._usage, usage)


def _stop(reason: str, calls: tuple[ToolCall, ...]) -> Stop:
    if is_length(reason):
        return Stop.LENGTH
    if is_refusal(reason):
        return Stop.REFUSAL
    return Stop.TOOLS if calls or reason == "tool_use" else Stop.END


def _spelled_text(block: JsonObject) -> str:
    """Return the text of a block, and see to it that it is one there too."""
    text = block["text"] = text_of(block.get("text"), "a block's text")
    return text
