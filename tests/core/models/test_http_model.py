"""Models over real HTTP with the providers' own client libraries, on good days and on bad ones."""

import asyncio
import json
import logging
import traceback
from typing import Any

import pytest

from itbench.interfaces.fault import Stage, StageError
from itbench.models import (
    AssistantMessage,
    ContextLengthError,
    Conversation,
    ModelError,
    ModelSettings,
    Stop,
    TokenUse,
    ToolCall,
    ToolResult,
    UserMessage,
)
from itbench.testing.model_server import Answer, Broken, ModelServer, Raw, Status, script

APIS = pytest.mark.parametrize("api", ["chat", "responses", "messages"])
HELLO = Answer(text="Hello.")
LONG = Answer(text="Hello there. " * 50, calls=[("execute", {"command": "ls"})])


@APIS
def test_a_reply_is_read_whole(asker: Any, api: str) -> None:
    answer = Answer(
        text="Ünïcödé 🚀 " * 30,
        thinking="Hm.",
        calls=[("execute", {"command": "ls"}), ("execute", '{"command": "p')],
        input_tokens=900,
        cached_tokens=300,
        cache_write_tokens=100,
        output_tokens=77,
        reasoning_tokens=7,
        piece=3,
    )
    with ModelServer(script(answer)) as server:
        reply = asker(server, api).ask()
    assert reply.message.text == answer.text
    assert [json.loads(call.arguments) for call in reply.message.calls[:1]] == [{"command": "ls"}]
    assert reply.message.calls[1].arguments == '{"command": "p'
    assert (reply.stop, reply.failures, reply.from_cache) == (Stop.TOOLS, (), False)
    assert reply.use == TokenUse(
        input_tokens=900,
        cached_tokens=300,
        cache_write_tokens=100,
        output_tokens=77,
        reasoning_tokens=7,
    )


@APIS
def test_halves_of_a_character_are_joined_and_a_half_alone_is_replaced(asker: Any, api: str) -> None:
    with ModelServer(script(Answer(text="a🚀b\ud83dc", piece=1))) as server:
        reply = asker(server, api).ask()
        asker(server, api).ask(UserMessage(text="Hello?"), reply.message, UserMessage(text="Go on."))
    assert reply.message.text == "a🚀b\ufffdc"
    assert len(server.requests) == 2


@APIS
def test_settings_are_sent_as_the_interface_names_them(asker: Any, api: str) -> None:
    settings = {"temperature": 0.5, "effort": "high", "max_tokens": 99, "seed": 5, "draw": 17}
    with ModelServer(script(HELLO)) as server:
        asker(server, api).ask(settings=settings)
    (asked,) = server.requests
    expected = {
        "chat": {"temperature": 0.5, "reasoning_effort": "high", "max_tokens": 99, "seed": 5},
        "responses": {"temperature": 0.5, "reasoning": {"effort": "high"}, "max_output_tokens": 99},
        "messages": {"temperature": 0.5, "output_config": {"effort": "high"}, "max_tokens": 99},
    }[api]
    assert expected.items() <= asked.body.items()
    assert "17" not in json.dumps(asked.body)


@APIS
def test_the_key_is_sent_in_one_header(asker: Any, api: str, planted_key: str) -> None:
    with ModelServer(script(HELLO)) as server:
        asker(server, api).ask()
    (asked,) = server.requests
    assert [planted_key in value for value in asked.headers.values()].count(True) == 1
    assert planted_key not in json.dumps(asked.body)


@APIS
def test_the_usual_key_is_not_sent_to_another_endpoint(
    asker: Any, monkeypatch: pytest.MonkeyPatch, api: str
) -> None:
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"):
        monkeypatch.setenv(name, f"sk-the-usual-{name}")
    with ModelServer(script(HELLO)) as server:
        found = asker(server, api)
        found.model = lambda **_: _without_key(found)
        found.ask()
    headers = server.requests[0].headers.values()
    assert any(value in {"none", "Bearer none"} for value in headers)
    assert not any("usual" in value for value in headers)


def _without_key(found: Any) -> Any:
    from itbench.models import find_model

    if found.api == "messages":
        return find_model("anthropic/m", {"base_url": found.server.url, "cache": "no"})
    return find_model("openai/m", {"base_url": found.server.openai_url, "cache": "no"})


@APIS
def test_parallel_results_and_user_text_keep_their_order(asker: Any, api: str) -> None:
    messages = [
        UserMessage(text="Look."),
        AssistantMessage(calls=(ToolCall(id="a", name="execute", arguments='{"command": "ls"}'),)),
        ToolResult(call_id="a", name="execute", text="failed", is_ok=False),
        UserMessage(text="5 turns left."),
    ]
    with ModelServer(script(HELLO)) as server:
        asker(server, api).ask(*messages)
    (asked,) = server.requests
    assert (asked.results, asked.texts) == (["failed"], ["Look.", "5 turns left."])


@pytest.mark.slow
@APIS
@pytest.mark.parametrize(
    "trouble",
    [
        Status(code=429),
        Status(code=429, headers={"Retry-After": "0.01"}),
        Status(code=429, headers={"retry-after-ms": "10"}),
        Status(code=500),
        Status(code=503, body={"detail": "not what one expects"}),
        Status(code=529, body={"type": "error", "error": {"type": "overloaded_error", "message": "busy"}}),
        Broken(answer=LONG, events=2),
        Broken(answer=LONG, events=0),
        Broken(answer=LONG, events=2, is_cut=False),
        Raw(body=b"data: {not json}\n\n"),
        Raw(body=b"data: [1, 2]\n\n"),
        Raw(body=b""),
        Raw(body=b'{"half": ', content_type="application/json"),
        Raw(body=b"<html>gateway</html>", content_type="text/html"),
    ],
    ids=[
        "429",
        "429 with Retry-After",
        "429 with milliseconds",
        "500",
        "503",
        "529",
        "cut in the middle",
        "cut at once",
        "hanging",
        "no JSON",
        "a list",
        "nothing",
        "half a body",
        "a page",
    ],
)
def test_what_may_pass_is_tried_again(asker: Any, api: str, trouble: Any) -> None:
    with ModelServer(script(trouble, trouble, HELLO)) as server:
        reply = asker(server, api).ask(idle_s="0.3")
    assert reply.message.text == "Hello."
    assert (len(reply.failures), len(server.requests)) == (2, 3)


@pytest.mark.slow
@APIS
def test_a_hanging_server_is_a_fault_of_the_model_in_the_end(asker: Any, api: str) -> None:
    with (
        ModelServer(script(Broken(answer=LONG, events=1, is_cut=False))) as server,
        pytest.raises(ModelError, match=r"failed 2 times, at last: nothing was heard for 0\.1 s"),
    ):
        asker(server, api).ask(idle_s="0.1", attempts="2")


@pytest.mark.slow
@pytest.mark.parametrize("api", ["chat", "messages"])
def test_a_stream_that_goes_on_slowly_is_not_idle(asker: Any, api: str) -> None:
    with ModelServer(script(Answer(text="Hello.", delay_s=0.2))) as server:
        assert asker(server, api).ask(idle_s="5").message.text == "Hello."


@pytest.mark.slow
@APIS
@pytest.mark.parametrize("code", [400, 401, 403, 404, 422])
def test_what_will_not_pass_is_not_tried_again(asker: Any, api: str, code: int) -> None:
    with (
        ModelServer(script(Status(code=code, body={"error": {"message": "no, never"}}))) as server,
        pytest.raises(ModelError, match=rf"some-model: status {code}: no, never") as raised,
    ):
        asker(server, api).ask()
    assert (raised.value.stage, len(server.requests)) == (Stage.MODEL, 1)
    assert not isinstance(raised.value, ContextLengthError)


def test_an_empty_purse_is_not_tried_again(asker: Any) -> None:
    body = {"error": {"message": "You exceeded your current quota", "code": "insufficient_quota"}}
    with (
        ModelServer(script(Status(code=429, body=body))) as server,
        pytest.raises(ModelError, match="current quota"),
    ):
        asker(server).ask()
    assert len(server.requests) == 1


def test_a_provider_that_asks_for_too_long_a_wait_counts_as_down(asker: Any) -> None:
    with (
        ModelServer(script(Status(code=429, headers={"Retry-After": "86400"}))) as server,
        pytest.raises(ModelError, match=r"failed once.*it asks to wait 86400 s"),
    ):
        asker(server).ask()


def test_a_server_that_is_not_there_is_a_fault_of_the_model(asker: Any) -> None:
    with ModelServer(script(HELLO)) as server:
        gone = asker(server)
    with pytest.raises(ModelError, match=r"failed 2 times, at last: .*onnect"):
        gone.ask(attempts="2")


@APIS
@pytest.mark.parametrize(
    "error",
    [
        {"code": "context_length_exceeded", "message": "too much"},
        {"message": "This model's maximum context length is 8 tokens."},
        {"type": "invalid_request_error", "message": "prompt is too long: 9 tokens > 8 maximum"},
        {"message": "The input token count (9) exceeds the maximum number of tokens allowed (8)."},
    ],
    ids=["by code", "OpenAI", "Anthropic", "Google"],
)
def test_a_conversation_that_is_too_long_is_told_apart(asker: Any, api: str, error: Any) -> None:
    with (
        ModelServer(script(Status(code=400, body={"error": error}))) as server,
        pytest.raises(ContextLengthError),
    ):
        asker(server, api).ask()
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("api", "event"),
    [
        ("chat", {"error": {"message": "busy", "type": "server_error"}}),
        ("chat", {"error": {"message": "busy", "code": 429}}),
        ("responses", {"type": "error", "code": "server_error", "message": "busy"}),
        (
            "responses",
            {
                "type": "response.failed",
                "response": {
                    "status": "failed",
                    "error": {"code": "rate_limit_exceeded", "message": "busy"},
                },
            },
        ),
        ("messages", {"type": "error", "error": {"type": "overloaded_error", "message": "busy"}}),
    ],
)
def test_an_error_in_the_middle_of_a_stream_may_pass(asker: Any, api: str, event: Any) -> None:
    with ModelServer(script(Raw(body=f"data: {json.dumps(event)}\n\n".encode()), HELLO)) as server:
        assert asker(server, api).ask().failures == ("busy",)


@pytest.mark.parametrize(
    ("api", "body"),
    [
        ("chat", {"choices": [{"message": {"content": "Whole."}, "finish_reason": "stop"}]}),
        (
            "responses",
            {
                "status": "completed",
                "output": [{"type": "message", "content": [{"type": "output_text", "text": "Whole."}]}],
            },
        ),
        (
            "messages",
            {"type": "message", "content": [{"type": "text", "text": "Whole."}], "stop_reason": "end_turn"},
        ),
    ],
)
def test_a_server_that_does_not_stream_is_understood(asker: Any, api: str, body: Any) -> None:
    whole = Raw(body=json.dumps(body).encode(), content_type="application/json; charset=utf-8")
    with ModelServer(script(whole)) as server:
        reply = asker(server, api).ask()
    assert (reply.message.text, reply.stop, reply.use) == ("Whole.", Stop.END, None)


@pytest.mark.parametrize("name", ["reasoning_details", "extra_content"])
def test_unknown_fields_of_a_chat_message_are_handed_back(asker: Any, name: str) -> None:
    chunks = [
        {"choices": [{"delta": {"role": "assistant", name: [{"index": 0, "type": "t", "text": "one "}]}}]},
        {"choices": [{"delta": {name: [{"index": 0, "text": "two", "signature": "s"}]}}]},
        {"choices": [{"delta": {"content": "Hello."}, "finish_reason": "stop"}]},
    ]
    body = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks).encode()
    with ModelServer(script(Raw(body=body))) as server:
        reply = asker(server).ask()
        asker(server).ask(UserMessage(text="Hello?"), reply.message, UserMessage(text="Go on."))
    (entry,) = server.requests[1].body["messages"][2][name]
    assert {"type": "t", "text": "one two", "signature": "s"}.items() <= entry.items()


def test_calls_of_a_server_that_numbers_them_all_zero_are_kept_apart(asker: Any) -> None:
    calls = [
        {"index": 0, "id": name, "type": "function", "function": {"name": "execute", "arguments": "{}"}}
        for name in ("a", "b")
    ]
    chunks = [{"choices": [{"delta": {"tool_calls": [call]}}]} for call in calls]
    chunks.append({"choices": [{"delta": {}, "finish_reason": "tool_calls"}]})
    body = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks).encode()
    with ModelServer(script(Raw(body=body))) as server:
        reply = asker(server).ask()
    assert [(call.id, call.arguments) for call in reply.message.calls] == [("a", "{}"), ("b", "{}")]


@pytest.mark.slow
def test_many_requests_share_one_client(asker: Any) -> None:
    async def ask_all(found: Any) -> list[Any]:
        model = found.model()
        conversation = Conversation(messages=(UserMessage(text="Hello?"),))
        async with model.session():
            asking = [model.reply(conversation, [], ModelSettings()) for _ in range(60)]
            return await asyncio.gather(*asking)

    with ModelServer(script(*[Status(code=429)] * 20, HELLO)) as server:
        replies = asyncio.run(ask_all(asker(server)))
    assert [reply.message.text for reply in replies] == ["Hello."] * 60
    assert sum(len(reply.failures) for reply in replies) == 20


# Where a key could slip through: each place is planted once.


@APIS
def test_a_key_that_the_provider_echoes_is_taken_out_of_errors(
    asker: Any, api: str, planted_key: str
) -> None:
    body = {"error": {"message": f"Incorrect API key provided: {planted_key}."}}
    with ModelServer(script(Status(code=401, body=body))) as server, pytest.raises(StageError) as raised:
        asker(server, api).ask()
    shown = "".join(traceback.format_exception(raised.value))
    assert "Incorrect API key provided: [secret]." in str(raised.value)
    assert planted_key not in shown + repr(raised.value)


@APIS
def test_a_key_in_a_failure_that_passes_is_taken_out(asker: Any, api: str, planted_key: str) -> None:
    body = {"error": {"message": f"busy with {planted_key}"}}
    with ModelServer(script(Status(code=500, body=body), HELLO)) as server:
        reply = asker(server, api).ask()
    assert reply.failures == ("status 500: busy with [secret]",)


@APIS
def test_a_key_that_the_model_says_is_taken_out(asker: Any, api: str, planted_key: str) -> None:
    answer = Answer(
        text=f"It is {planted_key}.",
        thinking=f"Is it {planted_key}?",
        calls=[("execute", {"command": f"echo {planted_key}"})],
        piece=5,
    )
    with ModelServer(script(answer)) as server:
        reply = asker(server, api).ask()
    assert reply.message.text == "It is [secret]."
    assert planted_key not in repr(reply)


@APIS
def test_no_log_and_no_text_of_an_object_has_the_key(
    asker: Any, api: str, planted_key: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    troubles = [Status(code=500), Broken(answer=LONG, events=1), HELLO]
    with ModelServer(script(*troubles)) as server:
        found = asker(server, api)
        found.ask()
        model = found.model()
    texts = [caplog.text, repr(model), str(model.description()), repr(vars(model)), repr(model.redactor)]
    assert not any(planted_key in text for text in texts)
