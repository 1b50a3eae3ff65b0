"""One connection that carries lines of JSON, none of which may be too long or wait forever to be taken."""

import asyncio

from itbench.interfaces.json import JsonValue, json_text

LONGEST_LINE_BYTES = 1 << 20
# A program that does not take what it asked for is gone, whatever its connection says.
_TAKE_LIMIT_S = 60.0
_LINGER_S = 2.0
_PIECE_BYTES = 1 << 16


class LineError(Exception):
    """What came is no line of JSON that can be used; the message is for the program."""


class LineConnection:
    """The program's side of one connection.

    Attributes:
        is_read: whether the program has said what it wants; until then, the connection may be given to another.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.is_read = False

    @property
    def is_gone(self) -> bool:
        """Whether the program is known to have hung up."""
        return self._writer.transport.is_closing() or self._reader.at_eof()

    async def line(self) -> bytes | None:
        """Return the next line; None at the end of the connection.

        Raises:
            LineError: it is longer than allowed, or cut.
        """
        try:
            return await self._reader.readuntil(b"\n")
        except asyncio.LimitOverrunError:
            raise LineError(f"a line may have {LONGEST_LINE_BYTES} bytes") from None
        except asyncio.IncompleteReadError as error:
            if error.partial:
                raise LineError("the connection ended within a line") from None
            return None

    async def send(self, value: JsonValue) -> None:
        """Send a value as a line.

        Raises:
            ConnectionError: the program has gone, or takes nothing.
        """
        await self.send_line(json_text(value).encode())

    async def send_line(self, data: bytes) -> None:
        """Send a line that is JSON already.

        Raises:
            ConnectionError: the program has gone, or takes nothing.
        """
        try:
            self._writer.write(data + b"\n")
            async with asyncio.timeout(_TAKE_LIMIT_S):
                await self._writer.drain()
        except (ConnectionError, TimeoutError) as error:
            self.cut()
            raise ConnectionResetError("the program has gone") from error

    async def refuse(self, value: JsonValue) -> None:
        """Send a last line; the rest of what the program sends is thrown away, so that it gets to read the line.

        Raises:
            ConnectionError: the program has gone, or takes nothing.
        """
        await self.send(value)
        self._writer.write_eof()
        try:
            async with asyncio.timeout(_LINGER_S):
                while await self._reader.read(_PIECE_BYTES):
                    pass
        except TimeoutError:
            return  # it sends without an end

    def cut(self) -> None:
        """Break the connection."""
        self._writer.transport.abort()
