"""Ways to get something else through the proxy than what its rules allow: none does."""

import asyncio
import os
import resource
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from itbench import Stage, StageError

SAID = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"


@dataclass
class Server:
    """A server that notes what comes on each connection, and answers each with the same."""

    reply: bytes = SAID
    heard: list[bytearray] = field(default_factory=list)
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        data = bytearray()
        self.heard.append(data)
        try:
            while more := await reader.read(65536):
                if not data:
                    writer.write(self.reply)
                data += more
        except ConnectionError:
            return
        finally:
            writer.close()


@asynccontextmanager
async def listening(reply: bytes = SAID) -> AsyncIterator[Server]:
    made = Server(reply)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()


async def rest(reader: asyncio.StreamReader) -> bytes:
    """Return what still comes on a connection until it ends or breaks."""
    try:
        return await reader.read()
    except ConnectionError:
        return b""


def client_hello(name: str | None) -> bytes:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    outgoing = ssl.MemoryBIO()
    client = context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname=name)
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()


def in_pieces(whole: bytes, size: int) -> bytes:
    message = whole[5:]
    parts = [message[at : at + size] for at in range(0, len(message), size)]
    return b"".join(b"\x16\x03\x01" + len(part).to_bytes(2) + part for part in parts)


NEXT = b"GET http://other.invalid/secret HTTP/1.1\r\nhost: other.invalid\r\n\r\n"
# What is sent to the proxy for an allowed plain host, and what may come out of it at the most.
PLAIN = {
    "a second request": b"GET http://localhost:{port}/a HTTP/1.1\r\nhost: localhost:{port}\r\n\r\n" + NEXT,
    "a second request to the same host": b"GET http://localhost:{port}/a HTTP/1.1\r\nhost: x\r\n\r\nGET /secret HTTP/1.1\r\nhost: other.invalid\r\n\r\n",
    "another host in the header": b"GET http://localhost:{port}/a HTTP/1.1\r\nhost: other.invalid\r\n\r\n",
    "two hosts in one header": b"GET http://localhost:{port}/a HTTP/1.1\r\nhost: localhost:{port}, other.invalid\r\n\r\n",
    "a user in the URL": b"GET http://other.invalid@localhost:{port}/a HTTP/1.1\r\nhost: x\r\n\r\n",
    "more than the length says": b"POST http://localhost:{port}/a HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\nabc" + NEXT,
    "more than the last chunk": b"POST http://localhost:{port}/a HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n" + NEXT,
    "a length and chunks": b"POST http://localhost:{port}/a HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n" + NEXT,
    "a request in the body": b"POST http://localhost:{port}/a HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n" + NEXT,
    "a body of a GET": b"GET http://localhost:{port}/a HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\nabc" + NEXT,
    "an upgrade": b"GET http://localhost:{port}/a HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n" + NEXT,
    "kept alive": b"GET http://localhost:{port}/a HTTP/1.1\r\nhost: x\r\nconnection: keep-alive\r\nproxy-connection: keep-alive\r\n\r\n" + NEXT,
    "an old version": b"GET http://localhost:{port}/a HTTP/1.0\r\nconnection: keep-alive\r\n\r\n" + NEXT,
    "a header for the proxy": b"GET http://localhost:{port}/a HTTP/1.1\r\nhost: x\r\nproxy-authorization: Basic eDp5\r\n\r\n",
    "an answer that is waited for": b"POST http://localhost:{port}/a HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 3\r\n\r\nabc",
}  # fmt: skip
REFUSED_PLAIN = {
    "two hosts": b"GET http://localhost:{port}/a HTTP/1.1\r\nhost: localhost:{port}\r\nhost: other.invalid\r\n\r\n",
    "two lengths": b"POST http://localhost:{port}/a HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd",
    "a folded header": b"GET http://localhost:{port}/a HTTP/1.1\r\nhost: x\r\na: b\r\n\x0bc: d\r\n\r\n",
    "a space in the name of a header": b"GET http://localhost:{port}/a HTTP/1.1\r\nhost : x\r\n\r\n",
    "an odd coding": b"POST http://localhost:{port}/a HTTP/1.1\r\nhost: x\r\ntransfer-encoding: xchunked\r\n\r\n0\r\n\r\n",
    "another port": b"GET http://localhost:{other}/a HTTP/1.1\r\nhost: localhost:{port}\r\n\r\n",
    "another host": b"GET http://other.invalid:{port}/a HTTP/1.1\r\nhost: localhost:{port}\r\n\r\n",
    "the address of the host": b"GET http://127.0.0.1:{port}/a HTTP/1.1\r\nhost: localhost:{port}\r\n\r\n",
    "the address mapped": b"GET http://[::ffff:127.0.0.1]:{port}/a HTTP/1.1\r\nhost: localhost:{port}\r\n\r\n",
    "the address as a number": b"GET http://2130706433:{port}/a HTTP/1.1\r\nhost: localhost:{port}\r\n\r\n",
    "the address in short": b"GET http://127.1:{port}/a HTTP/1.1\r\nhost: localhost:{port}\r\n\r\n",
    "the address in octal": b"GET http://0177.0.0.1:{port}/a HTTP/1.1\r\nhost: localhost:{port}\r\n\r\n",
    "a host behind a user": b"GET http://localhost:{port}@other.invalid/ HTTP/1.1\r\nhost: x\r\n\r\n",
    "a host before a fragment": b"GET http://other.invalid#localhost:{port}/ HTTP/1.1\r\nhost: x\r\n\r\n",
    "a host before a backslash": b"GET http://other.invalid\\@localhost:{other}/ HTTP/1.1\r\nhost: x\r\n\r\n",
    "a host below the allowed": b"GET http://localhost.other.invalid:{port}/ HTTP/1.1\r\nhost: x\r\n\r\n",
    "a host with a zero byte": b"GET http://localhost%00.other.invalid:{port}/ HTTP/1.1\r\nhost: x\r\n\r\n",
    "no host": b"GET http://:{port}/ HTTP/1.1\r\nhost: localhost\r\n\r\n",
    "no port that is one": b"GET http://localhost:99999/ HTTP/1.1\r\nhost: x\r\n\r\n",
    "a port that is no number": b"GET http://localhost:x/ HTTP/1.1\r\nhost: x\r\n\r\n",
    "TLS asked of the proxy": b"GET https://localhost:{port}/ HTTP/1.1\r\nhost: x\r\n\r\n",
    "another scheme": b"GET ftp://localhost:{port}/ HTTP/1.1\r\nhost: x\r\n\r\n",
    "a scheme in capitals": b"GET HTTP://other.invalid/ HTTP/1.1\r\nhost: x\r\n\r\n",
    "a path alone": b"GET /a HTTP/1.1\r\nhost: localhost:{port}\r\n\r\n",
    "another method": b"TRACE http://localhost:{port}/a HTTP/1.1\r\nhost: x\r\n\r\n",
    "the method in small letters": b"connect localhost:{port} HTTP/1.1\r\nhost: x\r\n\r\n",
}  # fmt: skip


def filled(data: bytes, server: Server) -> bytes:
    return data.replace(b"{port}", str(server.port).encode()).replace(
        b"{other}", str(server.port + 1).encode()
    )


@pytest.mark.parametrize("sent", PLAIN.values(), ids=PLAIN)
def test_one_plain_request_goes_out_and_nothing_behind_it(opened: Any, sent: bytes) -> None:
    async def run() -> None:
        async with listening() as server, opened(allow=[f"localhost:{server.port}"]) as program:
            async with asyncio.timeout(20):
                said = await program.raw(filled(sent, server))
            assert said.split(b"\r\n", 1)[0].startswith((b"HTTP/1.1 200", b"HTTP/1.1 100"))
            assert b"hello" in said
            (heard,) = server.heard
        head, _, body = bytes(heard).partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        names = [line.partition(":")[0].lower() for line in lines[1:]]
        assert lines[0].endswith(" /a HTTP/1.1")
        assert lines[1] == f"host: localhost:{server.port}"
        assert len(names) == len(set(names))
        assert not {
            "upgrade",
            "proxy-authorization",
            "proxy-connection",
            "transfer-encoding",
            "expect",
        } & set(names)
        assert f"content-length: {len(body)}" in lines
        assert b"other.invalid" not in heard
        assert b"secret" not in heard
        (seen,) = program.events("network")
        assert (seen["allowed"], seen["sent_bytes"]) == (True, len(heard))

    asyncio.run(run())


@pytest.mark.slow
@pytest.mark.parametrize("sent", REFUSED_PLAIN.values(), ids=REFUSED_PLAIN)
def test_a_plain_request_for_something_else_goes_nowhere(opened: Any, sent: bytes) -> None:
    async def run() -> None:
        async with listening() as server, opened(allow=[f"localhost:{server.port}"]) as program:
            said = await program.raw(filled(sent, server))
            assert said.split()[1] in {b"400", b"401", b"403", b"404", b"405", b"501"}
            assert server.heard == []
            assert [seen["allowed"] for seen in program.events("network")] == [False]

    asyncio.run(run())


HELLO = client_hello("localhost")
TUNNELS = {
    "plain HTTP": b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n",
    "SSH": b"SSH-2.0-OpenSSH_9\r\n",
    "SMTP": b"EHLO localhost\r\n",
    "Redis": b"*1\r\n$4\r\nPING\r\n",
    "a greeting of a database": b"\x00\x00\x00\x08\x04\xd2\x16\x2f",
    "nothing": b"",
    "half a hello": HELLO[:100],
    "a hello without its end": HELLO[:-1],
    "a hello in pieces without its end": in_pieces(HELLO, 50)[:-1],
    "another name": client_hello("other.invalid"),
    "no name": client_hello(None),
    "the name with more behind it": client_hello("localhost.other.invalid"),
    "an alert": b"\x15\x03\x01\x00\x02\x02\x28",
    "data": b"\x17\x03\x03\x00\x05hello",
    "SSL 2": b"\x80\x2e\x01\x00\x02" + bytes(44),
    "a hello with text behind it": HELLO + b"GET / HTTP/1.1\r\n\r\n",
    "two hellos in one record": b"\x16\x03\x01" + (2 * len(HELLO) - 10).to_bytes(2) + HELLO[5:] + HELLO[5:],
}


@pytest.mark.slow
@pytest.mark.parametrize("sent", TUNNELS.values(), ids=TUNNELS)
@pytest.mark.parametrize("is_early", [True, False], ids=["with the request", "after the answer"])
def test_nothing_but_a_whole_hello_for_that_host_opens_a_tunnel(
    opened: Any, sent: bytes, is_early: bool
) -> None:
    name = "api.test" if sent == TUNNELS["no name"] else "localhost"

    async def run() -> None:
        async with listening() as server, opened(allow=[f"localhost:{server.port}"]) as program:
            head = f"CONNECT {name}:{server.port} HTTP/1.1\r\nhost: x\r\n\r\n".encode()
            reader, writer = await asyncio.open_connection("127.0.0.1", program.port)
            writer.write(head + (sent if is_early else b""))
            if not is_early:
                await reader.readuntil(b"\r\n\r\n") if name == "localhost" else None
                writer.write(sent)
            writer.write_eof()
            async with asyncio.timeout(20):
                said = await reader.read()
            writer.close()
            assert b" 403 " in said
            assert server.heard == []

    asyncio.run(run())


def test_a_hello_in_pieces_opens_a_tunnel_and_text_behind_it_closes_it(opened: Any) -> None:
    async def run() -> None:
        async with (
            listening(b"\x16\x03\x03\x00\x05hello") as server,
            opened(allow=[f"localhost:{server.port}"]) as program,
        ):
            for size in (1, 7, 100, 10_000):
                reader, writer = await asyncio.open_connection("127.0.0.1", program.port)
                writer.write(f"CONNECT localhost:{server.port} HTTP/1.1\r\nhost: x\r\n\r\n".encode())
                await reader.readuntil(b"\r\n\r\n")
                whole = in_pieces(HELLO, size)
                for at in range(0, len(whole), 97):
                    writer.write(whole[at : at + 97])
                    await writer.drain()
                async with asyncio.timeout(20):
                    assert await reader.readexactly(10) == b"\x16\x03\x03\x00\x05hello"
                    writer.write(b"\x17\x03\x03\x00\x03abcGET /secret HTTP/1.1\r\n\r\n")
                    assert not await rest(reader)
                writer.close()
                assert bytes(server.heard[-1]) == whole

    asyncio.run(run())


def test_a_tunnel_to_an_address_needs_no_name_but_no_other_either(opened: Any) -> None:
    async def run() -> None:
        async with (
            listening(b"\x15\x03\x03\x00\x02\x02\x28") as server,
            opened(allow=[f"127.0.0.1:{server.port}"]) as program,
        ):
            head = f"CONNECT 127.0.0.1:{server.port} HTTP/1.1\r\nhost: x\r\n\r\n".encode()
            for name, is_open in ((None, True), ("other.invalid", False)):
                reader, writer = await asyncio.open_connection("127.0.0.1", program.port)
                writer.write(head + client_hello(name))
                async with asyncio.timeout(20):
                    said = await reader.readuntil(b"\r\n\r\n") + await reader.read(20)
                writer.close()
                assert said.endswith(b"\x02\x28") == is_open

    asyncio.run(run())


@pytest.mark.parametrize("text", ["localhost", "sub.localhost", "ip6-localhost", "localhost.localdomain"])
def test_names_of_this_machine_lead_nowhere_but_localhost_itself(opened: Any, text: str) -> None:
    async def run() -> None:
        async with (
            listening() as server,
            opened(
                allow=[
                    f"*.localhost:{server.port}",
                    f"*.localdomain:{server.port}",
                    f"ip6-localhost:{server.port}",
                ]
            ) as program,
        ):
            said = await program.raw(f"GET http://{text}:{server.port}/ HTTP/1.1\r\nhost: x\r\n\r\n".encode())
            assert said.split()[1] in {b"403", b"502"}
            assert server.heard == []

    asyncio.run(run())


def test_an_endless_body_and_an_endless_reply_are_bounded(opened: Any) -> None:
    async def run() -> None:
        async with listening() as server, opened(allow=[f"localhost:{server.port}"]) as program:
            head = f"POST http://localhost:{server.port}/ HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999\r\n\r\n"
            assert (await program.raw(head.encode())).split()[1] == b"413"
            assert server.heard == []

    asyncio.run(run())


JUNK = [
    b"",
    b"\x16\x03\x01\x00\x00",
    b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhel",
    b"hello",
    b"HTTP/1.1 99 x\r\n\r\n",
    b"HTTP/1.1 200 OK\r\na b\r\n\r\n",
]


@pytest.mark.parametrize("reply", JUNK)
def test_what_is_no_reply_is_told_as_such_or_cut(opened: Any, provider: Any, reply: bytes) -> None:
    async def run() -> None:
        async with (
            provider(reply) as server,
            opened(allow=[server.url.removeprefix("http://").replace("127.0.0.1", "localhost")]) as program,
        ):
            said = await program.raw(
                f"GET {server.url.replace('127.0.0.1', 'localhost')}/ HTTP/1.1\r\nhost: x\r\n\r\n".encode()
            )
            assert said == b"" or said.split()[1] == b"502" or not said.endswith(b"0\r\n\r\n")
            assert (await program.send("GET", "/v1/files")).status == 404

    asyncio.run(run())


@contextmanager
def no_descriptor_left() -> Iterator[None]:
    """Let this process open nothing more while the block runs."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    highest = max(int(path.name) for path in Path("/proc/self/fd").iterdir())
    fillers = [os.open("/dev/null", os.O_RDONLY)]
    while fillers[-1] < highest:
        fillers.append(os.open("/dev/null", os.O_RDONLY))
    resource.setrlimit(resource.RLIMIT_NOFILE, (fillers[-1] + 1, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for filler in fillers:
            os.close(filler)


def test_a_machine_without_descriptors_is_no_fault_of_the_program(opened: Any) -> None:
    async def run() -> None:
        async with listening() as server, opened(allow=[f"127.0.0.1:{server.port}"]) as program:
            reader, writer = await asyncio.open_connection("127.0.0.1", program.port)
            writer.write(f"CONNECT 127.0.0.1:{server.port} HTTP/1.1\r\nhost: x\r\n\r\n".encode())
            await reader.readuntil(b"\r\n\r\n")
            with no_descriptor_left():
                writer.write(client_hello(None))
                async with asyncio.timeout(10):
                    assert not await rest(reader)
            writer.close()

    with pytest.raises(StageError, match="a connection for the program cannot be opened") as caught:
        asyncio.run(run())
    assert caught.value.stage is Stage.ENVIRONMENT
