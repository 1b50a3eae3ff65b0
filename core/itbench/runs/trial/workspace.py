"""A workspace that notes each command in the trace and keeps it within the task's limits.

Once a limit has been reached every method raises `LimitReached`: an agent that catches it can do nothing more.
"""

import socket
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from itbench.interfaces.activity import Activity
from itbench.interfaces.execution import Execution, Heard
from itbench.interfaces.fault import Stage, StageError
from itbench.interfaces.trace import Trace
from itbench.interfaces.workspace import Listening, Server, Session, Stopping, Tool, Workspace
from itbench.runs.trial.tools import Tools, Trouble
from itbench.text.output import cut

if TYPE_CHECKING:
    from itbench.interfaces.json import JsonObject, JsonValue

# A hundred turns of the longest output stay well below 3 MB.
_STDIN_CHARS = 4_000
_STDOUT_CHARS = 16_000
_STDERR_CHARS = 6_000


class TracedWorkspace:
    """Hands everything on to another workspace; commands and tools show in the trace."""

    def __init__(self, inner: Workspace, trace: Trace) -> None:
        self._inner = inner
        self._trace = trace
        self._tools = Tools(inner.tools, trace)

    @property
    def path(self) -> PurePosixPath:
        """The working directory as the agent sees it."""
        return self._inner.path

    @property
    def tools(self) -> Sequence[Tool]:
        """The domain's tools; each call shows in the trace."""
        return self._tools.offered

    @tools.setter
    def tools(self, tools: Sequence[Tool]) -> None:
        raise PermissionError(f"only the environment may offer tools, found {[tool.name for tool in tools]}")

    @property
    def troubles(self) -> Sequence[Trouble]:
        """The calls of tools that failed as no tool may."""
        return self._tools.troubles

    async def session(self, *, pty: bool = False) -> Session:
        """Open a lasting shell; each of its commands shows in the trace."""
        self._trace.check()
        return _TracedSession(await self._inner.session(pty=pty), self._trace)

    async def end_all(self) -> None:
        """End whatever the agent has left running, where the workspace can."""
        if isinstance(self._inner, Stopping):
            await self._inner.end_all()

    async def expose(self, name: str, port: int, server: Server) -> None:
        """Refuse: what an agent can reach is decided by its environment.

        Raises:
            PermissionError: always.
        """
        raise PermissionError(f"only the environment may let {name}:{port} lead to {server!r}")

    async def execute(
        self,
        command: str | Sequence[str],
        *,
        timeout_s: float,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        heard: Heard | None = None,
    ) -> Execution:
        """Run a command and note it; it may take no longer than the task allows one command."""
        limit_s = min(timeout_s, self._trace.limits.command_s)
        self._trace.does(Activity.TOOL, _shown(command))
        return await self._noted(command, timeout_s=limit_s, stdin=stdin, shown=stdin, env=env, heard=heard)

    async def host(
        self,
        program: Sequence[str],
        *,
        timeout_s: float,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        heard: Heard | None = None,
    ) -> Execution:
        """Run a program that is itself the agent and note it; only the limits of the whole trial hold for it."""
        self._trace.does(Activity.AGENT, _shown(program))
        return await self._noted(program, timeout_s=timeout_s, stdin=stdin, env=env, heard=heard)

    async def probe(self, command: Sequence[str], *, timeout_s: float) -> Execution:
        """Run a command that only asks about the workspace; it does not show in the trace."""
        self._trace.check()
        return await self._inner.execute(command, timeout_s=min(timeout_s, self._trace.limits.command_s))

    async def _noted(
        self,
        command: str | Sequence[str],
        *,
        timeout_s: float,
        stdin: bytes,
        env: Mapping[str, str] | None,
        heard: Heard | None,
        shown: bytes = b"",
    ) -> Execution:
        self._trace.check()
        more = {} if heard is None else {"heard": heard}
        result = await self._inner.execute(command, timeout_s=timeout_s, stdin=stdin, env=env, **more)
        _note(self._trace, command, result, shown)
        return result

    async def read_file(self, path: str, *, max_bytes: int | None = None) -> bytes:
        """Return a file's content."""
        self._trace.check()
        return await self._inner.read_file(path, max_bytes=max_bytes)

    async def write_file(self, path: str, data: bytes) -> None:
        """Write a file."""
        self._trace.check()
        await self._inner.write_file(path, data)

    async def list_files(self, path: str = ".") -> list[str]:
        """Return the paths of all files below a folder."""
        self._trace.check()
        return await self._inner.list_files(path)

    async def listen(self) -> socket.socket:
        """Return a socket that programs in the workspace can connect to.

        Raises:
            StageError: this workspace has none.
        """
        self._trace.check()
        if not isinstance(self._inner, Listening):
            raise StageError(Stage.ENVIRONMENT, f"a {type(self._inner).__name__} has no way out to listen on")
        return await self._inner.listen()


class _TracedSession:
    """A lasting shell each of whose commands shows in the trace."""

    def __init__(self, inner: Session, trace: Trace) -> None:
        self._inner = inner
        self._trace = trace

    @property
    def is_open(self) -> bool:
        """Whether the shell still runs."""
        return self._inner.is_open

    async def run(self, command: str, *, timeout_s: float, heard: Heard | None = None) -> Execution:
        """Run a command and note it; it is waited for no longer than the task allows one command."""
        self._trace.check()
        limit_s = min(timeout_s, self._trace.limits.command_s)
        self._trace.does(Activity.TOOL, _shown(command))
        result = await self._inner.run(command, timeout_s=limit_s, heard=heard)
        _note(self._trace, command, result)
        return result

    async def write(self, data: bytes) -> None:
        """Write to the standard input of whatever runs."""
        self._trace.check()
        await self._inner.write(data)

    async def interrupt(self, *, wait_s: float = 2.0) -> bool:
        """Interrupt whatever runs."""
        self._trace.check()
        return await self._inner.interrupt(wait_s=wait_s)

    async def close(self) -> None:
        """End the shell and all that it started."""
        await self._inner.close()


def _shown(command: str | Sequence[str]) -> str:
    return command if isinstance(command, str) else " ".join(map(str, command))


def _note(trace: Trace, command: str | Sequence[str], result: Execution, stdin: bytes = b"") -> None:
    output: JsonValue = {
        "exit_code": result.exit_code,
        "stdout": cut(result.stdout, _STDOUT_CHARS, result.gaps),
        "stderr": cut(result.stderr, _STDERR_CHARS, result.gaps),
        "bytes": result.output_bytes,
        "timed_out": result.timed_out,
    }
    arguments: JsonObject = {"command": command if isinstance(command, str) else list(command)}
    if stdin:
        arguments["stdin"] = cut(stdin.decode(errors="replace"), _STDIN_CHARS)
    is_ok = result.exit_code == 0 and not result.timed_out
    trace.tool_call("execute", arguments, output, is_ok=is_ok, duration_s=result.duration_s)
