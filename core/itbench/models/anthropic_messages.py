"""Anthropic's Messages, with thinking blocks handed back as they came and the provider's cache made use of.

Format: https://platform.claude.com/docs/en/api/messages
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from itbench.interfaces.json import JsonObject, JsonValue, json_text
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

# The interface wants a limit in every request.
MAX_TOKENS = 16_384
_STOPS = {
    "max_tokens": Stop.LENGTH,
    "model_context_window_exceeded": Stop.LENGTH,
    "refusal": Stop.REFUSAL,
    "tool_use": Stop.TOOLS,
}
_CACHED: JsonObject = {"cache_control": {"type": "ephemeral"}}
_DELTAS = {"text_delta": "text", "thinking_delta": "thinking", "signature_delta": "signature"}


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagesCodec:
    """Messages for one model."""

    model: str
    api: str = "messages"

    def body(
        self, conversation: Conversation, tools: Sequence[ModelTool], settings: ModelSettings
    ) -> JsonObject:
        """Return the body of a request; the interface has no seed."""
        body: JsonObject = {
            "model": self.model,
            "max_tokens": settings.max_tokens or MAX_TOKENS,
            "messages": _messages(conversation.messages),
            "stream": True,
        }
        if conversation.system:
            body["system"] = [{"type": "text", "text": conversation.system, **_CACHED}]
        if tools:
            body["tools"] = [_tool(tool) for tool in tools]
        if settings.temperature is not None:
            body["temperature"] = settings.temperature
        return body | _thinking(settings.effort)

    def reader(self) -> "MessagesReader":
        """Return a reader for one reply."""
        return MessagesReader()


class MessagesReader(ReplyReader):
    """Puts content blocks together from their deltas."""

    def __init__(self) -> None:
        self._blocks: dict[int, JsonObject] = {}
        self._inputs: dict[int, str] = {}
        self._usage: JsonObject = {}
        self._stop: str | None = None
        self._is_complete = False

    def add(self, event: JsonObject) -> None:
        """Take an event."""
        kind = event.get("type")
        if kind == "error":
            raise error_of(None, event)
        if kind == "message_start":
            self._count((event.get("message") or {}).get("usage"))
        elif kind == "content_block_start":
            self._blocks[event["index"]] = dict(event["content_block"])
        elif kind == "content_block_delta":
            self._grow(event["index"], event["delta"])
        elif kind == "message_delta":
            self._stop = (event.get("delta") or {}).get("stop_reason") or self._stop
            self._count(event.get("usage"))
        elif kind == "message_stop":
            self._is_complete = True

    def add_whole(self, body: JsonObject) -> None:
        """Take a reply that was not streamed."""
        if body.get("type") == "error":
            raise error_of(None, body)
        self._blocks = dict(enumerate(body.get("content") or ()))
        self._stop = body.get("stop_reason")
        self._count(body.get("usage"))
        self._is_complete = True

    def draft(self) -> Draft:
        """Return the reply."""
        if not self._is_complete:
            raise cut_off()
        calls = tuple(
            self._call(index, block)
            for index, block in self._blocks.items()
            if block.get("type") == "tool_use"
        )
        blocks = list(self._blocks.values())
        text = "".join(block.get("text") or "" for block in blocks if block.get("type") == "text")
        native = Native(api="messages", value=blocks)
        return Draft(
            message=AssistantMessage(text=text, calls=calls, native=native),
            stop=_STOPS.get(self._stop or "", Stop.TOOLS if calls else Stop.END),
            use=_use(self._usage) if self._usage else None,
        )

    def _grow(self, index: int, delta: JsonObject) -> None:
        kind, block = delta.get("type"), self._blocks[index]
        if kind == "input_json_delta":
            self._inputs[index] = self._inputs.get(index, "") + delta["partial_json"]
        elif kind == "citations_delta":
            block["citations"] = [*(block.get("citations") or ()), delta["citation"]]
        elif kind in _DELTAS:
            key = _DELTAS[kind]
            block[key] = (block.get(key) or "") + delta[key]

    def _call(self, index: int, block: JsonObject) -> ToolCall:
        """Return the call of a block, and complete the block's input."""
        text = self._inputs.get(index, "")
        if text:
            block["input"] = _object(text)
        return ToolCall(
            id=block.get("id") or "",
            name=block.get("name") or "",
            arguments=text or json_text(block.get("input") or {}),
        )

    def _count(self, usage: JsonObject | None) -> None:
        self._usage |= {key: value for key, value in (usage or {}).items() if value is not None}


def _messages(messages: Sequence[Message]) -> list[JsonObject]:
    """Return the messages with neighbours of one role joined, as results of one turn must stand in one message."""
    joined: list[JsonObject] = []
    for message in messages:
        role = "assistant" if isinstance(message, AssistantMessage) else "user"
        blocks = _blocks(message)
        if joined and joined[-1]["role"] == role:
            joined[-1]["content"] += blocks
        elif blocks:
            joined.append({"role": role, "content": blocks})
    if joined and joined[-1]["role"] == "user":
        joined[-1]["content"][-1] |= _CACHED
    return joined


def _blocks(message: Message) -> list[JsonObject]:
    if isinstance(message, ToolResult):
        result: JsonObject = {"type": "tool_result", "tool_use_id": message.call_id, "content": message.text}
        return [result if message.is_ok else result | {"is_error": True}]
    if isinstance(message, AssistantMessage):
        if message.native is not None and message.native.api == "messages":
            # The interface gives empty text blocks, but does not take them.
            return [block for block in message.native.value if block.get("type") != "text" or block["text"]]
        calls = [
            {"type": "tool_use", "id": call.id, "name": call.name, "input": _object(call.arguments)}
            for call in message.calls
        ]
        return _text_blocks(message.text) + calls
    return _text_blocks(message.text)


def _text_blocks(text: str) -> list[JsonObject]:
    return [{"type": "text", "text": text}] if text else []


def _object(text: str) -> JsonObject:
    """Return arguments as the object that the interface wants; what is none is told to the model in the result."""
    try:
        value: JsonValue = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _tool(tool: ModelTool) -> JsonObject:
    return {"name": tool.name, "description": tool.description, "input_schema": tool.parameters}


def _thinking(effort: str | None) -> JsonObject:
    """A word is an effort of adaptive thinking, a number the budget in tokens that older models want."""
    if effort is None:
        return {}
    if effort == "none":
        return {"thinking": {"type": "disabled"}}
    if effort.isdecimal():
        return {"thinking": {"type": "enabled", "budget_tokens": int(effort)}}
    return {"thinking": {"type": "adaptive"}, "output_config": {"effort": effort}}


def _use(usage: JsonObject) -> TokenUse:
    """The interface counts cached input apart; here it is part of the input."""
    fresh = count(usage.get("input_tokens"))
    read = count(usage.get("cache_read_input_tokens"))
    written = count(usage.get("cache_creation_input_tokens"))
    details = usage.get("output_tokens_details") or {}
    return TokenUse(
        input_tokens=None if fresh is None else fresh + (read or 0) + (written or 0),
        cached_tokens=read,
        cache_write_tokens=written,
        output_tokens=count(usage.get("output_tokens")),
        reasoning_tokens=count(details.get("reasoning_tokens") or details.get("thinking_tokens")),
    )
