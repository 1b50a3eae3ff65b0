"""The tool server's socket, reached without a client of ours: whatever comes is bounded, and never an exception of ours."""

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import given, strategies as st

from itbench import Limits, Trace
from itbench.agents.tool_server.calls import MOST_BYTES, MOST_CALLS, ToolCalls
from itbench.agents.tool_server.lines import LONGEST_LINE_BYTES
from itbench.agents.tool_server.server import ToolServer
from itbench.egress.door import MOST_CONNECTIONS

from .world import GOOD, returning, tool

ADD = b'{"do": "call", "tool": "add", "arguments": {"a": 1, "b": 2}}\n'


def served(work: Callable[[int, ToolCalls], Awaitable[Any]], tools: Any = GOOD) -> Any:
    """Serve tools on this machine's loopback while something is done to the port."""

    async def run() -> Any:
        calls = ToolCalls(tools, Trace(limits=Limits()))
        with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
            async with asyncio.timeout(30), ToolServer(listener, calls):
                return await work(listener.getsockname()[1], calls)

    return asyncio.run(run())


async def said(port: int, data: bytes, *, is_half_closed: bool = True) -> list[Any]:
    """Send bytes, and return the lines that come back until the end of the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(data)
    try:
        if is_half_closed:
            writer.write_eof()
        return [json.loads(line) for line in (await reader.read()).splitlines()]
    except ConnectionError:
        return []
    finally:
        writer.transport.abort()


FRAMES = {
    "nothing": (b"", []),
    "no JSON": (b"hello\n", "not a line of JSON"),
    "HTTP": (b"GET / HTTP/1.1\r\nhost: x\r\n\r\n", "not a line of JSON"),
    "no object": (b"[1]\n", "a request is a JSON object"),
    "nothing to do": (b"{}\n", "there is nothing to do None"),
    "something else to do": (b'{"do": {"x": 1}}\n', "there is nothing to do {'x': 1}"),
    "half a line": (b'{"do": "li', "the connection ended within a line"),
    "nested": (b"[" * 200_000 + b"\n", "not a line of JSON"),
    "a name that is none": (b'{"do": "call", "tool": ["add"]}\n', "there is no tool ['add']"),
    "no name": (b'{"do": "call"}\n', "there is no tool None"),
    "half a surrogate pair": (b'{"do": "call", "tool": "\\ud800"}\n', "there is no tool '\\ud800'"),
    "too long": (b"x" * (LONGEST_LINE_BYTES + 2) + b"\n", f"a line may have {LONGEST_LINE_BYTES} bytes"),
}


@pytest.mark.parametrize(("data", "answer"), FRAMES.values(), ids=FRAMES)
def test_a_malformed_frame_is_refused_in_one_line(data: bytes, answer: Any) -> None:
    lines = served(lambda port, _: said(port, data))
    if not answer:
        assert lines == []
        return
    (line,) = lines
    assert (line["ok"], line["misuse"]) == (False, True)
    assert answer in line["error"]
    assert "\n" not in line["error"]


def test_a_connection_serves_one_request_after_another() -> None:
    lines = served(lambda port, _: said(port, ADD + b'{"do": "list"}\n' + ADD + b"\n", is_half_closed=False))
    assert [line["ok"] for line in lines] == [True, True, True, False]


@given(st.binary(max_size=200))
def test_any_bytes_at_all_are_answered_or_cut(data: bytes) -> None:
    async def work(port: int, calls: ToolCalls) -> Any:
        await said(port, data)
        return await said(port, ADD + b"\n")

    assert served(work)[0] == {"ok": True, "result": {"sum": 3}}


@pytest.mark.slow  # A connection that has said nothing has half a second before it makes room.
def test_connections_that_say_nothing_make_room_for_those_that_do() -> None:
    async def work(port: int, _: ToolCalls) -> Any:
        silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2 * MOST_CONNECTIONS)]
        for _, writer in silent[::2]:
            writer.write(b'{"do": "call", "tool": ')
        answer = await said(port, ADD + b"\n")
        for _, writer in silent:
            writer.transport.abort()
        return answer

    assert served(work)[0]["ok"] is True


def test_a_call_whose_program_has_hung_up_before_its_turn_is_not_carried_out() -> None:
    started, may_end, done = asyncio.Event(), asyncio.Event(), []

    async def slow(number: int) -> int:
        started.set()
        await may_end.wait()
        done.append(number)
        return number

    async def work(port: int, calls: ToolCalls) -> None:
        writers = []
        for number in (1, 2):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            request = {"do": "call", "tool": "slow", "arguments": {"number": number}}
            writer.write(json.dumps(request).encode() + b"\n")
            writers.append(writer)
            await started.wait()
        await asyncio.sleep(0.05)
        writers[1].close()
        await asyncio.sleep(0.05)
        may_end.set()
        third = {"do": "call", "tool": "slow", "arguments": {"number": 3}}
        await said(port, json.dumps(third).encode() + b"\n\n", is_half_closed=False)
        writers[0].close()

    served(work, [tool("slow", slow)])
    assert done == [1, 3]


def test_a_program_in_a_loop_does_not_fill_the_trace() -> None:
    calls = ToolCalls([tool("big", returning("x" * 1_000_000), {})], Trace())

    async def run() -> list[str]:
        failures = []
        for _ in range(100):
            try:
                await calls.call("big", {}, lambda: True)
            except Exception as error:  # noqa: BLE001 - what it is called is asserted below
                failures.append(f"{type(error).__name__}: {error}")
        return failures

    failures = asyncio.run(run())
    assert len(failures) == 100 - (MOST_BYTES // 1_000_002 + 1)
    assert failures[0] == (
        f"ToolCallError: a trial may call tools {MOST_CALLS} times, "
        f"with {MOST_BYTES} bytes of arguments and results in all"
    )
