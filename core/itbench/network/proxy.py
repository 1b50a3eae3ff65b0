"""A forward proxy that lets through what rules allow, and nothing else."""

import asyncio
import socket
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from itbench.network.exchange import BadRequestError, Exchange, Request
from itbench.network.hello import is_whole, server_name
from itbench.network.rules import HostRule, find_rule, may_reach, normal

_CONNECT_LIMIT_S = 20.0
_HELLO_LIMIT_S = 20.0
_CHUNK_BYTES = 65_536


@dataclass(slots=True)
class Passage:
    """What went through one connection, in bytes."""

    host: str
    port: int
    sent_bytes: int = 0
    received_bytes: int = 0


class Proxy:
    """Carries `CONNECT` and plain HTTP requests to allowed hosts."""

    def __init__(self, rules: Sequence[HostRule]) -> None:
        self._rules = rules

    async def connect(self, exchange: Exchange, request: Request) -> Passage:
        """Serve `CONNECT HOST:PORT`, for TLS with a server of that very name only.

        Raises:
            BadRequestError: it is not allowed, or nobody is there.
        """
        host, port = _host_and_port(f"//{request.target}", None)
        rule, address = await self._allowed(host, port)
        await exchange.send(b"HTTP/1.1 200 Connected\r\n\r\n")
        hello = await _hello(exchange)
        name = server_name(hello)
        # Large networks serve many names from one address, so the name inside counts as well.
        if not (rule.is_address and name is None) and (name is None or normal(name) != host):
            raise BadRequestError(
                403, f"the connection to {host!r} asks for {name!r}; only TLS with that host may pass"
            )
        reader, writer = await _open(address, port)
        passage = Passage(host, port)
        await _relay(exchange, reader, writer, hello, passage)
        return passage

    async def forward(self, exchange: Exchange, request: Request) -> Passage:
        """Serve a request for `http://HOST/...`.

        Raises:
            BadRequestError: it is not allowed, or nobody is there.
        """
        host, port = _host_and_port(request.target, 80)
        _, address = await self._allowed(host, port)
        parts = urlsplit(request.target)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        body = await exchange.body()
        reader, writer = await _open(address, port)
        headers = request.passed_on(without=frozenset({"host", "content-length", "expect"}))
        lines = [f"{request.method} {path} HTTP/1.1", f"host: {parts.netloc.rpartition('@')[2]}"]
        lines += [f"{name}: {value}" for name, value in headers]
        lines += [f"content-length: {len(body)}", "connection: close", "", ""]
        passage = Passage(host, port)
        await _relay(exchange, reader, writer, "\r\n".join(lines).encode("latin-1") + body, passage)
        return passage

    async def _allowed(self, host: str, port: int) -> tuple[HostRule, str]:
        rule = find_rule(self._rules, host, port)
        if rule is None:
            raise BadRequestError(403, f"{host}:{port} is not among the allowed hosts")
        try:
            async with asyncio.timeout(_CONNECT_LIMIT_S):
                found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, TimeoutError, UnicodeError) as error:
            raise BadRequestError(502, f"{host!r} is not known: {error}") from error
        addresses = [str(entry[4][0]) for entry in found]
        address = next((each for each in addresses if may_reach(rule, each)), None)
        if address is None:
            raise BadRequestError(403, f"{host!r} stands for {addresses[0]}, which no name may lead to")
        return rule, address


def _host_and_port(url: str, port: int | None) -> tuple[str, int]:
    try:
        parts = urlsplit(url)
        host, found = parts.hostname, parts.port or port
    except ValueError:
        host, found = None, None
    if not host or found is None:
        raise BadRequestError(400, "no host and port")
    return normal(host), found


async def _open(address: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    try:
        async with asyncio.timeout(_CONNECT_LIMIT_S):
            return await asyncio.open_connection(address, port)
    except (OSError, TimeoutError) as error:
        raise BadRequestError(502, f"nobody answers at {address}:{port}: {error}") from error


async def _hello(exchange: Exchange) -> bytes:
    data = exchange.trailing()
    try:
        async with asyncio.timeout(_HELLO_LIMIT_S):
            while not is_whole(data):
                more = await exchange.reader.read(_CHUNK_BYTES)
                if not more:
                    break
                data += more
    except TimeoutError:
        return b""
    return data


async def _relay(
    exchange: Exchange,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    first: bytes,
    passage: Passage,
) -> None:
    """Carry bytes both ways until the server's side ends, or the program's is broken."""
    writer.write(first)
    passage.sent_bytes = len(first)

    async def onward() -> None:
        while data := await exchange.reader.read(_CHUNK_BYTES):
            passage.sent_bytes += len(data)
            writer.write(data)
            await writer.drain()
        with suppress(OSError):
            writer.write_eof()

    async def back() -> None:
        while data := await reader.read(_CHUNK_BYTES):
            passage.received_bytes += len(data)
            await exchange.send(data)

    sending = asyncio.create_task(onward())
    try:
        await back()
    except ConnectionError:
        return
    finally:
        sending.cancel()
        await asyncio.wait({sending})
        if not sending.cancelled():
            # A client that stops reading has what it wanted.
            sending.exception()
        writer.close()
