"""What may stand in a request for Anthropic's Messages. Source: the types of the library `anthropic`, and what Claude Code sends."""

from collections.abc import Mapping

from itbench.egress.gateway.allowed.chat import CACHE, KEPT, NET, ROUTED
from itbench.egress.gateway.allowed.inline import base64_data
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


def _block(required: tuple[str, ...] = (), **fields: Check) -> Check:
    return record({"type": text, "cache_control": CACHE, **fields}, required=required)


_TEXT = _block(text=text, citations=empty)
_BASE64 = record({"type": text, "media_type": text, "data": base64_data}, required=("data",))
_IMAGE = _block(source=tagged({"base64": _BASE64}), transformations=mapped(scalar))
_INNER = text_or(listed(tagged({"text": _TEXT, "image": _IMAGE})))
_DOCUMENT = _block(
    source=tagged(
        {
            "base64": _BASE64,
            "text": record({"type": text, "media_type": text, "data": text}),
            "content": record({"type": text, "content": _INNER}),
        }
    ),
    title=text,
    context=text,
    citations=record({"enabled": flag}),
)
_SHOWN = {
    "text": _TEXT,
    "image": _IMAGE,
    "document": _DOCUMENT,
    "search_result": _block(
        content=listed(_TEXT), source=text, title=text, citations=record({"enabled": flag})
    ),
}
_RESULT = text_or(listed(tagged(_SHOWN | {"tool_reference": _block(tool_name=text)})))
_BLOCKS = _SHOWN | {
    "thinking": _block(thinking=text, signature=text),
    "redacted_thinking": _block(data=text),
    "tool_use": _block(id=text, name=text, input=anything, caller=tagged({"direct": record({"type": text})})),
    "tool_result": _block(tool_use_id=text, content=_RESULT, is_error=flag),
    "compaction": _block(content=text, encrypted_content=text, signature=text),
}
_CONTENT = text_or(listed(tagged(_BLOCKS)))
_MESSAGE = record(
    {"role": one_of("user", "assistant", "system"), "content": _CONTENT}, required=("role", "content")
)

_COMMON: Mapping[str, Check] = {
    "type": text, "name": name, "cache_control": CACHE, "defer_loading": flag, "strict": flag,
    "input_examples": listed(anything), "allowed_callers": listed(one_of("direct")),
}  # fmt: skip
_CUSTOM = record(
    {**_COMMON, "description": text, "input_schema": schema, "eager_input_streaming": flag},
    required=("name", "input_schema"),
)
_SCREEN = record(
    {
        **_COMMON,
        **dict.fromkeys(("display_width_px", "display_height_px", "display_number"), number),
        "enable_zoom": flag,
    }
)
# Carried out by the program; the model only knows them by heart.
_BASH = ("bash_20241022", "bash_20250124")
_EDITORS = ("text_editor_20241022", "text_editor_20250124", "text_editor_20250429", "text_editor_20250728")
_SCREENS = ("computer_20241022", "computer_20250124", "computer_20251124")
_TOOL = tagged(
    {
        "custom": _CUSTOM,
        **dict.fromkeys((*_BASH, "memory_20250818"), record(_COMMON)),
        **dict.fromkeys(_EDITORS, record({**_COMMON, "max_characters": number})),
        **dict.fromkeys(_SCREENS, _SCREEN),
    },
    default="custom",
    why=_AT_PROVIDER,
)
_CHOICE = record({"type": text, "disable_parallel_tool_use": flag})
_NAMED_CHOICE = record({"type": text, "name": name, "disable_parallel_tool_use": flag})
_EDIT = record(
    dict.fromkeys(("trigger", "keep", "clear_at_least"), anything)
    | {"type": text, "exclude_tools": listed(text), "clear_tool_inputs": anything}
    | {"instructions": text, "pause_after_compaction": flag}
)
_FORMAT = record({"type": one_of("json_schema"), "schema": schema, "name": text})
_OUTPUT = record({"effort": text, "format": _FORMAT, "task_budget": mapped(scalar)})
_COUNTED: Mapping[str, Check] = {
    "model": text,
    "messages": listed(_MESSAGE),
    "system": text_or(listed(tagged({"text": _TEXT}))),
    "tools": listed(_TOOL),
    "tool_choice": tagged({**dict.fromkeys(("auto", "any", "none"), _CHOICE), "tool": _NAMED_CHOICE}),
    "thinking": mapped(scalar),
    "output_config": _OUTPUT,
    "output_format": _FORMAT,
    "context_management": record({"edits": listed(_EDIT)}),
    "cache_control": CACHE,
    "mcp_servers": empty,
    "speed": one_of("standard"),
}
MESSAGES = record({
    **_COUNTED,
    **dict.fromkeys(("max_tokens", "temperature", "top_p", "top_k"), number),
    "stream": flag,
    "stop_sequences": listed(text),
    "metadata": record({"user_id": text}),
    "service_tier": one_of("auto", "standard_only"),
    "container": Refused(KEPT), "thread": Refused(KEPT), "fallbacks": Refused(ROUTED),
    "web_search_options": Refused(NET),
}, required=("model", "messages", "max_tokens"))  # fmt: skip
COUNT_TOKENS = record(_COUNTED, required=("model", "messages"))
