"""The agent's workspace in a sandbox."""

import asyncio
import errno
import os
import socket
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath

from itbench.host.faults import (
    PATH_ERRORS,
    HostError,
    WorkspaceFileError,
    host_errors,
)
from itbench.host.paths import clean
from itbench.interfaces.execution import Execution, Heard
from itbench.interfaces.workspace import Server, Tool
from itbench.sandbox.bubblewrap.arguments import HOME, Layout
from itbench.sandbox.errors import SandboxEndedError, SandboxError
from itbench.sandbox.inside import below
from itbench.sandbox.inside.descriptors import sealed
from itbench.sandbox.inside.ending import is_for_lack_of_memory, limit_note, processes_killed_for_memory
from itbench.sandbox.inside.orders import Answer, Order
from itbench.sandbox.inside.process import SandboxProcess
from itbench.sandbox.inside.relay import Relay, check_port, connect_to
from itbench.sandbox.inside.session import ShellSession
from itbench.sandbox.inside.streams import Streams

_WRITE_LIMIT_S = 60.0
_MISSING = frozenset({errno.ENOENT})
# What is smaller is read faster than handed to a thread.
_SMALL_BYTES = 1 << 20
# Limits of the sandbox at which a command of itbench's own ends for what the agent left there.
_OWN_LIMITS = frozenset({"files", "memory", "processes"})


class SandboxedWorkspace:
    """A folder and commands inside a sandbox; commands run one after another, sessions beside them."""

    tools: Sequence[Tool] = ()

    def __init__(self, process: SandboxProcess, layout: Layout) -> None:
        self._process = process
        self._layout = layout
        self._inputs = {"/".join(clean(entry.path)): entry.source for entry in layout.inputs}
        self._limits = layout.limits
        self._sessions: list[ShellSession] = []
        self._relays: list[Relay] = []
        # At the end of a command everything that it started is ended, so there can be only one at a time.
        self._turn = asyncio.Lock()

    @property
    def path(self) -> PurePosixPath:
        """The home folder inside."""
        return HOME

    @property
    def variables(self) -> dict[str, str]:
        """The variables that programs have."""
        return self._layout.variables

    async def execute(
        self,
        command: str | Sequence[str],
        *,
        timeout_s: float,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        heard: Heard | None = None,
    ) -> Execution:
        """Run a command, and end every process that is left when it ends or reaches a limit.

        Raises:
            SandboxEndedError: the sandbox has ended.
            HostError: the machine refuses something, or has ended a process for lack of memory.
        """
        words = [self._layout.shell, "-c", command] if isinstance(command, str) else list(command)
        variables = self._layout.variables | dict(env or {})
        order = Order(kind="run", words=words, variables=variables, limit_s=timeout_s)
        if order.problem is not None:
            return _refused(order.problem)
        started, killed_before = time.monotonic(), processes_killed_for_memory()
        answer, streams = await self._run(order, stdin, heard)
        killed_now = processes_killed_for_memory()
        if is_for_lack_of_memory(
            answer.code, answer.reason, killed_before=killed_before, killed_now=killed_now
        ):
            raise HostError("the command was killed", OSError(errno.ENOMEM, os.strerror(errno.ENOMEM)))
        error_text = streams.error.text() + limit_note(answer.reason, self._limits)
        return Execution(
            exit_code=answer.code,
            stdout=streams.output.text(),
            stderr=error_text,
            output_bytes=streams.total_bytes,
            duration_s=round(time.monotonic() - started, 6),
            timed_out=answer.reason == "time",
            gaps=streams.output.gaps + streams.error.gaps,
        )

    async def read_file(self, path: str, *, max_bytes: int | None = None) -> bytes:
        """Return a file's content; an input is read where it lies."""
        source = self._inputs.get("/".join(clean(path)))
        with host_errors(f"{path!r} cannot be read", but=frozenset() if source else _MISSING):
            if source is not None:
                return await asyncio.to_thread(_read_input, path, source, max_bytes)
            limit = self._limits.read_bytes if max_bytes is None else max_bytes
            if limit <= _SMALL_BYTES:
                return below.read_file(self._process.folder, path, max_bytes=limit)
            return await asyncio.to_thread(below.read_file, self._process.folder, path, max_bytes=limit)

    async def write_file(self, path: str, data: bytes) -> None:
        """Write a file as the agent could, with the folders that it needs.

        Raises:
            WorkspaceFileError: it cannot be written there; inputs cannot.
            SandboxEndedError: the sandbox has ended.
            HostError: the machine refuses something.
        """
        words = ["/".join(clean(path))]
        order = Order(kind="write", words=words, variables={}, limit_s=_WRITE_LIMIT_S)
        answer, _ = await self._run(order, data)
        if answer.code > 0:
            raise WorkspaceFileError(answer.code, f"{os.strerror(answer.code)} in the sandbox", path)
        if answer.code < 0:
            ended = f"ended{limit_note(answer.reason, self._limits)}".strip()
            # What runs in a session can end whatever its user runs, this too.
            if answer.reason in _OWN_LIMITS or any(session.is_open for session in self._sessions):
                raise WorkspaceFileError(f"{path!r} cannot be written in the sandbox: {ended}")
            raise HostError(f"{path!r} cannot be written in the sandbox", OSError(ended))

    async def list_files(self, path: str = ".") -> list[str]:
        """Return the paths of all files below a folder, sorted."""
        with host_errors(f"the files below {path!r} cannot be listed", but=PATH_ERRORS):
            return await asyncio.to_thread(below.list_files, self._process.folder, path)

    async def listen(self) -> socket.socket:
        """Return a socket that listens on the loopback inside; its connections are accepted outside.

        Raises:
            SandboxEndedError: the sandbox has ended.
        """
        with host_errors("no socket can be opened in the sandbox"):
            return await self._process.listen()

    async def session(self, *, pty: bool = False) -> ShellSession:
        """Open a lasting shell.

        Raises:
            SandboxError: it does not start.
            SandboxEndedError: the sandbox has ended.
        """
        session = await ShellSession.start(
            self._process, self._layout.shell, self._layout.variables, self._limits, has_terminal=pty
        )
        self._sessions.append(session)
        return session

    async def expose(self, name: str, port: int, server: Server) -> None:
        """Let programs inside reach a server as `name:port`.

        Raises:
            SandboxError: the workspace was not opened with this name, or the port cannot be listened on.
        """
        check_port(port)
        address = self._layout.addresses.get(name)
        if address is None:
            raise SandboxError(
                f"{name!r} cannot be exposed: the workspace was opened with the hosts {sorted(self._layout.addresses)}; "
                f"add it to 'hosts' of Sandbox.open"
            )
        try:
            listener = await self._process.listen(address, port)
        except OSError as error:
            raise SandboxError(
                f"{name}:{port} cannot be exposed in the workspace: {error.strerror}"
            ) from error
        self._relays.append(Relay(listener, lambda: connect_to(server)))

    async def end_all(self) -> None:
        """End all sessions, and every process in the sandbox; files stay.

        It is called when the agent stops, before anything is collected or observed.
        """
        with suppress(SandboxEndedError):
            await self._process.end_everything()
        for session in self._sessions:
            await session.close()
        self._sessions.clear()

    async def close(self) -> None:
        """End sessions and relays; the sandbox itself ends after that."""
        for relay in self._relays:
            await relay.close()
        self._relays.clear()
        for session in self._sessions:
            await session.close()
        self._sessions.clear()

    async def _run(self, order: Order, stdin: bytes, heard: Heard | None = None) -> tuple[Answer, Streams]:
        async with self._turn:
            with (
                host_errors("a command cannot be run in the sandbox"),
                Streams(self._limits.output_bytes, heard) as streams,
            ):
                source = sealed(stdin)
                try:
                    number = self._process.send(order, [source, *streams.write_ends])
                finally:
                    os.close(source)
                    streams.close_write_ends()
                answer = await self._process.answer(number, order.limit_s, streams.too_much)
            return answer, streams


def _refused(problem: str) -> Execution:
    text = f"the command cannot be run: {problem}\n"
    return Execution(exit_code=126, stdout="", stderr=text, output_bytes=len(text), duration_s=0.0)


def _read_input(path: str, source: Path, max_bytes: int | None) -> bytes:
    size = source.stat().st_size
    if max_bytes is not None and size > max_bytes:
        raise ValueError(f"{path!r} holds {size} bytes, allowed: {max_bytes}")
    return source.read_bytes()
