"""Carries connections from a socket in a workspace to a server elsewhere."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeAlias

from itbench.interfaces.workspace import Server
from itbench.sandbox.errors import SandboxError

# Concurrent ones; what comes beyond waits in the kernel's queue.
MOST_CONNECTIONS = 128
_FIRST_PORT, _LAST_PORT = 1024, 65_535
_CHUNK_BYTES = 1 << 18
_PAUSE_S = 0.2
_CONNECT_LIMIT_S = 10.0

_Streams: TypeAlias = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def check_port(port: int) -> None:
    """Refuse a port that no ordinary user can listen on.

    Raises:
        SandboxError: it is one.
    """
    if not _FIRST_PORT <= port <= _LAST_PORT:
        raise SandboxError(
            f"port {port} cannot be exposed in a workspace: its user is not root; use one from {_FIRST_PORT} to {_LAST_PORT}"
        )


async def connect_to(server: Server) -> _Streams:
    """Return a connection to what `Workspace.expose` leads to."""
    if isinstance(server, Path):
        return await asyncio.open_unix_connection(str(server))
    return await server.connect()


class Relay:
    """Accepts connections and carries what comes through each in both directions, until it is closed.

    No more is read from one side than the other takes.

    Args:
        listener: a listening socket.
        connect: returns a new connection to the server.
    """

    def __init__(self, listener: socket.socket, connect: Callable[[], Awaitable[_Streams]]) -> None:
        self._listener = listener
        self._connect = connect
        self._room = asyncio.Semaphore(MOST_CONNECTIONS)
        self._lines: set[asyncio.Task[None]] = set()
        listener.setblocking(False)
        self._accepting = asyncio.create_task(self._accept())

    async def close(self) -> None:
        """End every connection, and listen no more."""
        tasks = {self._accepting, *self._lines}
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        self._listener.close()

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._room.acquire()
            try:
                accepted, _ = await loop.sock_accept(self._listener)
            except ConnectionError:
                self._room.release()
                continue
            except OSError:
                # Without a free descriptor, accepting again immediately would only keep this machine busy.
                self._room.release()
                await asyncio.sleep(_PAUSE_S)
                continue
            task = asyncio.create_task(self._carry(accepted))
            self._lines.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._lines.discard(task)
        self._room.release()

    async def _carry(self, accepted: socket.socket) -> None:
        writers: list[asyncio.StreamWriter] = []
        try:
            reader, writer = await asyncio.open_connection(sock=accepted)
            writers.append(writer)
            async with asyncio.timeout(_CONNECT_LIMIT_S):
                far_reader, far_writer = await self._connect()
            writers.append(far_writer)
            await _both(_pump(reader, far_writer), _pump(far_reader, writer))
            for each in writers:
                each.close()
                await each.wait_closed()  # until the other side has taken everything
        except (OSError, TimeoutError):
            return  # one of the two has gone; so is the other
        finally:
            if not writers:
                accepted.close()
            for each in writers:
                each.transport.abort()


async def _both(one: Awaitable[None], other: Awaitable[None]) -> None:
    tasks = [asyncio.ensure_future(one), asyncio.ensure_future(other)]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Carry one direction to its end, and tell the other side of the end."""
    while data := await reader.read(_CHUNK_BYTES):
        writer.write(data)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()
