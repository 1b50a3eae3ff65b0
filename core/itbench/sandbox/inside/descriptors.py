"""Small things about descriptors: waiting for them, and texts that others read through them."""

import asyncio
import fcntl
import os


async def readable(descriptor: int) -> None:
    """Wait until something can be read."""
    loop = asyncio.get_running_loop()
    waiting: asyncio.Future[None] = loop.create_future()
    loop.add_reader(descriptor, _set, waiting)
    try:
        await waiting
    finally:
        loop.remove_reader(descriptor)


def sealed(data: bytes) -> int:
    """Return a descriptor of an unnamed file with this content that nobody can change."""
    descriptor = os.memfd_create("input", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        left = memoryview(data)
        while left:
            left = left[os.write(descriptor, left) :]
        os.lseek(descriptor, 0, os.SEEK_SET)
        # Named here and not above: other systems than Linux can import this module.
        seals = fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SEAL
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, seals)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _set(waiting: "asyncio.Future[None]") -> None:
    if not waiting.done():
        waiting.set_result(None)


def encoded(text: str) -> bytes:
    """Return a text as bytes; file names that are no UTF-8 survive, what no file name can hold does not."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        # A model can write half of a surrogate pair in JSON.
        return text.encode("utf-8", "replace")
