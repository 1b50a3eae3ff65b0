"""A plain temporary directory: no isolation, and it says so."""

import asyncio
import os
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from functools import cached_property
from pathlib import Path, PurePosixPath

from itbench.host.faults import PATH_ERRORS, PROGRAM_ERRORS, host_errors
from itbench.host.leftovers import sweep, temporary_folder
from itbench.host.paths import clean, read_below
from itbench.interfaces.execution import Execution, Heard
from itbench.interfaces.sandbox import Program
from itbench.interfaces.service import Ready, Service, ServiceLimits
from itbench.interfaces.workspace import Input, Server, Tool
from itbench.sandbox.errors import SandboxError
from itbench.sandbox.inside.relay import Relay, check_port, connect_to
from itbench.sandbox.inside.session import ShellSession
from itbench.sandbox.plain.process import run_process
from itbench.sandbox.plain.programs import programs_folder
from itbench.sandbox.plain.sessions import PlainSessions

_MEMORY_BYTES = 1 << 30
MEMORY_FOLDER = Path("/dev/shm")  # noqa: S108 - each workspace is a folder of its own there, as in /tmp
# Up to this many bytes inputs are copied, so that an agent cannot change them for others; more are linked.
COPY_LIMIT_BYTES = 64 * 1024 * 1024
_WARNING = (
    "no sandbox: agents work in plain temporary directories and can read whatever this user can read; what is exposed to "
    "them listens on this machine's own loopback"
)
TRIAL_PREFIX = "itbench-trial-"
# Folders in which this process has looked for what others had left.
_SWEPT: set[Path] = set()
_SAFE_VARIABLES = ("PATH", "LANG", "LC_ALL", "TZ", "TERM")


class LocalSandbox:
    """Gives each trial a temporary directory on the host."""

    def __init__(self, parent: Path | None = None, *, is_in_process: bool = False) -> None:
        # An agent that starts nothing has nothing to be kept from by a sandbox, and writes no more than an answer.
        self._parent = parent or (_memory() if is_in_process else None)
        self.name = "in-process" if is_in_process else "none"
        self.warning: str | None = None if is_in_process else _WARNING

    @asynccontextmanager
    async def open(
        self, inputs: Sequence[Input], *, programs: Sequence[Program] = (), hosts: Sequence[str] = ()
    ) -> AsyncIterator["LocalWorkspace"]:
        """Make a directory with the inputs in it, and remove it at the end; programs are this machine's own.

        Raises:
            SandboxError: names of hosts are wanted, which this machine's own files would have to tell.
        """
        if hosts:
            raise SandboxError(
                f"sandbox {self.name!r} has no names for servers ({', '.join(hosts)}): expose them as 'localhost', "
                "or use a sandbox that isolates"
            )
        parent = self._parent or Path(tempfile.gettempdir())
        if parent not in _SWEPT:
            _SWEPT.add(parent)
            sweep(parent, f"{TRIAL_PREFIX}*")
        with temporary_folder(parent, TRIAL_PREFIX) as root:
            try:
                if inputs:
                    await asyncio.to_thread(_stage, root, inputs)
                workspace = LocalWorkspace(root, {entry.path: entry.source for entry in inputs}, programs)
                try:
                    yield workspace
                finally:
                    await workspace.close()
            finally:
                if inputs:
                    await asyncio.to_thread(_remove, root)
                else:
                    _remove(root)

    def service(
        self,
        command: Sequence[str],
        *,
        inputs: Sequence[Input] = (),
        programs: Sequence[Program] = (),
        before: Sequence[Sequence[str]] = (),
        port: int | None = None,
        socket: str | None = None,
        ready: Ready | None = None,
        ready_s: float = 60.0,
        limits: ServiceLimits | None = None,
    ) -> AbstractAsyncContextManager[Service]:
        """Refuse: nothing runs on the host.

        Raises:
            SandboxError: always.
        """
        raise SandboxError(
            f"sandbox {self.name!r} has no namespaces for the service {command[0]!r}, and no server runs on the host; "
            "use the sandbox 'bubblewrap', 'podman' or 'docker'"
        )


class LocalWorkspace:
    """A directory on the host."""

    tools: Sequence[Tool] = ()

    def __init__(self, root: Path, inputs: Mapping[str, Path], programs: Sequence[Program] = ()) -> None:
        self._root = root
        self._inputs = inputs
        self._programs = programs
        self._open_sessions: PlainSessions | None = None
        self._relays: list[Relay] = []

    @cached_property
    def _variables(self) -> dict[str, str]:
        return _safe_environment(self._root, self._programs)

    @property
    def path(self) -> PurePosixPath:
        """The directory."""
        return PurePosixPath(self._root)

    async def execute(
        self,
        command: str | Sequence[str],
        *,
        timeout_s: float,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        heard: Heard | None = None,
    ) -> Execution:
        """Run a command in the directory and end its whole process group at the time limit."""
        words = ["/bin/sh", "-c", command] if isinstance(command, str) else list(command)
        variables = {**self._variables, **(env or {})}
        with host_errors("the command cannot be started", but=PROGRAM_ERRORS):
            return await run_process(
                words, cwd=self._root, env=variables, stdin=stdin, timeout_s=timeout_s, heard=heard
            )

    async def listen(self) -> socket.socket:
        """Return a socket on this machine's own loopback: nothing keeps other programs from it, or these from others.

        From then on commands find the programs that connect to servers of ours on their PATH.
        """
        own = str(await asyncio.to_thread(programs_folder))
        search = self._variables.get("PATH", os.defpath)
        if own not in search.split(os.pathsep):
            self._variables["PATH"] = f"{own}{os.pathsep}{search}"
        with host_errors("no socket can be opened for the program"):
            listener = socket.socket()
            try:
                listener.bind(("127.0.0.1", 0))
                listener.listen()
            except BaseException:
                listener.close()
                raise
        return listener

    async def session(self, *, pty: bool = False) -> ShellSession:
        """Open a lasting shell on the host: it ends with all that descends from it, and nothing limits what it takes.

        Raises:
            SandboxError: it does not start.
        """
        if self._open_sessions is None:
            self._open_sessions = PlainSessions(self._root, self._variables)
        return await self._open_sessions.open(has_terminal=pty)

    async def expose(self, name: str, port: int, server: Server) -> None:
        """Let all programs of this machine reach a server as `localhost:port`.

        Raises:
            SandboxError: another name is asked for, or the port cannot be listened on.
        """
        check_port(port)
        if name != "localhost":
            raise SandboxError(f"without a sandbox {name!r} cannot be exposed, only 'localhost'")
        listener = socket.socket()
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("127.0.0.1", port))
            listener.listen()
        except OSError as error:
            listener.close()
            raise SandboxError(f"localhost:{port} cannot be exposed: {error.strerror}") from error
        self._relays.append(Relay(listener, lambda: connect_to(server)))

    async def end_all(self) -> None:
        """End all sessions and what they started; files stay."""
        if self._open_sessions is not None:
            await self._open_sessions.end_all()

    async def close(self) -> None:
        """End sessions and relays."""
        await self.end_all()
        for relay in self._relays:
            await relay.close()
        self._relays.clear()

    async def read_file(self, path: str, *, max_bytes: int | None = None) -> bytes:
        """Return a file's content; an input is read where it lies."""
        # Small local reads and writes take microseconds, less than handing them to a thread.
        source = self._inputs.get("/".join(clean(path))) if self._inputs else None
        if source is not None:
            return read_below(source.parent, source.name, max_bytes=max_bytes)
        return read_below(self._root, path, max_bytes=max_bytes)

    async def write_file(self, path: str, data: bytes) -> None:
        """Write a file, with the folders that it needs."""
        parts = clean(path)
        target = self._root.joinpath(*parts)
        with host_errors(f"{path!r} cannot be written", but=PATH_ERRORS):
            if len(parts) > 1:
                target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)

    async def list_files(self, path: str = ".") -> list[str]:
        """Return the paths of all files below a folder, sorted."""
        start = self._root.joinpath(*(clean(path) if path != "." else ()))
        return sorted(
            str((Path(folder) / name).relative_to(self._root))
            for folder, _, names in os.walk(start)
            for name in names
        )


def _memory() -> Path | None:
    """Return a folder in memory where there is one with room: making and removing files there costs next to nothing."""
    folder = MEMORY_FOLDER
    if not (folder.is_dir() and os.access(folder, os.W_OK)):
        return None
    return folder if shutil.disk_usage(folder).free > _MEMORY_BYTES else None


def _stage(root: Path, inputs: Sequence[Input]) -> None:
    total_bytes = sum(entry.source.stat().st_size for entry in inputs)
    for entry in inputs:
        target = root.joinpath(*clean(entry.path))
        target.parent.mkdir(parents=True, exist_ok=True)
        if total_bytes > COPY_LIMIT_BYTES:
            target.symlink_to(entry.source.resolve())
        else:
            shutil.copyfile(entry.source, target)
            target.chmod(0o444)
            # One time for all: when an input was made must not tell anything.
            os.utime(target, (0, 0))


def _remove(root: Path) -> None:
    """Remove the directory even where an agent has taken rights from folders in it."""
    with suppress(OSError):
        shutil.rmtree(root)
        return
    for folder, _, _ in os.walk(root):
        with suppress(OSError):
            Path(folder).chmod(0o700)
    shutil.rmtree(root, ignore_errors=True)


def _safe_environment(home: Path, programs: Sequence[Program]) -> dict[str, str]:
    kept = {name: os.environ[name] for name in _SAFE_VARIABLES if name in os.environ}
    folders = {str(path.parent): None for program in programs for path in program.commands.values()}
    search = os.pathsep.join([*folders, kept.get("PATH", os.defpath)])
    return kept | ({"PATH": search} if folders else {}) | {"HOME": str(home)}
