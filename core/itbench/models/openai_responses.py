"""OpenAI's Responses, without anything kept at the provider: reasoning goes back and forth encrypted.

Format: https://platform.openai.com/docs/api-reference/responses
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from itbench.interfaces.json import JsonObject
from itbench.models.codec import Draft, ReplyReader, count, cut_off, error_of
from itbench.models.conversation import (
    AssistantMessage,
    Conversation,
    Message,
    ModelTool,
    Native,
    Stop,
    TokenUse,
    ToolCall,
    ToolResult,
)
from itbench.models.model import ModelSettings

# These do not reason, and refuse to be asked for their reasoning.
_WITHOUT_REASONING = ("gpt-3", "gpt-4", "chatgpt-")


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponsesCodec:
    """Responses for one model."""

    model: str
    api: str = "responses"

    def body(
        self, conversation: Conversation, tools: Sequence[ModelTool], settings: ModelSettings
    ) -> JsonObject:
        """Return the body of a request; the interface has no seed."""
        items = [item for message in conversation.messages for item in _items(message)]
        body: JsonObject = {"model": self.model, "input": items, "stream": True, "store": False}
        if conversation.system:
            body["instructions"] = conversation.system
        if not self.model.startswith(_WITHOUT_REASONING):
            body["include"] = ["reasoning.encrypted_content"]
        if settings.effort is not None:
            body["reasoning"] = {"effort": settings.effort}
        if tools:
            body["tools"] = [_tool(tool) for tool in tools]
        chosen = {"temperature": settings.temperature, "max_output_tokens": settings.max_tokens}
        return body | {key: value for key, value in chosen.items() if value is not None}

    def reader(self) -> "ResponsesReader":
        """Return a reader for one reply."""
        return ResponsesReader()


class ResponsesReader(ReplyReader):
    """Waits for the final event; it repeats everything."""

    def __init__(self) -> None:
        self._items: list[JsonObject] = []
        self._response: JsonObject | None = None

    def add(self, event: JsonObject) -> None:
        """Take an event."""
        kind = event.get("type")
        if kind == "response.output_item.done":
            self._items.append(event.get("item") or {})
        elif kind in {"response.completed", "response.incomplete", "response.failed"}:
            self.add_whole(event.get("response") or {})
        elif kind == "error" or (kind is None and event.get("error")):
            # The event's own type says only that it is an error; its code says which.
            raise error_of(None, event.get("error") or {**event, "type": event.get("code")})

    def add_whole(self, body: JsonObject) -> None:
        """Take a reply that was not streamed, or the last event of one that was."""
        if body.get("status") == "failed" or body.get("error"):
            raise error_of(None, body)
        self._response = body

    def draft(self) -> Draft:
        """Return the reply."""
        if self._response is None:
            raise cut_off()
        items = self._response.get("output") or self._items
        parts = [
            part for item in items if item.get("type") == "message" for part in item.get("content") or ()
        ]
        text = "".join(part.get("text") or part.get("refusal") or "" for part in parts)
        calls = tuple(_calls(items))
        reason = (self._response.get("incomplete_details") or {}).get("reason")
        stop = Stop.TOOLS if calls else Stop.END
        if reason == "content_filter" or any(part.get("type") == "refusal" for part in parts):
            stop = Stop.REFUSAL
        elif self._response.get("status") == "incomplete":
            stop = Stop.LENGTH
        usage = self._response.get("usage")
        native = Native(api="responses", value=items)
        return Draft(
            message=AssistantMessage(text=text, calls=calls, native=native),
            stop=stop,
            use=_use(usage) if usage else None,
        )


def _items(message: Message) -> list[JsonObject]:
    if isinstance(message, ToolResult):
        return [{"type": "function_call_output", "call_id": message.call_id, "output": message.text}]
    if not isinstance(message, AssistantMessage):
        return [{"role": "user", "content": message.text}]
    if message.native is not None and message.native.api == "responses":
        return list(message.native.value)
    said: list[JsonObject] = [{"role": "assistant", "content": message.text}] if message.text else []
    return said + [
        {"type": "function_call", "call_id": call.id, "name": call.name, "arguments": call.arguments}
        for call in message.calls
    ]


def _tool(tool: ModelTool) -> JsonObject:
    return {
        "type": "function",
        "name": tool.name,
        "description": tool.description,
        "parameters": tool.parameters,
        "strict": False,
    }


def _calls(items: Sequence[JsonObject]) -> Iterator[ToolCall]:
    for item in items:
        if item.get("type") == "function_call":
            yield ToolCall(
                id=item.get("call_id") or "",
                name=item.get("name") or "",
                arguments=item.get("arguments") or "",
            )


def _use(usage: JsonObject) -> TokenUse:
    inputs = usage.get("input_tokens_details") or {}
    outputs = usage.get("output_tokens_details") or {}
    return TokenUse(
        input_tokens=count(usage.get("input_tokens")),
        cached_tokens=count(inputs.get("cached_tokens")),
        cache_write_tokens=count(inputs.get("cache_write_tokens")),
        output_tokens=count(usage.get("output_tokens")),
        reasoning_tokens=count(outputs.get("reasoning_tokens")),
    )
