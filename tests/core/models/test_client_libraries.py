"""What we send is what the providers' libraries would send, and the scripted server says what they understand."""

import asyncio
import json
from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from pydantic import TypeAdapter

from itbench.interfaces.conversation import Conversation, Message, ModelTool, ToolResult, UserMessage
from itbench.models.model import ModelSettings
from itbench.testing.model_server import Answer, ModelServer, script

TOOL = ModelTool(
    name="execute",
    description="Run a command.",
    parameters={"type": "object", "properties": {"command": {"type": "string"}}, "required": ["command"]},
)
ANSWER = Answer(
    text="I look around.",
    thinking="Where am I?",
    calls=[("execute", {"command": "ls"}), ("execute", {"command": "pwd"})],
    input_tokens=500,
    cached_tokens=200,
    output_tokens=60,
    reasoning_tokens=20,
    piece=7,
)


def conversation(asker: Any, server: ModelServer, api: str) -> Conversation:
    """Return one with everything in it, the model's own reply as it came."""
    hello = UserMessage(text="Hello?")
    said = asker(server, api).ask(hello).message
    results: list[Message] = [
        ToolResult(call_id=call.id, name=call.name, text="fine", is_ok=place == 0)
        for place, call in enumerate(said.calls)
    ]
    return Conversation(system="Be brief.", messages=[hello, said, *results, UserMessage(text="Go on.")])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("api", "effort"),
    [
        ("chat", "high"),
        ("responses", "high"),
        ("messages", "high"),
        ("messages", "2048"),
        ("messages", "none"),
    ],
)
def test_requests_are_of_the_types_of_the_client_libraries(asker: Any, api: str, effort: str) -> None:
    if api == "messages" and effort == "high":
        path = "anthropic.types.thinking_config_adaptive_param"
        pytest.importorskip(path, reason="this version of anthropic knows no adaptive thinking")
    with ModelServer(script(ANSWER)) as server:
        found = asker(server, api)
        settings = {"effort": effort, "max_tokens": 9999, "seed": 3}
        # Anthropic's library knows it no longer, though older models still take it.
        settings |= {} if api == "messages" else {"temperature": 1.0}
        found.ask(*conversation(asker, server, api).messages, settings=settings)
    body = server.requests[1].body
    assert body["stream"] is True
    assert keys(checked(api, body)) == keys(body)


def request_type(api: str) -> Any:
    if api == "messages":
        from anthropic.types.message_create_params import MessageCreateParamsStreaming

        return MessageCreateParamsStreaming
    if api == "responses":
        from openai.types.responses.response_create_params import ResponseCreateParamsStreaming

        return ResponseCreateParamsStreaming
    from openai.types.chat.completion_create_params import CompletionCreateParamsStreaming

    return CompletionCreateParamsStreaming


def checked(api: str, body: Any) -> Any:
    """Return the body as the client library's own types read it."""
    # What is checked late needs its adapter until then.
    adapter = TypeAdapter(request_type(api))
    return drained(adapter.validate_python(body))


def drained(value: Any) -> Any:
    """Return a validated value with all that is checked only when it is walked through."""
    if isinstance(value, Mapping):
        return {key: drained(entry) for key, entry in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [drained(entry) for entry in value]
    return value


def keys(value: Any) -> set[str]:
    """Return the names of all keys; the reasoning of other chat providers is not in OpenAI's types."""
    if isinstance(value, dict):
        return (set(value) | set().union(*map(keys, value.values()))) - {"reasoning_content"}
    return set().union(*map(keys, value)) if isinstance(value, list) else set()


def test_the_scripted_chat_is_understood_by_its_library(asker: Any) -> None:
    import openai

    async def chunks(url: str) -> list[Any]:
        async with openai.AsyncOpenAI(api_key="any", base_url=url, max_retries=0) as client:
            stream = await client.chat.completions.create(
                model="m", messages=[{"role": "user", "content": "Hello?"}], stream=True
            )
            return [chunk async for chunk in stream]

    with ModelServer(script(ANSWER)) as server:
        got = asyncio.run(chunks(server.openai_url))
    deltas = [choice.delta for chunk in got for choice in chunk.choices]
    assert "".join(delta.content or "" for delta in deltas) == ANSWER.text
    calls = [call for delta in deltas for call in delta.tool_calls or ()]
    assert "".join(call.function.arguments for call in calls if call.index == 1) == '{"command": "pwd"}'
    usage = got[-1].usage
    assert (usage.prompt_tokens, usage.prompt_tokens_details.cached_tokens) == (500, 200)
    assert (usage.completion_tokens, usage.completion_tokens_details.reasoning_tokens) == (60, 20)


@pytest.mark.slow
def test_the_scripted_responses_are_understood_by_their_library(asker: Any) -> None:
    import openai

    async def ask(url: str) -> Any:
        async with openai.AsyncOpenAI(api_key="any", base_url=url, max_retries=0) as client:
            stream = await client.responses.create(model="m", input="Hello?", stream=True)
            return [event async for event in stream][-1].response

    with ModelServer(script(ANSWER)) as server:
        response = asyncio.run(ask(server.openai_url))
    assert response.output_text == ANSWER.text
    assert [item.type for item in response.output] == [
        "reasoning",
        "message",
        "function_call",
        "function_call",
    ]
    assert (response.usage.input_tokens, response.usage.input_tokens_details.cached_tokens) == (500, 200)
    assert response.usage.output_tokens_details.reasoning_tokens == 20


@pytest.mark.slow
def test_the_scripted_messages_are_understood_by_their_library(asker: Any) -> None:
    import anthropic

    async def ask(url: str) -> Any:
        async with anthropic.AsyncAnthropic(api_key="any", base_url=url, max_retries=0) as client:
            asking = client.messages.stream(
                model="m", max_tokens=9, messages=[{"role": "user", "content": "Hello?"}]
            )
            async with asking as stream:
                return await stream.get_final_message()

    with ModelServer(script(ANSWER)) as server:
        message = asyncio.run(ask(server.url))
    thinking, text, first, second = message.content
    assert (thinking.thinking, thinking.signature) == ("Where am I?", "signed:Where am I?")
    assert (text.text, first.input, second.input) == (ANSWER.text, {"command": "ls"}, {"command": "pwd"})
    assert (message.stop_reason, message.usage.cache_read_input_tokens) == ("tool_use", 200)
    assert (message.usage.input_tokens, message.usage.output_tokens) == (300, 60)


@pytest.mark.slow
@pytest.mark.parametrize("api", ["chat", "responses", "messages"])
def test_a_reply_of_another_interface_can_be_handed_on(asker: Any, api: str) -> None:
    other = {"chat": "messages", "responses": "chat", "messages": "responses"}[api]
    with ModelServer(script(ANSWER)) as server:
        asker(server, api).ask(*conversation(asker, server, other).messages)
    body = server.requests[1].body
    checked(api, body)
    assert server.requests[1].results == ["fine", "fine"]
    assert "I look around." in json.dumps(body)
    assert "Where am I?" not in json.dumps(body)


def test_settings_that_are_left_to_the_provider_are_not_sent() -> None:
    from itbench.models.openai.chat import ChatCodec

    body = ChatCodec(model="m").body(Conversation(), [], ModelSettings())
    assert body == {"model": "m", "messages": [], "stream": True, "stream_options": {"include_usage": True}}


@pytest.mark.parametrize(
    ("options", "name"),
    [({}, "max_completion_tokens"), ({"base_url": "http://127.0.0.1:9/v1"}, "max_tokens")],
    ids=["at OpenAI", "elsewhere"],
)
def test_the_output_limit_is_named_as_the_endpoint_knows_it(
    providers: None, monkeypatch: pytest.MonkeyPatch, options: dict[str, str], name: str
) -> None:
    from itbench.models.model import ModelRequest
    from itbench.models.openai.client import openai_model

    monkeypatch.setenv("OPENAI_API_KEY", "a-key-that-goes-nowhere")
    model = openai_model(ModelRequest(provider="openai", name="m", options=options))
    body = model._endpoint.codec.body(Conversation(), [], ModelSettings(max_tokens=7))
    assert body[name] == 7
