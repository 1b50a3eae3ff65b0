"""Recorded calls are found in any form, counted tools keep each call, and paths are compared."""

import asyncio
from typing import Any

import pytest

from itbench import ToolError
from itbench.kit import CountedTools, RecordedCalls, closest_path, redundancy

CALLS = RecordedCalls(
    [
        ("get", {"kind": "pods", "name": "", "wide": True}, "wide"),
        ("get", {"kind": "PODS"}, "old"),
        ("get", {"kind": "pods", "name": None, "wide": False}, "plain"),
        ("get", {"KIND": 1}, 0),
        ("alerts", {}, {}),
    ],
    lambda name, value: value.lower() if name == "kind" else value,
)


@pytest.mark.parametrize(
    ("tool", "arguments", "answer"),
    [
        ("get", {"wide": True, "kind": "Pods"}, "wide"),
        ("get", {"kind": "pods"}, "plain"),
        ("get", {"kind": "PODS", "wide": False, "name": ""}, "plain"),
        ("get", {"KIND": 1}, 0),
        ("get", {"KIND": True}, None),
        ("get", {}, None),
        ("alerts", {"x": None}, {}),
        ("other", {"kind": "pods"}, None),
    ],
)
def test_a_call_is_found_whatever_it_looks_like(tool: str, arguments: dict[str, Any], answer: Any) -> None:
    assert CALLS.answer(tool, **arguments) == answer


def test_counted_tools_keep_calls_in_order_and_pass_on_what_a_tool_has() -> None:
    tools = CountedTools(("a",))
    text = {"what": "Double it.", "properties": {"a": {"type": "integer"}}, "required": ["a"]}
    double = tools.make("double", text, lambda a: 2 * a)
    assert asyncio.run(double.call(a=4, more="x" * 999)) == 8
    with pytest.raises(ToolError, match="double needs a"):
        asyncio.run(double.call(more=1))
    assert double.refused is not None
    double.refused({"a": ["y" * 999]})
    double.refused("no object")
    kept = [(call["arguments"], call["is_error"]) for call in tools.calls]
    assert kept == [({"a": 4}, False), ({}, True), ({"a": f"['{'y' * 298}"}, True), ({}, True)]
    assert double.parameters["required"] == ["a"]


@pytest.mark.parametrize(
    ("steps", "name", "measures"),
    [
        ("abc", "first", (1, 1, 1, 1, 1)),
        ("cba", "first", (1, 1, 0, 1, 0)),
        ("bx", "second", (1, 1, 0, 1, 0)),
        ("xb", "second", (1, 1, 1, 1, 1)),
        ("aabbcc", "first", (1, 1, 1, 1, 0)),
        ("z", "first", (0, 0, 0, 0, 0)),
        ("", "first", (0, 0, 0, 0, 0)),
    ],
)
def test_the_nearer_path_is_found(steps: str, name: str, measures: tuple[float, ...]) -> None:
    found, near = closest_path(steps, {"first": "abc", "second": "xb"})
    assert found == name
    assert (near.relevance, near.coverage, near.in_order, near.any_order, near.exact) == measures


def test_no_steps_are_as_near_as_can_be_to_no_path() -> None:
    assert closest_path("", {"none": ""})[1].f1 == 1


@pytest.mark.parametrize(
    ("steps", "share"), [("", 0), ("a", 0), ("aa", 1 / 2), ("abab", 1 / 2), ("aaa", 2 / 3)]
)
def test_redundancy_is_the_share_of_repeated_steps(steps: str, share: float) -> None:
    assert redundancy(steps) == pytest.approx(share)
