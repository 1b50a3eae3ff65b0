"""The blocks of a trial: the same to a reader, whatever interface its agent has."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from itbench.report.transcript.block import Block, BlockKind
from itbench.report.transcript.reader import blocks

USE = {"input_tokens": 1000, "cached_tokens": 200, "output_tokens": 50, "reasoning_tokens": 7}


def read(*events: tuple[str, Any]) -> list[Block]:
    """Return the blocks of events, one second apart."""
    rows = [
        {"at_s": float(at), "kind": kind, "data": json.dumps(data)} for at, (kind, data) in enumerate(events)
    ]
    return list(blocks(rows))


def shown(found: Sequence[Block]) -> list[tuple[str, str, str]]:
    return [(block.kind.value, block.title, block.body) for block in found]


def request(number: int, *messages: dict[str, Any], after: int | None = None, **more: Any) -> tuple[str, Any]:
    return "request", {
        "number": number,
        "model": "m",
        "after": after,
        "from": 0,
        "messages": list(messages),
    } | more


def reply(number: int, text: str, *calls: tuple[str, str, str], **more: Any) -> tuple[str, Any]:
    asked = [{"id": id_, "name": name, "arguments": arguments} for id_, name, arguments in calls]
    data = {"request": number, "model": "m", "text": text, "calls": asked, "stop": "tools", "native": None}
    return "reply", data | {"use": USE, "cost_usd": 0.5, "duration_s": 2.0} | more


def ran(command: Any, stdout: str, name: str = "execute", **more: Any) -> tuple[str, Any]:
    output = {"exit_code": 0, "stdout": stdout, "stderr": "", "bytes": 1, "timed_out": False} | more
    is_ok = output["exit_code"] == 0
    return "tool", {
        "name": name,
        "arguments": {"command": command},
        "output": output,
        "ok": is_ok,
        "duration_s": 0.5,
    }


SAID = ("model", "m: 1,000 tokens in (200 cached), 50 out (7 reasoning), $0.50, 2.00 s", "I look.")


def test_a_turn_of_react_is_read_once_from_its_two_records() -> None:
    found = read(
        ("turn", {"number": 1}),
        request(1, {"role": "user", "text": "Find it."}, system="You are."),
        reply(1, "I look.", ("c1", "execute", '{"command": "ls"}')),
        ("usage", USE | {"cost_usd": 0.5}),
        ran("ls", "a\nb\n"),
        ("turn", {"number": 2}),
        request(2, {"role": "assistant", "reply": 1}, {"role": "tool", "id": "c1", "text": "a\nb"}, after=1),
        reply(2, "Done."),
        ("end", {"by": "text"}),
    )
    assert shown(found) == [
        ("turn", "turn 1, 0.00 s", ""),
        ("system", "system prompt", "You are."),
        ("user", "user", "Find it."),
        SAID,
        ("call", "execute", "$ ls"),
        ("result", "exit code 0, 0.50 s", "a\nb"),
        ("turn", "turn 2, 5.00 s, 1,050 tokens and $0.50 so far", ""),
        (*SAID[:2], "Done."),
        ("note", "the agent ended: text", ""),
    ]


def test_a_turn_of_a_program_behind_the_gateway_is_read_from_its_requests() -> None:
    found = read(
        request(1, {"role": "user", "text": "Find it."}, system="You are."),
        ("turn", {"number": 1}),
        reply(1, "I look.", ("c1", "bash", '{"command": "ls"}'), ("c2", "read", '{"path": "x"}')),
        ("usage", USE | {"cost_usd": 0.5}),
        request(
            2,
            {"role": "assistant", "reply": 1},
            {"role": "tool", "id": "c1", "text": "a", "ok": True},
            {"role": "tool", "id": "c2", "text": "no file", "ok": False},
            after=1,
        ),
        ("turn", {"number": 2}),
        reply(2, "Again.", ("c3", "bash", '{"command": "pwd"}')),
    )
    assert shown(found)[4:] == [
        ("call", "bash", "$ ls"),
        ("result", "result", "a"),
        ("call", "read", '{"path": "x"}'),
        ("result", "failed", "no file"),
        ("turn", "turn 2, 5.00 s, 1,050 tokens and $0.50 so far", ""),
        (*SAID[:2], "Again."),
        ("call", "bash", "$ pwd"),
        ("result", "no result was recorded", ""),
    ]
    assert [block.is_ok for block in found if block.kind is BlockKind.RESULT] == [True, False, True]


def test_a_command_that_a_model_knows_by_another_name_is_read_once() -> None:
    found = read(
        reply(1, "I look.", ("c1", "run_shell", '{"cmd": "ls"}')),
        ran("ls", "a"),
        request(2, {"role": "tool", "id": "c1", "text": "exit code 0, stdout a"}, after=1),
    )
    assert shown(found)[1:] == [("call", "execute", "$ ls"), ("result", "exit code 0, 0.50 s", "a")]


@pytest.mark.parametrize("name", ["mcp__itbench__add", "mcp__itbench/add"])
def test_a_tool_of_the_task_is_read_once_whatever_a_client_of_mcp_calls_it(name: str) -> None:
    found = read(
        reply(1, "I look.", ("c1", name, '{"b": 2, "a": 1}')),
        ("tool", {"name": "add", "arguments": {"a": 1, "b": 2}, "output": {"sum": 3}, "ok": True}),
        request(2, {"role": "tool", "id": "c1", "text": '{"sum": 3}'}, after=1),
    )
    assert shown(found)[1:] == [("call", "add", '{"a": 1, "b": 2}'), ("result", "ok", '{"sum": 3}')]


def test_a_tool_of_the_task_that_a_program_uses_within_a_command_does_not_hide_the_command() -> None:
    found = read(
        reply(1, "I look.", ("c1", "bash", '{"command": "itbench-tool logs {}"}')),
        ("tool", {"name": "logs", "arguments": {}, "output": {"lines": 3}, "ok": True, "duration_s": 0.1}),
        request(2, {"role": "tool", "id": "c1", "text": '{"lines": 3}'}, after=1),
    )
    assert shown(found)[1:] == [
        ("call", "logs", ""),
        ("result", "ok, 0.10 s", '{"lines": 3}'),
        ("call", "bash", "$ itbench-tool logs {}"),
        ("result", "result", '{"lines": 3}'),
    ]


def test_what_a_program_printed_is_shown_once() -> None:
    as_it_came = read(
        ("output", {"stream": "stdout", "text": "begin\n"}),
        ("turn", {"number": 1}),
        ("tool", dict(ran(["sh", "-c", "x y"], "begin\nend\n")[1], duration_s=3.0)),
        ("output", {"stream": "stdout", "text": "end\n"}),
    )
    assert shown(as_it_came) == [
        ("printed", "printed on stdout", "begin"),
        ("turn", "turn 1, 1.00 s", ""),
        ("call", "execute", "$ sh -c 'x y'"),
        ("result", "the program ended: exit code 0, 3.00 s", ""),
        ("printed", "printed on stdout", "end"),
    ]
    at_the_end = read(ran(["sh"], "all\n"), ("output", {"stream": "stdout", "text": "all\n"}))
    assert [block.body for block in at_the_end] == ["$ sh", "all"]


@pytest.mark.parametrize(
    ("output", "title", "body"),
    [
        ({"exit_code": 2, "stderr": "bad\n"}, "exit code 2, 0.50 s", "out\nstderr:\nbad"),
        ({"exit_code": 1, "timed_out": True}, "timed out, 0.50 s", "out"),
    ],
)
def test_a_command_says_how_it_ended(output: dict[str, Any], title: str, body: str) -> None:
    (_, result) = read(ran("x", "out\n", **output))
    assert (result.title, result.body, result.is_ok) == (title, body, False)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"command": ["grep", "-e", "a b"]}, "$ grep -e 'a b'"),
        ({"command": "cat", "stdin": "x"}, '$ cat\n{"stdin": "x"}'),
        ({"path": "f", "text": "one\ntwo"}, "path: f\ntext:\none\ntwo"),
        ('{"path": "f"}', '{"path": "f"}'),
        ("{broken", "{broken"),
        ({}, ""),
        (None, ""),
        ([1], "[\n  1\n]"),
    ],
)
def test_arguments_read_well(arguments: Any, text: str) -> None:
    call, _ = read(("tool", {"name": "t", "arguments": arguments, "output": "o", "ok": True}))
    assert call.body == text


@pytest.mark.parametrize(
    ("native", "thought"),
    [
        ([{"type": "thinking", "thinking": "Hm."}, {"type": "text", "text": "I look."}], "Hm."),
        ([{"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm."}]}], "Hm."),
        ({"role": "assistant", "reasoning_content": "Hm."}, "Hm."),
        ({"role": "assistant", "reasoning": {"effort": "high"}}, None),
        ("text", None),
    ],
)
def test_reasoning_is_shown_where_a_provider_tells_it(native: Any, thought: str | None) -> None:
    found = read(reply(1, "I look.", native=native))
    assert [block.body for block in found if block.kind is BlockKind.THINKING] == [thought] * (
        thought is not None
    )


EVENTS: list[tuple[str, Any, tuple[str, str]]] = [
    (
        "waiting",
        {"failure": "status 503", "wait_s": 4.0, "attempt": 2, "attempts": 8},
        ("waiting", "request failed, attempt 2 of 8 in 4.00 s: status 503"),
    ),
    ("waiting", {"failure": "cut", "wait_s": None}, ("waiting", "request failed, not sent again: cut")),
    (
        "failed",
        {"status": 400, "message": "bad"},
        ("fault", "request failed with status 400, not sent again: bad"),
    ),
    ("too_long", {"message": "m"}, ("fault", "the conversation does not fit the model's window: m")),
    (
        "model_check",
        {"failure": None, "duration_s": 1.0},
        ("note", "question to tell whether the provider fails: it answers, 1.00 s"),
    ),
    (
        "network",
        {"target": "x:443", "allowed": False, "reason": "no"},
        ("waiting", "network: x:443 refused: no"),
    ),
    (
        "network",
        {"target": "x:443", "allowed": True, "sent_bytes": 1, "received_bytes": 2},
        ("note", "network: x:443, 1 bytes sent, 2 received"),
    ),
    ("observed", {"broken_by_agent": "it stopped"}, ("fault", "observed: broken by the agent: it stopped")),
    ("warning", {"message": "odd"}, ("waiting", "warning: odd")),
    ("summarised", {"characters": 9}, ("note", "the conversation continues from a summary of 9 characters")),
    ("note", {"about": "names", "n": 1}, ("note", "names")),
    ("message", {"role": "assistant", "content": "hi"}, ("model", "assistant")),
    (
        "usage",
        USE | {"cost_usd": None},
        ("note", "used: 1,000 tokens in (200 cached), 50 out (7 reasoning), cost unknown"),
    ),
    ("of_a_plugin", {"x": 1}, ("note", "of_a_plugin")),
]


@pytest.mark.parametrize(("kind", "data", "expected"), EVENTS, ids=[kind for kind, *_ in EVENTS])
def test_every_other_event_is_one_line(kind: str, data: Any, expected: tuple[str, str]) -> None:
    (block,) = read((kind, data))
    assert (block.kind.value, block.title) == expected


def test_a_model_in_a_role_is_told_apart_from_the_agent_s() -> None:
    found = read(
        request(1, role="customer", left_out=2),
        reply(1, "I want my money back.", role="customer"),
        ("usage", USE | {"role": "customer", "cost_usd": 1.0}),
        ("turn", {"number": 1}),
    )
    assert [block.kind.value for block in found] == ["model", "turn"]
    assert found[0].title.endswith(", role customer")
    assert "so far" not in found[1].title


def test_a_second_conversation_is_said_to_be_one() -> None:
    found = read(request(1), request(2, after=1), request(3), request(4, after=2))
    titles = [block.title for block in found]
    assert titles == ["request 3 begins a new conversation", "request 4 continues request 2"]


KINDS = [
    *dict.fromkeys([kind for kind, *_ in EVENTS]),
    "turn",
    "request",
    "reply",
    "tool",
    "output",
    "cut",
    "end",
]
ODD: list[Any] = [None, [], 7, "text", {}, {"role": 3}, {"messages": 5, "calls": "x", "use": [], "native": 1}]
ODD += [{"messages": [{"role": "tool", "id": [1]}, 5], "calls": [{"id": {}, "name": None, "arguments": 3}]}]
ODD += [
    {
        "name": 1,
        "arguments": 2,
        "output": {"exit_code": [], "stdout": {}},
        "duration_s": "long",
        "text": {"a": 1},
    }
]


AMOUNTS: list[Any] = [-1, 0, 1e-9, 1e300, float("nan"), float("inf"), 10**400, True, "1", None, [], {}]
FIELDS = [
    "number",
    "request",
    "after",
    "stop",
    "wait_s",
    "duration_s",
    "cost_usd",
    "input_tokens",
    "cut_at_bytes",
]
ODD += [dict.fromkeys(FIELDS, amount) | {"use": {"input_tokens": amount}} for amount in AMOUNTS]


def test_whatever_events_hold_they_are_read() -> None:
    """An agent in Python may write anything into its trace, in any order."""
    events = [(kind, data) for data in ODD for kind in KINDS]
    for given in (events, events[::-1]):
        found = read(*given)
        assert len(found) > len(given) / 2
        assert all(isinstance(text, str) for block in found for text in (block.title, block.body))


def test_json_that_nests_deep_is_shown_or_said_to_be_too_deep() -> None:
    deep: Any = 1
    for _ in range(300):
        deep = [deep]
    (block,) = read(("of_a_plugin", {"x": deep}))
    assert block.body


def test_calls_without_end_take_no_more_room() -> None:
    many = [(f"c{at}", "t", "{}") for at in range(3000)]
    found = read(reply(1, "", *many))
    assert sum(block.kind is BlockKind.CALL for block in found) == 3000
