"""Calls a domain's tool for an agent, whatever kind of agent that is: checked arguments in, JSON or one line of error out."""

import asyncio
import json
from collections.abc import Mapping, Sequence

from itbench.errors import DataError
from itbench.interfaces.fault import Stage, StageError
from itbench.interfaces.json import JsonObject, JsonValue
from itbench.interfaces.workspace import Tool, ToolError
from itbench.models.reply.foreign import DEEPEST, is_shallow
from itbench.schema.check import schema_faults

_SHOWN_FAULTS = 3


class ToolCallError(Exception):
    """A call that gave no result; the message is for the agent.

    Attributes:
        is_misuse: whether the call itself was wrong, so that the tool was not called.
    """

    def __init__(self, message: str, *, is_misuse: bool = False) -> None:
        super().__init__(message)
        self.is_misuse = is_misuse


def check_tools(tools: Sequence[Tool], taken: Sequence[str] = ()) -> None:
    """Check that the tools of a workspace can be offered.

    Args:
        tools: of the domain.
        taken: names that the agent has already given to tools of its own.

    Raises:
        StageError: a name is taken or stands twice, or parameters are not a JSON Schema.
    """
    names = [*taken, *(tool.name for tool in tools)]
    for tool in tools:
        if names.count(tool.name) > 1:
            raise StageError(Stage.ENVIRONMENT, f"the domain's tool {tool.name!r} has a name that is taken")
        try:
            schema_faults({}, parameters_of(tool))
        except (DataError, TypeError, ValueError) as error:
            raise StageError(
                Stage.ENVIRONMENT, f"the parameters of the domain's tool {tool.name!r} are broken: {error}"
            ) from error


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


async def call_tool(tool: Tool, arguments: Mapping[str, JsonValue]) -> JsonValue:
    """Call a tool of a workspace and return its result, which is JSON.

    Raises:
        ToolCallError: there is none; the trial goes on.
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
