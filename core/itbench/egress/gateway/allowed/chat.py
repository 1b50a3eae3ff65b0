"""What may stand in a request for Chat Completions, as OpenAI and those who speak its interface have it.

Sources: the types of the library `openai`; the documentation of OpenRouter, vLLM, Mistral, DeepSeek, Qwen, Z.ai, Groq and LiteLLM.
"""

from itbench.egress.gateway.allowed.inline import base64_data, base64_or_data_url, data_url
from itbench.egress.gateway.allowed.shape import (
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

NET = "it reaches the net from the provider's side, where published truths are"
KEPT = "it refers to something that is kept at the provider"
ROUTED = "it lets others than the named model and provider answer"
CACHE = mapped(scalar)
_AT_PROVIDER = "others run at the provider and reach the net"

_TEXT = record(
    {
        "type": text,
        "text": text,
        "cache_control": CACHE,
        "prompt_cache_breakpoint": CACHE,
        "annotations": empty,
    }
)
_IMAGE = record({"url": data_url, "detail": text, "format": text}, required=("url",))
_PARTS = {
    "text": _TEXT,
    "refusal": record({"type": text, "refusal": text}),
    "thinking": record({"type": text, "thinking": text_or(listed(_TEXT)), "signature": text, "closed": flag}),
    "image_url": record({"type": text, "image_url": _IMAGE, "cache_control": CACHE, "prompt_cache_breakpoint": CACHE}),
    "video_url": record({"type": text, "video_url": _IMAGE, "cache_control": CACHE}),
    "input_audio": record({"type": text, "input_audio": record({"data": base64_data, "format": text}), "cache_control": CACHE}),
    "file": record({
        "type": text, "cache_control": CACHE, "prompt_cache_breakpoint": CACHE,
        "file": record({"file_data": base64_or_data_url, "filename": text, "format": text}, required=("file_data",)),
    }),
}  # fmt: skip
_CONTENT = text_or(listed(tagged(_PARTS)))
_THOUGHT = record({"type": text, "thinking": text, "signature": text, "data": text, "cache_control": CACHE})
_REASONING_DETAIL = record(
    dict.fromkeys(("type", "text", "summary", "data", "signature", "id", "format", "index"), scalar)
)
# What LiteLLM keeps of a reply beside the usual fields, and hands back.
_OF_PROVIDER = record(
    {"refusal": text, "reasoning_content": text, "reasoning": text, "thinking_blocks": listed(_THOUGHT),
     "reasoning_details": listed(_REASONING_DETAIL), "thought_signature": text, "thought_signatures": listed(text)}
)  # fmt: skip
_FUNCTION_CALL = record({"name": text, "arguments": anything})
_CALL = record({
    "id": text, "type": one_of("function", "custom"), "index": number, "function": _FUNCTION_CALL,
    "custom": record({"name": text, "input": text}), "provider_specific_fields": _OF_PROVIDER,
    # Signatures of thoughts, which Gemini wants back.
    "extra_content": record({"google": record({"thought_signature": text})}),
})  # fmt: skip
_MESSAGE = record({
    "role": text, "content": _CONTENT, "name": text, "refusal": text, "tool_calls": listed(_CALL), "tool_call_id": text,
    "function_call": _FUNCTION_CALL, "annotations": empty, "cache_control": CACHE, "reasoning_content": text,
    "reasoning": text, "reasoning_details": listed(_REASONING_DETAIL), "thinking_blocks": listed(_THOUGHT),
    "provider_specific_fields": _OF_PROVIDER, "prefix": flag, "partial": flag,
    "audio": Refused(KEPT),
}, required=("role",))  # fmt: skip

_FUNCTION = record(
    {"name": name, "description": text, "parameters": schema, "strict": flag, "cache_control": CACHE},
    required=("name",),
)
_CUSTOM = record({"name": name, "description": text, "format": anything}, required=("name",))
_TOOL = tagged(
    {
        "function": record(
            {"type": text, "function": _FUNCTION, "cache_control": CACHE}, required=("function",)
        ),
        "custom": record({"type": text, "custom": _CUSTOM, "cache_control": CACHE}, required=("custom",)),
    },
    why=_AT_PROVIDER,
)
_CHOSEN = {
    "function": record({"type": text, "function": record({"name": name})}),
    "custom": record({"type": text, "custom": record({"name": name})}),
}
_ALLOWED = record({"mode": text, "tools": listed(tagged(_CHOSEN))})
_TOOL_CHOICE = tagged(_CHOSEN | {"allowed_tools": record({"type": text, "allowed_tools": _ALLOWED})})
_MODES = one_of("auto", "none", "required", "any")
_JSON_SCHEMA = record({"name": text, "description": text, "schema": schema, "strict": flag})
_FORMAT = tagged({
    "text": record({"type": text}),
    "json_object": record({"type": text, "schema": schema}),
    "json_schema": record({"type": text, "json_schema": _JSON_SCHEMA}),
})  # fmt: skip


def _tool_choice(value: object, place: str) -> None:
    (_MODES if isinstance(value, str) else _TOOL_CHOICE)(value, place)


_NUMBERS = (
    "temperature", "top_p", "top_k", "min_p", "typical_p", "frequency_penalty", "presence_penalty", "repetition_penalty",
    "length_penalty", "seed", "random_seed", "max_tokens", "max_completion_tokens", "min_tokens", "top_logprobs",
    "thinking_budget",
)  # fmt: skip
_FLAGS = (
    "stream", "logprobs", "parallel_tool_calls", "store", "include_reasoning", "enable_thinking", "safe_prompt",
    "tool_stream", "reasoning_split",
)  # fmt: skip
_TEXTS = (
    "user", "reasoning_effort", "verbosity", "safety_identifier", "prompt_cache_key", "prompt_cache_retention",
    "prompt_mode", "reasoning_format",
)  # fmt: skip
_REACHING = (
    "web_search_options", "web_search", "plugins", "search_parameters", "search_options", "mcp_servers", "data_sources",
    "documents", "citation_options", "return_citations", "search_domain_filter",
)  # fmt: skip
CHAT = record({
    **dict.fromkeys(_NUMBERS, number), **dict.fromkeys(_FLAGS, flag), **dict.fromkeys(_TEXTS, text),
    **dict.fromkeys(_REACHING, Refused(NET)),
    "model": text,
    "messages": listed(_MESSAGE),
    "stream_options": mapped(flag),
    "stop": text_or(listed(text)),
    "n": one_of(1),
    "logit_bias": mapped(number),
    "modalities": listed(one_of("text")),
    "tools": listed(_TOOL),
    "tool_choice": _tool_choice,
    "functions": listed(_FUNCTION),
    "function_call": text_or(record({"name": name})),
    "response_format": _FORMAT,
    "prediction": tagged({"content": record({"type": text, "content": _CONTENT})}),
    "metadata": mapped(scalar),
    "service_tier": one_of("auto", "default"),
    "prompt_cache_options": CACHE,
    "cache_control": CACHE,
    "reasoning": mapped(scalar),
    "thinking": mapped(scalar),
    "chat_template_kwargs": mapped(scalar),
    "usage": record({"include": flag}),
    "enable_search": one_of(False),
    "models": Refused(ROUTED), "provider": Refused(ROUTED), "route": Refused(ROUTED), "transforms": empty,
    "prompt": Refused(KEPT), "audio": Refused("only text is counted"),
    "extra_body": Refused("its fields have to stand in the request itself, where they are checked"),
}, required=("model", "messages"))  # fmt: skip
