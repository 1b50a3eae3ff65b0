"""Reads replies of OpenAI's Responses, streamed or whole."""

from itbench.interfaces.conversation import AssistantMessage, Native, Stop, TokenUse, ToolCall
from itbench.interfaces.json import JsonObject, JsonValue
from itbench.models.reply.calls import distinct_ids, named_call
from itbench.models.reply.codec import Draft, ReplyReader, cut_off, empty
from itbench.models.reply.endings import idle_failure, is_refusal
from itbench.models.reply.errors import error_of, failed_finish, says_something
from itbench.models.reply.foreign import (
    arguments_object,
    arguments_text,
    list_of,
    object_of,
    text_of,
    wrong_kind,
)
from itbench.models.reply.usage import merge_usage, read_use

_FINAL = frozenset(
    {"response.completed", "response.incomplete", "response.failed", "response.cancelled", "response.done"}
)
_UNFINISHED = frozenset({"in_progress", "queued"})


class ResponsesReader(ReplyReader):
    """Waits for the final event; it repeats everything.

    Args:
        turn: makes the ids differ that calls without one are given.
    """

    def __init__(self, turn: int = 0) -> None:
        self._turn = turn
        self._items: list[JsonValue] = []
        self._response: JsonObject | None = None
        self._usage: JsonValue = None
        self._is_done = False
        self._has_deltas = False

    def add(self, event: JsonObject) -> None:
        """Take an event."""
        kind = event.get("type")
        self._has_deltas |= isinstance(kind, str) and kind.endswith(".delta")
        if kind == "response.output_item.done":
            self._items.append(event.get("item"))
        elif kind in _FINAL:
            self.add_whole(object_of(event.get("response"), "response"))
        elif kind is None and isinstance(event.get("output"), list):
            self.add_whole(event)  # A server that was asked for a stream and sends all at once, as one event.

    def add_whole(self, body: JsonObject) -> None:
        """Take a reply that was not streamed, or the last event of one that was."""
        if says_something(body.get("error")) or body.get("status") == "failed":
            raise error_of(None, body)
        self._response = body
        self._usage = merge_usage(self._usage, body.get("usage"))

    def end(self) -> None:
        """Take note that the stream is complete."""
        self._is_done = True

    def use(self) -> TokenUse | None:
        """Return what the reply says that it took."""
        return read_use(self._usage)

    def draft(self) -> Draft:
        """Return the reply."""
        status, reason = self._ending()
        items = self._said()
        calls = self._calls(items)
        text = "".join(text_in(item) for item in items if item["type"] == "message")
        self._check(status, reason, text, calls)
        return Draft(
            message=AssistantMessage(text=text, calls=calls, native=Native(api="responses", value=items)),
            stop=self._stop(status, reason, items, calls),
            use=self.use(),
            has_ending=bool(status),
        )

    def _ending(self) -> tuple[str, str]:
        """Return the status, and why a reply is not complete."""
        if self._response is None and not (self._is_done and self._items):
            raise cut_off()
        response = self._response or {}
        status = text_of(response.get("status"), "status")
        details = response.get("incomplete_details")
        reason = (
            details if isinstance(details, str) else object_of(details, "incomplete_details").get("reason")
        )
        reason = text_of(reason, "incomplete_details.reason")
        if status in _UNFINISHED:
            raise cut_off()
        for word in (status if status != "incomplete" else "", reason):
            error = failed_finish(word)
            if error is not None:
                raise error
        return status, reason

    def _said(self) -> list[JsonObject]:
        output = (self._response or {}).get("output") or self._items
        return [
            _item(value) for value in ([output] if isinstance(output, str) else list_of(output, "output"))
        ]

    def _calls(self, items: list[JsonObject]) -> tuple[ToolCall, ...]:
        """Return the calls, and complete their items."""
        entries = [item for item in items if item["type"] == "function_call"]
        told = [text_of(entry.get("call_id") or entry.get("id"), "a call's id") for entry in entries]
        calls = []
        for entry, call_id in zip(entries, distinct_ids(told, self._turn), strict=True):
            name = text_of(entry.get("name"), "a call's name")
            call = named_call(call_id, name, arguments_text(entry.get("arguments"), "a call's arguments"))
            entry |= {"call_id": call.id, "name": call.name, "arguments": call.arguments}
            calls.append(call)
        return tuple(calls)

    def _check(self, status: str, reason: str, text: str, calls: tuple[ToolCall, ...]) -> None:
        """Refuse a reply that is not complete, or lacks what it says it has."""
        said = bool(text.strip() or calls)
        is_told = isinstance((self._response or {}).get("output"), list | str) and not self._has_deltas
        if not said and not (status == "incomplete" or (status and is_told)):
            raise empty()
        if not said and (error := idle_failure(reason if status == "incomplete" else status)) is not None:
            raise error
        # Without a word on its end, only what is whole can be told from what was cut.
        if not status and not all(arguments_object(call.arguments) is not None for call in calls):
            raise cut_off()

    def _stop(self, status: str, reason: str, items: list[JsonObject], calls: tuple[ToolCall, ...]) -> Stop:
        if is_refusal(reason) or any(_is_refusal(item) for item in items):
            return Stop.REFUSAL
        if status == "incomplete":
            return Stop.LENGTH
        return Stop.TOOLS if calls else Stop.END


def text_in(item: JsonObject) -> str:
    """Return the text of a message, refusals included."""
    texts = (part.get("text") or part.get("refusal") for part in _parts(item))
    return "".join(text_of(text, "the text of a part") for text in texts)


def _item(value: JsonValue) -> JsonObject:
    if isinstance(value, str):
        return {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": value}]}
    item = dict(object_of(value, "an item"))
    kind = item.get("type")
    if kind is None and "content" in item:
        item["type"] = "message"
    elif kind is None and "arguments" in item:
        item["type"] = "function_call"
    elif not isinstance(kind, str):
        raise wrong_kind(kind, "an item's type")
    return item


def _parts(item: JsonObject) -> list[JsonObject]:
    content = item.get("content")
    parts = [content] if isinstance(content, str | dict) else list_of(content, "content")
    return [{"text": part} if isinstance(part, str) else object_of(part, "a part") for part in parts]


def _is_refusal(item: JsonObject) -> bool:
    return item["type"] == "message" and any(part.get("type") == "refusal" for part in _parts(item))
