"""Calls a domain's tool for an agent, whatever kind of agent that is: checked arguments in, JSON or one line of error out."""

import asyncio
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from itbench.errors import DataError
from itbench.interfaces.fault import Stage, StageError
from itbench.interfaces.json import JsonObject, JsonValue
from itbench.interfaces.workspace import Tool, ToolError
from itbench.models.reply.foreign import DEEPEST, is_shallow
from itbench.schema.check import schema_faults

_SHOWN_FAULTS = 3
_LONGEST_SHOWN = 100
# What providers of models and MCP accept.
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


class ToolCallError(Exception):
    """A call that gave no result; the message is for the agent.

    Attributes:
        is_misuse: whether the call itself was wrong, so that the tool was not called.
    """

    def __init__(self, message: str, *, is_misuse: bool = False) -> None:
        super().__init__(message)
        self.is_misuse = is_misuse


def check_tools(tools: Sequence[object], taken: Sequence[str] = ()) -> None:
    """Check that the tools of a workspace can be offered.

    Args:
        tools: of the domain.
        taken: names that the agent has already given to tools of its own.

    Raises:
        StageError: of the environment, with the first thing that is wrong.
    """
    for name, problem in tool_problems(tools, taken):
        raise StageError(Stage.ENVIRONMENT, f"the domain's tool {name} cannot be offered: {problem}")


def tool_problems(tools: Sequence[object], taken: Sequence[str] = ()) -> Iterator[tuple[str, str]]:
    """Yield the name of each tool with which something is wrong, and what; the arguments are those of `check_tools`."""
    seen: set[str] = set()
    for each in tools:
        if not isinstance(each, Tool):
            yield repr(each)[:_LONGEST_SHOWN], f"found a {type(each).__name__}, allowed: itbench.Tool"
            continue
        tool: Any = each  # Its fields are what a plugin wrote.
        name = repr(tool.name)[:_LONGEST_SHOWN]
        if not isinstance(tool.name, str) or not _NAME.fullmatch(tool.name):
            yield name, "its name must be 1 to 64 letters, digits, `_` and `-`"
        elif tool.name in taken:
            yield name, "agents bring a tool of this name themselves"
        elif tool.name in seen:
            yield name, "two tools have this name"
        seen.add(str(tool.name))
        if not isinstance(tool.description, str) or not tool.description.strip():
            yield name, "it has no description"
        if not callable(tool.call):
            yield name, "it cannot be called"
        problem = _parameters_problem(tool.parameters)
        if problem is not None:
            yield name, problem


def _parameters_problem(parameters: JsonValue) -> str | None:
    if not isinstance(parameters, dict):
        return f"its parameters are a {type(parameters).__name__}, allowed: a JSON Schema"
    if parameters.get("type", "object") != "object":
        return f"its parameters are of the type {parameters['type']!r}, allowed: 'object'"
    try:
        schema_faults({}, parameters)
    except (DataError, TypeError, ValueError) as error:
        return f"its parameters are no JSON Schema: {error}"
    return None


def parameters_of(tool: Tool) -> JsonObject:
    """Return the JSON Schema of the arguments of a tool, which are always an object."""
    return {"type": "object", **tool.parameters}


def read_arguments(text: str | bytes) -> JsonValue:
    """Return the arguments of a call from their JSON text; nothing at all stands for no arguments.

    Raises:
        ToolCallError: it is not JSON.
    """
    try:
        return json.loads(text or "{}")
    except (ValueError, RecursionError) as error:
        raise ToolCallError(f"the arguments are not JSON: {error}", is_misuse=True) from error


def check_arguments(value: JsonValue, parameters: JsonObject) -> JsonObject:
    """Return the arguments of a call as an object that fits the schema.

    Raises:
        ToolCallError: they do not fit.
    """
    if not is_shallow(value):
        raise ToolCallError(f"the arguments are nested more than {DEEPEST} levels deep", is_misuse=True)
    try:
        wrong = schema_faults(value, parameters)
    except RecursionError as error:
        raise ToolCallError(
            "the arguments cannot be checked: they are nested too deeply", is_misuse=True
        ) from error
    if wrong:
        text = "; ".join(wrong[:_SHOWN_FAULTS])
        raise ToolCallError(f"the arguments do not fit the tool: {text}", is_misuse=True)
    arguments: JsonObject = value
    return arguments


def check_call(tool: Tool, value: JsonValue) -> JsonObject:
    """Return the arguments of a call of a domain's tool as an object that fits; the domain hears of those that do not.

    Raises:
        ToolCallError: they do not fit.
    """
    try:
        return check_arguments(value, parameters_of(tool))
    except ToolCallError:
        if tool.refused is not None:
            tool.refused(value)
        raise


async def call_tool(tool: Tool, arguments: Mapping[str, JsonValue]) -> JsonValue:
    """Call a tool of a workspace and return its result, which is JSON.

    Raises:
        ToolCallError: there is none; the trial continues.
        StageError: the trial cannot go on, and not because of the agent.
        LimitReached: a limit of the trial was reached.
    """
    try:
        return await tool.call(**arguments)
    except StageError:
        raise
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        # The tool itself said so, and not what ends this trial.
        raise ToolCallError("CancelledError") from error
    except ToolError as error:
        raise ToolCallError(str(error)) from error
    except Exception as error:  # foreign code; what went wrong is the agent's to read
        raise ToolCallError(f"{type(error).__name__}: {error}".removesuffix(": ")) from error
