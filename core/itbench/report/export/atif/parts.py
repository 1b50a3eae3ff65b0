"""The parts of a step."""

from collections.abc import Mapping
from typing import Any

from itbench.interfaces.json import JsonObject, JsonValue
from itbench.report.export.steps.arguments import arguments_of
from itbench.report.transcript.fields import number_of, objects_of, text_of

_TOKENS = {"prompt_tokens": "input", "completion_tokens": "output", "cached_tokens": "cached"}


def present(fields: Mapping[str, Any]) -> JsonObject:
    """Return the fields that have something: ATIF leaves out what is not known, or not there."""
    return {name: value for name, value in fields.items() if value is not None and value not in ("", [], {})}


def tool_call(call_id: str, name: str, arguments: JsonObject) -> JsonObject:
    """Return a call of a tool."""
    return {"tool_call_id": call_id, "function_name": name, "arguments": arguments}


def tool_calls(reply: JsonObject) -> list[JsonObject]:
    """Return the calls that a reply asks for."""
    return [
        tool_call(text_of(call.get("id")), text_of(call.get("name")), arguments_of(call.get("arguments")))
        for call in objects_of(reply.get("calls"))
    ]


def result_of(
    call_id: str, text: str, *, is_ok: bool, timed_out: bool = False, duration_s: float | None = None
) -> JsonObject:
    """Return what came of a call."""
    extra = present({"duration_s": duration_s})
    if not is_ok:
        extra["is_ok"] = False
    if timed_out:
        extra["timed_out"] = True
    result: JsonObject = {"source_call_id": call_id, "content": text}
    return result | ({"extra": extra} if extra else {})


def metrics_of(use: JsonObject, cost_usd: JsonValue) -> JsonObject | None:
    """Return what a reply took; None where nothing of it is known."""
    counts = {
        field: number_of(use.get(f"{name}_tokens"))
        for field, name in (_TOKENS | {"extra": "reasoning"}).items()
    }
    reasoning = counts.pop("extra")
    found: JsonObject = {name: int(count) for name, count in counts.items() if count is not None}
    cost = number_of(cost_usd)
    if cost is not None:
        found["cost_usd"] = cost
    if reasoning is not None:
        found["extra"] = {"reasoning_tokens": int(reasoning)}
    return found or None
