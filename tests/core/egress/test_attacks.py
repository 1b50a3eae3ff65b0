"""Attacks on a program's way out: no request passes as another one, no key gets out, and nothing looks like our own failure."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import pytest

KEY_PLACE = b"{key}"
AUTH = b"authorization: Bearer {key}"
CHUNKED = b"transfer-encoding: chunked"
UPGRADE = (b"connection: upgrade, http2-settings", b"upgrade: h2c", b"http2-settings: AAMAAABkAAQAAP__")
SOCKET = (b"connection: upgrade", b"upgrade: websocket", b"sec-websocket-version: 13")


def plain(
    target: bytes = b"http://localhost:{port}/x",
    method: bytes = b"GET",
    *more: bytes,
    host: Sequence[bytes] = (b"host: x",),
    body: bytes = b"",
    version: bytes = b"HTTP/1.1",
) -> bytes:
    return b"\r\n".join([method + b" " + target + b" " + version, *host, *more, b"", body])


def post(*more: bytes, body: bytes = b"abc") -> bytes:
    return plain(b"http://localhost:{port}/x", b"POST", *more, body=body)


def connect(target: bytes, body: bytes = b"") -> bytes:
    return plain(target, b"CONNECT", body=body)


# Of these nothing reaches the server that is allowed.
REFUSED: dict[str, bytes] = {
    "chunks that are none at last": post(b"transfer-encoding: chunked, identity"),
    "another word for chunks": post(b"transfer-encoding: xchunked"),
    "two lengths": post(b"content-length: 3", b"content-length: 2"),
    "a length with a sign": post(b"content-length: +3"),
    "a negative length": post(b"content-length: -1"),
    "no length": post(b"content-length: "),
    "a length of 26 digits": post(b"content-length: 99999999999999999999999999"),
    "a length beyond any memory": post(b"content-length: 9999999999999999999"),
    "a negative chunk": post(CHUNKED, body=b"-1\r\nabc\r\n0\r\n\r\n"),
    "a chunk in hexadecimal of Python": post(CHUNKED, body=b"0x3\r\nabc\r\n0\r\n\r\n"),
    "a chunk of 30 digits": post(CHUNKED, body=b"f" * 30 + b"\r\nabc\r\n0\r\n\r\n"),
    "a chunk that ends elsewhere": post(CHUNKED, body=b"3\r\nabcXX0\r\n\r\n"),
    "a space before the colon": plain(host=[b"host : x"]),
    "a NUL in a header": plain(host=[b"host: x", b"a: b\0c"]),
    "a CR in a header": plain(host=[b"host: x", b"a: b\rc: d"]),
    "two hosts": plain(host=[b"host: a", b"host: b"]),
    "no host": plain(host=[b"a: b"]),
    "HTTP/0.9": b"GET http://localhost:{port}/x\r\n\r\n",
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0",
    "another host behind a name": plain(b"http://localhost:{port}@evil.example/x"),
    "another host behind a backslash": plain(b"http://localhost:{port}\\@evil.example/x"),
    "https": plain(b"https://localhost:{port}/x"),
    "the server itself": b"OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n",
    "TRACE": plain(method=b"TRACE"),
    "small letters": plain(method=b"get"),
    "an address as a number": plain(b"http://2130706433:{port}/"),
    "an address in hexadecimal": plain(b"http://0x7f000001:{port}/"),
    "an address in octal": plain(b"http://0177.0.0.1:{port}/"),
    "a short address": plain(b"http://127.1:{port}/"),
    "the loopback itself": plain(b"http://127.0.0.1:{port}/"),
    "a name in brackets": plain(b"http://[localhost]:{port}/"),
    "an address with a zone that ends like a name": plain(b"http://[fe80::1%25lo.example.org]:{port}/"),
    "the loopback with such a zone": plain(b"http://[::1%25a.example.org]:{port}/"),
    "a port with an underscore": plain(b"http://localhost:8_0/"),
    "a port with a sign": plain(b"http://localhost:+{port}/"),
    "no port": connect(b"localhost"),
    "the port of mail": connect(b"localhost:25"),
    "port 0": connect(b"localhost:0"),
    "a port that is none": connect(b"localhost:70000"),
    "a URL to connect to": connect(b"http://localhost:{port}/"),
    "connect in small letters": plain(b"localhost:{port}", b"connect"),
    "another protocol in a tunnel": connect(b"localhost:{port}", b"SSH-2.0-x\r\n"),
    "plain HTTP in a tunnel": connect(b"localhost:{port}", b"GET / HTTP/1.1\r\n\r\n"),
    "a tunnel with a body": plain(b"localhost:{port}", b"CONNECT", b"content-length: 3", body=b"abc"),
    "no key": plain(b"/v1/models"),
    "the key in the query": plain(b"/v1/models?key={key}"),
    "a socket to a model": plain(b"/v1/realtime?model=m", b"GET", AUTH, *SOCKET),
    "dots": plain(b"/v1/models/../files", b"GET", AUTH),
    "a doubled slash": plain(b"//v1/models", b"GET", AUTH),
    "a semicolon": plain(b"/v1/models;x", b"GET", AUTH),
    "an encoded end of line": plain(b"/v1/models/a%0a", b"GET", AUTH),
    "a GET with chunks": plain(b"/v1/models", b"GET", AUTH, CHUNKED, body=b"0\r\n\r\n"),
    "a GET with an odd length": plain(b"/v1/models", b"GET", AUTH, b"content-length: 00"),
    "the gateway as another host": plain(b"http://127.0.0.1/v1/models", b"GET", AUTH),
}
# Of these the server hears one request, which begins as is said here, and nothing behind it.
PASSED: dict[str, tuple[bytes, bytes]] = {
    "a length beside chunks": (
        post(b"content-length: 4", CHUNKED, body=b"0\r\n\r\nGET /evil HTTP/1.1\r\n\r\n"),
        b"POST /x HTTP/1.1\r\nhost: localhost:{port}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
    ),
    "an extension and a trailer of chunks": (
        post(CHUNKED, body=b"3;a=b\r\nabc\r\n0\r\nhost: evil\r\ncontent-length: 9\r\n\r\n"),
        b"POST /x HTTP/1.1\r\nhost: localhost:{port}\r\ncontent-length: 3\r\nconnection: close\r\n\r\nabc",
    ),
    "a header over two lines": (
        plain(host=[b"host: x", b"x: a", b" host: evil"]),
        b"GET /x HTTP/1.1\r\nhost: localhost:{port}\r\nx: a host: evil\r\n",
    ),
    "a switch of protocols": (
        plain(b"http://localhost:{port}/x", b"GET", *UPGRADE),
        b"GET /x HTTP/1.1\r\nhost: localhost:{port}\r\ncontent-length: 0\r\n",
    ),
    "a web socket": (
        plain(b"http://localhost:{port}/x", b"GET", *SOCKET),
        b"GET /x HTTP/1.1\r\nhost: localhost:{port}\r\nsec-websocket-version: 13\r\ncontent-length: 0\r\n",
    ),
    "a name before the host": (
        plain(b"http://evil.example@localhost:{port}/x"),
        b"GET /x HTTP/1.1\r\nhost: localhost:{port}\r\n",
    ),
    "another host in the header": (
        plain(host=[b"host: evil.example"]),
        b"GET /x HTTP/1.1\r\nhost: localhost:{port}\r\n",
    ),
    "headers named as of this connection": (
        plain(b"http://localhost:{port}/x", b"GET", b"connection: host, content-length"),
        b"GET /x HTTP/1.1\r\nhost: localhost:{port}\r\ncontent-length: 0\r\n",
    ),
    "an end of line in the path": (
        plain(b"http://localhost:{port}/x%0d%0aGET%20/evil"),
        b"GET /x%0d%0aGET%20/evil HTTP/1.1\r\nhost: localhost:{port}\r\n",
    ),
    "another method in a header, to a model": (
        plain(b"/v1/models", b"GET", AUTH, b"x-http-method-override: DELETE", *SOCKET),
        b"GET /v1/models HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n",
    ),
}
# What an allowed server answers.
REPLIES: dict[str, bytes] = {
    "chunks beside a length that is too small": b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n",
    "chunks beside a length that is too large": b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\ntransfer-encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n",
    "a switch of protocols": b"HTTP/1.1 101 Switching\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\nRAW",
    "a body where none may be": b"HTTP/1.1 204 No\r\ncontent-length: 5\r\n\r\nabcde",
    "not changed, with a body": b"HTTP/1.1 304 No\r\ncontent-length: 5\r\n\r\nabcde",
    "status 999": b"HTTP/1.1 999 No\r\ncontent-length: 2\r\n\r\nok",
    "status 000": b"HTTP/1.1 000 No\r\ncontent-length: 2\r\n\r\nok",
    "hints before": b"HTTP/1.1 103 Early\r\nlink: x\r\n\r\n" * 300
    + b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
    "compressed chunks": b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nok",
    "its length named as of the connection": b"HTTP/1.1 200 OK\r\nconnection: content-length\r\ncontent-length: 2\r\n\r\nok",
    "a header of 70 kB": b"HTTP/1.1 200 OK\r\nx: " + b"a" * 70_000 + b"\r\n\r\n",
    "letters that are not ASCII": b"HTTP/1.1 200 OK\r\nx: \xe9\r\ncontent-length: 2\r\n\r\nok",
}


async def sent(
    opened: Any, provider: Any, data: bytes, reply: bytes | None = None
) -> tuple[bytes, list[bytes]]:
    """Send a request to a way out to one server, which is also its provider; return the answer, and all that the server heard."""
    heard: list[bytes] = []

    serving: list[asyncio.Task[None]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        lengths = [int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length:")]
        heard.append(head + await reader.readexactly(sum(lengths)))
        writer.write(reply or b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
        heard[-1] += b"" if reply else await reader.read()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(serve(reader, writer))
        task.add_done_callback(lambda _: writer.close())
        serving.append(task)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        rules = [f"localhost:{port}", f"*.example.org:{port}"]
        async with opened(f"http://127.0.0.1:{port}/v1", allow=rules) as program:
            filled = data.replace(b"{port}", str(port).encode()).replace(KEY_PLACE, program.own_key.encode())
            answer = await program.raw(filled)
            assert (await program.send("GET", "/v1/files")).status == 404
    await asyncio.gather(*serving, return_exceptions=True)
    return answer, [each.replace(str(port).encode(), b"{port}") for each in heard]


@pytest.mark.slow  # Some sixty ways out are opened.
def test_no_request_is_taken_for_another_one(opened: Any, provider: Any) -> None:
    async def run() -> None:
        for name, data in REFUSED.items():
            answer, heard = await sent(opened, provider, data)
            assert heard == [], name
            assert (
                b" 40" in answer.partition(b"Connected\r\n\r\n")[2][:14] + answer[:14] or b" 413 " in answer
            ), name
        for name, (data, told) in PASSED.items():
            _, heard = await sent(opened, provider, data)
            assert len(heard) == 1, name
            assert heard[0].startswith(told), (name, heard)
            assert b"evil" not in heard[0].replace(told, b""), name

    asyncio.run(run())


@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES)
def test_no_reply_of_an_allowed_server_looks_like_our_own_failure(
    opened: Any, provider: Any, reply: bytes
) -> None:
    """Closing the way out would raise it, and the trial would be tried again."""

    async def run() -> None:
        answer, heard = await sent(opened, provider, plain(), reply)
        assert len(heard) == 1
        assert answer.startswith(b"HTTP/1.1 ")

    asyncio.run(run())


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
@pytest.mark.parametrize("status", ["200 OK", "400 Bad", "429 Slow"])
@pytest.mark.parametrize("name", ["content-type", "x-request-id", "retry-after"])
def test_a_key_that_the_provider_repeats_in_a_header_gets_no_further(
    opened: Any, provider: Any, name: str, status: str, stream: bool
) -> None:
    key = "sk-planted-0123456789abcdef"
    said = {"choices": [{"message": {"role": "assistant", "content": "hello"}, "finish_reason": "stop"}]}
    reply = f"HTTP/1.1 {status}\r\n{name}: a-{key}\r\nconnection: close\r\n\r\n{json.dumps(said)}".encode()

    async def run() -> None:
        async with provider(reply) as server, opened(server.url + "/v1", key=key, patience_s=1) as program:
            body = {"model": "m", "stream": stream, "messages": [{"role": "user", "content": "hi"}]}
            for answer in (await program.ask(body), await program.send("GET", "/v1/models")):
                assert "a-[secret]" in answer.headers[name]
                assert key not in str(answer)

    asyncio.run(run())
