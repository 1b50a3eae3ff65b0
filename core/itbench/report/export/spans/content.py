"""Messages as the conventions spell them: a list of parts each, as JSON text."""

import json

from itbench.interfaces.json import JsonObject, JsonValue
from itbench.report.export.steps.arguments import arguments_of
from itbench.report.export.steps.clean import clean
from itbench.report.transcript.fields import objects_of, text_of, thoughts_of

FINISH = {"end": "stop", "tools": "tool_calls", "length": "length", "refusal": "content_filter"}
"""Why a model stopped, in the words of the conventions."""


def input_messages(request: JsonObject) -> str:
    """Return the messages that are new in a request."""
    return json_of([_message(message) for message in objects_of(request.get("messages"))])


def output_messages(reply: JsonObject) -> str:
    """Return what a model said."""
    thoughts = thoughts_of(reply.get("native"))
    parts: list[JsonObject] = [{"type": "reasoning", "content": thoughts}] if thoughts else []
    parts += _said(reply)
    reason = FINISH.get(text_of(reply.get("stop")), "unknown")
    return json_of([{"role": "assistant", "parts": parts, "finish_reason": reason}])


def system_instructions(request: JsonObject) -> str | None:
    """Return the system prompt; None where the request did not tell it."""
    system = text_of(request.get("system"))
    return json_of([{"type": "text", "content": system}]) if system else None


def json_of(value: JsonValue) -> str:
    """Return a clean value as JSON text."""
    return json.dumps(clean(value), ensure_ascii=False, separators=(",", ":"))


def _message(message: JsonObject) -> JsonObject:
    role = text_of(message.get("role")) or "user"
    if role == "tool":
        response = text_of(message.get("text"))
        part = {"type": "tool_call_response", "id": text_of(message.get("id")), "response": response}
        return {"role": role, "parts": [part]}
    return {"role": role, "parts": _said(message)}


def _said(message: JsonObject) -> list[JsonObject]:
    text = text_of(message.get("text"))
    parts: list[JsonObject] = [{"type": "text", "content": text}] if text else []
    return parts + [
        {
            "type": "tool_call",
            "id": text_of(call.get("id")),
            "name": text_of(call.get("name")),
            "arguments": arguments_of(call.get("arguments")),
        }
        for call in objects_of(message.get("calls"))
    ]
