"""A domain hears of calls whose arguments do not fit its tool, whichever way they come."""

import asyncio
from typing import Any

import pytest

from itbench import Limits, Tool, Trace
from itbench.agents.domain_tools import ToolCallError, check_call
from itbench.agents.tool_server.calls import ToolCalls

SHAPE = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}


def tool(heard: list[Any] | None) -> Tool:
    async def call(a: int) -> int:
        return a

    refused = None if heard is None else heard.append
    return Tool(name="same", description="Return it.", parameters=SHAPE, call=call, refused=refused)


@pytest.mark.parametrize("wrong", [{}, {"a": "x"}, [], "text", None])
def test_wrong_arguments_are_told_once_and_refused_all_the_same(wrong: Any) -> None:
    heard: list[Any] = []
    with pytest.raises(ToolCallError, match="do not fit the tool"):
        check_call(tool(heard), wrong)
    assert heard == [wrong]
    with pytest.raises(ToolCallError):
        check_call(tool(None), wrong)


def test_a_program_s_wrong_call_is_heard_and_a_right_one_is_not() -> None:
    heard: list[Any] = []

    async def work() -> Any:
        calls = ToolCalls([tool(heard)], Trace(limits=Limits()))
        with pytest.raises(ToolCallError):
            await calls.call("same", {"a": None}, lambda: True)
        with pytest.raises(ToolCallError, match="there is no tool"):
            await calls.call("other", {}, lambda: True)
        return await calls.call("same", {"a": 7}, lambda: True)

    assert asyncio.run(work()) == 7
    assert heard == [{"a": None}]
