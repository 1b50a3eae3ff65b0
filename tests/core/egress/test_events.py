"""What the gateway notes of a conversation is what an agent in our own loop notes of the same one."""

import json
from dataclasses import replace
from typing import Any

import pytest

from itbench import Trace
from itbench.agents.model_driven.journal import Journal
from itbench.interfaces.conversation import Conversation, Message, ModelTool, ToolResult, UserMessage
from itbench.interfaces.provider import QUESTION
from itbench.models.anthropic.client import anthropic_model
from itbench.models.faults import ContextLengthError
from itbench.models.model import Model, ModelRequest, ModelSettings
from itbench.models.openai.client import openai_model
from itbench.testing.model_server import Answer, ModelServer, Raw, Status, script

TOOL = ModelTool(name="look", description="d", parameters={"type": "object", "properties": {}})
KINDS = ("request", "waiting", "reply", "usage", "too_long", "failed")
# What each can only know of its own side: the program says the model without its provider, and waits by its own clock.
OWN = ("model", "duration_s", "wait_s", "attempts", "native")
TOO_LONG = Status(
    code=400, body={"error": {"code": "context_length_exceeded", "message": "maximum context length"}}
)


def noted(trace: Trace) -> list[tuple[str, dict[str, Any]]]:
    events = [(event.kind, json.loads(event.data)) for event in trace.events if event.kind in KINDS]
    return [(kind, {key: value for key, value in data.items() if key not in OWN}) for kind, data in events]


def model_of(program: Any, api: str) -> Model:
    """Return a client of itbench's own, with the gateway in place of its provider."""
    url = f"http://127.0.0.1:{program.port}"
    options = {"cache": "no", "key_env": "GATEWAY_KEY", "price": "1/1", "attempts": "1"}
    if api == "messages":
        return anthropic_model(
            ModelRequest(provider="anthropic", name="m", options=options | {"base_url": url})
        )
    options |= {"base_url": f"{url}/v1", "api": api}
    return openai_model(ModelRequest(provider="openai", name="m", options=options))


async def converse(model: Model, journal: Journal) -> None:
    """Ask until a reply has no call; go on from the beginning once, as after a summary."""
    first: list[Message] = [UserMessage(text="Add 2 and 3: ☃")]
    messages = list(first)
    async with model.session():
        for _ in range(5):
            conversation = Conversation(system="Be brief.", messages=tuple(messages))
            try:
                reply = await journal.ask(conversation, [TOOL])
            except ContextLengthError:
                messages = [*first, UserMessage(text="shorter")]
                continue
            messages.append(reply.message)
            for call in reply.message.calls:
                messages.append(ToolResult(call_id=call.id, name=call.name, text="seen", is_ok=True))
            if not reply.message.calls:
                return


@pytest.mark.parametrize("api", ["chat", "responses", "messages"])
def test_the_gateway_notes_what_an_agent_in_our_own_loop_notes(
    within: Any, monkeypatch: pytest.MonkeyPatch, api: str
) -> None:
    inside = Trace()

    async def steps(program: Any) -> None:
        monkeypatch.setenv("GATEWAY_KEY", program.own_key)
        model = model_of(program, api)
        await converse(model, Journal(inside, model, ModelSettings()))

    look = Answer(
        text="I look.", calls=[("look", {"at": "x", "n": 1}), ("look", {})], input_tokens=70, output_tokens=7
    )
    # The third is for the question that the gateway asks where a request is refused.
    reactions = script(
        look, TOO_LONG, Answer(text="yes"), replace(look, thinking="hm"), Answer(text="5", output_tokens=1)
    )
    provider = "anthropic" if api == "messages" else "openai"
    with ModelServer(reactions) as server:
        done = within(server, steps, provider=provider)
        assert [asked.texts == [QUESTION] for asked in server.requests] == [False, False, True, False, False]
    assert [kind for kind, _ in noted(inside)].count("reply") == 3
    assert without_status(noted(done.trace)) == without_status(noted(inside))


def without_status(events: list[tuple[str, dict[str, Any]]]) -> list[tuple[str, dict[str, Any]]]:
    """The messages of a refusal name the model; what else they say is the same."""
    return [(kind, data | {"message": "…"} if "message" in data else data) for kind, data in events]


def test_a_failing_attempt_is_noted_alike_by_gateway_and_react(
    within: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    traces = []
    for is_behind in (True, False):
        trace = Trace()

        async def steps(program: Any, is_behind: bool = is_behind, trace: Trace = trace) -> None:
            monkeypatch.setenv("GATEWAY_KEY", program.own_key if is_behind else "sk-direct-0123456789")
            options = {
                "cache": "no",
                "key_env": "GATEWAY_KEY",
                "price": "1/1",
                "attempts": "4",
                "retry_s": "0.01",
            }
            url = f"http://127.0.0.1:{program.port}/v1" if is_behind else server.openai_url
            model = openai_model(
                ModelRequest(provider="openai", name="m", options=options | {"base_url": url})
            )
            await converse(model, Journal(trace, model, ModelSettings()))

        with ModelServer(script(Status(code=503), Status(code=500), Answer(text="5"))) as server:
            done = within(server, steps, attempts=4)
        traces.append(done.trace if is_behind else trace)
    behind, direct = map(noted, traces)
    assert behind == direct
    assert [kind for kind, _ in behind] == ["request", "waiting", "waiting", "reply", "usage"]


def test_two_conversations_in_turn_take_no_more_room_than_both(within: Any) -> None:
    async def steps(program: Any) -> None:
        talks: list[list[Any]] = [[{"role": "user", "content": name * 10_000}] for name in ("a", "b")]
        for _ in range(10):
            for talk in talks:
                reply = await program.ask({"model": "m", "messages": talk})
                said = reply.json["choices"][0]["message"]
                talk += [
                    {"role": "assistant", "content": said["content"]},
                    {"role": "user", "content": "more"},
                ]

    with ModelServer(script(Answer(text="yes"))) as server:
        done = within(server, steps)
    requests = done.events("request")
    assert [each["from"] for each in requests[:4]] == [0, 0, 1, 1]
    assert [(each["after"], each["number"]) for each in requests[2:6]] == [(1, 3), (2, 4), (3, 5), (4, 6)]
    assert sum(len(json.dumps(each)) for each in requests) < 2 * 10_000 + 20 * 300


@pytest.mark.slow
def test_what_a_program_sends_takes_a_bounded_part_of_the_trace(within: Any) -> None:
    """Slow: twenty requests of a megabyte, each with something else."""

    async def steps(program: Any) -> None:
        for at in range(20):
            text = f"{at} " + "x" * 1_000_000
            await program.ask({"model": "m", "messages": [{"role": "user", "content": text}]})

    with ModelServer(script(Answer(text="yes"))) as server:
        done = within(server, steps)
    requests = done.events("request")
    assert len(requests) == 20
    assert sum(len(json.dumps(each)) for each in requests) < 17_000_000
    assert requests[-1]["messages"] == []
    assert requests[-1]["left_out"] == 1


def test_a_summary_of_the_program_s_own_is_kept_as_it_is(within: Any) -> None:
    async def steps(program: Any) -> None:
        await program.ask()
        talk = [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "made up"}]
        await program.ask({"model": "m", "messages": [*talk, {"role": "user", "content": "go on"}]})

    with ModelServer(script(Answer(text="yes"))) as server:
        done = within(server, steps)
    assert done.events("request")[1]["messages"] == [
        {"role": "assistant", "text": "made up", "calls": []},
        {"role": "user", "text": "go on"},
    ]


def test_waiting_events_of_the_trace_have_the_same_fields_no_matter_who_writes_them() -> None:
    trace = Trace()
    trace.provider_failed("status 503", model="m", wait_s=1.0, attempt=2, attempts=8, lost_s=0.5)
    (event,) = trace.events
    assert json.loads(event.data) == {
        "model": "m", "failure": "status 503", "wait_s": 1.0, "attempt": 2, "attempts": 8, "duration_s": 0.5
    }  # fmt: skip
    assert trace.provider.lost_s == pytest.approx(1.5)


def two_calls(*ids: str | None) -> list[dict[str, Any]]:
    """Two parallel calls as servers send them that give no ids, or all calls the same index."""
    calls: list[dict[str, Any]] = [
        {"index": 0, "type": "function", "function": {"name": "look", "arguments": json.dumps({"at": at})}}
        for at in ("x", "y")
    ]
    return [call if own is None else call | {"id": own} for call, own in zip(calls, ids, strict=True)]


@pytest.mark.parametrize("is_stream", [True, False], ids=["stream", "whole"])
@pytest.mark.parametrize(
    "ids", [(None, None), ("", ""), ("a", "b"), ("a", "a")], ids=["none", "empty", "two", "the same"]
)
def test_parallel_calls_without_ids_or_with_one_index_are_two_calls_in_the_trace(
    within: Any, ids: tuple[str | None, str | None], is_stream: bool
) -> None:
    calls = two_calls(*ids)
    usage = {"prompt_tokens": 70, "completion_tokens": 7}
    if is_stream:
        events: list[Any] = [{"choices": [{"index": 0, "delta": {"tool_calls": [call]}}]} for call in calls]
        events.append({"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}], "usage": usage})
        body = (
            b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events)
            + b"data: [DONE]\n\n"
        )
        raw = Raw(body=body)
    else:
        message = {"role": "assistant", "content": None, "tool_calls": calls}
        whole = {"choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}], "usage": usage}
        raw = Raw(body=json.dumps(whole).encode(), content_type="application/json")

    async def steps(program: Any) -> None:
        asked = {"model": "m", "messages": [{"role": "user", "content": "hi"}], "stream": is_stream}
        # The program gets what was sent, and makes of it what its own client makes.
        assert (await program.ask(asked)).body == raw.body

    with ModelServer(script(raw)) as server:
        done = within(server, steps)
    (reply,) = done.events("reply")
    assert [json.loads(call["arguments"]) for call in reply["calls"]] == [{"at": "x"}, {"at": "y"}]
    assert len({call["id"] for call in reply["calls"]}) == 2
    assert all(call["id"] for call in reply["calls"])
    assert (done.trace.usage.turns, done.trace.usage.spent_tokens) == (1, 77)
