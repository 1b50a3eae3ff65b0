"""Takes the connections of one trial: a bounded number of concurrent ones, and none that only holds a place."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

MOST_CONNECTIONS = 32
# Beyond that, a program that only connects would keep this machine busy.
_MOST_PER_S = 64
# Without a free descriptor, accepting again immediately would only keep this machine busy.
_PAUSE_S = 0.2
# A request that is sent without delay has arrived by then.
_GRACE_S = 0.5
_BUFFER_BYTES = 1 << 16


class Visitor(Protocol):
    """What a connection is made into.

    Attributes:
        is_read: whether all of the request has come; until then, the connection may be given to another.
    """

    is_read: bool

    def cut(self) -> None:
        """Break the connection."""
        ...


VisitorT = TypeVar("VisitorT", bound=Visitor)


class Door(Generic[VisitorT]):
    """Accepts connections while there is room, and serves each in a task.

    What comes beyond waits in the kernel's queue, without a descriptor here. A connection that has not brought its request makes
    room for one that waits: the oldest goes first.

    Args:
        listener: a listening socket; only the program can reach it.
        receive: makes something of the streams of a connection.
        serve: serves one connection.
        buffer_bytes: about half of what is held of a connection that nobody reads; also the longest line that can be read.

    Attributes:
        error: the first that a connection ended with and that is not the program's doing, if any.
    """

    def __init__(
        self,
        listener: socket.socket,
        receive: Callable[[asyncio.StreamReader, asyncio.StreamWriter], VisitorT],
        serve: Callable[[VisitorT], Awaitable[None]],
        *,
        buffer_bytes: int = _BUFFER_BYTES,
    ) -> None:
        self._listener = listener
        self._receive = receive
        self._serve = serve
        self._buffer_bytes = buffer_bytes
        # In the order in which they came.
        self._lines: dict[asyncio.Task[None], _Line[VisitorT]] = {}
        self._loop = asyncio.get_running_loop()
        self._is_open = False
        self._second, self._this_second = 0, 0
        self.error: Exception | None = None

    def open(self) -> None:
        """Begin to accept."""
        self._listener.setblocking(False)
        self._is_open = True
        self._watch()

    async def close(self) -> None:
        """End every connection."""
        self._is_open = False
        self._loop.remove_reader(self._listener)
        tasks = list(self._lines)
        for task in tasks:
            self._drop(task)
        if tasks:
            await asyncio.wait(tasks)

    def _watch(self) -> None:
        if self._is_open:
            self._loop.add_reader(self._listener, self._accept)

    def _accept(self) -> None:
        if self._is_too_fast() or (len(self._lines) >= MOST_CONNECTIONS and not self._drop_silent()):
            # The end of any connection looks again, and so does the next moment.
            self._pause()
            return
        try:
            accepted, _ = self._listener.accept()
        except (BlockingIOError, InterruptedError, ConnectionError):
            return
        except OSError:
            self._pause()
            return
        line: _Line[VisitorT] = _Line(accepted, self._loop.time())
        task = self._loop.create_task(self._one(line))
        self._lines[task] = line
        task.add_done_callback(self._ended)

    def _is_too_fast(self) -> bool:
        second = int(self._loop.time())
        if second != self._second:
            self._second, self._this_second = second, 0
        self._this_second += 1
        return self._this_second > _MOST_PER_S

    def _pause(self) -> None:
        self._loop.remove_reader(self._listener)
        self._loop.call_later(_PAUSE_S, self._watch)

    def _ended(self, task: asyncio.Task[None]) -> None:
        line = self._lines.pop(task)
        if line.visitor is None:
            # It was ended before it began.
            line.socket.close()
        self._watch()

    def _drop_silent(self) -> bool:
        """End the oldest connection that has not brought its request; tell whether there was one."""
        for task, line in self._lines.items():
            is_silent = line.visitor is None or not line.visitor.is_read
            is_old = self._loop.time() - line.since >= _GRACE_S
            if is_silent and is_old and not task.cancelling():
                self._drop(task)
                return True
        return False

    def _drop(self, task: asyncio.Task[None]) -> None:
        line = self._lines[task]
        if line.visitor is not None:
            line.visitor.cut()
        task.cancel()

    async def _one(self, line: "_Line[VisitorT]") -> None:
        reader, writer = await _streams(line.socket, self._buffer_bytes)
        line.visitor = self._receive(reader, writer)
        try:
            await self._serve(line.visitor)
        except (ConnectionError, TimeoutError):
            return  # the program has gone, or says nothing
        except asyncio.CancelledError:
            return  # the trial has ended, or another needs the place
        except Exception as error:  # noqa: BLE001 - a fault of ours, which must not look like the program's
            self.error = self.error or error
        finally:
            with suppress(OSError):
                writer.close()
                # Until it is, it is one of those that end with the trial.
                await writer.wait_closed()


@dataclass(slots=True)
class _Line(Generic[VisitorT]):
    """One connection; without a visitor until its streams have been made."""

    socket: socket.socket
    since: float
    visitor: VisitorT | None = None


async def _streams(
    line: socket.socket, buffer_bytes: int
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Return the streams of a connection that has been accepted."""
    loop = asyncio.get_running_loop()
    line.setblocking(False)
    reader = asyncio.StreamReader(limit=buffer_bytes)
    protocol = asyncio.StreamReaderProtocol(reader)
    transport, _ = await loop.connect_accepted_socket(lambda: protocol, line)
    return reader, asyncio.StreamWriter(transport, protocol, reader, loop)
