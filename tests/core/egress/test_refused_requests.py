"""Ways in which a request could have the provider look something up, keep something, or charge somebody else: none passes."""

import json
from typing import Any

import pytest
from hypothesis import example, given, strategies as st

from itbench.egress.exchange import BadRequestError
from itbench.egress.gateway.allowed.body import CHECKS, encoded, read_body

NAME = "gpt-4o"
URL = "https://truths.invalid/x.png"
USER = {"role": "user", "content": "hi"}
PNG = "iVBORw0KGgoAAAANSUhEUg=="


def chat(**more: Any) -> tuple[str, Any]:
    return "/chat/completions", {"model": NAME, "messages": [USER], **more}


def responses(**more: Any) -> tuple[str, Any]:
    return "/responses", {"model": NAME, "input": "hi", **more}


def messages(**more: Any) -> tuple[str, Any]:
    return "/messages", {"model": "claude-sonnet-4-5", "max_tokens": 9, "messages": [USER], **more}


def of_kinds(*kinds: str) -> list[Any]:
    """Tools by their kind alone, and as a kind with what a function has."""
    plain = [{"type": kind} for kind in kinds]
    named = [
        {"type": kind, "name": kind, "function": {"name": kind}, "parameters": {}, "input_schema": {}}
        for kind in kinds
    ]
    return plain + named


HOSTED = of_kinds(
    "web_search", "web_search_preview", "web_search_preview_2025_03_11", "web_search_20250305", "web_search_20260209",
    "web_fetch_20250910", "web_fetch_20260318", "Web_Search", " web_search", "web-search", "websearch", "browser_search", "browser",
    "browser_toolset_20260801", "mcp", "mcp_toolset", "MCP", "file_search", "retrieval", "knowledge", "code_interpreter",
    "code_execution", "code_execution_20250825", "image_generation", "advisor_20260301", "tool_search_tool_regex_20251119",
    "tool_search_tool_bm25_20251119", "programmatic_tool_calling", "url_context", "google_search", "googleSearch",
    "google_search_retrieval", "x_search", "live_search", "collections_search", "builtin_function", "connector", "bing_grounding",
    "openrouter:web_search", "openrouter:datetime", "web_extractor", "document_library", "container", "skills", "", "null",
)  # fmt: skip
HOSTED += [
    {"googleSearch": {}}, {"google_search": {}}, {"url_context": {}}, {"codeExecution": {}}, {"function": {"name": "x"}, "web_search": {}},
    {"type": "function", "function": {"name": "x"}, "googleSearch": {}}, {"type": "function", "function": {"name": "$web_search"}},
    {"type": "function", "function": {"name": "x", "type": "web_search"}}, {"type": "function"}, {"type": ["web_search"]},
    {"type": {"a": 1}}, {"type": 1}, {}, [], "web_search", 1, {"type": "shell"}, {"type": "shell", "environment": {"type": "container_auto"}},
    {"type": "shell", "environment": {"type": "container_reference", "container_id": "c"}},
    {"type": "tool_search"}, {"type": "tool_search", "execution": "server"},
    {"type": "namespace", "name": "n", "description": "d", "tools": [{"type": "web_search"}]},
    {"type": "custom", "name": "x", "input_schema": {}, "allowed_callers": ["code_execution_20260120"]},
    {"type": "function", "name": "x", "parameters": {}, "allowed_callers": ["programmatic"]},
    {"name": "x"}, {"name": "x", "input_schema": {}, "type": "web_search_20250305"},
    {"name": "x", "input_schema": {"$ref": "https://truths.invalid/schema.json"}},
    {"type": "function", "function": {"name": "x", "parameters": {"properties": {"a": {"$ref": "http://truths.invalid/"}}}}},
    {"type": "function", "name": "x", "parameters": {"anyOf": [{"$dynamicRef": "//truths.invalid/"}]}},
]  # fmt: skip
FIELDS: dict[str, Any] = {
    "web_search_options": {}, "web_search": True, "enable_search": True, "search_options": {"forced": True},
    "search_parameters": {"mode": "on"}, "plugins": [{"id": "web"}], "plugins ": [{"id": "web"}], "Plugins": [{"id": "web"}],
    "extra_body": {"enable_search": True}, "provider": {"order": ["x"]}, "models": ["perplexity/sonar"], "route": "fallback",
    "transforms": ["middle-out"], "mcp_servers": [{"type": "url", "url": URL, "name": "x"}], "data_sources": [{"type": "azure_search"}],
    "documents": ["x"], "return_citations": True, "search_domain_filter": ["x"], "search_recency_filter": "day", "tool_resources": {},
    "conversation": "conv_1", "previous_response_id": "resp_1", "prompt": {"id": "pmpt_1"}, "background": True, "container": "cntr_1",
    "thread": {"type": "create"}, "fallbacks": "default", "inference_geo": "eu", "speed": "fast", "service_tier": "priority",
    "user_profile_id": "u", "workspace_id": "w", "billing_policy": {}, "betas": ["web-fetch-2025-09-10"], "anthropic_beta": ["x"],
    "n": 2, "best_of": 2, "audio": {"voice": "x"}, "modalities": ["text", "audio"], "callback_url": URL, "webhook": URL,
    "include": ["web_search_call.action.sources"], "file_ids": ["file-1"], "attachments": [{"file_id": "f"}], "vector_store_ids": ["v"],
    "grounding": True, "deep_research": True, "context_urls": [URL], "image": {"source_url": URL}, "moderation": {"model": "x"},
    "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": {"$ref": URL}}},
    "text": {"format": {"type": "json_schema", "name": "x", "schema": {"$ref": URL}}},
    "output_config": {"format": {"type": "json_schema", "schema": {"$ref": URL}}}, "compaction": {}, "diagnostics": {"previous_message_id": "m"},
    "tool_choice": {"type": "web_search"}, "stream_options": {"include_usage": URL}, "thinking": {"web": {"search": True}},
    "reasoning": {"tools": [{"type": "web_search"}]}, "chat_template_kwargs": {"tools": [{"x": URL}]}, "__proto__": {"plugins": []},
}  # fmt: skip
PARTS: list[Any] = [
    {"type": "image_url", "image_url": {"url": URL}}, {"type": "image_url", "image_url": URL}, {"type": "image_url", "image_url": {}},
    {"type": "image_url", "image_url": {"url": "http://truths.invalid"}}, {"type": "image_url", "image_url": {"url": "file:///etc/passwd"}},
    {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}", "file_id": "x"}}, {"type": "image_url", "image_url": {"url": "gs://b/x"}},
    {"type": "image_url", "image_url": {"url": "data:image/png,https://truths.invalid"}}, {"type": "image_url", "image_url": {"url": " " + URL}},
    {"type": "image_url", "image_url": {"url": "data:text/html;base64," + URL}}, {"type": "image_url", "image_url": {"url": "//truths.invalid"}},
    {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}\n{URL}"}}, {"type": "video_url", "video_url": {"url": URL}},
    {"type": "file", "file": {"file_id": "file-1"}}, {"type": "file", "file": {"file_data": URL}}, {"type": "file", "file": {"url": URL}},
    {"type": "file", "file": {"file_data": PNG, "file_id": "file-1"}}, {"type": "file_url", "file_url": {"url": URL}}, {"file_id": "f"},
    {"type": "input_audio", "input_audio": {"data": URL, "format": "wav"}}, {"type": "input_audio", "input_audio": {"url": URL}},
    {"type": "input_image", "image_url": URL}, {"type": "input_image", "file_id": "file-1"}, {"type": "input_image", "image_url": {"url": URL}},
    {"type": "input_file", "file_url": URL}, {"type": "input_file", "file_id": "file-1"}, {"type": "input_file", "file_data": URL},
    {"type": "image", "source": {"type": "url", "url": URL}}, {"type": "image", "source": {"type": "file", "file_id": "f"}},
    {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": URL}}, {"type": "image", "source": URL},
    {"type": "image", "source": {"type": "base64", "data": PNG, "url": URL}}, {"type": "document", "source": {"type": "url", "url": URL}},
    {"type": "document", "source": {"type": "file", "file_id": "f"}}, {"type": "document", "source": {"type": "content", "content": [
        {"type": "image", "source": {"type": "url", "url": URL}}]}},
    {"type": "tool_result", "tool_use_id": "t", "content": [{"type": "image", "source": {"type": "url", "url": URL}}]},
    {"type": "container_upload", "file_id": "f"}, {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}},
    {"type": "mcp_tool_use", "id": "m", "server_name": "x", "name": "x", "input": {}}, {"type": "web_search_tool_result", "content": []},
    {"type": "tool_addition", "tool": {"type": "tool_definition", "definition": {"type": "web_search_20250305"}}}, {"type": "text", "text": {"url": URL}},
    {"type": "text", "text": "x", "source": {"url": URL}}, {"type": "text", "text": "x", "citations": [{"url": URL}]}, {"type": "web_url", "url": URL},
    {"type": "tool_use", "id": "t", "name": "x", "input": {}, "caller": {"type": "code_execution_20260120", "tool_id": "x"}}, URL, 1, [],
]  # fmt: skip
ITEMS: list[Any] = [
    {"type": "item_reference", "id": "rs_1"}, {"id": "rs_1"}, {"type": "web_search_call", "id": "w", "action": {"type": "search", "query": "x"}},
    {"type": "file_search_call", "queries": ["x"]}, {"type": "code_interpreter_call", "code": "x", "container_id": "c"},
    {"type": "image_generation_call", "result": PNG}, {"type": "mcp_call", "server_label": "x", "name": "x", "arguments": "{}"},
    {"type": "mcp_list_tools", "server_label": "x", "tools": []}, {"type": "mcp_approval_response", "approve": True, "approval_request_id": "a"},
    {"type": "additional_tools", "role": "developer", "tools": [{"type": "web_search"}]}, {"type": "program", "code": "x"},
    {"type": "tool_search_output", "tools": [{"type": "mcp", "server_url": URL}]}, {"type": "tool_search_call", "execution": "server"},
    {"type": "computer_call_output", "call_id": "c", "output": {"type": "computer_screenshot", "image_url": URL}},
    {"type": "computer_call_output", "call_id": "c", "output": {"type": "computer_screenshot", "file_id": "f"}},
    {"type": "function_call_output", "call_id": "c", "output": [{"type": "input_image", "image_url": URL}]},
    {"type": "shell_call", "call_id": "c", "action": {"commands": ["curl"]}, "environment": {"type": "container_auto"}},
    {"type": "configuration_update", "tools": [{"type": "web_search"}]}, {"role": "user"}, {"role": "user", "content": [], "file_ids": ["f"]}, URL, 1,
]  # fmt: skip
MESSAGES: list[Any] = [
    USER | {"images": [URL]}, USER | {"files": [URL]}, USER | {"attachments": [{"file_id": "f"}]}, {"role": "assistant", "audio": {"id": "a"}},
    USER | {"annotations": [{"type": "url_citation", "url": URL}]}, {"role": "assistant", "tool_calls": [{"type": "web_search"}]},
    {"role": "assistant", "tool_calls": [{"id": "c", "type": "function", "function": {"name": "x"}, "extra_content": {"url": URL}}]},
    {"role": "assistant", "provider_specific_fields": {"citations": [URL]}}, {"content": "x"}, "x", 1, {"role": ["user"]},
]  # fmt: skip
MODELS = [
    "gpt-4o:online", "openai/gpt-4o:online", "gpt-4o-search-preview", "gpt-5-search-api", "search-gpt", "sonar", "perplexity/sonar-pro",
    "sonar-deep-research", "o3-deep-research", "openai/o4-mini-deep-research-2025-06-26", "groq/compound", "compound-beta-mini", "GPT-4O:ONLINE",
    "openrouter/auto", "kimi-search", "qwen-plus:web", "@preset/x", "gpt-4o\n", "gpt-4o ", "", "../gpt-4o", "gpt-4o/../x", "gpt-4o?plugins=web",
    "gpt-4o#online", "gpt-4o%3Aonline", "gpt-4o;online", "x" * 300, "http://truths.invalid", "claude-web", "browse/gpt-4o",
]  # fmt: skip
DAMAGED = [
    b"", b"{", b"[]", b"1", b'"x"', b"null", b"\xff", b'{"model": NaN}', b"[" * 100_000, b'{"a":' * 100_000, b"{}{}",
    b'{"model": "m", "messages": [], "temperature": Infinity}', b'{"model": "m", "messages": [], "temperature": 1e999}',
    b'{"model": "m", "messages": [], "seed": ' + b"9" * 10_000 + b"}", b'{"model": "m"}', b'{"messages": []}', b'{"model": 1, "messages": []}',
    b'{"model": ["m"], "messages": []}', b'{"model": "m", "messages": {}}', b'{"model": "m", "messages": "hi"}',
    b'{"model": "m", "messages": [], "model": "perplexity/sonar"}', b'{"model": "m", "messages": [], "tools": [], "tools": [{"type": "mcp"}]}',
    b'{"model": "m", "messages": [' + b"[]," * 500_000 + b"[]]}",
]  # fmt: skip


def attacks() -> list[tuple[str, bytes]]:
    """Each as an interface and a body."""
    found: list[tuple[str, Any]] = []
    for made in (chat, responses, messages):
        found += [made(tools=[tool]) for tool in HOSTED]
        found += [
            made(tools=[{"type": "mcp", "server_url": URL}]),
            made(tools={"type": "web_search"}),
            made(tools="web_search"),
        ]
        found += [made(**{name: value}) for name, value in FIELDS.items()]
        found += [made(model=name) for name in MODELS]
    for part in PARTS:
        for role in ("user", "assistant", "system", "tool"):
            found += [
                chat(messages=[{"role": role, "content": [part]}]),
                messages(messages=[{"role": role, "content": [part]}]),
            ]
            found += [responses(input=[{"role": role, "content": [part]}])]
        found += [messages(system=[part])]
    found += [responses(input=[item]) for item in ITEMS]
    found += [chat(messages=[message]) for message in MESSAGES]
    return [(path, json.dumps(body).encode()) for path, body in found] + [
        ("/chat/completions", body) for body in DAMAGED
    ]


def status_of(path: str, body: bytes) -> int:
    """Return with which status a request is refused; 200 for one that would be sent."""
    try:
        encoded(read_body(path, body, ()))
    except BadRequestError as error:
        return error.status if str(error) else 0
    return 200


def test_no_attack_passes() -> None:
    every = attacks()
    passed = [(path, body[:300]) for path, body in every if status_of(path, body) not in {400, 403, 413}]
    assert passed == []
    assert len(every) > 1200


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (chat(plugins=[{"id": "web"}]), "'plugins' is not passed on: it reaches the net"),
        (chat(tools=[{"type": "web_search"}]), "'tools[0].type' is 'web_search'; allowed: custom, function (others run at the provider"),
        (chat(unheard_of=1), "'unheard_of' is not passed on; allowed: cache_control, "),
        (chat(n=3), "'n' is 3; allowed: 1"),
        (chat(model="perplexity/sonar"), "may search the net, where published truths are; name it with the agent's option models="),
        (responses(previous_response_id="r"), "'previous_response_id' is not passed on: it refers to something that is kept"),
        (messages(messages=[{"role": "user", "content": [{"type": "image", "source": {"type": "url", "url": URL}}]}]),
         "'messages[0].content[0].source.type' is 'url'; allowed: base64"),
    ],
)  # fmt: skip
def test_a_refusal_names_the_field_and_what_is_allowed(made: tuple[str, Any], said: str) -> None:
    with pytest.raises(BadRequestError) as caught:
        read_body(made[0], json.dumps(made[1]).encode(), ())
    assert said in str(caught.value)


def test_the_models_of_a_run_are_asked_and_no_others() -> None:
    named = ("perplexity/sonar", "@cf/meta/llama")
    for name in named:
        assert (
            read_body("/chat/completions", json.dumps(chat(model=name)[1]).encode(), named)["model"] == name
        )
    with pytest.raises(
        BadRequestError,
        match=r"'gpt-4o' is not among those of this run; allowed: perplexity/sonar, @cf/meta/llama",
    ):
        read_body("/chat/completions", json.dumps(chat()[1]).encode(), named)


@pytest.mark.parametrize(
    "name", ["gpt-5", "nousresearch/hermes-4-70b", "anthropic/claude-opus-4.5", "qwen/qwen3-coder:free", "ft:gpt-4o:org::id", "o4-mini",
             "meta-llama/Llama-3.3-70B-Instruct-Turbo", "accounts/fireworks/models/kimi-k2", "webgen-x", "allenai/olmo-3", "autoglm-x1"]
)  # fmt: skip
def test_ordinary_names_of_models_pass(name: str) -> None:
    assert read_body("/chat/completions", json.dumps(chat(model=name)[1]).encode(), ())["model"] == name


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8)
    | st.sampled_from([URL, "web_search", "function", "auto", "file-1"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["type", "name", "url", "function", "text", "content", "tools", "role", "file_id"]) | st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip
KNOWN = sorted(
    {
        "model",
        "messages",
        "input",
        "tools",
        "tool_choice",
        "system",
        "stream",
        "store",
        "n",
        "metadata",
        "plugins",
        "prompt",
    }
)


def leaves(value: Any, key: str = "") -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        return [pair for name, entry in value.items() for pair in leaves(entry, name)]
    if isinstance(value, list):
        return [pair for entry in value for pair in leaves(entry, key)]
    return [(key, value)]


@pytest.mark.slow
@given(
    st.sampled_from(sorted(CHECKS)),
    st.dictionaries(st.sampled_from(KNOWN) | st.text(max_size=6), JSON, max_size=5),
    st.booleans(),
)
@example("/chat/completions", {"messages": [{"role": "user", "content": "\ud800"}]}, True)
def test_any_body_is_refused_or_sent_with_nothing_to_look_up(path: str, more: Any, is_usual: bool) -> None:
    usual = {"/chat/completions": chat(), "/responses": responses()}.get(path, messages())[1]
    body = (usual if is_usual else {}) | more
    try:
        asked = json.loads(encoded(read_body(path, json.dumps(body).encode(), ())))
    except BadRequestError:
        return
    assert asked.get("n") in (None, 1)
    assert not asked.get("store")
    assert {"plugins", "prompt"}.isdisjoint(key for key, value in asked.items() if value is not None)
    for key, value in leaves({name: value for name, value in asked.items() if name != "metadata"}):
        assert key != "file_id" or value is None
        if key == "url":
            assert value is None or not value.startswith("http")


@pytest.mark.slow
@given(st.binary(max_size=300))
def test_any_bytes_are_a_request_or_refused(body: bytes) -> None:
    assert status_of("/responses", body) in {200, 400, 403}
