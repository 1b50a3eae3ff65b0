"""A workspace that notes each command in the trace and keeps it within the task's limits.

Once a limit has been reached every method raises `LimitReached`: an agent that catches it can do nothing more.
"""

import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from time import monotonic

from itbench.interfaces.fault import Stage, StageError
from itbench.interfaces.json import JsonValue
from itbench.interfaces.trace import Trace
from itbench.interfaces.workspace import Execution, Heard, Listening, Tool, Workspace
from itbench.text.output import cut

# A hundred turns of the longest output stay well below 3 MB.
_STDOUT_CHARS = 16_000
_STDERR_CHARS = 6_000


class TracedWorkspace:
    """Hands everything on to another workspace; commands and tools show in the trace."""

    def __init__(self, inner: Workspace, trace: Trace) -> None:
        self._inner = inner
        self._trace = trace
        self._tools = [replace(tool, call=self._traced(tool)) for tool in inner.tools]

    @property
    def path(self) -> PurePosixPath:
        """The working directory as the agent sees it."""
        return self._inner.path

    @property
    def tools(self) -> Sequence[Tool]:
        """The domain's tools; each call shows in the trace."""
        return self._tools

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
        return await self._noted(command, timeout_s=limit_s, stdin=stdin, env=env, heard=heard)

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
    ) -> Execution:
        self._trace.check()
        more = {} if heard is None else {"heard": heard}
        result = await self._inner.execute(command, timeout_s=timeout_s, stdin=stdin, env=env, **more)
        output: JsonValue = {
            "exit_code": result.exit_code,
            "stdout": cut(result.stdout, _STDOUT_CHARS, result.gaps),
            "stderr": cut(result.stderr, _STDERR_CHARS, result.gaps),
            "bytes": result.output_bytes,
            "timed_out": result.timed_out,
        }
        arguments = {"command": command if isinstance(command, str) else list(command)}
        is_ok = result.exit_code == 0 and not result.timed_out
        self._trace.tool_call("execute", arguments, output, is_ok=is_ok, duration_s=result.duration_s)
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

    def _traced(self, tool: Tool) -> Callable[..., Awaitable[JsonValue]]:
        async def call(**arguments: JsonValue) -> JsonValue:
            self._trace.check()
            started, output, is_ok = monotonic(), None, False
            try:
                output = await tool.call(**arguments)
                is_ok = True
            except Exception as error:
                output = f"{type(error).__name__}: {error}"
                raise
            finally:
                duration_s = monotonic() - started
                self._trace.tool_call(tool.name, arguments, output, is_ok=is_ok, duration_s=duration_s)
            return output

        return call
