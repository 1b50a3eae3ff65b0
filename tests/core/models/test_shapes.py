"""Each shape in which a reply may come, and what it is taken for: text and calls, or an error that may pass."""

import json
from typing import Any

import pytest

from itbench.egress.gateway.metering import ReplyMeter
from itbench.interfaces.conversation import Stop
from itbench.models.faults import ModelError, PassingError
from itbench.models.reply.codec import Draft

PATHS = {"chat": "/chat/completions", "responses": "/responses", "messages": "/messages"}
LS = '{"command":"ls"}'
Calls = list[tuple[str, str, str]]


def read(api: str, *documents: Any, done: bool = True) -> Draft | str:
    """Return the reply of one document, or of several as a stream; the failure where there is none."""
    if len(documents) == 1:
        body = documents[0] if isinstance(documents[0], str) else json.dumps(documents[0])
    else:
        body = "".join(f"data: {json.dumps(document)}\n\n" for document in documents)
        body += "data: [DONE]\n\n" if done and api == "chat" else ""
    meter = ReplyMeter(PATHS[api])
    meter.add(body.encode())
    draft = meter.draft()
    return draft if draft is not None else str(meter.failure)


def told(found: Draft | str) -> tuple[str, Calls]:
    assert isinstance(found, Draft), found
    return found.message.text, [(call.id, call.name, call.arguments) for call in found.message.calls]


def chat(message: Any, finish: Any = "stop", **more: Any) -> Any:
    return {"choices": [{"index": 0, "message": message, "finish_reason": finish, **more}]}


def call(arguments: Any = LS, call_id: Any = "a", name: Any = "execute", **more: Any) -> Any:
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}, **more}


def chunk(delta: Any, finish: Any = None, **more: Any) -> Any:
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish, **more}]}


ONE: Calls = [("a", "execute", LS)]


@pytest.mark.parametrize(
    ("body", "text", "calls"),
    [
        (chat({"content": None, "tool_calls": [call()]}), "", ONE),
        (chat({"content": None, "tool_calls": [call({"command": "ls"})]}), "", ONE),
        (chat({"content": "", "tool_calls": [call(call_id=7)]}), "", [("7", "execute", LS)]),
        (chat({"content": "Hi.", "tool_calls": None}), "Hi.", []),
        (chat({"content": "Hi.", "tool_calls": []}), "Hi.", []),
        (chat({"content": "Hi.", "tool_calls": [None]}), "Hi.", []),
        (chat({"content": 42}), "42", []),
        (chat({"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}), "ab", []),
        (chat({"content": ["a", {"text": "b"}]}), "ab", []),
        (chat({"content": {"type": "text", "text": "a"}}), "a", []),
        (chat({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}, {"type": "text", "text": "a"}]}), "a", []),
        (chat({"content": None, "refusal": "I will not."}), "I will not.", []),
        (chat({"content": None, "tool_calls": [call("")]}), "", [("a", "execute", "")]),
        (chat({"content": None, "tool_calls": [call(None)]}), "", [("a", "execute", "")]),
        (chat({"content": None, "tool_calls": [call(type=None)]}), "", ONE),
        (chat({"content": None, "tool_calls": [{"id": "a", "name": "execute", "arguments": LS}]}), "", ONE),
        (chat({"content": None, "function_call": {"name": "execute", "arguments": LS}}), "", [("c00000000", "execute", LS)]),
        (chat({"content": "Hi."}, "eos_token"), "Hi.", []),
        (chat({"content": "Hi."}, None), "Hi.", []),
        (chat({"content": "Hi.", "logprobs": [float("-inf"), float("nan")]}), "Hi.", []),
        ({"choices": [None, {"index": 0, "message": {"content": "Hi."}, "finish_reason": "stop"}]}, "Hi.", []),
        ({"choices": [{"index": "0", "message": {"content": "Hi."}, "finish_reason": "stop"}]}, "Hi.", []),
        ({"error": None, **chat({"content": "Hi."})}, "Hi.", []),
        ({"error": {"code": None, "message": None}, **chat({"content": "Hi."})}, "Hi.", []),
        ('{"choices": [], "choices": [{"message": {"content": "Hi."}, "finish_reason": "stop"}]}', "Hi.", []),
        ("\n\n\n" + json.dumps(chat({"content": "Hi."})), "Hi.", []),
        ("\ufeff" + json.dumps(chat({"content": "Hi."})), "Hi.", []),
        ('{"choices": [{"message": {"content": "a\tb\\ud83d"}, "finish_reason": "stop"}]}', "a\tb\ufffd", []),
        ('{"choices": [{"message": {"content": "Hi.", "n": ' + "9" * 5000 + '}, "finish_reason": "stop"}]}', "Hi.", []),
    ],
)  # fmt: skip
def test_a_chat_reply_with_one_meaning_is_taken(body: Any, text: str, calls: Calls) -> None:
    assert told(read("chat", body)) == (text, calls)


@pytest.mark.parametrize(
    "body",
    [
        chat({"content": None}),
        chat({}),
        chat({"content": None, "tool_calls": []}, "tool_calls"),
        chat({"content": None, "tool_calls": [call(["ls"])]}),
        chat({"content": None, "tool_calls": [call(True)]}),
        chat({"content": None, "tool_calls": [call(name="")]}),
        chat({"content": None, "tool_calls": [call(name=None)]}),
        chat({"content": None, "tool_calls": [{"id": "a", "function": None}]}),
        chat({"content": None, "tool_calls": "execute"}),
        chat({"content": None, "tool_calls": {"id": "a"}}),
        chat({"content": True}),
        chat({"content": [7]}),
        chat("Hi."),
        chat(None),
        chat({"content": "Hi."}, True),
        chat({"content": None, "tool_calls": [call('{"command": "l')]}, None),
        chat({"content": "  "}, None),
        {"choices": [None]},
        {"choices": []},
        {"choices": "none"},
        {"choices": None},
        {},
        "[]",
        "null",
        '"Hi."',
        "",
        "  \n ",
        "<html></html>",
        "upstream connect error",
        "{",
        '{"choices": ' + "[" * 2000 + "]" * 2000 + "}",
        '{"choices": [{"message": {"content": "Hi.", "deep": ' + "[" * 100 + "]" * 100 + '}, "finish_reason": "stop"}]}',
    ],
)  # fmt: skip
def test_a_chat_reply_without_a_meaning_may_pass(body: Any) -> None:
    failure = read("chat", body)
    assert isinstance(failure, str), failure
    assert "Traceback" not in failure


def streamed(*deltas: Any) -> Any:
    return [*(chunk({"tool_calls": [delta]}) for delta in deltas), chunk({}, "tool_calls")]


def part(index: Any, call_id: Any = None, name: Any = None, arguments: Any = None) -> Any:
    return {"index": index, "id": call_id, "function": {"name": name, "arguments": arguments}}


LS_AND_PWD = [("execute", LS), ("execute", '{"command":"pwd"}')]
PWD = '{"command":"pwd"}'


@pytest.mark.parametrize(
    ("events", "calls"),
    [
        (streamed(part(0, "a", "execute", LS), part(0, "b", "execute", PWD)), LS_AND_PWD),
        (streamed(part(0, None, "execute", LS), part(0, None, "execute", PWD)), LS_AND_PWD),
        (streamed(part(0, "", "execute", LS), part(0, "", "execute", PWD)), LS_AND_PWD),
        (streamed(part(0, "x", "execute", LS), part(0, "x", "execute", PWD)), LS_AND_PWD),
        (streamed(part(0, "x", "execute", LS), part(1, "x", "execute", PWD)), LS_AND_PWD),
        (streamed(part(None, "", "execute", LS), part(None, "", "execute", PWD)), LS_AND_PWD),
        (streamed(part("0", "a", "execute", LS), part("1", "b", "execute", PWD)), LS_AND_PWD),
        (streamed(part(0, "", "execute", '{"command":'), part(0, "", None, '"ls"}'), part(0, "", "execute", PWD)), LS_AND_PWD),
        (streamed(part(0, "", "execute", ""), part(0, "", "finish", "")), [("execute", ""), ("finish", "")]),
        (streamed(part(0, "a", "execute", '{"command":'), part(0, "a", "execute", '"ls"}')), [("execute", LS)]),
        (streamed(part(0, "a", "execute", LS), part(0, "a", "execute", "")), [("execute", LS)]),
        (streamed(part(0, "a", "execute", {}), part(0, None, None, LS)), [("execute", LS)]),
        (streamed(part(0, "a", "execute", {"command": "ls"}), part(0, "b", "execute", {"command": "pwd"})), LS_AND_PWD),
        (streamed(part(0, "a", "execute", '{"command":'), part(1, "b", "execute", '{"command":'), part(0, None, None, '"ls"}'), part(1, None, None, '"pwd"}')), LS_AND_PWD),
        ([chunk({"tool_calls": [part(0, None, "execute", LS), part(0, None, "execute", PWD)]}), chunk({}, "stop")], LS_AND_PWD),
        ([chunk({"tool_calls": [part(0, "a", "execute", ""), part(0, None, None, LS)]}), chunk({}, "stop")], [("execute", LS)]),
    ],
)  # fmt: skip
def test_parallel_calls_stay_apart_whatever_their_ids_and_indexes(events: Any, calls: Any) -> None:
    _, found = told(read("chat", *events))
    assert [(name, arguments) for _, name, arguments in found] == calls
    ids = [call_id for call_id, _, _ in found]
    assert len(set(ids)) == len(ids)
    assert all(ids)
    assert read("chat", *events) == read("chat", *events)


@pytest.mark.parametrize("ids", [[None, None], ["", ""], ["same", "same"]], ids=["none", "empty", "same"])
@pytest.mark.parametrize("api", ["chat", "responses", "messages"])
def test_calls_of_a_whole_reply_are_given_ids_that_differ(api: str, ids: list[Any]) -> None:
    bodies = {
        "chat": chat({"content": None, "tool_calls": [call(LS, ids[0]), call(PWD, ids[1])]}),
        "responses": {
            "status": "completed",
            "output": [
                {"type": "function_call", "call_id": one, "name": "execute", "arguments": arguments}
                for one, arguments in zip(ids, (LS, PWD), strict=True)
            ],
        },
        "messages": {
            "content": [
                {"type": "tool_use", "id": one, "name": "execute", "input": json.loads(arguments)}
                for one, arguments in zip(ids, (LS, PWD), strict=True)
            ],
            "stop_reason": "tool_use",
        },
    }
    _, found = told(read(api, bodies[api]))
    assert [arguments for _, _, arguments in found] == [LS, PWD]
    assert len({call_id for call_id, _, _ in found}) == 2


@pytest.mark.parametrize(
    ("body", "text", "calls"),
    [
        ({"content": "Hi.", "stop_reason": "end_turn"}, "Hi.", []),
        ({"content": ["Hi."], "stop_reason": "end_turn"}, "Hi.", []),
        ({"content": [{"text": "Hi."}], "stop_reason": "end_turn"}, "Hi.", []),
        ({"content": [{"type": "text", "text": None}, {"type": "text", "text": "Hi."}], "stop_reason": "end_turn"}, "Hi.", []),
        ({"content": [{"type": "tool_use", "id": 7, "name": "execute", "input": LS}], "stop_reason": "tool_use"}, "", [("7", "execute", LS)]),
        ({"content": [{"id": "a", "name": "execute", "input": {"command": "ls"}}], "stop_reason": "tool_use"}, "", ONE),
        ({"content": [{"type": "tool_use", "id": "a", "name": "finish", "input": None}], "stop_reason": "tool_use"}, "", [("a", "finish", "{}")]),
        ({"content": [{"type": "text", "text": "Hi."}], "stop_reason": None}, "Hi.", []),
        ({"content": [None, {"type": "text", "text": "Hi."}], "usage": [], "stop_reason": "end_turn"}, "Hi.", []),
        ({"content": [], "stop_reason": "end_turn"}, "", []),
    ],
)  # fmt: skip
def test_a_message_with_one_meaning_is_taken(body: Any, text: str, calls: Calls) -> None:
    assert told(read("messages", {"type": "message", "role": "assistant", **body})) == (text, calls)


@pytest.mark.parametrize(
    "body",
    [
        {"stop_reason": "end_turn"},
        {"content": None, "stop_reason": "end_turn"},
        {"content": [], "stop_reason": "tool_use"},
        {"content": [7], "stop_reason": "end_turn"},
        {"content": {"type": "text"}, "stop_reason": "end_turn"},
        {"content": [{"type": ["text"], "text": "Hi."}], "stop_reason": "end_turn"},
        {"content": [{"type": "text", "text": ["Hi."]}], "stop_reason": "end_turn"},
        {"content": [{"type": "tool_use", "id": "a", "input": {}}], "stop_reason": "tool_use"},
        {"content": [{"type": "tool_use", "id": "a", "name": "execute", "input": [1]}], "stop_reason": "tool_use"},
        {"content": [], "stop_reason": None},
    ],
)  # fmt: skip
def test_a_message_without_a_meaning_may_pass(body: Any) -> None:
    assert isinstance(read("messages", {"type": "message", "role": "assistant", **body}), str)


def block(kind: str, index: Any = 0, **more: Any) -> Any:
    return {"type": f"content_block_{kind}", "index": index, **more}


def test_a_stream_of_blocks_may_lack_what_can_be_told_without() -> None:
    text = block("delta", None, delta={"type": "text_delta", "text": "Hi."})
    stop = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}}
    assert told(read("messages", text, stop)) == ("Hi.", [])
    start = block("start", "1", content_block={"type": "tool_use", "id": 7, "name": "execute"})
    more = block("delta", 1, delta={"type": "input_json_delta", "partial_json": {"command": "ls"}})
    assert told(read("messages", start, more, stop)) == ("", [("7", "execute", LS)])


def test_a_stream_of_blocks_that_makes_no_sense_may_pass() -> None:
    orphan = block("delta", delta={"type": "input_json_delta", "partial_json": "{}"})
    stop = {"type": "message_delta", "delta": {"stop_reason": "tool_use"}}
    assert "unknown shape" in str(read("messages", orphan, stop))
    assert "cut" in str(read("messages", {"type": "message_start", "message": None}, {"type": "ping"}))


@pytest.mark.parametrize(
    ("body", "text", "calls"),
    [
        ({"status": "completed", "output": "Hi."}, "Hi.", []),
        ({"status": "completed", "output": [{"type": "message", "content": "Hi."}]}, "Hi.", []),
        ({"status": "completed", "output": [{"content": [{"text": "Hi."}, None]}, None]}, "Hi.", []),
        ({"output": [{"type": "message", "content": ["Hi."]}]}, "Hi.", []),
        ({"status": "completed", "output": [{"type": "function_call", "call_id": 7, "name": "execute", "arguments": {"command": "ls"}}]}, "", [("7", "execute", LS)]),
        ({"status": "completed", "output": [{"type": "function_call", "id": "a", "name": "execute", "arguments": LS}]}, "", ONE),
        ({"status": "completed", "error": None, "incomplete_details": None, "output": []}, "", []),
    ],
)  # fmt: skip
def test_a_response_with_one_meaning_is_taken(body: Any, text: str, calls: Calls) -> None:
    assert told(read("responses", body)) == (text, calls)
    assert told(read("responses", {"type": "response.created"}, {"type": "response.completed", "response": body})) == (text, calls)  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [
        {"status": "completed"},
        {"status": "completed", "output": None},
        {"status": "in_progress", "output": [{"type": "message", "content": "Hi."}]},
        {"status": "queued", "output": []},
        {"status": "cancelled", "output": [{"type": "message", "content": "Hi."}]},
        {"status": "incomplete", "incomplete_details": {"reason": "server_error"}, "output": []},
        {"status": "completed", "output": [{"type": "function_call", "call_id": "a", "arguments": "{}"}]},
        {"status": "completed", "output": [{"type": "function_call", "call_id": "a", "name": "x", "arguments": []}]},
        {"status": "completed", "output": [7]},
        {"status": "completed", "output": {"type": "message"}},
        {"status": ["completed"], "output": []},
        {"output": []},
    ],
)  # fmt: skip
def test_a_response_without_a_meaning_may_pass(body: Any) -> None:
    assert isinstance(read("responses", body), str)


def test_text_that_came_in_pieces_only_is_no_empty_response() -> None:
    delta = {"type": "response.output_text.delta", "delta": "Hi."}
    ending = {"type": "response.completed", "response": {"status": "completed", "output": []}}
    assert "neither text nor a tool call" in str(read("responses", delta, ending))


@pytest.mark.parametrize(
    ("events", "has_ending"),
    [
        ([chunk({"content": "Hi."}), chunk({}, "stop")], True),
        ([chunk({"content": "Hi."}), chunk({})], False),
        ([chunk({"content": "Hi."}, "null"), chunk({}, "")], False),
        ([chunk({"tool_calls": [part(0, "a", "execute", LS)]}), chunk({})], False),
    ],
)
def test_a_stream_that_says_that_it_is_done_needs_no_reason(events: Any, has_ending: bool) -> None:
    found = read("chat", *events)
    assert isinstance(found, Draft)
    assert found.has_ending == has_ending
    cut = read("chat", *events, done=False)
    assert isinstance(cut, Draft) == has_ending


def test_done_does_not_make_half_a_call_whole() -> None:
    assert "cut" in str(read("chat", chunk({"tool_calls": [part(0, "a", "execute", '{"comm')]}), chunk({})))


@pytest.mark.parametrize("label", ["text/plain", "application/json", "text/event-stream", "application/octet-stream"])  # fmt: skip
@pytest.mark.parametrize("is_stream", [True, False])
def test_what_a_reply_is_labelled_makes_no_difference(asker: Any, label: str, is_stream: bool) -> None:
    from itbench.testing.model_server import ModelServer, Raw, script

    stream = "".join(f"data: {json.dumps(one)}\n\n" for one in (chunk({"content": "Hi."}), chunk({}, "stop")))
    body = stream if is_stream else json.dumps(chat({"content": "Hi."}))
    with ModelServer(script(Raw(body=body.encode(), content_type=label))) as server:
        reply = asker(server).ask(attempts="1")
    assert (reply.message.text, reply.stop) == ("Hi.", Stop.END)


def test_a_reader_that_trips_is_an_error_that_may_pass() -> None:
    from itbench.models.openai.chat_reader import ChatReader
    from itbench.models.reply.reading import ReplyParser

    class Tripping(ChatReader):
        def add_whole(self, body: Any) -> None:
            raise ZeroDivisionError(body["choices"][0])

    parser = ReplyParser(Tripping())
    parser.add(json.dumps({"choices": ["x"]}).encode())
    with pytest.raises(PassingError, match="unknown shape: ZeroDivisionError: x"):
        parser.draft()


@pytest.mark.slow
def test_more_than_any_reply_holds_is_given_up() -> None:
    """Slow: 64 MB go through it."""
    from itbench.models.openai.chat_reader import ChatReader
    from itbench.models.reply.reading import LARGEST_REPLY_BYTES, ReplyParser

    parser = ReplyParser(ChatReader())
    for _ in range(LARGEST_REPLY_BYTES // 1_000_000):
        parser.add(b": " + b"x" * 999_997 + b"\n")
    with pytest.raises(ModelError, match="holds more than"):
        parser.add(b":\n")
