"""A shell that lasts, in any sandbox.

The shell reads its commands as a script, from a pipe: `eval` of a quoted text, and then a line that tells its exit code on another
pipe. Both are closed to the commands, so that nothing of ours is in what they print, whatever they are.
"""

import asyncio
import signal
import time
from collections.abc import Mapping
from typing import Any

from itbench.host.faults import host_errors
from itbench.interfaces.execution import Execution, Heard
from itbench.interfaces.workspace import SessionEndedError
from itbench.sandbox.errors import SandboxError
from itbench.sandbox.inside.channels import Channels
from itbench.sandbox.inside.descriptors import encoded
from itbench.sandbox.inside.ending import limit_note
from itbench.sandbox.inside.orders import Answer, Order
from itbench.sandbox.inside.process import SandboxProcess
from itbench.sandbox.limits import SandboxLimits
from itbench.text.output import CappedOutput

# Of an execution that continues beyond its time limit, as timeout(1) says it.
STILL_RUNNING = 124
_NOT_STARTED = "\n[the previous command still runs: this one was not started; interrupt it, or wait longer]\n"
_READY_LIMIT_S = 20.0
_LONGEST_INPUT_BYTES = 1 << 20
_LONGEST_LINE_BYTES = 4096
# Interrupted, a loop of the shell itself ends too; without the trap the shell would.
_PREPARE = "exec 8<&-; trap 'break 9999 2>/dev/null' INT\n"


class ShellSession:
    """A lasting shell and what it prints; see `itbench.interfaces.workspace.Session`."""

    def __init__(self, process: SandboxProcess, limits: SandboxLimits, *, has_terminal: bool) -> None:
        self._process = process
        self._limits = limits
        self._outputs = {"stdout": CappedOutput(), "stderr": CappedOutput()}
        self._heard: Heard | None = None
        self._channels = Channels(self._take, has_terminal=has_terminal)
        self._turn = asyncio.Lock()
        self._line = bytearray()
        self._count = 0
        self._code, self._options = 0, ""
        self._ending: asyncio.Task[None] | None = None
        self._told: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._end: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._number = 0
        self._is_too_much = False
        self._is_closed = False

    @classmethod
    async def start(
        cls,
        process: SandboxProcess,
        shell: str,
        variables: Mapping[str, str],
        limits: SandboxLimits,
        *,
        has_terminal: bool,
    ) -> "ShellSession":
        """Start a shell and wait until it takes commands.

        Raises:
            SandboxError: it does not start.
            SandboxEndedError: the sandbox has ended.
            HostError: the machine refuses something.
        """
        options = ["--norc", "--noprofile"] if shell.endswith("/bash") else []
        with host_errors("no session can be opened"):
            self = cls(process, limits, has_terminal=has_terminal)
        order = Order(
            kind="terminal" if has_terminal else "start",
            words=[shell, *options, "/dev/fd/8"],
            variables=variables,
        )
        try:
            self._number = process.send(order, self._channels.theirs)
            self._channels.hand_over()
            self._end = asyncio.create_task(process.end_of(self._number))
            # Nobody may ask what came of it.
            self._end.add_done_callback(lambda done: done.cancelled() or done.exception())
            self._channels.commands.write(_PREPARE.encode() + self._tell().encode())
            if not await self._wait(_READY_LIMIT_S):
                raise SandboxError(f"the shell {shell!r} of a session does not start")
            if self._end.done():
                note = limit_note(self._end.result().reason, limits)
                said = (self._outputs["stderr"].text() + note).strip()
                raise SandboxError(f"the shell {shell!r} of a session does not start: {said}")
        except BaseException:
            await self.close()
            raise
        return self

    @property
    def is_open(self) -> bool:
        """Whether the shell still runs."""
        return not self._is_closed and not self._end.done()

    async def run(self, command: str, *, timeout_s: float, heard: Heard | None = None) -> Execution:
        """Run a command; see `Session.run`.

        Raises:
            SessionEndedError: the shell has ended.
            SandboxEndedError: the sandbox has ended.
        """
        async with self._turn:
            if not self.is_open:
                raise SessionEndedError("the shell of this session has ended")
            if "\0" in command:
                text = "the command cannot be run: it holds the character NUL\n"
                return Execution(
                    exit_code=126, stdout="", stderr=text, output_bytes=len(text), duration_s=0.0
                )
            started = time.monotonic()
            self._heard = heard
            try:
                note = await self._run(command, timeout_s)
                return await self._execution(started, note)
            finally:
                self._heard = None

    async def write(self, data: bytes) -> None:
        """Write to the standard input of whatever runs.

        Raises:
            SessionEndedError: the shell has ended.
            ValueError: what was written before has not been read, and there is too much of it.
        """
        if not self.is_open:
            raise SessionEndedError("the shell of this session has ended")
        if self._channels.input.waiting_bytes + len(data) > _LONGEST_INPUT_BYTES:
            raise ValueError(
                f"nothing reads the session's standard input, and more than {_LONGEST_INPUT_BYTES} bytes wait there"
            )
        self._channels.input.write(data)

    async def interrupt(self, *, wait_s: float = 2.0) -> bool:
        """Send SIGINT to whatever runs; a loop of the shell ends too, the shell does not."""
        if self.is_open and not self._told.done():
            self._process.signal(self._number, signal.SIGINT, with_itself=True)
        return await self._wait(wait_s)

    async def close(self) -> None:
        """End the shell and all that it started."""
        if self._is_closed:
            return
        self._is_closed = True
        try:
            if self._number:
                await self._process.end(self._number)
        finally:
            self._channels.close()
            if not self._told.done():
                self._told.cancel()

    async def _run(self, command: str, timeout_s: float) -> str | None:
        """Give the shell a command and wait for its end; return what is to be added to its errors, None at the time limit."""
        deadline = time.monotonic() + timeout_s
        if not await self._wait(timeout_s):
            return _NOT_STARTED
        if self._end.done():
            return ""
        self._told = asyncio.get_running_loop().create_future()
        self._count += 1
        self._channels.commands.write(encoded(self._text(command)))
        return "" if await self._wait(deadline - time.monotonic()) else None

    def _text(self, command: str) -> str:
        """Return the lines of the script that run a command as if nothing had been between it and the one before."""
        options = "".join(option for option in self._options if option in "vx")
        head = f"set -{options}\n" if options else ""
        quoted = (head + command).replace("'", "'\\''")
        status = f"(exit {self._code}) || " if self._code else ""
        return f"{status}command eval '{quoted}\n' 9>&-; {self._tell()}"

    def _tell(self) -> str:
        # Even with `set -x` none of this shows.
        return f'{{ command printf "{self._count} %s %s\\n" "$?" "$-" >&9; set +x +v; }} 2>/dev/null\n'

    async def _wait(self, timeout_s: float) -> bool:
        """Wait for the end of what runs, or of the shell; tell whether it came."""
        awaited: set[asyncio.Future[Any]] = {self._told, self._end}
        done, _ = await asyncio.wait(awaited, timeout=max(timeout_s, 0), return_when=asyncio.FIRST_COMPLETED)
        return bool(done)

    async def _execution(self, started: float, note: str | None) -> Execution:
        is_over = self._end.done() or self._told.done()
        await self._channels.settle()
        answer = self._end.result() if self._end.done() else Answer(self._code, "-")
        if self._is_too_much:
            answer = Answer(answer.code, "stopped")
        output, error = self._outputs["stdout"], self._outputs["stderr"]
        self._outputs = {"stdout": CappedOutput(), "stderr": CappedOutput()}
        is_late = note == _NOT_STARTED or not is_over
        return Execution(
            exit_code=STILL_RUNNING if is_late else answer.code,
            stdout=output.text(),
            stderr=error.text() + (note or "") + limit_note(answer.reason, self._limits),
            output_bytes=output.total_bytes + error.total_bytes,
            duration_s=round(time.monotonic() - started, 6),
            timed_out=is_late,
            gaps=output.gaps + error.gaps,
        )

    def _take(self, name: str, data: bytes) -> None:
        if name == "told":
            self._take_told(data)
            return
        self._outputs[name].add(data)
        if self._heard is not None:
            self._heard(name, data)
        total = sum(output.total_bytes for output in self._outputs.values())
        if total > self._limits.output_bytes and not self._is_too_much:
            self._is_too_much = True
            self._ending = asyncio.create_task(self._process.end(self._number))

    def _take_told(self, data: bytes) -> None:
        self._line += data
        *lines, rest = self._line.split(b"\n")
        self._line = rest[-_LONGEST_LINE_BYTES:]
        for line in lines:
            number, _, said = line.partition(b" ")
            code, _, options = said.partition(b" ")
            # A command can find the pipe in its shell and write to it; what it says does not matter.
            if number == b"%d" % self._count and code.isdigit() and not self._told.done():
                self._code, self._options = int(code) % 256, options.decode("ascii", "replace")
                self._told.set_result(None)
