"""What an error stands for, in whatever words: what may pass is tried again, a full window is told from all else."""

import json
from itertools import product
from typing import Any

import pytest

from itbench.models.faults import ContextLengthError, ModelError, PassingError
from itbench.models.reply.errors import error_of
from itbench.testing.model_server import Answer, ModelServer, Raw, Status, script

APIS = pytest.mark.parametrize("api", ["chat", "responses", "messages"])
HELLO = Answer(text="Hello.")

# Who says so, the status, and the words; each as the provider or server sends it.
FULL_WINDOWS = [
    ("OpenAI", 400, {"error": {"message": "This model's maximum context length is 128000 tokens. However, your messages resulted in 204308 tokens. Please reduce the length of the messages.", "type": "invalid_request_error", "code": "context_length_exceeded"}}),
    ("OpenAI Responses", 400, {"error": {"message": "Your input exceeds the context window of this model. Please adjust your input and try again.", "type": "invalid_request_error"}}),
    ("Azure", 400, {"error": {"message": "Input tokens exceed the configured limit of 272000 tokens. Your messages resulted in 300000 tokens.", "code": "context_length_exceeded"}}),
    ("Anthropic", 400, {"type": "error", "error": {"type": "invalid_request_error", "message": "prompt is too long: 213462 tokens > 200000 maximum"}}),
    ("Anthropic", 400, {"type": "error", "error": {"type": "invalid_request_error", "message": "input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000, decrease input length or `max_tokens` and try again"}}),
    ("Anthropic", 413, {"type": "error", "error": {"type": "request_too_large", "message": "Request exceeds the maximum size"}}),
    ("Google", 400, [{"error": {"code": 400, "message": "The input token count (1196265) exceeds the maximum number of tokens allowed (1048575).", "status": "INVALID_ARGUMENT"}}]),
    ("Bedrock", 400, {"message": "Input is too long for requested model."}),
    ("xAI", 400, {"code": "Client specified an invalid argument", "error": "This model's maximum prompt length is 131072 but the request contains 537812 tokens."}),
    ("Moonshot", 400, {"error": {"message": "Invalid request: Your request exceeded model token limit: 262144 (requested: 269030)", "type": "invalid_request_error"}}),
    ("Qwen", 400, {"error": {"code": "invalid_parameter_error", "message": "<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 983616]", "type": "invalid_request_error"}}),
    ("DeepSeek", 400, {"error": {"message": "This model's maximum context length is 131072 tokens. However, you requested 131329 tokens (123137 in the messages, 8192 in the completion). Please reduce the length of the messages or completion.", "type": "invalid_request_error", "code": "invalid_request_error"}}),
    ("Mistral", 400, {"object": "error", "message": "Prompt contains 65673 tokens and 0 draft tokens, too large for model with 32768 maximum context length", "type": "invalid_request_prompt", "code": "3051"}),
    ("Zhipu", 400, {"error": {"code": "1261", "message": "Prompt exceeds max length"}}),
    ("MiniMax", 400, {"error": {"message": "invalid params, context window exceeds limit (2013)"}}),
    ("Volcano Engine", 400, {"error": {"code": "InvalidParameter", "message": "Input length 203743 exceeds the maximum length 202752"}}),
    ("Groq", 400, {"error": {"message": "Please reduce the length of the messages or completion.", "type": "invalid_request_error", "code": "context_length_exceeded"}}),
    ("Cerebras", 400, {"message": "Please reduce the length of the messages or completion. Current length is 8601 while limit is 8192", "code": "context_length_exceeded"}),
    ("Cohere", 400, {"message": "too many tokens: total number of tokens in the prompt cannot exceed 4081 - received 8292."}),
    ("OpenRouter", 400, {"error": {"code": 400, "message": "This endpoint's maximum context length is 163840 tokens. However, you requested about 180000 tokens (170000 of text input, 10000 in the output)."}}),
    ("watsonx", 400, {"errors": [{"code": "invalid_input_argument", "message": "the number of input tokens 5000 cannot exceed the total tokens limit 4096 for this model"}]}),
    ("GitHub Copilot", 400, {"error": {"message": "prompt token count of 139416 exceeds the limit of 128000", "code": "model_max_prompt_tokens_exceeded"}}),
    ("llama.cpp", 400, {"error": {"code": 400, "message": "the request exceeds the available context size. try increasing the context size or enable context shift", "type": "exceed_context_size_error", "n_prompt_tokens": 14429, "n_ctx": 8192}}),
    ("llama.cpp", 500, {"error": {"code": 500, "message": "request (14429 tokens) exceeds the available context size (8192 tokens), try increasing it", "type": "exceed_context_size_error"}}),
    ("llama-cpp-python", 500, {"error": {"message": "Requested tokens (2285) exceed context window of 2048", "type": "internal_server_error"}}),
    ("LM Studio", 400, {"error": "The number of tokens to keep from the initial prompt is greater than the context length. Try to load the model with a larger context length."}),
    ("Ollama", 400, {"error": {"message": "prompt too long; exceeded max context length by 21 tokens", "type": "invalid_request_error"}}),
    ("Ollama", 400, {"error": "the input length exceeds the context length"}),
    ("TGI", 422, {"error": "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 4000 `inputs` tokens and 200 `max_new_tokens`", "error_type": "validation"}),
    ("TGI", 422, {"error": "Input validation error: `inputs` must have less than 1024 tokens. Given: 1500", "error_type": "validation"}),
    ("vLLM", 400, {"object": "error", "message": "The prompt (total length 5000) is longer than the maximum model length of 4096.", "type": "BadRequestError", "param": None, "code": 400}),
    ("vLLM", 400, {"object": "error", "message": "'max_tokens' or 'max_completion_tokens' is too large: 8000. This model's maximum context length is 4096 tokens and your request has 3900 input tokens (8000 > 4096 - 3900).", "code": 400}),
    ("vLLM", 400, {"object": "error", "message": "max_tokens must be at least 1, got -904.", "type": "BadRequestError", "code": 400}),
    ("SGLang", 400, {"object": "error", "message": "The input (40000 tokens) is longer than the model's context length (32768 tokens).", "code": 400}),
    ("SGLang", 400, {"object": "error", "message": "Requested token count exceeds the model's maximum context length of 32768 tokens.", "code": 400}),
    ("TensorRT-LLM", 400, {"message": "Prompt length (9000) exceeds maximum input length (8192). Set log level to info."}),
    ("by its code", 400, {"error": {"code": "context_length_exceeded", "message": "no"}}),
    ("in a reply", None, {"error": {"code": 400, "message": "This endpoint's maximum context length is 8 tokens."}}),
    ("nobody known", 400, {"error": {"message": "The conversation is too long for this model."}}),
    ("a proxy", 413, "<html><h1>413 Request Entity Too Large</h1></html>"),
]  # fmt: skip

# What reads much the same, and is something else: a rate, an account without credit, a setting, a key.
OTHERS = [
    (PassingError, 413, {"error": {"message": "Request too large for model `llama-3.1-8b-instant` in organization `org_1` service tier `on_demand` on tokens per minute (TPM): Limit 6000, Requested 5800, please reduce your message size and try again.", "type": "tokens", "code": "rate_limit_exceeded"}}),
    (ModelError, 413, {"error": {"message": "Request too large for model `llama-3.1-8b-instant` in organization `org_1` service tier `on_demand` on tokens per minute (TPM): Limit 6000, Requested 12328, please reduce your message size and try again.", "type": "tokens", "code": "rate_limit_exceeded"}}),
    (ModelError, 429, {"error": {"message": "Request too large for gpt-4o on tokens per min (TPM): Limit 30000, Requested 342389. The input or output tokens must be reduced in order to run successfully.", "type": "tokens", "code": "rate_limit_exceeded"}}),
    (PassingError, 429, {"error": {"message": "Rate limit reached for model `llama3-70b-8192` on tokens per minute (TPM): Limit 5000, Used 4747, Requested ~1251. Please try again in 59.977s.", "type": "tokens", "code": "rate_limit_exceeded"}}),
    (PassingError, 429, {"message": "Too many tokens per day, please wait before trying again."}),
    (PassingError, 400, {"message": "Too many tokens per day, please wait before trying again."}),
    (PassingError, 400, {"__type": "ThrottlingException", "message": "Too many tokens, please wait before trying again."}),
    (PassingError, 429, {"error": {"message": "Number of request tokens has exceeded your per-minute rate limit", "type": "rate_limit_error"}}),
    (PassingError, 429, {"error": "Too many tokens for team x and model grok-4-0709. Your team's rate limit is - Tokens per Minute (actual/limit): 65605/16000."}),
    (PassingError, 429, {"error": {"message": "This model's maximum context length is no matter here"}}),
    (PassingError, None, {"error": {"message": "Rate limit reached: tokens per minute", "code": "rate_limit_exceeded"}}),
    (ModelError, 429, {"error": {"message": "You exceeded your current quota, please check your plan", "type": "insufficient_quota", "code": "insufficient_quota"}}),
    (ModelError, 402, {"error": {"message": "Insufficient Balance", "code": "invalid_request_error"}}),
    (ModelError, 400, {"error": {"message": "`max_tokens` must be less than or equal to `16384`, the maximum value for `max_tokens` is less than the `context_window` for this model", "type": "invalid_request_error"}}),
    (ModelError, 400, {"error": {"message": "max_tokens is too large: 40000. This model supports at most 16384 completion tokens, whereas you provided 40000.", "type": "invalid_request_error"}}),
    (ModelError, 400, {"error": {"message": "Invalid 'prompt_cache_key': string too long. Expected a string with maximum length 64.", "type": "invalid_request_error"}}),
    (ModelError, 401, {"error": {"message": "Incorrect API key; the prompt is too long to be shown"}}),
    (ModelError, 404, {"error": {"message": "The model `context-length-1m` does not exist", "code": "model_not_found"}}),
    (PassingError, 503, {"error": {"message": "The engine is currently overloaded"}}),
]  # fmt: skip


def test_a_full_window_is_told_in_the_words_of_each_provider() -> None:
    for who, status, body in FULL_WINDOWS:
        assert isinstance(error_of(status, body), ContextLengthError), (who, status, body)


@pytest.mark.parametrize(("kind", "status", "body"), OTHERS)
def test_nothing_else_is_taken_for_a_full_window(
    kind: type[Exception], status: int | None, body: Any
) -> None:
    error = error_of(status, body)
    assert type(error) is kind
    if isinstance(error, PassingError) and status != 503:
        assert error.is_rate_limit


def test_an_error_without_a_word_is_one_all_the_same() -> None:
    bodies: list[Any] = [None, "", [], {}, 7, True, {"error": {}}, {"error": None}, [[]], "\ud83d", {"error": {"message": "\ud83d"}}]  # fmt: skip
    for body, status in product(bodies, [None, 400, 429, 500]):
        error = error_of(status, body)
        assert isinstance(error, ModelError if status == 400 else PassingError), (body, status)
        str(error).encode()


def test_an_error_nested_without_end_is_told() -> None:
    deep: Any = "busy"
    for _ in range(3000):
        deep = {"error": deep}
    assert "nested" in str(error_of(500, deep))


def sse(*events: Any) -> bytes:
    return "".join(f"data: {json.dumps(event)}\n\n" for event in events).encode()


def chat_end(reason: str) -> Any:
    return {"choices": [{"index": 0, "delta": {"content": "I"}, "finish_reason": reason}]}


SAID = {"choices": [{"index": 0, "delta": {"content": "I look."}, "finish_reason": None}]}
DONE = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
WITHIN = [
    ("chat", sse(SAID, {"error": {"message": "busy", "code": 502}})),
    ("chat", sse(SAID, {"error": {"message": "busy", "code": "502"}}, DONE)),
    ("chat", sse(SAID, DONE, {"error": "busy"})),
    ("chat", sse({"error": "busy"})),
    ("chat", sse({"code": 429, "message": "busy"})),
    ("chat", sse({"code": "429", "msg": "busy"}, SAID, DONE)),
    ("chat", sse({"object": "error", "message": "busy", "type": "InternalServerError", "code": 500})),
    ("chat", sse({"detail": "busy"})),
    ("chat", sse({"choices": [], "error": {"message": "busy", "type": "overloaded"}})),
    ("chat", sse(SAID, {"choices": [{"index": 0, "delta": {"content": ""}, "error": {"code": 502, "message": "busy"}, "finish_reason": "error"}]})),
    ("chat", sse({"base_resp": {"status_code": 1002, "status_msg": "busy"}, "choices": None})),
    *(("chat", sse(SAID, chat_end(reason))) for reason in ("error", "network_error", "insufficient_system_resource", "ERROR", "upstream_error", "aborted", "cancelled", "server_overloaded", "timeout", "failed")),
    ("chat", sse(SAID) + b"event: error\ndata: busy\n\n"),
    ("chat", sse(SAID) + b'event: error\ndata: {"message": "busy"}\n\n' + sse(DONE)),
    ("chat", sse(SAID) + b'error: {"code": 500, "message": "busy"}\n\n'),
    ("chat", json.dumps({"error": {"message": "busy"}}).encode()),
    ("chat", json.dumps({"code": 503, "message": "busy"}).encode()),
    ("chat", json.dumps({"choices": [{"message": {"content": "I"}, "finish_reason": "error"}]}).encode()),
    ("chat", json.dumps([{"error": {"message": "busy"}}]).encode()),
    ("responses", sse({"type": "error", "code": "server_error", "message": "busy"})),
    ("responses", sse({"type": "error", "error": {"type": "server_error", "message": "busy"}})),
    ("responses", sse({"type": "response.failed", "response": {"status": "failed", "error": {"code": "rate_limit_exceeded", "message": "busy"}}})),
    ("responses", sse({"type": "response.failed", "response": {"status": "failed", "error": None}})),
    ("responses", sse({"type": "response.completed", "response": {"status": "completed", "error": {"code": "server_error", "message": "busy"}, "output": []}})),
    ("responses", sse({"type": "response.incomplete", "response": {"status": "incomplete", "incomplete_details": {"reason": "network_error"}, "output": []}})),
    ("responses", json.dumps({"status": "failed", "error": {"message": "busy"}, "output": []}).encode()),
    ("responses", json.dumps({"status": "cancelled", "output": []}).encode()),
    ("messages", sse({"type": "error", "error": {"type": "overloaded_error", "message": "busy"}})),
    ("messages", b'event: error\ndata: {"type": "error", "error": {"type": "api_error", "message": "busy"}}\n\n'),
    ("messages", sse({"error": {"code": 529, "message": "busy"}})),
    ("messages", sse({"type": "message_delta", "delta": {"stop_reason": "error"}})),
    ("messages", json.dumps({"type": "error", "error": {"type": "overloaded_error", "message": "busy"}}).encode()),
    ("messages", json.dumps({"error": "busy"}).encode()),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("api", "body"), WITHIN)
def test_an_error_within_a_reply_is_tried_again(asker: Any, api: str, body: bytes) -> None:
    """Slow: some ten requests over a socket each second."""
    with ModelServer(script(Raw(body=body), HELLO)) as server:
        reply = asker(server, api).ask()
    assert (reply.message.text, len(reply.failures), len(server.requests)) == ("Hello.", 1, 2)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("api", "body"),
    [
        ("chat", {"error": {"message": "no such model", "code": 404}}),
        ("chat", {"error": {"message": "wrong key", "type": "authentication_error"}}),
        ("chat", {"error": {"message": "pay first", "code": "insufficient_quota"}}),
        ("messages", {"type": "error", "error": {"type": "invalid_request_error", "message": "no"}}),
        ("responses", {"type": "error", "code": "invalid_prompt", "message": "no"}),
    ],
)
def test_an_error_within_a_reply_that_lasts_is_told_at_once(asker: Any, api: str, body: Any) -> None:
    with (
        ModelServer(script(Raw(body=sse(body)))) as server,
        pytest.raises(ModelError, match=body.get("error", body)["message"]),
    ):
        asker(server, api).ask()
    assert len(server.requests) == 1


@APIS
def test_the_status_of_an_error_within_a_reply_slows_requests_down(asker: Any, api: str) -> None:
    from itbench.egress.gateway.metering import READERS, ReplyMeter
    from itbench.models.faults import PassingError as Passing

    path = {"chat": "/chat/completions", "responses": "/responses", "messages": "/messages"}[api]
    assert path in READERS
    meter = ReplyMeter(path)
    meter.add(sse({"error": {"code": 429, "message": "slow down"}}))
    assert (meter.draft(), meter.failure) == (None, "slow down")
    error = error_of(None, {"error": {"code": 429, "message": "slow down"}})
    assert isinstance(error, Passing)
    assert error.is_rate_limit


@pytest.mark.parametrize(
    "headers",
    [
        {"Retry-After": "soon"},
        {"Retry-After": "nan"},
        {"Retry-After": "-5"},
        {"retry-after-ms": "1e-3"},
        {"Retry-After": "Fri, 99 Foo 99999999999 99:99:99 +9999"},
    ],
)
def test_a_strange_wait_is_none(asker: Any, headers: dict[str, str]) -> None:
    with ModelServer(script(Status(code=429, headers=headers), HELLO)) as server:
        assert len(asker(server).ask().failures) == 1


@pytest.mark.parametrize(
    "body", [b"{", b"null", b"[" * 3000, b'{"error": ' + b"9" * 5000 + b"}", b"\xff\xfe", b""]
)
@pytest.mark.parametrize("api", ["chat", "messages"])
def test_an_error_status_with_any_body_is_its_status(asker: Any, api: str, body: bytes) -> None:
    odd = Raw(body=body, content_type="application/json", code=503)
    with ModelServer(script(odd, HELLO)) as server:
        (failure,) = asker(server, api).ask().failures
    assert "503" in failure
