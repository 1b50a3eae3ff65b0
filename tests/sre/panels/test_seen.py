"""When the output of a tool first showed a name, and what the answer was worth by then."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from itbench import EventKind, ShownTrial, Submission, Task, TraceEvent
from itbench_sre.panels.answers import names_in, without
from itbench_sre.panels.curve import curve_of
from itbench_sre.panels.seen import first_seen


def events(*outputs: Any) -> list[TraceEvent]:
    """Return a trace of one turn for each output of a tool."""
    found = []
    for number, output in enumerate(outputs, start=1):
        found.append(TraceEvent(number, EventKind.TURN, json.dumps({"number": number})))
        data = {
            "name": "execute",
            "arguments": {"command": "grep cart payment x"},
            "output": output,
            "ok": True,
        }
        found.append(TraceEvent(number, EventKind.TOOL, json.dumps(data)))
    return found


@pytest.mark.parametrize(
    ("text", "name", "is_shown"),
    [
        ("Deployment/cart is down", "cart", True),
        ("otel-demo/cart", "cart", True),
        ("line\ncart\n", "cart", True),
        ("the Cart is down", "cart", True),
        ("cart-5d8f9c7b6d-x2x4z 0/1", "cart", True),
        ("cart-5d8f9c7b6d-x2x4z 0/1", "cart-5d8f9c7b6d-x2x4z", True),
        ("cart-redis is down", "cart", False),
        ("my-cart is down", "cart", False),
        ("cartography", "cart", False),
        ("nothing here", "cart", False),
        ("a.b* is a pattern", "a.b*", False),
    ],
)
def test_a_name_is_shown_as_a_whole_word_or_with_generated_suffixes(
    text: str, name: str, is_shown: bool
) -> None:
    assert (first_seen(events({"stdout": text}), [name]).first == {name: 1}) == is_shown


def test_names_are_looked_for_in_outputs_and_not_in_commands() -> None:
    found = first_seen(
        events("ls", {"stdout": "", "stderr": "cart"}, ["x", {"y": "payment"}]), ["cart", "payment"]
    )
    assert (found.first, found.turns, found.outputs) == ({"cart": 2, "payment": 3}, 3, 3)


def test_of_an_outside_program_its_requests_tell_what_tools_put_out() -> None:
    def request(speaker: str, **more: str) -> list[TraceEvent]:
        data = {"number": 1, "messages": [{"role": speaker, "text": "cart"}], **more}
        turn = TraceEvent(1.0, EventKind.TURN, "{}")
        return [turn, TraceEvent(1.0, EventKind.REQUEST, json.dumps(data))]

    trace = [*request("user"), *request("tool", role="customer"), *request("tool")]
    assert first_seen(trace, ["cart"]).first == {"cart": 3}


def truth() -> dict[str, Any]:
    return {
        "canary": "c" * 40,
        "groups": [
            {
                "id": "cart-1",
                "kind": "Deployment",
                "namespace": "shop",
                "filter": ["cart"],
                "root_cause": True,
            },
            {"id": "web-1", "kind": "Deployment", "namespace": "shop", "filter": ["web"]},
        ],
        "propagations": [{"source": "cart-1", "target": "web-1"}],
    }


def trial(answer: Any, *outputs: Any) -> ShownTrial:
    def trace() -> Iterator[TraceEvent]:
        yield from events(*outputs)

    return ShownTrial(
        reference="1",
        suite="incidents",
        run="react",
        agent="react",
        model=None,
        task=Task(id="sre-0001", title="T", instructions="Do."),
        repeat=0,
        value=None,
        score=None,
        fault=None,
        turns=len(outputs),
        tokens=None,
        cost_usd=None,
        submission=lambda: Submission(answer=answer),
        truth=truth,
        events=trace,
        inputs=lambda: (),
    )


ANSWER = {"contributing_factors": [{"name": "shop/Deployment/cart"}, {"name": "shop/Deployment/web"}]}


def test_the_score_of_the_cut_answer_rises_and_falls_with_what_was_shown() -> None:
    curve = curve_of(trial(ANSWER, "hello", "cart", "nothing", "web"))
    assert curve is not None
    assert curve.values == {0: 0.0, 2: 1.0, 4: 0.5}
    assert [curve.value_at(turn) for turn in range(6)] == [0.0, 0.0, 1.0, 1.0, 0.5, 0.5]
    assert (curve.right_at, curve.turns) == (2, 4)


def test_names_that_nothing_showed_never_count() -> None:
    curve = curve_of(trial(ANSWER, "web"))
    assert curve is not None
    assert (curve.values, curve.right_at) == ({0: 0.0, 1: 0.0}, None)


@pytest.mark.parametrize(
    "answer", [None, 3, {}, {"contributing_factors": "cart"}, {"entities": [3, {"name": 4}]}]
)
def test_any_answer_has_a_curve(answer: Any) -> None:
    curve = curve_of(trial(answer, "cart"))
    assert curve is not None
    assert curve.value_at(1) == 0.0


def test_a_trace_without_outputs_of_tools_has_none() -> None:
    assert curve_of(trial(ANSWER)) is None


def test_names_of_each_format_are_read_and_left_out() -> None:
    ibm = {
        "entities": [{"name": "a/Pod/x", "contributing_factor": True}, {"name": "a/Pod/y"}],
        "propagations": [],
    }
    cloud = {"top_3_predictions": [{"rank": 1, "fault_object": "app/cart"}, {"fault_object": "app/web"}]}
    assert [each.object_name for each in names_in(ibm)] == ["x"]
    assert [each.object_name for each in names_in(cloud)] == ["cart", "web"]
    assert names_in(without(cloud, {"app/cart"})) == names_in(cloud)[1:]
    assert without(ibm, {"a/Pod/x"})["propagations"] == []
