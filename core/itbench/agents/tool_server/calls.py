"""The calls of one trial's tools, from whichever connection and protocol they come."""

import asyncio
from collections.abc import Callable, Sequence

from itbench.agents.domain_tools import (
    ToolCallError,
    call_tool,
    check_call,
    parameters_of,
)
from itbench.interfaces.fault import LimitReached, StageError
from itbench.interfaces.json import JsonObject, JsonValue, json_text
from itbench.interfaces.trace import Trace
from itbench.interfaces.workspace import Tool
from itbench.text.harmless import one_line

# Of one trial. A program in a loop must not fill the trace, in which each call is.
MOST_CALLS = 10_000
MOST_BYTES = 64 * 1024 * 1024
LARGEST_RESULT_BYTES = 4 * 1024 * 1024
_LONGEST_ERROR = 2_000
_LONGEST_NAME = 100
_LONGEST_NOTED = 2_000


class ToolCalls:
    """Carries out calls one after another, in the order in which they come: tools share the state of one world.

    Attributes:
        stopped: set once the trial cannot go on.
        ending: why it cannot: a limit of the task, or a fault of the environment.
    """

    def __init__(self, tools: Sequence[Tool], trace: Trace) -> None:
        self._tools = {tool.name: tool for tool in tools}
        self._trace = trace
        self._turn = asyncio.Lock()
        self._count = 0
        self._bytes = 0
        self.stopped = asyncio.Event()
        self.ending: StageError | LimitReached | None = None

    def listing(self) -> list[JsonObject]:
        """Return what an agent is told of the tools."""
        return [
            {"name": tool.name, "description": tool.description, "parameters": parameters_of(tool)}
            for tool in self._tools.values()
        ]

    async def call(self, name: JsonValue, arguments: JsonValue, is_wanted: Callable[[], bool]) -> JsonValue:
        """Call a tool and return its result.

        Args:
            name: of the tool.
            arguments: any JSON.
            is_wanted: tells, once it is this call's turn, whether anyone still waits for the result.

        Raises:
            ToolCallError: there is none; the message is one line.
        """
        async with self._turn:
            try:
                if not is_wanted():
                    raise ToolCallError("the program has hung up", is_misuse=True)
                return await self._call(name, arguments)
            except ToolCallError as error:
                raise ToolCallError(
                    one_line(str(error)[:_LONGEST_ERROR]), is_misuse=error.is_misuse
                ) from error
            except (StageError, LimitReached) as error:
                self.ending = self.ending or error
                self.stopped.set()
                raise ToolCallError("the trial has ended") from error

    async def _call(self, name: JsonValue, arguments: JsonValue) -> JsonValue:
        self._trace.check()
        self._count += 1
        self._bytes += _size_bytes(arguments)
        if self._count > MOST_CALLS or self._bytes > MOST_BYTES:
            raise ToolCallError(
                f"a trial may call tools {MOST_CALLS} times, with {MOST_BYTES} bytes of arguments and results in all",
                is_misuse=True,
            )
        try:
            tool = self._tool(name)
            checked = check_call(tool, arguments)
        except ToolCallError as error:
            self._note_misuse(name, arguments, error)
            raise
        result = await call_tool(tool, checked)
        size_bytes = _size_bytes(result)
        self._bytes += size_bytes
        if size_bytes > LARGEST_RESULT_BYTES:
            raise ToolCallError(
                f"the tool {tool.name!r} returned {size_bytes} bytes of JSON; passed on are at most {LARGEST_RESULT_BYTES}"
            )
        return result

    def _tool(self, name: JsonValue) -> Tool:
        tool = self._tools.get(name) if isinstance(name, str) else None
        if tool is None:
            shown = repr(name)[:_LONGEST_NAME]
            raise ToolCallError(
                f"there is no tool {shown}; there are: {', '.join(self._tools)}", is_misuse=True
            )
        return tool

    def _note_misuse(self, name: JsonValue, arguments: JsonValue, error: ToolCallError) -> None:
        shown = name[:_LONGEST_NAME] if isinstance(name, str) else repr(name)[:_LONGEST_NAME]
        text = json_text(arguments)
        noted = arguments if len(text) <= _LONGEST_NOTED else text[:_LONGEST_NOTED]
        self._trace.tool_call(shown, noted, str(error)[:_LONGEST_ERROR], is_ok=False, duration_s=0.0)


def _size_bytes(value: JsonValue) -> int:
    return len(json_text(value).encode())
