"""One HTTP request of a program, read with h11, and the reply to it; each connection serves one request."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import h11

LARGEST_HEAD_BYTES = 65_536
LARGEST_BODY_BYTES = 64 * 1024 * 1024
_CHUNK_BYTES = 65_536
# RFC 9110, section 7.6.1, and what is meant for a proxy only.
_HOP_BY_HOP = frozenset(
    {
        "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer",
        "transfer-encoding", "upgrade",
    }
)  # fmt: skip


class BadRequestError(Exception):
    """What came is no request that can be served; the status says why."""

    def __init__(self, status: int, message: str) -> None:
        self.status = status
        super().__init__(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The head of a request; header names in small letters."""

    method: str
    target: str
    headers: Sequence[tuple[str, str]]

    def passed_on(self, *, without: frozenset[str] = frozenset()) -> list[tuple[str, str]]:
        """Return the headers that are meant for the server at the end."""
        named = {
            name.strip().lower()
            for key, value in self.headers
            if key == "connection"
            for name in value.split(",")
        }
        left_out = _HOP_BY_HOP | named | without
        return [(name, value) for name, value in self.headers if name not in left_out]


class Exchange:
    """The program's side of one connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self._connection = h11.Connection(h11.SERVER, max_incomplete_event_size=LARGEST_HEAD_BYTES)

    async def request(self) -> Request | None:
        """Return the head of the request; None if none came.

        Raises:
            BadRequestError: it is none.
        """
        event = await self._event()
        if isinstance(event, h11.ConnectionClosed):
            return None
        if not isinstance(event, h11.Request):
            raise BadRequestError(400, "no request")
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in event.headers]
        return Request(method=event.method.decode(), target=event.target.decode("latin-1"), headers=headers)

    async def body(self) -> bytes:
        """Return the body of the request.

        Raises:
            BadRequestError: it is broken, or too large.
        """
        if self._connection.they_are_waiting_for_100_continue:
            await self.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = bytearray()
        while True:
            event = await self._event()
            if isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage):
                return bytes(body)
            else:
                raise BadRequestError(400, "the request ended early")
            if len(body) > LARGEST_BODY_BYTES:
                raise BadRequestError(413, f"a request may have {LARGEST_BODY_BYTES} bytes")

    def trailing(self) -> bytes:
        """Return what the program sent behind a request to connect."""
        return bytes(self._connection.trailing_data[0])

    async def send(self, data: bytes) -> None:
        """Send bytes to the program."""
        self.writer.write(data)
        await self.writer.drain()

    async def begin(self, status: int, headers: Mapping[str, str] | Sequence[tuple[str, str]]) -> None:
        """Send the head of a reply whose body ends with the connection."""
        pairs = headers.items() if isinstance(headers, Mapping) else headers
        lines = [
            f"{name}: {value}"
            for name, value in pairs
            if name.lower() not in _HOP_BY_HOP | {"content-length"}
        ]
        text = "\r\n".join([f"HTTP/1.1 {status} ", *lines, "connection: close", "", ""])
        await self.send(text.encode("latin-1"))

    async def refuse(self, status: int, message: str) -> None:
        """Send a reply that says what was wrong, as providers of models say it."""
        body = json.dumps(
            {"error": {"message": f"itbench: {message}", "type": "itbench_refused", "code": status}}
        )
        headers = f"content-type: application/json\r\ncontent-length: {len(body)}\r\nconnection: close"
        await self.send(f"HTTP/1.1 {status} Refused\r\n{headers}\r\n\r\n{body}".encode())

    async def _event(self) -> Any:
        while True:
            try:
                event = self._connection.next_event()
            except h11.RemoteProtocolError as error:
                raise BadRequestError(400, f"not HTTP: {error}") from error
            if event is not h11.NEED_DATA:
                return event
            self._connection.receive_data(await self.reader.read(_CHUNK_BYTES))
