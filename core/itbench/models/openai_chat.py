"""OpenAI's Chat Completions, which most other providers and servers speak too.

Format: https://platform.openai.com/docs/api-reference/chat
"""

from collections.abc import Sequence
from dataclasses import dataclass

from itbench.interfaces.json import JsonObject, JsonValue
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

_STOPS = {"length": Stop.LENGTH, "content_filter": Stop.REFUSAL, "tool_calls": Stop.TOOLS}
# Parts of a streamed entry that come piece by piece; all others come whole.
_GROWING = frozenset(
    {"content", "refusal", "reasoning", "reasoning_content", "arguments", "text", "summary", "data"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatCodec:
    """Chat Completions for one model; OpenAI itself names the output limit anew, others have kept the old name."""

    model: str
    limit_name: str = "max_tokens"
    api: str = "chat"

    def body(
        self, conversation: Conversation, tools: Sequence[ModelTool], settings: ModelSettings
    ) -> JsonObject:
        """Return the body of a request."""
        system = [{"role": "system", "content": conversation.system}] if conversation.system else []
        body: JsonObject = {
            "model": self.model,
            "messages": [*system, *map(_message, conversation.messages)],
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        if tools:
            body["tools"] = [{"type": "function", "function": _function(tool)} for tool in tools]
        chosen = {
            "temperature": settings.temperature,
            "reasoning_effort": settings.effort,
            "seed": settings.seed,
            self.limit_name: settings.max_tokens,
        }
        return body | {key: value for key, value in chosen.items() if value is not None}

    def reader(self) -> "ChatReader":
        """Return a reader for one reply."""
        return ChatReader()


class ChatReader(ReplyReader):
    """Merges the deltas of the first choice, unknown fields included."""

    def __init__(self) -> None:
        self._message: JsonObject = {"role": "assistant"}
        self._finish: str | None = None
        self._usage: JsonObject | None = None

    def add(self, event: JsonObject) -> None:
        """Take a chunk."""
        if event.get("error"):
            raise error_of(None, event)
        self._usage = event.get("usage") or self._usage
        for choice in event.get("choices") or ():
            if choice.get("index", 0) == 0:
                _merge(self._message, choice.get("delta") or {})
                self._finish = choice.get("finish_reason") or self._finish

    def add_whole(self, body: JsonObject) -> None:
        """Take a reply that was not streamed."""
        choices = [dict(choice, delta=choice.get("message")) for choice in body.get("choices") or ()]
        self.add(dict(body, choices=choices))

    def draft(self) -> Draft:
        """Return the reply."""
        if self._finish is None:
            raise cut_off()
        message = self._message
        for entry in [*message.get("tool_calls", ()), *_details(message)]:
            entry.pop("index", None)
        calls = tuple(map(_call, message.get("tool_calls") or ()))
        stop = _STOPS.get(self._finish, Stop.TOOLS if calls else Stop.END)
        text = message.get("content") or message.get("refusal") or ""
        return Draft(
            message=AssistantMessage(
                text=text if isinstance(text, str) else _joined(text),
                calls=calls,
                native=Native(api="chat", value=message),
            ),
            stop=Stop.REFUSAL if message.get("refusal") else stop,
            use=None if self._usage is None else _use(self._usage),
        )


def _message(message: Message) -> JsonObject:
    if isinstance(message, ToolResult):
        return {"role": "tool", "tool_call_id": message.call_id, "content": message.text}
    if not isinstance(message, AssistantMessage):
        return {"role": "user", "content": message.text}
    if message.native is not None and message.native.api == "chat":
        return dict({"content": None}, **message.native.value)
    calls = [
        {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
        for call in message.calls
    ]
    return {"role": "assistant", "content": message.text} | ({"tool_calls": calls} if calls else {})


def _function(tool: ModelTool) -> JsonObject:
    return {"name": tool.name, "description": tool.description, "parameters": tool.parameters}


def _call(entry: JsonObject) -> ToolCall:
    function = entry.get("function") or {}
    return ToolCall(
        id=entry.get("id") or "",
        name=function.get("name") or "",
        arguments=function.get("arguments") or "",
    )


def _merge(whole: JsonObject, delta: JsonObject) -> None:
    """Add a delta to what came before."""
    for key, value in delta.items():
        before = whole.get(key)
        if value is None:
            whole.setdefault(key, None)
        elif isinstance(value, str) and isinstance(before, str) and key in _GROWING:
            whole[key] = before + value
        elif isinstance(value, dict):
            inner = whole[key] = before if isinstance(before, dict) else {}
            _merge(inner, value)
        elif isinstance(value, list) and all(isinstance(entry, dict) for entry in value):
            entries = whole[key] = before if isinstance(before, list) else []
            for place, entry in enumerate(value):
                _merge_entry(entries, entry, place)
        else:
            whole[key] = value


def _merge_entry(entries: list[JsonObject], delta: JsonObject, place: int) -> None:
    index = delta.get("index", place)
    for entry in entries:
        if entry.get("index") == index and not _is_another(entry, delta):
            _merge(entry, delta)
            return
    fresh: JsonObject = {"index": index}
    _merge(fresh, delta)
    entries.append(fresh)


def _is_another(entry: JsonObject, delta: JsonObject) -> bool:
    """Some servers give each of several tool calls the index 0, but an id of its own."""
    return any(delta.get(key) and entry.get(key) and delta[key] != entry[key] for key in ("id", "type"))


def _details(message: JsonObject) -> list[JsonObject]:
    details = message.get("reasoning_details")
    return details if isinstance(details, list) else []


def _joined(parts: JsonValue) -> str:
    texts = (part.get("text") for part in parts if isinstance(part, dict)) if isinstance(parts, list) else ()
    return "".join(text for text in texts if isinstance(text, str))


def _use(usage: JsonObject) -> TokenUse:
    inputs = usage.get("prompt_tokens_details") or {}
    outputs = usage.get("completion_tokens_details") or {}
    return TokenUse(
        input_tokens=count(usage.get("prompt_tokens")),
        cached_tokens=count(inputs.get("cached_tokens")),
        cache_write_tokens=count(inputs.get("cache_write_tokens")),
        output_tokens=count(usage.get("completion_tokens")),
        reasoning_tokens=count(outputs.get("reasoning_tokens")),
    )
