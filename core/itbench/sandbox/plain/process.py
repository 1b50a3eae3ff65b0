"""Runs one program in a process group of its own, and ends all of the group with it."""

import asyncio
import os
import signal
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from itbench.interfaces.execution import Execution, Heard
from itbench.text.output import CappedOutput

# A process that left the group may hold a pipe open forever.
_PIPE_GRACE_S = 1.0
_STDOUT, _STDERR = 1, 2


async def run_process(
    words: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    stdin: bytes,
    timeout_s: float,
    heard: Heard | None = None,
) -> Execution:
    """Run a program to its end or to its time limit.

    Raises:
        OSError: there is no such program, or it cannot be started.
    """
    started = time.monotonic()
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.subprocess_exec(
        lambda: _Listener(stdin, heard), *words, cwd=cwd, env=dict(env), start_new_session=True
    )
    try:
        await asyncio.wait({protocol.exited}, timeout=timeout_s)
        timed_out = not protocol.exited.done()
        _end_group(transport.get_pid())
        await protocol.exited
        await asyncio.wait({protocol.pipes_closed}, timeout=_PIPE_GRACE_S)
    except BaseException:
        _end_group(transport.get_pid())
        # Cancelled or not, nothing is left behind: a killed process is gone in a moment.
        await asyncio.wait({protocol.exited}, timeout=_PIPE_GRACE_S)
        raise
    finally:
        transport.close()
    exit_code = transport.get_returncode()
    return Execution(
        exit_code=-signal.SIGKILL if exit_code is None else exit_code,
        stdout=protocol.outputs[_STDOUT].text(),
        stderr=protocol.outputs[_STDERR].text(),
        output_bytes=sum(output.total_bytes for output in protocol.outputs.values()),
        duration_s=round(time.monotonic() - started, 6),
        timed_out=timed_out,
        gaps=protocol.outputs[_STDOUT].gaps + protocol.outputs[_STDERR].gaps,
    )


class _Listener(asyncio.SubprocessProtocol):
    """Feeds the program's input and keeps what it prints."""

    def __init__(self, stdin: bytes, heard: Heard | None) -> None:
        self._heard = heard
        loop = asyncio.get_running_loop()
        self.outputs = {_STDOUT: CappedOutput(), _STDERR: CappedOutput()}
        # asyncio's own Process.wait() also waits for the pipes, which a child in the background may hold.
        self.exited: asyncio.Future[None] = loop.create_future()
        self.pipes_closed: asyncio.Future[None] = loop.create_future()
        self._open_pipes = set(self.outputs)
        self._stdin = stdin

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        pipe = transport.get_pipe_transport(0) if isinstance(transport, asyncio.SubprocessTransport) else None
        if isinstance(pipe, asyncio.WriteTransport):
            pipe.write(self._stdin)
            pipe.write_eof()

    def pipe_data_received(self, fd: int, data: bytes | str) -> None:
        if isinstance(data, bytes):
            self.outputs[fd].add(data)
            if self._heard is not None:
                self._heard("stdout" if fd == _STDOUT else "stderr", data)

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        self._open_pipes.discard(fd)
        if not self._open_pipes and not self.pipes_closed.done():
            self.pipes_closed.set_result(None)

    def process_exited(self) -> None:
        if not self.exited.done():
            self.exited.set_result(None)


def _end_group(leader: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
