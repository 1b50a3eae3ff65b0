"""Carries a reply to the program, and reads it to its end even if the program does not."""

import asyncio
import codecs
import unicodedata
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any

from itbench.egress.exchange import Exchange
from itbench.egress.gateway.headers import replied_headers
from itbench.egress.gateway.reading import ReplyReading, decoded
from itbench.egress.gateway.upstream import Failure
from itbench.models.reply.reading import LARGEST_REPLY_BYTES
from itbench.text.redaction import Redactor, StreamRedactor

if TYPE_CHECKING:
    from itbench.interfaces.conversation import TokenUse
    from itbench.models.reply.codec import Draft


_SPACE = "\t\r\n\f\v"
_LOOKED_AT = 64


class Relay:
    """Carries one reply.

    Its last bytes are held back until the reply is counted, so that no program asks again before a limit is kept.

    Args:
        exchange: with the program; None for a reply to a question of our own.
        http: the package of the HTTP client.
        path: the interface, as a key of `READERS`.
        redactor: takes out the key of the provider, which the program must not see.
        is_stream: whether a stream was asked for.

    Attributes:
        use: what a reply that failed says that it took, if it does.
        is_begun: whether the program has been sent any of it.
        is_cut: whether the reply ended before it was whole.
    """

    def __init__(
        self, exchange: Exchange | None, http: Any, path: str, redactor: Redactor, *, is_stream: bool
    ) -> None:
        self._exchange = exchange
        self._http = http
        self._path = path
        self._redactor = redactor
        self._is_stream = is_stream
        self._held = b""
        self.use: TokenUse | None = None
        self.is_begun = False
        self.is_cut = False

    async def carry(self, response: Any) -> "Draft | Failure":
        """Carry all but the last bytes; return what the model said, or how the provider failed."""
        encoding = response.headers.get("content-encoding", "").strip()
        reading = ReplyReading(self._http, self._path, encoding)
        carry = self._carry_stream if self._is_stream and not encoding else self._carry_whole
        try:
            draft = await carry(response, reading)
        except self._http.HTTPError as error:
            self.is_cut = True
            return Failure(reason=f"{type(error).__name__}: {error}", is_passing=True)
        finally:
            await response.aclose()
        if draft is not None:
            return draft
        self.use = reading.use()
        return Failure(
            # The program is told of it, and a provider may repeat the key.
            reason=f"in its reply: {self._redactor.text(reading.failure or '')}",
            is_passing=reading.is_passing,
            is_too_long=reading.is_too_long,
        )

    async def end(self) -> None:
        """Send what is held back, and that this was all; break the connection where it was not."""
        if self._exchange is None or not self.is_begun:
            return
        if self.is_cut:
            self._exchange.cut()
            return
        await self._pass(b"")
        await _tried(self._exchange.end())

    async def _carry_stream(self, response: Any, reading: ReplyReading) -> "Draft | None":
        clean = StreamRedactor(self._redactor)
        async for data in response.aiter_raw():
            if not self.is_begun and not _is_text(data):
                raise self._http.DecodingError("it is no text, and no encoding is named")
            await self._begin(response)
            reading.add(data)
            await self._pass(clean.add(data))
        await self._pass(clean.end())
        return reading.draft()

    async def _carry_whole(self, response: Any, reading: ReplyReading) -> "Draft | None":
        """Carry a reply once it has been looked at: one that was not asked for as a stream, or that the provider compressed unasked.

        The program sees nothing of one that may do better when it is asked for again.
        """
        data = bytearray()
        async for part in response.aiter_raw():
            reading.add(part)
            data += part
            if len(data) > LARGEST_REPLY_BYTES:
                raise self._http.DecodingError(f"it has more than {LARGEST_REPLY_BYTES} bytes")
        # Some megabytes take a moment to be decoded.
        draft = await asyncio.to_thread(reading.draft)
        if draft is None and reading.is_passing:
            return None
        encoding = response.headers.get("content-encoding", "").strip()
        passed = await asyncio.to_thread(self._without_key, encoding, bytes(data))
        await self._begin(response)
        await self._pass(passed)
        return draft

    def _without_key(self, encoding: str, data: bytes) -> bytes:
        if encoding and self._repeats_key(encoding, data):
            raise self._http.DecodingError("it repeats the key")
        if encoding:
            return data
        clean = StreamRedactor(self._redactor)
        return clean.add(data) + clean.end()

    def _repeats_key(self, encoding: str, data: bytes) -> bool:
        clean, seen_bytes, clean_bytes = StreamRedactor(self._redactor), 0, 0
        for part in decoded(self._http, encoding, data):
            seen_bytes += len(part)
            clean_bytes += len(clean.add(part))
        return clean_bytes + len(clean.end()) != seen_bytes

    async def _begin(self, response: Any) -> None:
        if self.is_begun:
            return
        self.is_begun = True
        if self._exchange is not None:
            headers = replied_headers(response.headers.items(), self._redactor)
            await _tried(self._exchange.begin(response.status_code, headers))

    async def _pass(self, data: bytes) -> None:
        held, self._held = self._held, data
        if held and self._exchange is not None:
            await _tried(self._exchange.piece(held))


def _is_text(data: bytes) -> bool:
    """Tell whether a reply begins as text does; its first bytes may end within a character."""
    try:
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(data)
    except UnicodeDecodeError:
        return False
    return not any(unicodedata.category(each) == "Cc" and each not in _SPACE for each in text[:_LOOKED_AT])


async def _tried(sending: Awaitable[None]) -> None:
    """Send to the program; one that has gone does not stop the reply from being counted."""
    try:
        await sending
    except ConnectionError:
        return
