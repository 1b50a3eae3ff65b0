"""Bounds what a server's reply may become once it is decoded, whatever its status: a few bytes can stand for gigabytes."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from itbench.models.reply.reading import LARGEST_REPLY_BYTES

LARGEST_ERROR_BYTES = 4_000_000
# Decoded in so small steps, no step becomes large.
_STEP_BYTES = 64
# Each encoding over another multiplies what a step may become.
_MOST_ENCODINGS = 2


def bounded(http: Any) -> Callable[[Any], Awaitable[None]]:
    """Return a hook of an HTTP package for each reply, before anything of its body is read.

    The client then finds the reply decoded, and a `DecodingError` where it is too large.
    """

    class Stream(http.AsyncByteStream):  # type: ignore[misc]  # the package is found when it is used
        """Bytes of another stream, made from it by a function."""

        def __init__(self, parts: AsyncIterator[bytes], source: Any) -> None:
            self._parts = parts
            self._source = source

        def __aiter__(self) -> AsyncIterator[bytes]:
            return self._parts

        async def aclose(self) -> None:
            await self._source.aclose()

    async def hook(response: Any) -> None:
        source = response.stream
        encoding = response.headers.pop("content-encoding", "")
        if encoding.count(",") >= _MOST_ENCODINGS:
            raise http.DecodingError(f"its body is encoded more than {_MOST_ENCODINGS} times over")
        parts = aiter(source)
        if encoding:
            small = Stream(_steps(parts), source)
            parts = http.Response(200, headers={"content-encoding": encoding}, stream=small).aiter_bytes()
        most = LARGEST_REPLY_BYTES if response.is_success else LARGEST_ERROR_BYTES
        response.stream = Stream(_counted(http, parts, most), source)

    return hook


async def _steps(parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    async for part in parts:
        for at in range(0, len(part), _STEP_BYTES):
            yield part[at : at + _STEP_BYTES]


async def _counted(http: Any, parts: AsyncIterator[bytes], most: int) -> AsyncIterator[bytes]:
    total_bytes = 0
    async for part in parts:
        total_bytes += len(part)
        if total_bytes > most:
            raise http.DecodingError(f"its body has more than {most} bytes")
        yield part
