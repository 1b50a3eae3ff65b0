"""What may stand in a request for OpenAI's Responses. Source: the types of the library `openai`, and what Codex CLI sends."""

from itbench.egress.gateway.allowed.chat import CACHE, KEPT, NET
from itbench.egress.gateway.allowed.inline import base64_data, base64_or_data_url, data_url
from itbench.egress.gateway.allowed.shape import (
    Check,
    Refused,
    anything,
    empty,
    flag,
    listed,
    mapped,
    name,
    number,
    one_of,
    record,
    scalar,
    schema,
    tagged,
    text,
    text_or,
)

_AT_PROVIDER = "others run at the provider and reach the net"
_KEPT = Refused(KEPT)
_DIRECT = listed(one_of("direct"))


def _part(**fields: Check) -> Check:
    return record({"type": text, "prompt_cache_breakpoint": CACHE, **fields})


_PARTS = {
    "input_text": _part(text=text),
    "output_text": _part(text=text, annotations=empty, logprobs=listed(anything)),
    "text": _part(text=text),
    "summary_text": _part(text=text),
    "reasoning_text": _part(text=text),
    "refusal": _part(refusal=text),
    "encrypted_content": _part(encrypted_content=text),
    "input_image": _part(image_url=data_url, detail=text, file_id=_KEPT),
    "computer_screenshot": _part(image_url=data_url, detail=text, file_id=_KEPT),
    "input_audio": _part(input_audio=record({"data": base64_data, "format": text})),
    "input_file": _part(
        file_data=base64_or_data_url, filename=text, detail=text, file_id=_KEPT, file_url=Refused(NET)
    ),
}
_CONTENT = text_or(listed(tagged(_PARTS)))
_CALLER = tagged({"direct": record({"type": text})})


def _tool(**fields: Check) -> Check:
    required = ("name",) if "name" in fields else ()
    return record(
        {"type": text, "allowed_callers": _DIRECT, "defer_loading": flag, **fields}, required=required
    )


_NAMED: dict[str, Check] = {"name": name, "description": text}
_OWN_TOOLS = {
    "function": _tool(**_NAMED, parameters=schema, output_schema=schema, strict=flag, **{"async": flag}),
    "custom": _tool(**_NAMED, format=anything, **{"async": flag}),
}
_TOOLS = _OWN_TOOLS | {
    # These are carried out by the program: the model only knows them by heart.
    "local_shell": _tool(),
    "shell": record(
        {"type": text, "allowed_callers": _DIRECT, "environment": tagged({"local": record({"type": text})})},
        required=("environment",),
    ),
    "apply_patch": _tool(),
    "computer": _tool(),
    "computer_use_preview": _tool(display_width=number, display_height=number, environment=text),
    "namespace": _tool(**_NAMED, tools=listed(tagged(_OWN_TOOLS, why=_AT_PROVIDER))),
    "tool_search": record(
        {"type": text, "execution": one_of("client"), "description": text, "parameters": schema},
        required=("execution",),
    ),
}
_TOOL_LIST = listed(tagged(_TOOLS, why=_AT_PROVIDER))


def _item(**fields: Check) -> Check:
    more = {"type": text, "id": text, "call_id": text, "status": text, "caller": _CALLER}
    return record(more | fields)


_SHELL = record(dict.fromkeys(("type", "timeout_ms", "user", "working_directory", "max_output_length"), scalar) | {
    "command": listed(text), "commands": listed(text), "env": mapped(text),
})  # fmt: skip
_OUTCOME = record({"stdout": text, "stderr": text, "outcome": mapped(scalar)})
_SCREEN = tagged({"computer_screenshot": _PARTS["computer_screenshot"]})
_ITEMS = {
    "message": record(
        {"type": text, "id": text, "status": text, "role": text, "content": _CONTENT, "phase": text},
        required=("role", "content"),
    ),
    "reasoning": _item(
        summary=listed(tagged(_PARTS)), content=listed(tagged(_PARTS)), encrypted_content=text
    ),
    "compaction": _item(encrypted_content=text),
    "compaction_trigger": _item(),
    "function_call": _item(name=text, namespace=text, arguments=text),
    "function_call_output": _item(output=_CONTENT),
    "custom_tool_call": _item(name=text, namespace=text, input=text),
    "custom_tool_call_output": _item(name=text, output=_CONTENT),
    "local_shell_call": _item(action=_SHELL),
    "local_shell_call_output": _item(output=text),
    "shell_call": _item(action=_SHELL, environment=tagged({"local": record({"type": text})})),
    "shell_call_output": _item(output=text_or(listed(_OUTCOME)), max_output_length=number),
    "apply_patch_call": _item(operation=record({"type": text, "path": text, "diff": text})),
    "apply_patch_call_output": _item(output=text),
    "computer_call": _item(action=anything, actions=anything, pending_safety_checks=listed(mapped(text))),
    "computer_call_output": _item(output=_SCREEN, acknowledged_safety_checks=listed(mapped(text))),
    "tool_search_call": _item(arguments=anything, execution=one_of("client")),
    "tool_search_output": _item(tools=_TOOL_LIST, execution=one_of("client")),
    "additional_tools": record({"type": text, "id": text, "role": text, "tools": _TOOL_LIST}),
}
_CHOSEN = {kind: record({"type": text, "name": name}) for kind in _TOOLS}
_TOOL_CHOICE = tagged(
    _CHOSEN | {"allowed_tools": record({"type": text, "mode": text, "tools": listed(tagged(_CHOSEN))})}
)
_MODES = one_of("auto", "none", "required")
_FORMAT = tagged({
    "text": record({"type": text}),
    "json_object": record({"type": text}),
    "json_schema": record({"type": text, "name": text, "description": text, "schema": schema, "strict": flag}),
})  # fmt: skip


def _tool_choice(value: object, place: str) -> None:
    (_MODES if isinstance(value, str) else _TOOL_CHOICE)(value, place)


_NUMBERS = ("temperature", "top_p", "top_logprobs", "max_output_tokens", "max_tool_calls")
_FLAGS = ("stream", "store", "parallel_tool_calls")
_TEXTS = ("instructions", "user", "safety_identifier", "prompt_cache_key", "prompt_cache_retention")
RESPONSES = record({
    **dict.fromkeys(_NUMBERS, number), **dict.fromkeys(_FLAGS, flag), **dict.fromkeys(_TEXTS, text),
    "model": text,
    "input": text_or(listed(tagged(_ITEMS, default="message"))),
    "tools": _TOOL_LIST,
    "tool_choice": _tool_choice,
    "reasoning": mapped(scalar),
    "text": record({"format": _FORMAT, "verbosity": text}),
    "include": listed(one_of(
        "reasoning.encrypted_content", "message.output_text.logprobs", "message.input_image.image_url",
        "computer_call_output.output.image_url",
    )),
    "stream_options": mapped(flag),
    "truncation": one_of("auto", "disabled"),
    "metadata": mapped(scalar),
    "client_metadata": mapped(scalar),
    "prompt_cache_options": CACHE,
    "context_management": listed(record({"type": one_of("compaction"), "compact_threshold": number})),
    "service_tier": one_of("auto", "default"),
    "background": one_of(False),
    "previous_response_id": _KEPT, "conversation": _KEPT, "prompt": _KEPT,
}, required=("model", "input"))  # fmt: skip
