"""A reply in which the model says nothing is honest only where the provider gives a known reason for its end."""

import json
from typing import Any

import pytest

from itbench.models.anthropic.messages import MessagesCodec
from itbench.models.faults import ModelError, PassingError
from itbench.models.openai.chat import ChatCodec
from itbench.models.openai.responses import ResponsesCodec
from itbench.models.reply.codec import Codec, Draft
from itbench.models.reply.endings import is_honest_end
from itbench.models.reply.reading import ReplyParser

CODECS: dict[str, Codec] = {
    "chat": ChatCodec(model="m"),
    "responses": ResponsesCodec(model="m"),
    "messages": MessagesCodec(model="m"),
}
FAILED = [
    "rate_limit", "quota_exceeded", "server_busy", "too_many_requests", "throttled", "oom", "429", "malformed_function_call",
    "other", "unknown", "MALFORMED_FUNCTION_CALL", "blocked by the gods", "error", "stop-error", "busy",
]  # fmt: skip
HONEST = [
    "stop", "STOP", "end_turn", "eos", "eos_token", "stop_sequence", "length", "max_tokens", "MAX_TOKENS", "content_filter",
    "content-filter", "refusal", "completed", "max_output_tokens",
]  # fmt: skip

BESIDE: list[dict[str, Any]] = [
    {"errorCode": "Throttled"}, {"fault": {"faultstring": "Spike arrest"}}, {"success": False}, {"status_code": 503},
    {"code": "503"}, {"error_code": 18}, {"error_msg": "daily limit"}, {"errorMessage": "busy"},
]  # fmt: skip


def body(api: str, reason: str, text: str = "", **more: Any) -> dict[str, Any]:
    """Return a whole reply that ended for a reason."""
    if api == "chat":
        return {"choices": [{"index": 0, "message": {"content": text}, "finish_reason": reason}], **more}
    if api == "messages":
        return {"type": "message", "content": [{"type": "text", "text": text}], "stop_reason": reason, **more}
    item = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text}]}
    details = {"status": "incomplete", "incomplete_details": {"reason": reason}}
    return {"output": [item] if text else [], **details, **more}


def events(api: str, reason: str) -> list[dict[str, Any]]:
    """Return the same as a stream."""
    if api == "chat":
        delta = {"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": reason}
        return [{"choices": [delta]}]
    if api == "messages":
        ending = {"type": "message_delta", "delta": {"stop_reason": reason}}
        return [{"type": "message_start", "message": {}}, ending, {"type": "message_stop"}]
    return [{"type": "response.incomplete", "response": body(api, reason)}]


def read(api: str, *sent: Any, is_stream: bool = False) -> Draft:
    parser = ReplyParser(CODECS[api].reader(0))
    for one in sent:
        data = json.dumps(one).encode()
        parser.add(b"data: " + data + b"\n\n" if is_stream else data)
    return parser.draft()


def failure_of(api: str, *sent: Any, is_stream: bool = False) -> Exception | None:
    try:
        read(api, *sent, is_stream=is_stream)
    except (PassingError, ModelError) as failure:
        return failure
    return None


@pytest.mark.parametrize("api", CODECS)
def test_an_unknown_end_with_nothing_said_is_the_providers_failure(api: str) -> None:
    waits = {"rate_limit", "too_many_requests", "throttled", "429"}
    for reason in FAILED:
        for sent, is_stream in (([body(api, reason)], False), (events(api, reason), True)):
            failure = failure_of(api, *sent, is_stream=is_stream)
            assert isinstance(failure, PassingError), reason
            assert failure.is_rate_limit == (reason in waits), reason


@pytest.mark.parametrize("api", CODECS)
def test_a_known_end_with_nothing_said_is_an_honest_reply(api: str) -> None:
    for reason in HONEST:
        assert read(api, body(api, reason)).says_nothing, reason
        assert read(api, *events(api, reason), is_stream=True).says_nothing, reason


@pytest.mark.parametrize("api", CODECS)
@pytest.mark.parametrize("reason", ["rate_limit", "server_busy", "429", "other"])
def test_what_was_said_before_an_unknown_end_is_kept(api: str, reason: str) -> None:
    assert read(api, body(api, reason, "Half of")).message.text == "Half of"


@pytest.mark.parametrize("api", CODECS)
def test_a_word_of_failure_beside_an_empty_reply_is_heard(api: str) -> None:
    reason = "max_tokens" if api == "responses" else "stop"
    assert read(api, body(api, reason)).says_nothing
    for beside in BESIDE:
        assert failure_of(api, {**body(api, reason), **beside}) is not None, beside


@pytest.mark.parametrize(
    "choice",
    [{"error_code": 18}, {"error_msg": "busy"}, {"message": {"content": "", "error": {"code": 429, "message": "busy"}}},
     {"message": {"content": "", "errorCode": "E1"}}],
)  # fmt: skip
def test_a_word_of_failure_within_an_empty_choice_is_heard(choice: dict[str, Any]) -> None:
    whole = {"index": 0, "message": {"content": ""}, "finish_reason": "stop", **choice}
    with pytest.raises(PassingError):
        read("chat", {"choices": [whole]})


def test_words_of_success_beside_an_empty_reply_are_none_of_failure() -> None:
    beside = {
        "error": None,
        "code": 200,
        "success": True,
        "errorCode": "0",
        "error_msg": "",
        "fault": {},
        "status": "ok",
    }
    assert read("chat", {**body("chat", "stop"), **beside}).says_nothing
    asked = {"metadata": {"error": "mine"}, "tools": [{"type": "function", "errorCode": "E"}]}
    assert read("responses", {**body("responses", "max_output_tokens"), **asked}).says_nothing


def test_a_model_that_only_thought_has_answered() -> None:
    message = {"content": None, "reasoning_content": "Hm."}
    draft = read(
        "chat",
        {
            "choices": [{"message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 3, "completion_tokens": 2},
        },
    )
    assert draft.says_nothing
    assert draft.use is not None
    assert draft.use.output_tokens == 2


def test_a_known_end_is_known_in_any_spelling() -> None:
    assert all(is_honest_end(word) for word in ("endTurn", "END_TURN", "max-tokens", "Content Filter"))
    assert not any(is_honest_end(word) for word in ("", "stop_error", "tool_calls", "endless"))
