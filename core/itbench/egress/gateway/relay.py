"""Carries a reply to the program, and reads it to its end even if the program does not."""

import asyncio
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any

from itbench.egress.exchange import Exchange
from itbench.egress.gateway.headers import replied_headers
from itbench.egress.gateway.reading import ReplyReading, can_decode, decoded
from itbench.egress.gateway.upstream import Failure
from itbench.models.reply.reading import LARGEST_REPLY_BYTES
from itbench.text.redaction import Redactor, StreamRedactor

if TYPE_CHECKING:
    from itbench.interfaces.conversation import TokenUse
    from itbench.models.reply.codec import Draft


class Relay:
    """Carries one reply.

    Its last bytes are held back until the reply is counted, so that no program asks again before a limit is kept.

    Args:
        exchange: with the program; None for a reply to a question of our own.
        http: the package of the HTTP client.
        path: the interface, as a key of `READERS`.
        redactor: takes out the key of the provider, which the program must not see.

    Attributes:
        received_bytes: of the reply's body.
        draft: what the model said; None where it is not known.
        use: what a reply that failed says that it took, if it does.
        is_cut: whether the reply ended before it was whole.
    """

    def __init__(self, exchange: Exchange | None, http: Any, path: str, redactor: Redactor) -> None:
        self._exchange = exchange
        self._http = http
        self._path = path
        self._redactor = redactor
        self._held = b""
        self.draft: Draft | None = None
        self.use: TokenUse | None = None
        self.is_cut = False
        self.received_bytes = 0

    async def carry(self, response: Any) -> Failure | None:
        """Carry all but the last bytes; return how the provider failed, if it did."""
        encoding = response.headers.get("content-encoding", "")
        reading = ReplyReading(self._http, self._path, encoding)
        carry = self._carry_encoded if encoding else self._carry_plain
        try:
            await carry(response, reading)
        except self._http.HTTPError as error:
            self.is_cut = True
            return Failure(reason=f"{type(error).__name__}: {error}", is_passing=True)
        finally:
            await response.aclose()
        # Some megabytes take a moment to be decoded.
        self.draft = await asyncio.to_thread(reading.draft) if encoding else reading.draft()
        if reading.failure is None:
            return None
        self.use = reading.use()
        return Failure(
            reason=f"in its reply: {reading.failure}",
            is_passing=reading.is_passing,
            is_too_long=reading.is_too_long,
        )

    async def end(self) -> None:
        """Send what is held back, and that this was all; break the connection where it was not."""
        if self._exchange is None:
            return
        if self.is_cut:
            self._exchange.cut()
            return
        await self._pass(b"")
        await _tried(self._exchange.end())

    async def _carry_plain(self, response: Any, reading: ReplyReading) -> None:
        await self._begin(response)
        clean = StreamRedactor(self._redactor)
        async for data in response.aiter_raw():
            reading.add(data)
            self.received_bytes += len(data)
            await self._pass(clean.add(data))
        await self._pass(clean.end())

    async def _carry_encoded(self, response: Any, reading: ReplyReading) -> None:
        """Carry a reply that the provider compressed although it was asked not to: the same bytes, once they have been looked at."""
        data = bytearray()
        async for part in response.aiter_raw():
            reading.add(part)
            data += part
            if len(data) > LARGEST_REPLY_BYTES:
                raise self._http.DecodingError(f"it has more than {LARGEST_REPLY_BYTES} bytes")
        self.received_bytes = len(data)
        encoding = response.headers["content-encoding"]
        if can_decode(self._http, encoding) and await asyncio.to_thread(
            self._repeats_key, encoding, bytes(data)
        ):
            raise self._http.DecodingError("it repeats the key")
        await self._begin(response)
        await self._pass(bytes(data))

    def _repeats_key(self, encoding: str, data: bytes) -> bool:
        clean, seen_bytes, clean_bytes = StreamRedactor(self._redactor), 0, 0
        for part in decoded(self._http, encoding, data):
            seen_bytes += len(part)
            clean_bytes += len(clean.add(part))
        return clean_bytes + len(clean.end()) != seen_bytes

    async def _begin(self, response: Any) -> None:
        if self._exchange is not None:
            headers = replied_headers(response.headers.items())
            await _tried(self._exchange.begin(response.status_code, headers))

    async def _pass(self, data: bytes) -> None:
        held, self._held = self._held, data
        if held and self._exchange is not None:
            await _tried(self._exchange.piece(held))


async def _tried(sending: Awaitable[None]) -> None:
    """Send to the program; one that has gone does not stop the reply from being counted."""
    try:
        await sending
    except ConnectionError:
        return
