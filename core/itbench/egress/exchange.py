"""One HTTP request of a program, read with h11, and the reply to it; each connection serves one request."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import h11

from itbench.egress.memory import MemoryBudget

LARGEST_HEAD_BYTES = 65_536
LARGEST_BODY_BYTES = 16 * 1024 * 1024
# Of all requests of one trial together.
LARGEST_BODIES_BYTES = 32 * 1024 * 1024
_CHUNK_BYTES = 65_536
# A body that comes more slowly than this holds memory for nothing.
_BODY_LIMIT_S = 120.0
# Of a body that comes in pieces; more and smaller ones keep this machine busy.
_SMALLEST_PIECE_BYTES = 256
_FREE_PIECES = 1_000
# A program that does not take what it asked for is gone, whatever its connection says.
_TAKE_LIMIT_S = 60.0
# After a refusal the rest of a request is thrown away, so that the program gets to read the refusal.
_LINGER_S = 2.0
# RFC 9110, section 7.6.1, and what is meant for a proxy only.
HOP_BY_HOP = frozenset(
    {
        "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer",
        "transfer-encoding", "upgrade",
    }
)  # fmt: skip


class BadRequestError(Exception):
    """A request that cannot be served; the status says why."""

    def __init__(self, status: int, message: str) -> None:
        self.status = status
        super().__init__(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The head of a request; header names in small letters."""

    method: str
    target: str
    headers: Sequence[tuple[str, str]]

    def values(self, name: str) -> list[str]:
        """Return the values of all headers of a name."""
        return [value for key, value in self.headers if key == name]

    def passed_on(self, *, without: frozenset[str] = frozenset()) -> list[tuple[str, str]]:
        """Return the headers that are meant for the server at the end."""
        named = {name.strip().lower() for value in self.values("connection") for name in value.split(",")}
        left_out = HOP_BY_HOP | named | without
        return [(name, value) for name, value in self.headers if name not in left_out]


class Exchange:
    """The program's side of one connection."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, budget: MemoryBudget | None = None
    ) -> None:
        self.reader = reader
        self.writer = writer
        # Whether all of the request has come; until then, the connection may be given to another.
        self.is_read = False
        self._budget = budget or MemoryBudget(LARGEST_BODIES_BYTES)
        self._connection = h11.Connection(h11.SERVER, max_incomplete_event_size=LARGEST_HEAD_BYTES)
        self._has_body = True
        self._is_gone = False

    @property
    def is_gone(self) -> bool:
        """Whether the program is known to have hung up, or to take nothing any more."""
        return self._is_gone or self.writer.transport.is_closing() or self.reader.at_eof()

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
        self._has_body = event.method != b"HEAD"
        return Request(method=event.method.decode(), target=event.target.decode("latin-1"), headers=headers)

    @asynccontextmanager
    async def room(self, request: Request) -> AsyncIterator[None]:
        """Hold the memory for the body of a request while the block runs.

        Raises:
            BadRequestError: it is too large.
        """
        count = _body_bytes(request)
        if count > LARGEST_BODY_BYTES:
            raise BadRequestError(413, f"the body has {count} bytes; a request may have {LARGEST_BODY_BYTES}")
        async with self._budget.lend(count):
            yield

    async def body(self) -> bytes:
        """Return the body of the request; `room` has to be held for it.

        Raises:
            BadRequestError: it is broken, too large, or does not come.
        """
        try:
            async with asyncio.timeout(_BODY_LIMIT_S):
                data = await self._body()
        except TimeoutError:
            raise BadRequestError(408, f"the body did not come within {_BODY_LIMIT_S:g} s") from None
        self.is_read = True
        return data

    def trailing(self) -> bytes:
        """Return what the program sent behind a request to connect."""
        return bytes(self._connection.trailing_data[0])

    async def send(self, data: bytes) -> None:
        """Send bytes to the program.

        Raises:
            ConnectionError: it has gone, or takes nothing.
        """
        if self._is_gone:
            raise ConnectionResetError("the program has gone")
        try:
            self.writer.write(data)
            async with asyncio.timeout(_TAKE_LIMIT_S):
                await self.writer.drain()
        except (ConnectionError, TimeoutError) as error:
            self._is_gone = True
            self.writer.transport.abort()
            raise ConnectionResetError("the program has gone") from error

    async def begin(self, status: int, headers: Sequence[tuple[str, str]]) -> None:
        """Send the head of a reply, whose body follows in pieces.

        Raises:
            ConnectionError: the program has gone.
        """
        lines = [
            (name.encode("latin-1"), value.encode("ascii", "replace"))
            for name, value in headers
            if name.lower() not in HOP_BY_HOP
        ]
        lines.append((b"connection", b"close"))
        await self._send_event(h11.Response(status_code=status, headers=lines))

    async def piece(self, data: bytes) -> None:
        """Send the next bytes of a reply's body.

        Raises:
            ConnectionError: the program has gone.
        """
        if self._has_body:
            await self._send_event(h11.Data(data=data))

    async def end(self) -> None:
        """Send the end of a reply; without it, the program knows that something is missing.

        Raises:
            ConnectionError: the program has gone.
        """
        await self._send_event(h11.EndOfMessage())

    async def reply(self, status: int, headers: Sequence[tuple[str, str]], body: bytes) -> None:
        """Send a whole reply.

        Raises:
            ConnectionError: the program has gone.
        """
        await self.begin(status, [*headers, ("content-length", str(len(body)))])
        await self.piece(body)
        await self.end()

    async def refuse(self, status: int, message: str) -> None:
        """Send a reply that says what was wrong, as providers of models say it."""
        if self._connection.our_state not in {h11.IDLE, h11.SEND_RESPONSE}:
            # The reply has started: only a cut tells that it is not whole.
            self.writer.transport.abort()
            return
        error = {"message": f"itbench: {message}", "type": "itbench_refused", "code": status}
        body = json.dumps({"error": error}).encode()
        await self.reply(status, [("content-type", "application/json")], body)
        await self._linger()

    def cut(self) -> None:
        """Break the connection, so that the program sees that its reply is not whole."""
        self._is_gone = True
        self.writer.transport.abort()

    async def _linger(self) -> None:
        if self.is_read or not self.writer.can_write_eof():
            return
        self.writer.write_eof()
        try:
            async with asyncio.timeout(_LINGER_S):
                while await self.reader.read(_CHUNK_BYTES):
                    pass
        except (ConnectionError, TimeoutError):
            return  # it has gone, or sends without an end

    async def _body(self) -> bytes:
        if self._connection.they_are_waiting_for_100_continue:
            await self._send_event(h11.InformationalResponse(status_code=100, headers=[]))
        body, pieces = bytearray(), 0
        while True:
            event = await self._event()
            if isinstance(event, h11.Data):
                body += event.data
                pieces += 1
            elif isinstance(event, h11.EndOfMessage):
                return bytes(body)
            else:
                raise BadRequestError(400, "the request ended early")
            if len(body) > LARGEST_BODY_BYTES:
                raise BadRequestError(413, f"a request may have {LARGEST_BODY_BYTES} bytes")
            if pieces > _FREE_PIECES and len(body) < pieces * _SMALLEST_PIECE_BYTES:
                raise BadRequestError(
                    400, f"the body comes in pieces of less than {_SMALLEST_PIECE_BYTES} bytes"
                )

    async def _send_event(self, event: Any) -> None:
        data = self._connection.send(event)
        if data:
            await self.send(data)

    async def _event(self) -> Any:
        while True:
            try:
                event = self._connection.next_event()
            except h11.RemoteProtocolError as error:
                raise BadRequestError(400, f"not HTTP: {error}") from error
            if event is not h11.NEED_DATA:
                return event
            self._connection.receive_data(await self.reader.read(_CHUNK_BYTES))


def _body_bytes(request: Request) -> int:
    """Return how many bytes a body may turn out to have."""
    if request.values("transfer-encoding"):
        return LARGEST_BODY_BYTES
    lengths = request.values("content-length")
    return int(lengths[0]) if lengths else 0
