"""Sends a request with a provider's own client library, and reads the stream that comes back."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from itbench.interfaces.json import JsonObject, JsonValue
from itbench.models.codec import ReplyReader, error_of
from itbench.models.events import EventSplitter
from itbench.models.faults import ModelError, PassingError
from itbench.models.retries import retry_after_s

# Beyond this it is no reply any more; 128,000 tokens one by one, each in an event of its own, are 40 MB.
LARGEST_REPLY_BYTES = 64_000_000
_DONE = b"[DONE]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """What is needed of a client library.

    Attributes:
        status_error: raised for an error status; has `status_code`, `body` and `response`.
        passing: raised where connecting, sending or reading failed.
    """

    status_error: type[Exception]
    passing: tuple[type[Exception], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """Asks one endpoint.

    Attributes:
        library: the exceptions of the client library.
        send: opens the stream of a reply, given the body of a request.
        idle_s: seconds of silence after which a reply counts as lost.
    """

    library: Library
    send: Callable[[JsonObject], AbstractAsyncContextManager[Any]]
    idle_s: float

    async def read(self, body: JsonObject, reader: ReplyReader) -> None:
        """Send a request and give its reply to a reader.

        Raises:
            PassingError: it failed, but may not the next time.
            ModelError: it failed for good.
        """
        try:
            async with self._opened(body) as response:
                if "json" in response.headers.get("content-type", ""):
                    await self._read_whole(response, reader)
                else:
                    await self._read_stream(response, reader)
        except self.library.status_error as error:
            # Without its cause: the library's exception holds headers, and with them the key.
            raise _status_error(error) from None
        except self.library.passing as error:
            raise PassingError(_said(error)) from None

    @asynccontextmanager
    async def _opened(self, body: JsonObject) -> AsyncIterator[Any]:
        sending = self.send(body)
        response = await self._limited(sending.__aenter__())
        try:
            yield response
        finally:
            await sending.__aexit__(None, None, None)

    async def _read_whole(self, response: Any, reader: ReplyReader) -> None:
        data = b"".join([chunk async for chunk in self._chunks(response)])
        reader.add_whole(_object(data))

    async def _read_stream(self, response: Any, reader: ReplyReader) -> None:
        splitter = EventSplitter()
        async for chunk in self._chunks(response):
            for event in splitter.add(chunk):
                _give(event, reader)
        for event in splitter.end():
            _give(event, reader)

    async def _chunks(self, response: Any) -> AsyncIterator[bytes]:
        chunks = response.iter_bytes().__aiter__()
        total_bytes = 0
        while True:
            try:
                chunk: bytes = await self._limited(chunks.__anext__())
            except StopAsyncIteration:
                return
            total_bytes += len(chunk)
            if total_bytes > LARGEST_REPLY_BYTES:
                raise ModelError(f"the reply holds more than {LARGEST_REPLY_BYTES} bytes")
            yield chunk

    async def _limited(self, waiting: Any) -> Any:
        try:
            async with asyncio.timeout(self.idle_s):
                return await waiting
        except TimeoutError:
            raise PassingError(f"nothing was heard for {self.idle_s:g} s") from None


def _give(data: bytes, reader: ReplyReader) -> None:
    if data.strip() == _DONE:
        return
    event = _object(data)
    try:
        reader.add(event)
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise PassingError(f"the reply has an event of an unknown shape: {error!r}") from error


def _object(data: bytes) -> JsonObject:
    try:
        value: JsonValue = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise PassingError(f"the reply is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise PassingError(f"the reply has a {type(value).__name__} where a JSON object was expected")
    return value


def _status_error(error: Any) -> PassingError | ModelError:
    headers = error.response.headers
    asked_s = retry_after_s(headers.get("retry-after-ms"), headers.get("retry-after"))
    body = error.body if error.body is not None else error.message
    return error_of(error.status_code, body, asked_s=asked_s)


def _said(error: BaseException) -> str:
    """Return what an exception and its causes say; the outermost often says no more than that there was one."""
    causes = [error]
    while (cause := causes[-1].__cause__ or causes[-1].__context__) is not None and len(causes) < 5:
        causes.append(cause)
    return ": ".join(dict.fromkeys(str(cause) or type(cause).__name__ for cause in causes))[:500]
