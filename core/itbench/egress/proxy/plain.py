"""One plain HTTP request through the proxy: read, judged and written anew, and so is its reply."""

import asyncio
from collections.abc import Sequence
from typing import Any, Protocol
from urllib.parse import urlsplit

import h11

from itbench.egress.exchange import LARGEST_HEAD_BYTES, BadRequestError, Exchange, Request

_IDLE_LIMIT_S = 300.0
_CHUNK_BYTES = 65_536
_WRITTEN_ANEW = frozenset({"host", "content-length", "expect"})


class Counted(Protocol):
    """Where a request goes, and what went through, in bytes."""

    host: str
    port: int
    sent_bytes: int
    received_bytes: int


async def forward(
    exchange: Exchange,
    request: Request,
    body: bytes,
    server: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    passage: Counted,
) -> None:
    """Send a request, and give its one reply to the program.

    Raises:
        BadRequestError: the server does not answer in HTTP.
        ConnectionError: the program has gone.
    """
    reader, writer = server
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=LARGEST_HEAD_BYTES)
    try:
        for event in _sent(request, body, passage):
            data = connection.send(event) or b""
            passage.sent_bytes += len(data)
            writer.write(data)
        async with asyncio.timeout(_IDLE_LIMIT_S):
            await writer.drain()
        await _relay(exchange, connection, reader, passage)
    except (h11.ProtocolError, TimeoutError, OSError) as error:
        if exchange.is_gone:
            raise ConnectionResetError("the program has gone") from error
        raise BadRequestError(502, f"{passage.host!r} did not answer in HTTP: {error}") from error
    finally:
        writer.transport.abort()


def _sent(request: Request, body: bytes, passage: Counted) -> list[Any]:
    parts = urlsplit(request.target)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    host = f"[{passage.host}]" if ":" in passage.host else passage.host
    headers = [("host", host if passage.port == 80 else f"{host}:{passage.port}")]
    headers += request.passed_on(without=_WRITTEN_ANEW)
    headers += [("content-length", str(len(body))), ("connection", "close")]
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    head = h11.Request(method=request.method, target=target.encode("latin-1"), headers=encoded)
    return [head, h11.Data(data=body), h11.EndOfMessage()]


async def _relay(exchange: Exchange, connection: Any, reader: asyncio.StreamReader, passage: Counted) -> None:
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            async with asyncio.timeout(_IDLE_LIMIT_S):
                data = await reader.read(_CHUNK_BYTES)
            passage.received_bytes += len(data)
            connection.receive_data(data)
        elif isinstance(event, h11.Response):
            headers = _replied(
                [(name.decode("latin-1"), value.decode("latin-1")) for name, value in event.headers]
            )
            await exchange.begin(event.status_code, headers)
        elif isinstance(event, h11.Data):
            await exchange.piece(bytes(event.data))
        elif isinstance(event, h11.EndOfMessage):
            await exchange.end()
            return
        elif isinstance(event, h11.ConnectionClosed):
            raise h11.RemoteProtocolError("it closed the connection early")


def _replied(headers: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the headers of a reply; its length is told by one of them only (RFC 9112, section 6.3)."""
    is_chunked = any(name.lower() == "transfer-encoding" for name, _ in headers)
    return [(name, value) for name, value in headers if not (is_chunked and name.lower() == "content-length")]
