"""A tunnel through the proxy: whatever the program sends is TLS, from its first byte to its last."""

import asyncio
from contextlib import suppress
from typing import Protocol

from itbench.egress.exchange import BadRequestError, Exchange
from itbench.egress.proxy.hello import Hello, HelloReader, NotTlsError, RecordCheck

_HELLO_LIMIT_S = 10.0
# A tunnel in which nobody says anything for so long is left open by mistake.
_IDLE_LIMIT_S = 900.0
_CHUNK_BYTES = 65_536


class Counted(Protocol):
    """Counts what went through, in bytes."""

    sent_bytes: int
    received_bytes: int


async def first_hello(exchange: Exchange) -> tuple[Hello, bytes]:
    """Return a client's hello, once it has come in whole, and all bytes that have come with it.

    Raises:
        BadRequestError: what comes is not TLS, or not whole in time.
    """
    reader, data = HelloReader(), bytearray(exchange.trailing())
    try:
        async with asyncio.timeout(_HELLO_LIMIT_S):
            hello = reader.add(bytes(data))
            while hello is None:
                more = await exchange.reader.read(_CHUNK_BYTES)
                if not more:
                    raise BadRequestError(403, "only TLS may pass, and nothing whole of it came")
                data += more
                hello = reader.add(more)
    except TimeoutError:
        raise BadRequestError(403, "only TLS may pass, and nothing whole of it came in time") from None
    except NotTlsError as error:
        raise BadRequestError(403, f"only TLS may pass: {error}") from error
    return hello, bytes(data)


class Tunnel:
    """Carries records of TLS from the program to a server, and what that answers back.

    Args:
        exchange: the program's side.
        reader: of the server's side.
        writer: of the server's side.
        passage: counts what goes through.
    """

    def __init__(
        self,
        exchange: Exchange,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        passage: Counted,
    ) -> None:
        self._exchange = exchange
        self._reader = reader
        self._writer = writer
        self._passage = passage

    async def carry(self, first: bytes) -> None:
        """Carry records both ways until the server's side ends, or the program sends no record of TLS."""
        sending = asyncio.create_task(self._onward(first))
        try:
            await self._back()
        except (ConnectionError, TimeoutError):
            self._exchange.cut()
        finally:
            sending.cancel()
            await asyncio.wait({sending})
            if not sending.cancelled():
                # A client that stops reading has what it wanted.
                sending.exception()
            self._writer.transport.abort()

    async def _onward(self, first: bytes) -> None:
        records, data = RecordCheck(), first
        while data:
            try:
                records.add(data)
            except NotTlsError:
                # Both sides end, and with them the way back.
                self._writer.transport.abort()
                self._exchange.cut()
                return
            self._passage.sent_bytes += len(data)
            self._writer.write(data)
            await self._writer.drain()
            data = await self._exchange.reader.read(_CHUNK_BYTES)
        with suppress(OSError):
            self._writer.write_eof()

    async def _back(self) -> None:
        while True:
            async with asyncio.timeout(_IDLE_LIMIT_S):
                data = await self._reader.read(_CHUNK_BYTES)
            if not data:
                return
            self._passage.received_bytes += len(data)
            await self._exchange.send(data)
