"""Serves the tools of one trial to programs in its sandbox.

A connection begins with one line of JSON, and everything that follows depends on it:

- `{"do": "list"}` is answered by `{"ok": true, "result": [{"name", "description", "parameters"}, ...]}`;
- `{"do": "call", "tool": NAME, "arguments": {...}}` by `{"ok": true, "result": JSON}`, or by
  `{"ok": false, "error": "one line", "misuse": true or false}`, where misuse means that the tool was not called;
- `{"do": "mcp"}` by `{"ok": true}`, and then both sides speak MCP as over stdio: one message a line.

The first two may be repeated on one connection.
"""

import asyncio
import json
import socket
from typing import Self

from itbench.agents.domain_tools import ToolCallError
from itbench.agents.tool_server.calls import ToolCalls
from itbench.agents.tool_server.lines import LONGEST_LINE_BYTES, LineConnection, LineError
from itbench.egress.door import Door
from itbench.interfaces.fault import Stage, StageError
from itbench.interfaces.json import JsonObject

# A program that only connects and says nothing.
_FIRST_LINE_LIMIT_S = 10.0


class ToolServer:
    """Answers the connections of one trial; use it in an `async with`.

    Args:
        listener: a listening socket; only programs of this trial can reach it.
        calls: carries the calls out.
    """

    def __init__(self, listener: socket.socket, calls: ToolCalls) -> None:
        self._calls = calls
        self._door = Door(listener, LineConnection, self._serve, buffer_bytes=LONGEST_LINE_BYTES)

    async def __aenter__(self) -> Self:
        self._door.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._door.close()
        error = self._door.error
        if error is not None:
            what = f"{type(error).__name__}: {error}"
            raise StageError(Stage.ENVIRONMENT, f"the tool server broke: {what}") from error

    async def _serve(self, line: LineConnection) -> None:
        try:
            while True:
                async with asyncio.timeout(_FIRST_LINE_LIMIT_S):
                    text = await line.line()
                if text is None or await self._answer(line, text):
                    return
        except LineError as error:
            await line.refuse(_failure(str(error)))

    async def _answer(self, line: LineConnection, text: bytes) -> bool:
        """Answer one line, and tell whether the connection is done with."""
        request = _request(text)
        line.is_read = True
        match request.get("do"):
            case "list":
                await line.send({"ok": True, "result": self._calls.listing()})
            case "call":
                await line.send(await self._called(line, request))
            case "mcp":
                from itbench.agents.tool_server.mcp_session import serve_mcp

                await serve_mcp(line, self._calls)
                return True
            case other:
                raise LineError(f"there is nothing to do {other!r:.100}; there is: list, call, mcp")
        return False

    async def _called(self, line: LineConnection, request: JsonObject) -> JsonObject:
        try:
            result = await self._calls.call(
                request.get("tool"), request.get("arguments", {}), lambda: not line.is_gone
            )
        except ToolCallError as error:
            return _failure(str(error), is_misuse=error.is_misuse)
        return {"ok": True, "result": result}


def _request(text: bytes) -> JsonObject:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise LineError(f"not a line of JSON: {error}") from error
    if not isinstance(found, dict):
        raise LineError("a request is a JSON object")
    return found


def _failure(message: str, *, is_misuse: bool = True) -> JsonObject:
    return {"ok": False, "error": message, "misuse": is_misuse}
