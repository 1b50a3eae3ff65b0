"""What the programs of the field send passes; its shapes were taken down from the programs themselves, the texts are made up."""

import json
from dataclasses import asdict
from importlib import import_module
from typing import Any

import pytest

from itbench.egress.exchange import BadRequestError
from itbench.egress.gateway.allowed.body import encoded, read_body
from itbench.egress.gateway.metering import READERS
from itbench.egress.gateway.spoken import conversation_of

PARAMETERS = {"type": "object", "properties": {"command": {"type": "string"}}, "required": ["command"]}
FUNCTION = {
    "type": "function",
    "function": {"name": "bash", "description": "Runs it.", "parameters": PARAMETERS},
}
FLAT = {
    "type": "function", "name": "exec_command", "description": "Runs it.", "strict": False, "parameters": PARAMETERS,
}  # fmt: skip
CLIENT_TOOL = {"name": "Bash", "description": "Runs it.", "input_schema": PARAMETERS}
CACHED = {"cache_control": {"type": "ephemeral"}}
PNG = "iVBORw0KGgoAAAANSUhEUg=="
CALL = {"id": "call_1", "type": "function", "function": {"name": "bash", "arguments": "{}"}}
SAID = {"role": "assistant", "content": "let me", "tool_calls": [CALL]}
DONE = {"role": "tool", "tool_call_id": "call_1", "content": "out"}
USER = {"role": "user", "content": "hi"}


def chat(**more: Any) -> Any:
    return {"model": "gpt-4o", "messages": [USER], **more}


def responses(**more: Any) -> Any:
    return {"model": "gpt-5", "input": "hi", **more}


def messages(**more: Any) -> Any:
    return {"model": "claude-sonnet-4-5", "max_tokens": 64, "messages": [USER], **more}


def blocks(*content: Any) -> Any:
    return messages(messages=[{"role": "user", "content": list(content)}])


def parts(*content: Any) -> Any:
    return chat(messages=[{"role": "user", "content": list(content)}])


def items(*content: Any) -> Any:
    return responses(input=list(content))


CODEX_INPUT = [
    {"type": "message", "id": "msg_1", "role": "developer", "content": [{"type": "input_text", "text": "be"}]},
    {"type": "reasoning", "id": "rs_1", "summary": [], "content": None, "encrypted_content": "sealed"},
    {"type": "message", "status": "completed", "id": "msg_2", "role": "assistant",
     "content": [{"type": "output_text", "text": "let me", "annotations": []}]},
    {"type": "function_call", "status": "completed", "id": "fc_1", "name": "exec_command", "arguments": "{}", "call_id": "c1"},
    {"type": "function_call_output", "id": "fco_1", "call_id": "c1", "output": "out"},
]  # fmt: skip
CLAUDE = {
    "model": "claude-opus-4-6",
    "messages": [
        {"role": "user", "content": [{"type": "text", "text": "hi", **CACHED}]},
        {"role": "assistant", "content": [
            {"type": "thinking", "thinking": "hm", "signature": "s"}, {"type": "text", "text": "let me"},
            {"type": "tool_use", "id": "t1", "name": "Bash", "input": {"command": "ls"}},
        ]},
        {"role": "user", "content": [{"tool_use_id": "t1", "type": "tool_result", "content": "out", "is_error": False, **CACHED}]},
    ],
    "system": [{"type": "text", "text": "be"}, {"type": "text", "text": "be", **CACHED}],
    "tools": [CLIENT_TOOL], "metadata": {"user_id": "{}"}, "max_tokens": 64000, "thinking": {"type": "adaptive"},
    "context_management": {"edits": [{"type": "clear_thinking_20251015", "keep": "all"}]},
    "output_config": {"effort": "high"}, "stream": True,
}  # fmt: skip
LITELLM_MESSAGE = {
    "content": "let me", "role": "assistant", "tool_calls": [CALL], "function_call": None, "reasoning_content": "hm",
    "provider_specific_fields": {"refusal": None}, "annotations": [],
}  # fmt: skip

# Each as (interface, body). "Seen" are taken from what the program sent to a server on the loopback.
REQUESTS: dict[str, tuple[str, Any]] = {
    "OpenAI library": ("/chat/completions", chat(
        temperature=0, top_p=1, n=1, stop=["x"], max_completion_tokens=9, seed=1, tools=[FUNCTION], tool_choice="auto",
        parallel_tool_calls=True, response_format={"type": "json_schema", "json_schema": {"name": "a", "schema": PARAMETERS, "strict": True}},
        reasoning_effort="low", verbosity="low", logprobs=True, top_logprobs=2, logit_bias={"50256": -100}, user="u",
        service_tier="auto", store=True, metadata={"a": "b"}, prompt_cache_key="k", safety_identifier="s",
        stream=True, stream_options={"include_usage": False}, modalities=["text"], presence_penalty=0, frequency_penalty=0)),
    "OpenAI library, Responses": ("/responses", responses(
        instructions="be", tools=[FLAT], tool_choice={"type": "function", "name": "exec_command"}, store=True,
        reasoning={"effort": "low", "summary": "auto"}, text={"format": {"type": "text"}, "verbosity": "low"}, truncation="auto",
        max_output_tokens=9, previous_response_id=None, background=False, service_tier="default")),
    "OpenAI Agents (seen)": ("/responses", {
        "include": [], "input": [USER], "model": "gpt-5", "instructions": "be", "reasoning": {"effort": "low"},
        "text": {"verbosity": "low"}, "tools": [FLAT]}),
    "Codex CLI (seen, 0.171)": ("/responses", {
        "model": "gpt-5", "stream": True, "input": CODEX_INPUT, "tool_choice": "auto", "parallel_tool_calls": True,
        "tools": [FLAT, {"type": "namespace", "name": "multi_agent_v1", "description": "d", "tools": [FLAT]}],
        "reasoning": {"summary": "auto"}, "store": False, "include": ["reasoning.encrypted_content"],
        "prompt_cache_key": "01a2", "client_metadata": {"session_id": "01a2", "x-codex-turn-metadata": "{}"}}),
    "Codex CLI with its patches": ("/responses", items(
        {"type": "custom_tool_call", "id": "c", "call_id": "c1", "name": "apply_patch", "input": "*** Begin", "status": "completed"},
        {"type": "custom_tool_call_output", "call_id": "c1", "output": "ok"},
        {"type": "local_shell_call", "id": "l", "call_id": "c2", "status": "completed",
         "action": {"type": "exec", "command": ["ls"], "timeout_ms": 9, "env": {}, "working_directory": None, "user": None}},
        {"type": "function_call_output", "call_id": "c2", "output": [{"type": "input_image", "image_url": f"data:image/png;base64,{PNG}"}]},
    ) | {"tools": [{"type": "custom", "name": "apply_patch", "description": "d",
                    "format": {"type": "grammar", "syntax": "lark", "definition": "start: /x/"}}, {"type": "local_shell"}]}),
    "Claude Code (seen, 2.1.197)": ("/messages", CLAUDE),
    "Codex CLI compacting": ("/responses", items(USER, {"type": "compaction", "encrypted_content": "s"}, {"type": "compaction_trigger"})),
    "Claude Code compacting": ("/messages", messages(
        context_management={"edits": [{"type": "compact_20260112", "trigger": {"type": "input_tokens", "value": 9}, "instructions": "x"}]})),
    "Claude Code with older models (seen)": ("/messages", CLAUDE | {
        "thinking": {"budget_tokens": 31999, "type": "enabled"}, "output_config": None}),
    "Claude Code counting": ("/messages/count_tokens", {"model": "claude-opus-4-6", "messages": [USER], "tools": [CLIENT_TOOL]}),
    "Anthropic library": ("/messages", messages(
        system="be", temperature=1.0, top_p=0.9, top_k=5, stop_sequences=["x"], tool_choice={"type": "any"}, service_tier="auto",
        tools=[CLIENT_TOOL | {"type": "custom"}, {"type": "bash_20250124", "name": "bash"}, {"type": "memory_20250818", "name": "memory"},
               {"type": "text_editor_20250728", "name": "str_replace_based_edit_tool", "max_characters": 9},
               {"type": "computer_20251124", "name": "computer", "display_width_px": 9, "display_height_px": 9}])),
    "Anthropic library with images": ("/messages", blocks(
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}},
        {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "x"}, "title": "t"},
        {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": PNG}},
        {"type": "tool_result", "tool_use_id": "t", "content": [{"type": "text", "text": "x"}]})),
    "LiteLLM (seen)": ("/chat/completions", {
        "model": "gpt-5", "messages": [{"role": "system", "content": "be"}, USER, SAID | {"reasoning_content": "hm"}, DONE],
        "tools": [FUNCTION], "reasoning_effort": "low"}),
    "mini-swe-agent": ("/chat/completions", chat(messages=[USER, LITELLM_MESSAGE, DONE], temperature=0.0, tools=[FUNCTION])),
    "LiteLLM for Anthropic (seen)": ("/messages", messages(
        temperature=0.0, system=[{"type": "text", "text": "be"}], tools=[CLIENT_TOOL | {"type": "custom"}])),
    "Stirrup": ("/chat/completions", chat(messages=[USER, SAID, DONE], tools=[FUNCTION], tool_choice="auto", max_completion_tokens=64000)),
    "LangChain (seen)": ("/chat/completions", {
        "model": "gpt-4o", "stream": False, "messages": [USER, SAID, DONE], "tools": [FUNCTION]}),
    "LangChain, Responses (seen)": ("/responses", {
        "model": "gpt-5", "stream": False, "tools": [{key: FLAT[key] for key in ("type", "name", "description", "parameters")}],
        "input": [{"content": "hi", "role": "user", "type": "message"},
                  {"id": "rs", "summary": [{"type": "summary_text", "text": "s"}], "type": "reasoning", "encrypted_content": "s"}]}),
    "LangChain for Anthropic (seen)": ("/messages", messages(max_tokens=64000, tools=[CLIENT_TOOL])),
    "OpenHands": ("/chat/completions", chat(
        messages=[{"role": "system", "content": [{"type": "text", "text": "be", **CACHED}]},
                  {"role": "user", "content": [{"type": "text", "text": "hi"}, {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}"}}]},
                  SAID, {"role": "tool", "tool_call_id": "call_1", "name": "bash", "content": [{"type": "text", "text": "out", **CACHED}]}],
        tools=[FUNCTION | CACHED], temperature=0.0, max_completion_tokens=4096, extra_body=None)),
    "Aider": ("/chat/completions", chat(temperature=0, stream=True, max_tokens=8192, reasoning_effort="high")),
    "Goose and Cline": ("/chat/completions", chat(
        stream=True, stream_options={"include_usage": True}, temperature=0, tools=[FUNCTION],
        messages=[{"role": "developer", "content": "be"}, USER, SAID | {"reasoning_details": [{"type": "reasoning.text", "text": "h", "index": 0}]}, DONE],
        reasoning={"effort": "medium", "exclude": False}, usage={"include": True})),
    "vLLM and SGLang": ("/chat/completions", chat(
        model="Qwen/Qwen3-Coder-480B-A35B-Instruct-FP8", top_k=20, min_p=0, repetition_penalty=1.05,
        chat_template_kwargs={"enable_thinking": False})),
    "Qwen": ("/chat/completions", chat(enable_thinking=True, thinking_budget=99, enable_search=False)),
    "DeepSeek, Kimi, GLM": ("/chat/completions", chat(
        thinking={"type": "enabled"}, messages=[USER, SAID | {"reasoning_content": "hm", "prefix": True}])),
    "Gemini by OpenAI's interface": ("/chat/completions", chat(
        model="gemini-3-pro", messages=[USER, {"role": "assistant", "content": None, "tool_calls": [
            CALL | {"extra_content": {"google": {"thought_signature": "s"}}}]}, DONE])),
    "Mistral": ("/chat/completions", chat(random_seed=1, safe_prompt=False, tool_choice="any")),
}  # fmt: skip


@pytest.mark.parametrize(("path", "body"), REQUESTS.values(), ids=REQUESTS)
def test_what_programs_send_passes_and_nothing_of_it_is_lost(path: str, body: Any) -> None:
    sent = json.loads(encoded(read_body(path, json.dumps(body).encode(), ())))
    ours = {"store", "include", "stream_options"} | ({"metadata"} if path == "/chat/completions" else set())
    assert {key: value for key, value in sent.items() if key not in ours} == {
        key: value for key, value in body.items() if key not in ours
    }


def test_a_stream_tells_what_it_took_and_nothing_is_kept_at_the_provider() -> None:
    asked = read_body("/chat/completions", json.dumps(chat(stream=True, store=True)).encode(), ())
    assert (asked["stream_options"], asked["store"]) == ({"include_usage": True}, False)
    assert "metadata" not in read_body(
        "/chat/completions", json.dumps(chat(store=True, metadata={"a": "b"})).encode(), ()
    )
    # What reasoned and is not kept has to come back with its reasoning.
    asked = read_body("/responses", json.dumps(responses()).encode(), ())
    assert (asked["store"], asked["include"]) == (False, ["reasoning.encrypted_content"])
    asked = read_body("/responses", json.dumps(responses(model="gpt-4o")).encode(), ())
    assert (asked["store"], "include" in asked) == (False, False)


# Fields of the libraries that are refused, whatever they hold; all others pass or are decided by their value.
REFUSED = {
    "openai.types.chat.completion_create_params:CompletionCreateParamsBase": {
        "audio", "moderation", "web_search_options",
    },
    "openai.types.responses.response_create_params:ResponseCreateParamsBase": {
        "access_programs", "background_options", "conversation", "image", "moderation", "previous_response_id", "prompt",
    },
    "anthropic.types.beta.message_create_params:MessageCreateParamsBase": {
        "betas", "billing_policy", "compaction", "container", "diagnostics", "fallback_credit_token", "fallbacks", "inference_geo",
        "thread", "user_profile_id", "workspace_id",
    },
}  # fmt: skip
VALUES: dict[str, Any] = {
    "background": False, "n": 1, "service_tier": "auto", "speed": "standard", "mcp_servers": [], "truncation": "auto", "model": "m",
    "messages": [], "input": "x", "max_tokens": 1, "tools": [], "functions": [], "function_call": "auto", "tool_choice": "auto",
    "response_format": {"type": "text"}, "prediction": {"type": "content", "content": "x"}, "modalities": ["text"], "stop": "x",
    "include": [], "text": {}, "reasoning": {}, "stream_options": {}, "logit_bias": {}, "metadata": {}, "prompt_cache_options": {},
    "context_management": [], "system": "x", "stop_sequences": [], "thinking": {}, "output_config": {}, "cache_control": {},
}  # fmt: skip


@pytest.mark.slow  # The libraries' types take seconds to import.
@pytest.mark.parametrize("name", REFUSED)
def test_each_field_of_the_installed_libraries_is_decided(name: str) -> None:
    module, _, kind = name.partition(":")
    path = {"chat": "/chat/completions", "responses": "/responses"}.get(module.split(".")[2], "/messages")
    usual = {"/chat/completions": chat(), "/responses": responses(), "/messages": messages()}[path]
    fields = getattr(import_module(module), kind).__annotations__
    assert len(fields) > 20
    refused = set()
    for field in fields:
        candidates = [VALUES[field]] if field in VALUES else [True, "x", 1]
        if path == "/messages":
            candidates += [{"edits": []}, {"type": "auto"}, {}]
        if not any(_passes(path, usual | {field: value}) for value in candidates):
            refused.add(field)
    # Older and newer versions of a library lack some; what is new to us is refused, and stands here once it is decided.
    assert refused <= REFUSED[name]


def _passes(path: str, body: Any) -> bool:
    try:
        read_body(path, json.dumps(body).encode(), ())
    except BadRequestError:
        return False
    return True


@pytest.mark.parametrize("name", [name for name in REQUESTS if REQUESTS[name][0] in READERS])
def test_what_the_programs_of_the_field_say_is_noted(name: str) -> None:
    path, body = REQUESTS[name]
    said = conversation_of(path, body)
    words = json.dumps([asdict(message) for message in said.messages], ensure_ascii=False)
    assert said.messages
    # All that is text in what was sent; pictures, seals and thoughts are not.
    sent = json.dumps(body.get("messages", body.get("input")), ensure_ascii=False)
    assert [
        word for word in ("let me", '"out"', "*** Begin", '"hi') if word in sent and word not in words
    ] == []
    assert PNG not in words


def test_a_conversation_is_noted_alike_whichever_interface_it_was_held_by() -> None:
    chat_said = conversation_of(
        "/chat/completions", chat(messages=[{"role": "system", "content": "be"}, USER, SAID, DONE])
    )
    assert chat_said.system == "be"
    assert [type(message).__name__ for message in chat_said.messages] == [
        "UserMessage",
        "AssistantMessage",
        "ToolResult",
    ]
    blocks_said = conversation_of("/messages", CLAUDE)
    items_said = conversation_of("/responses", items({"role": "user", "content": "hi"}, *CODEX_INPUT))
    texts = [[message.text for message in each.messages] for each in (chat_said, blocks_said, items_said)]
    assert texts == [["hi", "let me", "out"]] * 3
