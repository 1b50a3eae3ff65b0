"""All requests of a trial can be put together again from its events, however conversations branch and shrink."""

import json
from typing import Any

from hypothesis import given, strategies as st

from itbench import Trace
from itbench.interfaces.conversation import (
    AssistantMessage,
    Conversation,
    Message,
    Reply,
    ToolCall,
    ToolResult,
    UserMessage,
)
from itbench.models import conversation_log
from itbench.models.conversation_log import ConversationLog
from itbench.text.redaction import Redactor

TEXTS = st.sampled_from(["", "a", "b", "ü☃", "\ud800"])
CALLS = st.builds(ToolCall, id=TEXTS, name=TEXTS, arguments=st.sampled_from(["", "{}", '{"a": 1}', "{"]))
MESSAGES: st.SearchStrategy[Message] = st.one_of(
    st.builds(UserMessage, text=TEXTS),
    st.builds(ToolResult, call_id=TEXTS, name=st.just(""), text=TEXTS, is_ok=st.booleans()),
    st.builds(AssistantMessage, text=TEXTS, calls=st.lists(CALLS, max_size=2).map(tuple)),
)
REPLIES = st.builds(AssistantMessage, text=TEXTS, calls=st.lists(CALLS, max_size=2).map(tuple))
# Each: go on from the conversation of which request, after how many of its messages, with what, and what is replied.
STEPS = st.lists(
    st.tuples(
        st.integers(0, 20), st.integers(0, 8), st.lists(MESSAGES, max_size=3), st.one_of(st.none(), REPLIES)
    ),
    min_size=1,
    max_size=14,
)


def events(trace: Trace, kind: str) -> list[Any]:
    return [json.loads(event.data) for event in trace.events if event.kind == kind]


def put_together(trace: Trace) -> list[list[Any]]:
    """Return the messages of each request, by the rules of docs/reference/trace-events.md."""
    replies = {event["request"]: event for event in events(trace, "reply")}
    requests: dict[int, list[Any]] = {}
    for event in events(trace, "request"):
        before = requests[event["after"]][: event["from"]] if event["after"] else []
        requests[event["number"]] = [*before, *event["messages"]]
    return [[_spelled(message, replies) for message in messages] for messages in requests.values()]


def _spelled(message: Any, replies: Any) -> Any:
    reply = replies[message["reply"]] if "reply" in message else message
    if message["role"] != "assistant":
        return message
    calls = [call | {"arguments": _parsed(call["arguments"])} for call in reply["calls"]]
    return {"role": "assistant", "text": reply["text"], "calls": calls}


def _parsed(text: str) -> Any:
    try:
        return json.loads(text or "{}")
    except ValueError:
        return text


def expected(message: Message) -> Any:
    if isinstance(message, AssistantMessage):
        calls = [
            {"id": call.id, "name": call.name, "arguments": _parsed(call.arguments)} for call in message.calls
        ]
        return {"role": "assistant", "text": message.text, "calls": calls}
    if isinstance(message, ToolResult):
        return {"role": "tool", "id": message.call_id, "text": message.text, "ok": message.is_ok}
    return {"role": "user", "text": message.text}


@given(STEPS)
def test_every_request_can_be_put_together_again(steps: Any) -> None:
    trace = Trace()
    log = ConversationLog(trace, Redactor([]))
    asked: list[tuple[Message, ...]] = []
    for place, length, more, said in steps:
        before = asked[place % len(asked)][:length] if asked else ()
        asked.append((*before, *more))
        number = log.request("m", Conversation(system="s", messages=asked[-1]))
        if said is not None:
            log.reply(number, "m", Reply(message=said))
            asked[-1] = (*asked[-1], said)
            log.request("m", Conversation(system="s", messages=asked[-1]))
            asked.append(asked[-1])
    requests = put_together(trace)
    assert len(requests) == events(trace, "request")[-1]["number"]
    wanted = [[expected(message) for message in messages] for messages in asked]
    assert [each for each in wanted if each not in requests] == []


def test_a_reply_that_comes_back_is_noted_by_its_number_however_its_arguments_are_written() -> None:
    trace = Trace()
    log = ConversationLog(trace, Redactor([]))
    number = log.request("m", Conversation(messages=(UserMessage(text="hi"),)))
    call = ToolCall(id="1", name="look", arguments='{"a":1}')
    log.reply(number, "m", Reply(message=AssistantMessage(calls=(call,))))
    back = AssistantMessage(calls=(ToolCall(id="1", name="look", arguments='{ "a": 1 }'),))
    other = AssistantMessage(calls=(ToolCall(id="1", name="look", arguments='{"a": 2}'),))
    log.request("m", Conversation(messages=(UserMessage(text="hi"), back, other)))
    assert events(trace, "request")[1]["messages"][0] == {"role": "assistant", "reply": 1}
    assert events(trace, "request")[1]["messages"][1]["calls"][0]["arguments"] == '{"a": 2}'


def test_what_is_beyond_the_bound_is_counted_and_not_kept() -> None:
    trace = Trace()
    log = ConversationLog(trace, Redactor([]))
    half = UserMessage(text="x" * (conversation_log.MOST_CHARACTERS // 2 - 200))
    for text in ("a", "b", "c", "d"):
        log.request("m", Conversation(messages=(UserMessage(text=text), half)))
    kept = [(len(each["messages"]), each.get("left_out", 0)) for each in events(trace, "request")]
    assert kept == [(2, 0), (2, 0), (1, 1), (0, 2)]


def test_of_a_role_s_conversation_nothing_but_its_length_is_kept() -> None:
    trace = Trace()
    log = ConversationLog(trace, Redactor([]), "customer")
    number = log.request("m", Conversation(system="truth", messages=(UserMessage(text="truth"),)))
    log.reply(number, "m", Reply(message=AssistantMessage(text="yes")))
    assert events(trace, "request") == [
        {
            "role": "customer",
            "number": 1,
            "model": "m",
            "after": None,
            "from": 0,
            "messages": [],
            "left_out": 1,
        }
    ]
    (reply,) = events(trace, "reply")
    assert (reply["role"], reply["text"]) == ("customer", "yes")
    assert "truth" not in "".join(event.data for event in trace.events)


def test_secrets_are_taken_out_of_what_is_asked() -> None:
    trace = Trace()
    log = ConversationLog(trace, Redactor(["sk-planted-0123456789"]))
    said: tuple[Message, ...] = (
        UserMessage(text="a sk-planted-0123456789"),
        AssistantMessage(calls=(ToolCall(id="1", name="n", arguments='{"k": "sk-planted-0123456789"}'),)),
        ToolResult(call_id="1", name="n", text="sk-planted-0123456789"),
    )
    log.request("m", Conversation(system="sk-planted-0123456789", messages=said))
    assert "planted" not in trace.events[0].data
