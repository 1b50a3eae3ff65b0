"""What a program's request says, in the form in which conversations of all interfaces are noted.

Only bodies that `allowed` has let through are read; what is no text is noted by its kind and length.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import groupby

from itbench.interfaces.conversation import (
    AssistantMessage,
    Conversation,
    Message,
    ToolCall,
    ToolResult,
    UserMessage,
)
from itbench.interfaces.json import JsonObject, JsonValue, json_text

_SYSTEM = frozenset({"system", "developer"})
_TEXTS = ("text", "refusal", "output_text", "input_text")
# Reasoning is handed back for the provider's own use, and stands in the reply that it came with.
_REASONING = frozenset({"thinking", "redacted_thinking", "reasoning", "reasoning_text", "encrypted_content"})


def conversation_of(path: str, asked: JsonObject) -> Conversation:
    """Return what a request says.

    Args:
        path: the interface, as a key of `READERS` in `metering`.
        asked: the body.
    """
    system, messages = [], []
    for message in _MESSAGES[path](asked):
        if isinstance(message, str):
            system.append(message)
        else:
            messages.append(message)
    return Conversation(system="\n\n".join(filter(None, system)), messages=tuple(_joined(messages)))


def _chat(asked: JsonObject) -> Iterator[Message | str]:
    for entry in _listed(asked.get("messages")):
        role, text = entry.get("role"), _text(entry.get("content"))
        if role in _SYSTEM:
            yield text
        elif role == "assistant":
            calls = [_chat_call(call) for call in _listed(entry.get("tool_calls"))]
            if entry.get("function_call"):
                calls.append(_chat_call({"function": entry["function_call"]}))
            yield AssistantMessage(text=text or str(entry.get("refusal") or ""), calls=tuple(calls))
        elif role in {"tool", "function"}:
            yield ToolResult(
                call_id=_word(entry.get("tool_call_id")), name=_word(entry.get("name")), text=text
            )
        else:
            yield UserMessage(text=text)


def _chat_call(call: JsonObject) -> ToolCall:
    said = call.get("function") or call.get("custom") or {}
    arguments = said.get("arguments", said.get("input"))
    return ToolCall(id=_word(call.get("id")), name=_word(said.get("name")), arguments=_written(arguments))


def _messages(asked: JsonObject) -> Iterator[Message | str]:
    yield _text(asked.get("system"))
    for entry in _listed(asked.get("messages")):
        content = entry.get("content")
        blocks = _listed(content) if isinstance(content, list) else [{"type": "text", "text": _word(content)}]
        if entry.get("role") == "assistant":
            calls = [
                ToolCall(
                    id=_word(block.get("id")),
                    name=_word(block.get("name")),
                    arguments=_written(block.get("input")),
                )
                for block in blocks
                if block.get("type") == "tool_use"
            ]
            said = [block for block in blocks if block.get("type") != "tool_use"]
            yield AssistantMessage(text=_text(said), calls=tuple(calls))
        else:
            yield from _of_user(blocks)


def _of_user(blocks: list[JsonObject]) -> Iterator[Message]:
    for block in blocks:
        if block.get("type") == "tool_result":
            call_id, is_ok = _word(block.get("tool_use_id")), not block.get("is_error")
            yield ToolResult(call_id=call_id, name="", text=_text(block.get("content")), is_ok=is_ok)
        else:
            yield UserMessage(text=_part(block))


def _responses(asked: JsonObject) -> Iterator[Message | str]:
    yield _word(asked.get("instructions"))
    told = asked.get("input")
    if not isinstance(told, list):
        yield UserMessage(text=_word(told))
        return
    for item in _listed(told):
        kind = item.get("type") or "message"
        if kind == "message":
            role, text = item.get("role"), _text(item.get("content"))
            if role in _SYSTEM:
                yield text
            else:
                yield AssistantMessage(text=text) if role == "assistant" else UserMessage(text=text)
        elif kind.endswith("_output"):
            output = item.get("output", item.get("tools"))
            yield ToolResult(
                call_id=_word(item.get("call_id")), name=_word(item.get("name")), text=_text(output)
            )
        elif kind.endswith("_call"):
            yield AssistantMessage(calls=(_responses_call(kind, item),))
        elif kind not in _REASONING:
            yield UserMessage(text=_other(item))


def _responses_call(kind: str, item: JsonObject) -> ToolCall:
    arguments = item.get("arguments", item.get("input", item.get("action", item.get("operation"))))
    name = item.get("name") or kind.removesuffix("_call")
    return ToolCall(id=_word(item.get("call_id")), name=_word(name), arguments=_written(arguments))


_MESSAGES: Mapping[str, Callable[[JsonObject], Iterator[Message | str]]] = {
    "/chat/completions": _chat,
    "/responses": _responses,
    "/messages": _messages,
}


def _joined(messages: list[Message]) -> Iterator[Message]:
    """Yield messages of the model that follow each other as one, as they came in one reply; none without anything in it."""
    for is_assistant, group in groupby(messages, lambda message: isinstance(message, AssistantMessage)):
        if not is_assistant:
            yield from group
            continue
        said = [message for message in group if isinstance(message, AssistantMessage)]
        yield AssistantMessage(
            text="".join(message.text for message in said),
            calls=tuple(call for message in said for call in message.calls),
        )


def _listed(value: JsonValue) -> list[JsonObject]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _word(value: JsonValue) -> str:
    return value if isinstance(value, str) else ""


def _written(value: JsonValue) -> str:
    return value if isinstance(value, str) else "" if value is None else json_text(value)


def _text(content: JsonValue) -> str:
    """Return the text of a content, be it text or a list of parts."""
    if not isinstance(content, list):
        return _written(content)
    return "".join(_part(part) for part in content)


def _part(part: JsonValue) -> str:
    if not isinstance(part, dict):
        return _written(part)
    if part.get("type") in _REASONING:
        return ""
    text = next((part[key] for key in _TEXTS if isinstance(part.get(key), str)), None)
    return _other(part) if text is None else text


def _other(part: JsonObject) -> str:
    return f"[{_word(part.get('type')) or 'part'} of {len(json_text(part))} characters]"
