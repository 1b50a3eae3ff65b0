"""A program in a sandbox, with tools of a domain: good ones, and ones that fail in every way."""

import asyncio
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from itbench import JsonValue, Limits, Task, Tool, Trace
from itbench.agents.command.agent import CommandAgent
from itbench.agents.command.options import CommandOptions
from itbench.runs.trial.workspace import TracedWorkspace

ADD = {
    "type": "object",
    "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
    "required": ["a", "b"],
    "additionalProperties": False,
}


async def add(a: int, b: int) -> JsonValue:
    return {"sum": a + b}


async def echo(**arguments: JsonValue) -> JsonValue:
    return arguments["text"]


async def fail() -> JsonValue:
    raise ValueError("no such\nthing")


async def leave() -> JsonValue:
    sys.exit(3)


async def cancel() -> JsonValue:
    raise asyncio.CancelledError


async def complain() -> JsonValue:
    raise ValueError("\u202e\n" * 1_000_000)


async def hang() -> JsonValue:
    await asyncio.sleep(3600)


def returning(value: Any) -> Callable[[], Any]:
    async def call() -> Any:
        return value

    return call


def tool(name: str, call: Any, parameters: Any = None) -> Tool:
    return Tool(name=name, description=f"It is {name}.", parameters=parameters or {}, call=call)


GOOD = [tool("add", add, ADD), tool("echo", echo, {"type": "object", "required": ["text"]})]
BAD = {
    "fail": fail,
    "leave": leave,
    "cancel": cancel,
    "complain": complain,
    "hang": hang,
    "bytes": returning(b"\x00\x01"),
    "set": returning({1}),
    "nan": returning(float("nan")),
    "large": returning("x" * 5_000_000),
    "deep": returning(json.loads("[" * 900 + "]" * 900)),
}


@dataclass
class Ended:
    """How a program in a sandbox ended."""

    out: str
    error: str
    code: int
    trace: Trace
    raised: BaseException | None

    def calls(self, name: str | None = None) -> list[Any]:
        """Return the tool calls in the trace, without that of the program itself."""
        found = [json.loads(event.data) for event in self.trace.events if event.kind == "tool"]
        return [each for each in found if each["name"] != "execute" and name in {None, each["name"]}]


Working = Callable[..., Ended]


async def worked(
    words: str | Sequence[str],
    tools: Sequence[Tool],
    sandbox: Any,
    limits: Limits,
    before: Callable[[Trace], None],
    options: CommandOptions | None,
) -> Ended:
    trace, raised = Trace(limits=limits), None
    task = Task(id="t-1", title="A task", instructions="Do it.", limits=limits)
    async with sandbox.open([]) as workspace:
        workspace.tools = list(tools)
        traced = TracedWorkspace(workspace, trace)
        before(trace)
        command = ("sh", "-c", words) if isinstance(words, str) else tuple(words)
        try:
            await CommandAgent(command, options).solve(task, traced, trace)
        except BaseException as error:  # noqa: BLE001 - limits are no Exception
            raised = error
    found = [json.loads(event.data) for event in trace.events if event.kind == "tool"]
    own: dict[str, Any] = next((each["output"] for each in found if each["name"] == "execute"), {})
    return Ended(own.get("stdout", ""), own.get("stderr", ""), own.get("exit_code", -1), trace, raised)
