"""One trial's connections and bodies take little of this machine, and the trials beside it go on."""

import asyncio
import resource
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from itbench.egress.door import MOST_CONNECTIONS
from itbench.egress.exchange import LARGEST_BODY_BYTES
from itbench.egress.memory import MemoryBudget
from itbench.testing.model_server import Answer, ModelServer, script


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@asynccontextmanager
async def connected(port: int, count: int, sent: bytes = b"") -> AsyncIterator[list[socket.socket]]:
    """Open so many connections, as far as they are taken, without waiting for any."""
    lines = []
    for _ in range(count):
        line = socket.socket()
        line.setblocking(False)
        lines.append(line)
        line.connect_ex(("127.0.0.1", port))
        await asyncio.sleep(0)
        if sent:
            try:
                line.send(sent)
            except OSError:
                continue
    try:
        yield lines
    finally:
        for line in lines:
            line.close()


HALVES = {
    "nothing": b"",
    "half a head": b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\n",
    "half a body": b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{",
    "a tunnel without a hello": b"CONNECT localhost:9 HTTP/1.1\r\nhost: x\r\n\r\n",
}


@pytest.mark.slow  # A connection has half a second before it makes room.
@pytest.mark.parametrize("sent", HALVES.values(), ids=HALVES)
def test_connections_that_bring_nothing_make_room_for_those_that_do(within: Any, sent: bytes) -> None:
    async def steps(program: Any) -> None:
        async with connected(program.port, 3 * MOST_CONNECTIONS, sent):
            before = descriptors()
            async with asyncio.timeout(10):
                assert (await program.ask()).status == 200
            assert descriptors() - before <= 2 * MOST_CONNECTIONS

    with ModelServer(script(Answer(text="x"))) as server:
        within(server, steps, allow=["localhost:9"])


@pytest.mark.slow  # 1,400 connections are opened.
def test_more_than_a_thousand_connections_take_a_few_descriptors_here_and_others_go_on(opened: Any) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
    count = 1_400

    async def run(url: str) -> None:
        async with opened(url) as attacker, opened(url) as other:
            before = descriptors()
            async with connected(attacker.port, count):
                for _ in range(5):
                    async with asyncio.timeout(5):
                        assert (await other.ask()).status == 200
                # The programs' own ends are in this process as well.
                assert descriptors() - before <= count + MOST_CONNECTIONS + 16
            async with asyncio.timeout(10):
                assert (await attacker.ask()).status == 200

    try:
        with ModelServer(script(Answer(text="x"))) as server:
            asyncio.run(run(server.openai_url))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.slow
def test_connections_that_work_are_not_dropped_for_others(within: Any) -> None:
    async def steps(program: Any) -> None:
        replies = await asyncio.gather(*(program.ask() for _ in range(2 * MOST_CONNECTIONS)))
        assert {reply.status for reply in replies} == {200}

    with ModelServer(script(Answer(text="x", delay_s=0.01))) as server:
        done = within(server, steps)
    assert done.trace.usage.turns == 2 * MOST_CONNECTIONS


@pytest.mark.parametrize("count", [LARGEST_BODY_BYTES + 1, 60_000_000, 10**18])
def test_a_body_that_is_too_large_is_refused_by_its_head(within: Any, count: int) -> None:
    async def steps(program: Any) -> None:
        head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {program.own_key}\r\ncontent-length: {count}\r\n\r\n"
        said = await program.raw(head.encode())
        assert said.startswith(b"HTTP/1.1 413 ")
        assert b"a request may have 16777216" in said

    with ModelServer(script(Answer(text="x"))) as server:
        within(server, steps)


@pytest.mark.slow  # Twenty bodies of sixty megabytes are offered.
def test_twenty_bodies_of_sixty_megabytes_take_little_memory_and_others_go_on(opened: Any) -> None:
    block = b"x" * 1_000_000

    async def pour(program: Any, kind: str) -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", program.port)
        head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {program.own_key}\r\n{kind}\r\n\r\n"
        try:
            writer.write(head.encode())
            for _ in range(60):
                writer.write(f"{len(block):x}\r\n".encode() + block + b"\r\n" if "chunked" in kind else block)
                async with asyncio.timeout(10):
                    await writer.drain()
        except (ConnectionError, TimeoutError):
            return
        finally:
            writer.transport.abort()

    async def run(url: str) -> int:
        async with opened(url) as attacker, opened(url) as other:
            kinds = ["transfer-encoding: chunked", "content-length: 60000000", "content-length: 16000000"]
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            pouring = [asyncio.create_task(pour(attacker, kinds[number % 3])) for number in range(21)]
            for _ in range(5):
                async with asyncio.timeout(20):
                    assert (await other.ask()).status == 200
            await asyncio.gather(*pouring)
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before

    with ModelServer(script(Answer(text="x"))) as server:
        assert asyncio.run(run(server.openai_url)) < 150 * 1024


def test_memory_is_lent_in_the_order_of_coming_and_comes_back() -> None:
    order: list[str] = []

    async def user(budget: MemoryBudget, name: str, count: int) -> None:
        async with budget.lend(count):
            order.append(name)
            await asyncio.sleep(0)

    async def run() -> None:
        budget = MemoryBudget(10)
        async with budget.lend(6):
            waiting = [
                asyncio.create_task(user(budget, name, count))
                for name, count in (("large", 8), ("small", 2), ("gone", 3))
            ]
            await asyncio.sleep(0)
            assert order == []
            waiting[2].cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        assert order == ["large", "small"]
        async with budget.lend(10):
            pass
        with pytest.raises(ValueError, match="more than 10"):
            async with budget.lend(11):
                pass

    asyncio.run(run())


ODD = [b"", b"\r\n", b"\x16\x03\x01", b"GET / HTTP/1.1\r\n\r\n", b"HEAD /v1/models HTTP/1.1\r\nhost: x\r\n\r\n", b"\xff" * 100, b"GET http://[/ HTTP/1.1\r\nhost: x\r\n\r\n",
       b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"GET /v1/models HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
       b"POST /v1/responses HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", b"POST /v1/responses HTTP/1.0\r\n\r\n", b"a" * 70_000,
       b"POST /v1/responses HTTP/1.1\r\nhost: x\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n", b"GET * HTTP/1.1\r\nhost: x\r\n\r\n"]  # fmt: skip


def test_junk_at_the_door_is_never_our_fault(within: Any) -> None:
    async def steps(program: Any) -> None:
        for sent in ODD:
            reader, writer = await asyncio.open_connection("127.0.0.1", program.port)
            writer.write(sent)
            writer.write_eof()
            async with asyncio.timeout(5):
                said = await reader.read()
            writer.close()
            assert said == b"" or said.split()[1] in {b"400", b"401", b"403", b"404", b"405", b"431", b"501"}
        assert (await program.ask()).status == 200

    with ModelServer(script(Answer(text="x"))) as server:
        within(server, steps)
