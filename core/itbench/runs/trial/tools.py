"""The domain's tools as an agent gets them: in the trace, within their limit, and never an end of the trial."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from time import monotonic

from itbench.interfaces.activity import Activity
from itbench.interfaces.fault import Fault, LimitReached, Stage, StageError
from itbench.interfaces.json import JsonObject, JsonValue, json_problem
from itbench.interfaces.trace import Trace
from itbench.interfaces.workspace import Tool, ToolError, Workspace
from itbench.models.faults import ModelError
from itbench.plugins.foreign import is_of_plugin
from itbench.runs.trial.plain_arguments import plain_arguments

# A fresh world is opened for it, so only the first ones are tried again.
_MOST_TRIED_AGAIN = 3


@dataclass(frozen=True, slots=True)
class Trouble:
    """A call that the tool did not carry through, and in words how it failed."""

    tool: str
    arguments: JsonObject
    problem: str


class Tools:
    """The tools of one trial.

    Attributes:
        offered: to the agent.
        troubles: calls that failed as no tool may: they did not return in time, ended programs, or returned what is not JSON.
    """

    def __init__(self, tools: Sequence[Tool], trace: Trace) -> None:
        self._trace = trace
        self.offered = [replace(tool, call=self._noted(tool)) for tool in tools]
        self.troubles: list[Trouble] = []

    def _noted(self, tool: Tool) -> Callable[..., Awaitable[JsonValue]]:
        async def call(**arguments: JsonValue) -> JsonValue:
            self._trace.check()
            self._trace.does(Activity.TOOL, tool.name)
            started, output, is_ok = monotonic(), None, False
            try:
                output = await self._call(tool, arguments)
                is_ok = True
            except Exception as error:
                output = str(error) if isinstance(error, ToolError) else f"{type(error).__name__}: {error}"
                raise
            finally:
                duration_s = monotonic() - started
                self._trace.tool_call(tool.name, arguments, output, is_ok=is_ok, duration_s=duration_s)
            return output

        return call

    async def _call(self, tool: Tool, arguments: JsonObject) -> JsonValue:
        try:
            return await carried_through(tool, arguments, self._trace.limits.tool_s)
        except _ToolTroubleError as error:
            self.troubles.append(Trouble(tool.name, arguments, str(error)))
            raise ToolError(str(error)) from error
        except ModelError as error:
            if not error.is_provoked:
                raise
            raise ToolError(f"a model that the tool asks refuses what it was told: {error}") from error


async def fault_in(troubles: Sequence[Trouble], workspace: Workspace, limit_s: float) -> Fault | None:
    """Return the environment's fault if one of these tools fails in a fresh world too.

    Arguments are the agent's choice, and a query that runs forever does so in every world. So each tool is asked with plain ones;
    where those are carried through, the trouble was the doing of the agent's call, which has been told so.

    Args:
        troubles: of a trial.
        workspace: of another world of the same task, in which nothing has been done.
        limit_s: seconds for each call.
    """
    tools = {tool.name: tool for tool in workspace.tools}
    for trouble in troubles[:_MOST_TRIED_AGAIN]:
        tool = tools.get(trouble.tool)
        if tool is None:
            return Fault(Stage.ENVIRONMENT, f"tool {trouble.tool!r} is not there in a fresh world")
        problem = await _problem(tool, plain_arguments(trouble.arguments, tool.parameters), limit_s)
        if problem is not None:
            return Fault(Stage.ENVIRONMENT, f"tool {trouble.tool!r} fails in a fresh world too: {problem}")
    return None


async def _problem(tool: Tool, arguments: JsonObject, limit_s: float) -> str | None:
    """Return how a tool fails as no tool may; a refusal is an answer."""
    try:
        await carried_through(tool, arguments, limit_s)
    except (_ToolTroubleError, StageError) as error:
        return str(error)
    except Exception:  # noqa: BLE001 - foreign code
        return None
    return None


async def carried_through(tool: Tool, arguments: JsonObject, limit_s: float) -> JsonValue:
    """Return what a tool returns.

    Raises:
        _ToolTroubleError: it did not return in time, ended the program, or returned what is not JSON.
        Exception: whatever else it raises, which is its answer.
    """
    try:
        async with asyncio.timeout(limit_s) as limit:
            output = await tool.call(**arguments)
    except TimeoutError as error:
        if not limit.expired():
            raise
        raise _ToolTroubleError(f"ended at its limit of {limit_s:g} s") from error
    except (Exception, LimitReached, asyncio.CancelledError):
        raise
    except BaseException as error:
        if not is_of_plugin(error):
            raise
        raise _ToolTroubleError(f"the tool ended with {type(error).__name__}") from error
    problem = json_problem(output)
    if problem is not None:
        raise _ToolTroubleError(f"what the tool returned is not JSON: {problem}")
    return output


class _ToolTroubleError(Exception):
    """A tool failed as no tool may."""
