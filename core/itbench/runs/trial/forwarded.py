"""A workspace that lives in the environment's own loop, as the agent's loop sees it."""

import asyncio
import socket
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import PurePosixPath

from itbench.interfaces.execution import Execution, Heard
from itbench.interfaces.json import JsonValue
from itbench.interfaces.workspace import Listening, Server, Session, Stopping, Tool, Workspace
from itbench.runs.trial.apart import Apart

# To end processes takes no longer than this, whatever they are.
_END_S = 30.0


def forwarded(inner: Workspace, apart: Apart) -> Workspace:
    """Return a workspace each of whose methods runs over there."""
    made = _Forwarded if not isinstance(inner, Listening) else _ForwardedListening
    return made(inner, apart)


class _Forwarded:
    """Hands each call on to the other loop, and what it hears back to ours."""

    def __init__(self, inner: Workspace, apart: Apart) -> None:
        self._inner = inner
        self._apart = apart
        self._ours = asyncio.get_running_loop()
        self.tools: Sequence[Tool] = [replace(tool, call=partial(self._use, tool)) for tool in inner.tools]

    @property
    def path(self) -> PurePosixPath:
        """The working directory as the agent sees it."""
        return self._inner.path

    async def execute(
        self,
        command: str | Sequence[str],
        *,
        timeout_s: float,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        heard: Heard | None = None,
    ) -> Execution:
        """Run a command over there."""
        more = {} if heard is None else {"heard": _in_loop(self._ours, heard)}
        return await self._apart.call(
            lambda: self._inner.execute(command, timeout_s=timeout_s, stdin=stdin, env=env, **more),
            what="a command",
        )

    async def session(self, *, pty: bool = False) -> Session:
        """Open a lasting shell over there."""
        session = await self._apart.call(lambda: self._inner.session(pty=pty), what="a session")
        return _ForwardedSession(session, self._apart, self._ours)

    async def expose(self, name: str, port: int, server: Server) -> None:
        """Let programs in the workspace reach a server."""
        await self._apart.call(lambda: self._inner.expose(name, port, server), what="exposing a server")

    async def end_all(self) -> None:
        """End everything in the workspace, where it can."""
        if isinstance(self._inner, Stopping):
            await self._apart.call(self._inner.end_all, what="ending what still runs", limit_s=_END_S)

    async def read_file(self, path: str, *, max_bytes: int | None = None) -> bytes:
        """Return a file's content."""
        return await self._apart.call(
            lambda: self._inner.read_file(path, max_bytes=max_bytes), what=f"reading {path!r}"
        )

    async def write_file(self, path: str, data: bytes) -> None:
        """Write a file."""
        await self._apart.call(lambda: self._inner.write_file(path, data), what=f"writing {path!r}")

    async def list_files(self, path: str = ".") -> list[str]:
        """Return the paths of all files below a folder."""
        return await self._apart.call(lambda: self._inner.list_files(path), what=f"listing {path!r}")

    async def _use(self, tool: Tool, **arguments: JsonValue) -> JsonValue:
        return await self._apart.call(lambda: tool.call(**arguments), what=f"tool {tool.name!r}")


class _ForwardedListening(_Forwarded):
    """One that programs can be given a way out of."""

    async def listen(self) -> socket.socket:
        """Return a socket that programs in the workspace can connect to."""
        inner = self._inner
        if not isinstance(inner, Listening):
            raise TypeError(f"a {type(inner).__name__} cannot listen")
        return await self._apart.call(inner.listen, what="a way out")


class _ForwardedSession:
    """A lasting shell over there."""

    def __init__(self, inner: Session, apart: Apart, ours: asyncio.AbstractEventLoop) -> None:
        self._inner = inner
        self._apart = apart
        self._ours = ours

    @property
    def is_open(self) -> bool:
        """Whether the shell still runs."""
        return self._inner.is_open

    async def run(self, command: str, *, timeout_s: float, heard: Heard | None = None) -> Execution:
        """Run a command in the shell."""
        told = None if heard is None else _in_loop(self._ours, heard)
        return await self._apart.call(
            lambda: self._inner.run(command, timeout_s=timeout_s, heard=told), what="a command"
        )

    async def write(self, data: bytes) -> None:
        """Write to the standard input of whatever runs."""
        await self._apart.call(lambda: self._inner.write(data), what="writing to a session")

    async def interrupt(self, *, wait_s: float = 2.0) -> bool:
        """Interrupt whatever runs."""
        return await self._apart.call(lambda: self._inner.interrupt(wait_s=wait_s), what="an interrupt")

    async def close(self) -> None:
        """End the shell and all that it started."""
        await self._apart.call(self._inner.close, what="closing a session")


def _in_loop(loop: asyncio.AbstractEventLoop, heard: Heard) -> Heard:
    """Return what tells `heard` of output in this loop, whichever thread hears it."""
    return lambda stream, data: loop.call_soon_threadsafe(heard, stream, data)
