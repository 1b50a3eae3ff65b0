"""One MCP session over a connection, served by the official SDK (PyPI: mcp), which is imported only here."""

import asyncio
import importlib
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from itbench.agents.domain_tools import ToolCallError
from itbench.agents.tool_server.calls import ToolCalls
from itbench.agents.tool_server.lines import LineConnection, LineError
from itbench.interfaces.json import JsonObject, json_text
from itbench.version import __version__

if TYPE_CHECKING:
    from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
    from mcp.server.lowlevel import Server
    from mcp.shared.message import SessionMessage

NAME = "itbench"
# Of one session; more requests wait in the connection until some have been answered.
_MOST_UNANSWERED = 32
_PARSE_ERROR = -32700
# Each request gets its one reply, so that they can be counted; to stop early is not an obligation in MCP.
_CANCELLED = "notifications/cancelled"


async def serve_mcp(line: LineConnection, calls: ToolCalls) -> None:
    """Speak MCP on a connection until the program hangs up.

    Raises:
        LineError: the SDK is not installed where itbench runs.
    """
    try:
        # It takes a second, in which other trials go on.
        await asyncio.to_thread(importlib.import_module, "mcp.server.lowlevel")
    except ImportError as error:
        raise LineError(
            "MCP is not available: where itbench runs, install it with: pip install 'itbench[mcp]'"
        ) from error
    await line.send({"ok": True})
    await _Session(line, calls).run()


class _Session:
    """Carries messages between a connection and the SDK's server."""

    def __init__(self, line: LineConnection, calls: ToolCalls) -> None:
        self._line = line
        self._calls = calls
        self._room = asyncio.Semaphore(_MOST_UNANSWERED)

    async def run(self) -> None:
        """Serve until either side ends."""
        import anyio

        # What a program sends must not reach the user's terminal.
        logging.getLogger("mcp").addHandler(logging.NullHandler())
        logging.getLogger("mcp").propagate = False
        coming, received = anyio.create_memory_object_stream[Any](0)
        sent, going = anyio.create_memory_object_stream[Any](0)
        server = _server(self._calls, lambda: not self._line.is_gone)
        async with received, going:
            work = [
                asyncio.create_task(each)
                for each in (
                    self._read(coming),
                    self._write(going),
                    server.run(received, sent, server.create_initialization_options()),
                )
            ]
            try:
                await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for each in work:
                    each.cancel()
                await asyncio.wait(work)
        for each in work:
            if not each.cancelled() and (error := each.exception()) is not None:
                raise error

    async def _read(self, coming: "MemoryObjectSendStream[SessionMessage]") -> None:
        from mcp.shared.message import SessionMessage
        from mcp.types import JSONRPCNotification, JSONRPCRequest, jsonrpc_message_adapter

        async with coming:
            while (text := await self._next_line()) is not None:
                try:
                    message = jsonrpc_message_adapter.validate_json(text, by_name=False)
                except ValueError as error:
                    await self._line.send(_parse_error(f"not a JSON-RPC message: {str(error)[:200]}"))
                    continue
                if isinstance(message, JSONRPCNotification) and message.method == _CANCELLED:
                    continue
                if isinstance(message, JSONRPCRequest):
                    await self._room.acquire()
                await coming.send(SessionMessage(message))

    async def _next_line(self) -> bytes | None:
        try:
            return await self._line.line()
        except LineError as error:
            await self._line.refuse(_parse_error(str(error)))
            return None

    async def _write(self, going: "MemoryObjectReceiveStream[SessionMessage]") -> None:
        from mcp.types import JSONRPCError, JSONRPCResponse

        async for each in going:
            text = each.message.model_dump_json(by_alias=True, exclude_unset=True)
            await self._line.send_line(text.encode())
            if isinstance(each.message, JSONRPCResponse | JSONRPCError):
                self._room.release()


def _parse_error(message: str) -> JsonObject:
    return {"jsonrpc": "2.0", "id": None, "error": {"code": _PARSE_ERROR, "message": message}}


def _server(calls: ToolCalls, is_wanted: Callable[[], bool]) -> "Server[Any]":
    from mcp import types
    from mcp.server.lowlevel import Server

    tools = [
        types.Tool(name=each["name"], description=each["description"], input_schema=each["parameters"])
        for each in calls.listing()
    ]

    async def list_tools(*_: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=tools)

    async def call_tool(_: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
        text, is_error = await _outcome(calls.call(params.name, params.arguments or {}, is_wanted))
        return types.CallToolResult(content=[types.TextContent(type="text", text=text)], is_error=is_error)

    return Server(NAME, version=__version__, on_list_tools=list_tools, on_call_tool=call_tool)


async def _outcome(calling: Awaitable[Any]) -> tuple[str, bool]:
    """Return what a call gives as text, and whether that is an error."""
    try:
        result = await calling
    except ToolCallError as error:
        return str(error), True
    return result if isinstance(result, str) else json_text(result), False
