"""Sends a request with a provider's own client library, and hands on the bytes that come back."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from itbench.interfaces.json import JsonObject
from itbench.models.faults import ModelError, PassingError
from itbench.models.http.retries import retry_after_s
from itbench.models.reply.errors import error_of
from itbench.models.reply.reading import ReplyParser
from itbench.models.reply.text import sound


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

    async def read(self, body: JsonObject, parser: ReplyParser) -> None:
        """Send a request and give its reply to a parser.

        Raises:
            PassingError: it failed, but may not the next time.
            ModelError: it failed for good.
        """
        try:
            async with self._opened(body) as response:
                async for chunk in self._chunks(response):
                    parser.add(chunk)
        except (PassingError, ModelError):
            raise
        except self.library.status_error as error:
            # Without its cause: the library's exception holds headers, and with them the key.
            raise _status_error(error) from None
        except self.library.passing as error:
            raise PassingError(_said(error)) from None
        except Exception as error:  # noqa: BLE001 - foreign code, that reads foreign bytes
            raise PassingError(f"the client library failed: {_said(error)}") from None

    @asynccontextmanager
    async def _opened(self, body: JsonObject) -> AsyncIterator[Any]:
        sending = self.send(body)
        response = await self._limited(sending.__aenter__())
        try:
            yield response
        finally:
            await sending.__aexit__(None, None, None)

    async def _chunks(self, response: Any) -> AsyncIterator[bytes]:
        chunks = response.iter_bytes().__aiter__()
        while True:
            try:
                chunk: bytes = await self._limited(chunks.__anext__())
            except StopAsyncIteration:
                return
            yield chunk

    async def _limited(self, waiting: Any) -> Any:
        try:
            async with asyncio.timeout(self.idle_s):
                return await waiting
        except TimeoutError:
            raise PassingError(f"nothing was heard for {self.idle_s:g} s") from None


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
    said = ": ".join(dict.fromkeys(str(cause) or type(cause).__name__ for cause in causes))
    return sound(said)[:500]
