"""Reading traces: the index, events that are large or are no objects, and requests put together again."""

from collections.abc import Callable
from pathlib import Path

from itbench import Trace, TraceEvent
from itbench.store.reader import RunFile
from itbench.view.data.pieces import piece_of_event
from itbench.view.data.requests import whole_request
from itbench.view.data.trace import LARGE, Event, found_in_trace, read_event, trace_index
from itbench.view.pages.transcript import Transcript

RUN = "20260102T030405Z-sums-easy-someone-aaaaaaaa"
Write = Callable[..., Path]


def user(text: str) -> dict[str, str]:
    return {"role": "user", "text": text}


def test_a_request_has_the_messages_that_it_shares_with_earlier_ones(write_run: Write) -> None:
    found = Trace()
    found.record(
        "request",
        number=1,
        model="m",
        after=None,
        **{"from": 0},
        messages=[user("a"), user("b")],
        system="be brief",
    )
    found.record("reply", request=1, text="said", calls=[{"name": "look"}], duration_s=1.0)
    found.record(
        "request",
        number=2,
        model="m",
        after=1,
        **{"from": 2},
        messages=[{"role": "assistant", "reply": 1}, user("c")],
    )
    found.record("request", number=3, model="m", after=2, **{"from": 1}, messages=[user("d")], left_out=4)
    found.record("request", number=4, model="m", after=9, **{"from": 3}, messages=[user("alone")])
    with RunFile(write_run(RUN, [found])) as run:
        second, third, fourth = (whole_request(run, 1, position) for position in (2, 3, 4))
        assert whole_request(run, 1, 99) is None
    assert second is not None
    assert [message.data["text"] for message in second.messages] == ["a", "b", "said", "c"]
    assert [(each.position, *each.keys) for each in second.messages[1:]] == [
        (0, "messages", 1),
        (1,),
        (2, "messages", 1),
    ]
    assert second.messages[2].data == {"role": "assistant", "text": "said", "calls": [{"name": "look"}]}
    assert (second.system, second.left_out) == ("be brief", 0)
    assert third is not None
    assert [message.data["text"] for message in third.messages] == ["a", "d"]
    assert (third.number, third.left_out) == (3, 4)
    assert fourth is not None
    assert [message.data["text"] for message in fourth.messages] == ["alone"]


def test_the_index_tells_calls_turns_and_what_replies_took(write_run: Write) -> None:
    found = Trace()
    found.record("note", about="the start")
    found.turn()
    found.tool_call("execute", {"command": 'say "hi"\n'}, {"stdout": "x" * 9000}, is_ok=False, duration_s=1.5)
    found.use(input_tokens=3, output_tokens=4, cost_usd=0.5)
    found.use_in_role("customer", input_tokens=9, output_tokens=9, cost_usd=9.0)
    with RunFile(write_run(RUN, [found])) as run:
        note, turn, call, own, role = trace_index(run, 1)
    assert (note.turn, note.text, turn.turn) == (0, "the start", 1)
    assert (call.turn, call.name, call.text, call.is_ok) == (1, "execute", 'say "hi"\n', False)
    assert (own.tokens, own.cost_usd) == (7, 0.5)
    assert (role.tokens, role.cost_usd) == (None, None)


def test_a_large_event_comes_in_pieces_that_cut_no_character(write_run: Write) -> None:
    text = "äöü€" * LARGE
    found = Trace()
    found.tool_call("execute", {"command": "cat"}, text, is_ok=True, duration_s=0.1)
    with RunFile(write_run(RUN, [found])) as run:
        event = read_event(run, 1, 0)
        pieces, offset = [], 0
        while offset is not None:
            piece = piece_of_event(run, 1, 0, "", offset)
            assert piece is not None
            pieces.append(piece.text)
            offset = piece.following
    assert event is not None
    assert event.data is None
    assert "".join(pieces) == found.events[0].data
    assert len(pieces) > 5


def test_events_of_any_form_are_shown(write_run: Write) -> None:
    found = Trace()
    for kind, data in (
        ("tool", "[1, 2]"),
        ("turn", "{}"),
        ("reply", '{"use": 3, "calls": 4}'),
        ("request", '{"messages": [{"role": "assistant"}]}'),
        ("usage", '"text"'),
        ("waiting", '{"wait_s": "soon"}'),
        ("what nobody knows", "null"),
    ):
        found.add(TraceEvent(0.0, kind, data))
    transcript = Transcript({"run": RUN, "trial": "1"})
    with RunFile(write_run(RUN, [found])) as run:
        assert len(trace_index(run, 1)) == len(found.events)
        for position in range(len(found.events)):
            event = read_event(run, 1, position)
            assert event is not None
            shown = transcript.shown(event)
            assert shown.title
            assert shown.kind == found.events[position].kind


def test_an_event_that_is_nested_deeper_than_can_be_written_is_shown() -> None:
    deep: list[object] = []
    for _ in range(5_000):
        deep = [deep]
    transcript = Transcript({"run": RUN, "trial": "1"})
    for kind in ("tool", "note"):
        shown = transcript.shown(Event(0, 0.0, kind, 10_000, {"name": "n", "arguments": deep}))
        assert shown.bodies[0].text


def test_a_search_finds_what_json_spells_otherwise(write_run: Write) -> None:
    found = Trace()
    found.message("user", 'He said "Go"\nand went')
    found.message("user", "nothing")
    with RunFile(write_run(RUN, [found])) as run:
        assert [position for position, _ in found_in_trace(run, 1, 'SAID "go"', 10)] == [0]
        assert found_in_trace(run, 1, "%", 10) == []
        assert found_in_trace(run, 1, "", 10) == []
        assert len(found_in_trace(run, 1, "user", 1)) == 1
