"""A server in a sandbox of its own: no agent is in there, and nothing of it runs on the host."""

import asyncio
import os
import socket
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from itbench.host.faults import host_errors
from itbench.interfaces.execution import Execution
from itbench.interfaces.service import Ready, ServiceLimits
from itbench.sandbox.bubblewrap.arguments import HOME
from itbench.sandbox.errors import SandboxEndedError, SandboxError
from itbench.sandbox.inside.descriptors import sealed
from itbench.sandbox.inside.ending import is_for_lack_of_memory, processes_killed_for_memory
from itbench.sandbox.inside.orders import Answer, Order
from itbench.sandbox.inside.process import SandboxProcess
from itbench.sandbox.inside.workspace import SandboxedWorkspace
from itbench.sandbox.limits import MIB, SandboxLimits
from itbench.text.output import CappedOutput

_CHUNK_BYTES = 65_536
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.01, 0.2
_END_OF_LOG_CHARACTERS = 1500
_OPEN_FILES = 4096


def service_limits(limits: ServiceLimits) -> SandboxLimits:
    """Return the limits of a service's sandbox."""
    return SandboxLimits(
        memory_bytes=limits.memory_bytes,
        processes=limits.processes,
        open_files=_OPEN_FILES,
        file_bytes=limits.disk_bytes,
        cpu_s=0,
        workspace_bytes=limits.disk_bytes,
        temporary_bytes=max(limits.disk_bytes // 4, MIB),
        shared_memory_bytes=max(limits.disk_bytes // 4, MIB),
        output_bytes=max(limits.log_bytes, MIB),
    )


class SandboxedService:
    """A server that was or is to be started; see `itbench.interfaces.service.Service`.

    Args:
        process: of its sandbox.
        workspace: in the same sandbox.
        command: the server's program and its arguments.
        place: its port or the path of its Unix socket, if any.
        ready: tells when it answers.
        ready_s: seconds that this may take.
        limits: of which the size of the log is looked at here.
    """

    def __init__(
        self,
        process: SandboxProcess,
        workspace: SandboxedWorkspace,
        command: Sequence[str],
        *,
        place: int | str | None,
        ready: Ready | None,
        ready_s: float,
        limits: ServiceLimits,
    ) -> None:
        self._process = process
        self._workspace = workspace
        self._command = list(command)
        self._place = str(HOME / place) if isinstance(place, str) else place
        self._ready = ready
        self._ready_s = ready_s
        self._log = CappedOutput(limits.log_bytes // 2, limits.log_bytes // 2)
        self._log_end = -1
        self._end: asyncio.Task[Answer] | None = None
        self._number = 0
        self._killed_before = 0
        self._killed_at_end = 0

    @property
    def is_running(self) -> bool:
        """Whether the server's process has not ended."""
        return self._end is not None and not self._end.done()

    @property
    def exit_code(self) -> int | None:
        """The code with which the server ended; None while it runs, and where something outside ended it."""
        if self._end is None or not self._end.done() or self._end.exception() is not None:
            return None
        answer = self._end.result()
        is_lost = is_for_lack_of_memory(
            answer.code, answer.reason, killed_before=self._killed_before, killed_now=self._killed_at_end
        )
        return None if is_lost else answer.code

    def logs(self) -> str:
        """Return head and tail of what the server has printed."""
        self._read()
        return self._log.text()

    async def prepare(self, commands: Sequence[Sequence[str]]) -> None:
        """Run what has to be run before the server.

        Raises:
            SandboxError: one of them fails.
        """
        for words in commands:
            done = await self.execute(words, timeout_s=self._ready_s)
            if done.exit_code != 0 or done.timed_out:
                why = "is not done in time" if done.timed_out else f"ends with code {done.exit_code}"
                said = (done.stdout + done.stderr).strip()[-_END_OF_LOG_CHARACTERS:]
                raise SandboxError(
                    f"the service {self._name!r} cannot be prepared: {words[0]!r} {why}: {said}"
                )

    async def start(self) -> None:
        """Start the server and wait until it answers.

        Raises:
            SandboxError: it does not.
        """
        self._launch()
        try:
            async with asyncio.timeout(self._ready_s):
                await self._answers()
        except TimeoutError:
            await self._stop()
            raise self._failed(f"does not answer within {self._ready_s:g} s") from None

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Return a connection to the server's port or socket.

        Raises:
            ConnectionError: nothing listens there, or it has neither.
        """
        return await asyncio.open_connection(sock=await self._connected())

    async def execute(
        self,
        command: str | Sequence[str],
        *,
        timeout_s: float,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
    ) -> Execution:
        """Run a command beside the server."""
        return await self._workspace.execute(command, timeout_s=timeout_s, stdin=stdin, env=env)

    async def write_file(self, path: str, data: bytes) -> None:
        """Write a file below the home folder in there."""
        await self._workspace.write_file(path, data)

    async def read_file(self, path: str, *, max_bytes: int | None = None) -> bytes:
        """Return the content of a file below the home folder in there."""
        return await self._workspace.read_file(path, max_bytes=max_bytes)

    async def restart(self) -> None:
        """End the server and start it again, and wait until it answers.

        Raises:
            SandboxError: it does not.
        """
        await self._stop()
        await self.start()

    async def close(self) -> None:
        """End the server; what it has printed can still be read."""
        await self._stop()

    @property
    def _name(self) -> str:
        return PurePosixPath(self._command[0]).name

    def _launch(self) -> None:
        with host_errors("a service cannot be started"):
            ours, theirs = os.pipe()
            os.set_blocking(ours, False)
            os.fchmod(theirs, 0o666)
            self._log_end = ours
            asyncio.get_running_loop().add_reader(ours, self._read)
            source = sealed(b"")
            order = Order(kind="start", words=self._command, variables=self._workspace.variables)
            try:
                self._number = self._process.send(order, [source, theirs, theirs])
            finally:
                os.close(source)
                os.close(theirs)
        self._killed_before = self._killed_at_end = processes_killed_for_memory()
        self._end = asyncio.create_task(self._process.end_of(self._number))
        self._end.add_done_callback(self._ended)

    def _ended(self, end: "asyncio.Task[Answer]") -> None:
        # Nobody else may ask what came of it.
        if not end.cancelled():
            end.exception()
        self._killed_at_end = processes_killed_for_memory()

    async def _stop(self) -> None:
        await self._process.end(self._number)
        if self._end is not None:
            await asyncio.wait({self._end})
        self._read()
        if self._log_end >= 0:
            self._close_log()

    async def _answers(self) -> None:
        pause_s = _FIRST_PAUSE_S
        while True:
            if not self.is_running:
                raise self._failed(f"ended with code {self.exit_code}")
            if await self._is_ready():
                return
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 1.5, _LONGEST_PAUSE_S)

    async def _is_ready(self) -> bool:
        if self._ready is None:
            return await self._takes_connections()
        if callable(self._ready):
            return await self._ready(self)
        done = await self.execute(self._ready, timeout_s=self._ready_s)
        return done.exit_code == 0

    async def _takes_connections(self) -> bool:
        if self._place is None:
            # A program that is not there, or that refuses its arguments, has ended by then.
            await asyncio.sleep(_LONGEST_PAUSE_S)
            return self.is_running
        try:
            (await self._connected()).close()
        except ConnectionError:
            return False
        return True

    async def _connected(self) -> socket.socket:
        if self._place is None:
            raise ConnectionRefusedError(f"the service {self._name!r} has neither a port nor a socket")
        try:
            return await self._process.connect(self._place)
        except SandboxEndedError as error:
            raise ConnectionRefusedError(f"the sandbox of the service {self._name!r} has ended") from error
        except OSError as error:
            if isinstance(error, ConnectionError):
                raise
            raise ConnectionRefusedError(f"the service {self._name!r}: {error.strerror}") from error

    def _failed(self, what: str) -> SandboxError:
        said = self.logs().strip()[-_END_OF_LOG_CHARACTERS:] or "nothing"
        return SandboxError(f"the service {self._name!r} {what}; it has printed, at the end: {said}")

    def _read(self) -> None:
        while self._log_end >= 0:
            try:
                data = os.read(self._log_end, _CHUNK_BYTES)
            except BlockingIOError:
                return
            if not data:
                self._close_log()
                return
            self._log.add(data)
            if len(data) < _CHUNK_BYTES:
                return

    def _close_log(self) -> None:
        asyncio.get_running_loop().remove_reader(self._log_end)
        os.close(self._log_end)
        self._log_end = -1
