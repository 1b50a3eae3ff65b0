"""What goes back to a server of what it said is what it takes: nothing empty, nothing half, nothing it cannot know."""

import json
from typing import Any

import pytest

from itbench.models import (
    AssistantMessage,
    Conversation,
    ModelSettings,
    Native,
    ToolCall,
    ToolResult,
    UserMessage,
)
from itbench.models.anthropic.messages import MessagesCodec
from itbench.models.openai.chat import ChatCodec
from itbench.models.openai.responses import ResponsesCodec
from itbench.models.reply.codec import Codec, Draft
from itbench.testing.model_server import Answer, ModelServer, script
from itbench.testing.model_wholes import whole_of

APIS = pytest.mark.parametrize("api", ["chat", "responses", "messages"])
HALF = '{"command": "l'


def codec(api: str, *, hands_back: bool = True) -> Codec:
    kinds: dict[str, Any] = {"chat": ChatCodec, "responses": ResponsesCodec, "messages": MessagesCodec}
    made: Codec = kinds[api](model="m", hands_back_reasoning=hands_back)
    return made


def read(api: str, body: Any) -> AssistantMessage:
    from itbench.models.reply.reading import ReplyParser

    parser = ReplyParser(codec(api).reader())
    parser.add(json.dumps(body).encode())
    draft: Draft = parser.draft()
    return draft.message


def sent(api: str, *messages: Any, hands_back: bool = True) -> Any:
    """Return what is sent of a conversation that begins and ends with the user."""
    whole = [UserMessage(text="Hello?"), *messages, UserMessage(text="Go on.")]
    body = codec(api, hands_back=hands_back).body(Conversation(messages=whole), [], ModelSettings())
    return body["input" if api == "responses" else "messages"]


def arguments_sent(api: str, message: AssistantMessage) -> list[Any]:
    """Return the arguments of all calls in what is sent, as objects."""
    entries = sent(api, message)
    if api == "chat":
        return [
            json.loads(call["function"]["arguments"])
            for entry in entries
            for call in entry.get("tool_calls", ())
        ]
    if api == "responses":
        return [json.loads(item["arguments"]) for item in entries if item.get("type") == "function_call"]
    return [block["input"] for entry in entries for block in entry["content"] if block["type"] == "tool_use"]


@APIS
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ('{"command": "ls"}', {"command": "ls"}),
        (HALF, {"unreadable_arguments": HALF}),
        ('["ls"]', {"unreadable_arguments": '["ls"]'}),
        ("ls", {"unreadable_arguments": "ls"}),
        ("null", {"unreadable_arguments": "null"}),
        ("[" * 3000, {"unreadable_arguments": "[" * 3000}),
        ("", {}),
        (" ", {}),
    ],
)
def test_arguments_that_are_no_object_are_wrapped_in_one(api: str, arguments: str, expected: Any) -> None:
    answer = Answer(calls=[("execute", arguments)])
    own = read(api, whole_of(answer, "chat", "m", 0)) if api == "chat" else _of_calls(arguments)
    assert arguments_sent(api, own) == [expected]
    assert arguments_sent(api, _of_calls(arguments)) == [expected]


def _of_calls(arguments: str) -> AssistantMessage:
    return AssistantMessage(calls=(ToolCall(id="a", name="execute", arguments=arguments),))


@pytest.mark.slow
@APIS
def test_a_model_that_wrote_no_object_is_asked_again_in_a_way_that_its_server_takes(
    asker: Any, api: str
) -> None:
    """Slow: both ways over a socket, streamed."""
    with ModelServer(script(Answer(calls=[("execute", HALF)]))) as server:
        found = asker(server, api)
        message = found.ask().message
        result = ToolResult(call_id=message.calls[0].id, name="execute", text="no JSON", is_ok=False)
        found.ask(UserMessage(text="Hello?"), message, result)
    assert message.calls[0].arguments == HALF
    text = json.dumps(server.requests[1].body)
    assert "unreadable_arguments" in text
    assert server.requests[1].results == ["no JSON"]


BLANKS = ["", " ", "\n\n", "\t \n"]


@pytest.mark.parametrize("text", BLANKS)
def test_blank_text_is_no_block_of_a_message(text: str) -> None:
    use = {"type": "tool_use", "id": "a", "name": "execute", "input": {}}
    message = read("messages", {"content": [{"type": "text", "text": text}, use], "stop_reason": "tool_use"})
    other = AssistantMessage(text=text, calls=message.calls)
    for own in (message, other):
        entries = sent("messages", own, ToolResult(call_id="a", name="execute", text=text, is_ok=False))
        assert [block["type"] for block in entries[1]["content"]] == ["tool_use"]
        assert entries[2]["content"][0]["content"] == "(no output)"
    assert [len(entry["content"]) for entry in sent("messages", UserMessage(text=text))] == [2]


@pytest.mark.parametrize("text", BLANKS)
def test_blank_text_is_no_item_of_a_response(text: str) -> None:
    call = {"type": "function_call", "call_id": "a", "name": "execute", "arguments": "{}"}
    said = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text}]}
    message = read("responses", {"status": "completed", "output": [said, call]})
    assert [item.get("type") for item in sent("responses", message)] == [None, "function_call", None]


@pytest.mark.parametrize("name", ["reasoning", "reasoning_content", "reasoning_details"])
def test_reasoning_is_left_out_for_a_server_that_refuses_it(name: str) -> None:
    thought = [{"type": "reasoning.text", "text": "hm"}] if name == "reasoning_details" else "hm"
    message = read(
        "chat", {"choices": [{"message": {"content": "Hi.", name: thought}, "finish_reason": "stop"}]}
    )
    assert "hm" in json.dumps(sent("chat", message))
    assert sent("chat", message, hands_back=False)[1] == {"role": "assistant", "content": "Hi."}


def test_thinking_is_left_out_for_a_server_that_refuses_it() -> None:
    blocks = [{"type": "thinking", "thinking": "hm", "signature": "s"}, {"type": "text", "text": "Hi."}]
    message = read("messages", {"content": blocks, "stop_reason": "end_turn"})
    assert sent("messages", message)[1]["content"] == blocks
    assert sent("messages", message, hands_back=False)[1]["content"] == blocks[1:]


RESPONSE = [
    {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "sealed"},
    {
        "type": "message",
        "id": "msg_1",
        "role": "assistant",
        "content": [{"type": "output_text", "text": "Hi."}],
    },
    {"type": "function_call", "id": "fc_1", "call_id": "a", "name": "execute", "arguments": "{}"},
]


@pytest.mark.parametrize("seal", [None, "", "absent"])
def test_reasoning_that_is_not_sealed_does_not_go_back_nor_do_ids_that_lead_to_it(seal: Any) -> None:
    reasoning = {key: value for key, value in RESPONSE[0].items() if key != "encrypted_content"}
    reasoning |= {} if seal == "absent" else {"encrypted_content": seal}
    message = read("responses", {"status": "completed", "output": [reasoning, *RESPONSE[1:]]})
    _, said, call, _ = sent("responses", message)
    assert said == {"role": "assistant", "content": "Hi."}
    assert call == {"type": "function_call", "call_id": "a", "name": "execute", "arguments": "{}"}


def test_sealed_reasoning_goes_back_as_it_came_unless_it_is_to_be_left_out() -> None:
    message = read("responses", {"status": "completed", "output": RESPONSE})
    assert sent("responses", message)[1:4] == RESPONSE
    assert not any("rs_1" in json.dumps(item) for item in sent("responses", message, hands_back=False))
    with_tools = codec("responses", hands_back=False).body(Conversation(), [], ModelSettings())
    assert "include" not in with_tools


@APIS
def test_the_option_reasoning_leaves_it_out(asker: Any, api: str) -> None:
    with ModelServer(script(Answer(thinking="I think so.", text="Hi."))) as server:
        found = asker(server, api)
        message = found.ask().message
        found.ask(UserMessage(text="Hello?"), message, UserMessage(text="Go on."), reasoning="no")
        found.ask(UserMessage(text="Hello?"), message, UserMessage(text="Go on."))
    without, with_it = (json.dumps(asked.body) for asked in server.requests[1:])
    assert "I think so." not in without
    assert "I think so." in with_it


def test_a_native_message_of_another_interface_is_spelled_anew() -> None:
    message = AssistantMessage(
        text="Hi.", native=Native(api="messages", value=[{"type": "text", "text": "Hi."}])
    )
    assert sent("chat", message)[1] == {"role": "assistant", "content": "Hi."}
