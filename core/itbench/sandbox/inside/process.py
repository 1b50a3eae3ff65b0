"""The process of one sandbox, and the messages between it and us.

Over a socket that keeps messages apart (the other end is `runner.py`):

- we send the limits, fields divided by NUL; it answers `ready 1` (`ready 0` without Landlock) with a descriptor of
  the workspace's folder;
- we send `run` with four descriptors: the order, standard input, output and error output. The order's fields are
  divided by NUL: `NUMBER KIND LIMIT_MS COUNT`, as many words as COUNT says, variables as NAME=VALUE;
- we send `listen`; it answers `listening PORT` with a descriptor of a socket that listens on the loopback inside;
- it answers `NUMBER CODE REASON` when nothing of the command is left; we may send `stop NUMBER` before that.
"""

import asyncio
import errno
import os
import resource
import signal
import socket
import struct
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from itbench.host.faults import HostError, host_errors
from itbench.sandbox.bubblewrap.arguments import Layout
from itbench.sandbox.bubblewrap.launch import Launched
from itbench.sandbox.errors import SandboxEndedError, SandboxError
from itbench.sandbox.inside.descriptors import encoded, readable, sealed
from itbench.sandbox.inside.ending import why_ended

_START_LIMIT_S = 20.0
_END_LIMIT_S = 3.0
_ANSWER_GRACE_S = 10.0
# What the runner answers where the machine refused it something; the code is the error's number.
_REFUSED = frozenset({"fork", "host"})
_NO_ORDER = "no command can be given to the sandbox"
_DESCRIPTOR = struct.Struct("i")
# struct ucred of unix(7): process, user, group.
_CREDENTIALS = struct.Struct("iII")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A command for the runner inside: a program to run, or a file to write."""

    kind: str
    words: Sequence[str]
    variables: Mapping[str, str]
    limit_s: float

    @property
    def problem(self) -> str | None:
        """What the kernel would not take, if anything."""
        texts = [*self.words, *self.variables, *self.variables.values()]
        if any("\0" in text for text in texts):
            return "it holds the character NUL"
        return None if self.words and self.words[0] else "it is empty"

    def text(self, number: int) -> bytes:
        """Return the order as the runner reads it."""
        limit_ms = max(1, round(self.limit_s * 1000))
        head = f"{number} {self.kind} {limit_ms} {len(self.words)}"
        variables = [f"{name}={value}" for name, value in self.variables.items()]
        return encoded("\0".join([head, *self.words, *variables]))


@dataclass(frozen=True, slots=True)
class Answer:
    """How a command ended: its exit code, and the limit that ended it or `-`."""

    code: int
    reason: str


class SandboxProcess:
    """Starts bubblewrap with our runner inside, sends it orders and ends it."""

    def __init__(self, launched: Launched) -> None:
        self._process = launched.process
        self._control = launched.control
        self._errors = launched.errors
        self._number = 0
        self._runner = -1
        self._was_killed = False
        self.folder = -1
        self.has_landlock = False

    @classmethod
    async def start(cls, launched: Launched, user: int, layout: Layout) -> "SandboxProcess":
        """Wait until a sandbox that was launched can take orders, which it then carries out as a user.

        Raises:
            SandboxError: it does not start.
        """
        self = cls(launched)
        try:
            fields = [str(user), str(user), *_numbers(layout), *layout.folders()]
            self._control.send("\0".join(fields).encode())
            async with asyncio.timeout(_START_LIMIT_S):
                data, self.folder, runner = await self._receive_descriptor()
                self._runner = os.pidfd_open(runner) if runner else -1
        except (OSError, TimeoutError) as error:
            data = f"{type(error).__name__}: {error}".encode()
        except BaseException:
            await self.close()
            raise
        if not data.startswith(b"ready"):
            said = self._said() or data.decode(errors="replace") or "it ended immediately"
            await self.close()
            raise SandboxError(f"the sandbox does not start: {said}; see what itbench doctor says")
        self.has_landlock = data == b"ready 1"
        return self

    def send(self, order: Order, descriptors: Sequence[int]) -> int:
        """Send a command with its standard input, output and error output; return its number.

        A sandbox that has ended meanwhile is told of by the wait for the answer.

        Raises:
            HostError: the machine refuses it.
        """
        self._number += 1
        with host_errors(_NO_ORDER):
            paper = sealed(order.text(self._number))
            try:
                with suppress(ConnectionError):
                    socket.send_fds(self._control, [b"run"], [paper, *descriptors])
            finally:
                os.close(paper)
        return self._number

    async def listen(self) -> socket.socket:
        """Return a socket that listens on the loopback inside.

        Raises:
            SandboxEndedError: the sandbox has ended.
            HostError: the machine refuses it.
        """
        try:
            async with asyncio.timeout(_ANSWER_GRACE_S):
                self._control.send(b"listen")
                while True:
                    data, descriptor, _ = await self._receive_descriptor()
                    if not data:
                        raise ConnectionError("closed")
                    # What came of a command that nobody waited for any longer is passed over.
                    if descriptor >= 0:
                        return socket.socket(fileno=descriptor)
        except TimeoutError as error:
            self.kill()
            raise await self._gone() from error
        except ConnectionError as error:
            raise await self._gone() from error
        except OSError as error:
            raise HostError("no socket can be opened in the sandbox", error) from error

    async def answer(self, number: int, limit_s: float, stopped: asyncio.Event) -> Answer:
        """Wait until nothing is left of a command; setting `stopped` ends it early.

        Raises:
            SandboxEndedError: the sandbox has ended.
            HostError: the machine gave no process for the command.
        """
        stopping = asyncio.create_task(self._stop_when(number, stopped))
        try:
            async with asyncio.timeout(limit_s + _ANSWER_GRACE_S):
                return _carried_out(await self._receive(number))
        except TimeoutError as error:
            self.kill()
            raise await self._gone() from error
        except ConnectionError as error:
            raise await self._gone() from error
        except OSError as error:
            raise HostError("the sandbox's answer cannot be read", error) from error
        except asyncio.CancelledError:
            self._stop(number)
            raise
        finally:
            stopping.cancel()

    def kill(self) -> None:
        """End the sandbox immediately, from outside."""
        self._was_killed = True
        # A process that may end bubblewrap may still not be allowed to end what bubblewrap started.
        with suppress(ProcessLookupError):
            if self._runner >= 0:
                signal.pidfd_send_signal(self._runner, signal.SIGKILL)
        self._process.kill()

    async def close(self) -> None:
        """End the sandbox and everything in it."""
        self._control.close()
        try:
            if self._process.poll() is None:
                await self._wait_for_end()
        finally:
            for descriptor in (self._errors, self._runner, self.folder):
                if descriptor >= 0:
                    os.close(descriptor)
            self._errors = self._runner = self.folder = -1

    async def _receive(self, number: int) -> Answer:
        while True:
            await readable(self._control.fileno())
            data = self._control.recv(64)
            if not data:
                raise ConnectionError("closed")
            answered, code, reason = data.decode("ascii").split()
            # What came of a command that nobody waited for any longer is passed over.
            if int(answered) == number:
                return Answer(int(code), reason)

    async def _stop_when(self, number: int, stopped: asyncio.Event) -> None:
        await stopped.wait()
        self._stop(number)

    def _stop(self, number: int) -> None:
        try:
            self._control.send(f"stop {number}".encode())
        except OSError:
            self.kill()

    async def _receive_descriptor(self) -> tuple[bytes, int, int]:
        """Return a message, the descriptor that came with it or -1, and the number of the process that sent it or 0."""
        await readable(self._control.fileno())
        room = socket.CMSG_SPACE(_DESCRIPTOR.size) + socket.CMSG_SPACE(_CREDENTIALS.size)
        data, ancillary, flags, _ = self._control.recvmsg(64, room, socket.MSG_CMSG_CLOEXEC)
        descriptor, sender = -1, 0
        for _, kind, content in ancillary:
            if kind == socket.SCM_RIGHTS:
                (descriptor,) = _DESCRIPTOR.unpack(content)
            elif kind == socket.SCM_CREDENTIALS:
                # The kernel itself says who sent this, by the number that the process has out here.
                sender = _CREDENTIALS.unpack(content)[0]
        if flags & socket.MSG_CTRUNC and descriptor < 0:
            # The kernel hands a message over without the descriptor that there was no room for.
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        return data, descriptor, sender

    async def _wait_for_end(self) -> None:
        try:
            if not await self._has_ended():
                self.kill()
                await self._has_ended()
        except BaseException:
            self.kill()
            raise
        finally:
            self._process.wait()

    async def _has_ended(self) -> bool:
        """Wait a moment for the end of the process outside, and tell whether it has ended."""
        try:
            handle = os.pidfd_open(self._process.pid)
        except OSError:  # No descriptor is left to wait by.
            return self._process.poll() is not None
        try:
            async with asyncio.timeout(_END_LIMIT_S):
                await readable(handle)
        except TimeoutError:
            return False
        finally:
            os.close(handle)
        return True

    def _said(self) -> str:
        return os.pread(self._errors, 4096, 0).decode(errors="replace").strip()

    async def _gone(self) -> SandboxEndedError:
        """Return why the sandbox has ended; the process outside ends a moment after the one inside."""
        await self._has_ended()
        return why_ended(self._process.poll(), self._said(), was_killed_by_us=self._was_killed)


def _carried_out(answer: Answer) -> Answer:
    if answer.reason in _REFUSED:
        refused = OSError(answer.code, os.strerror(answer.code))
        raise HostError("no process can be started in the sandbox", refused)
    return answer


def _numbers(layout: Layout) -> list[str]:
    limits = layout.limits
    # The kernel counts descriptors on their way to another process against the sender's own limit, for all of a user together.
    most_open = resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 2
    fields = (
        limits.memory_bytes,
        limits.processes,
        limits.open_files if most_open <= 0 else min(limits.open_files, most_open),
        limits.file_bytes,
        limits.cpu_s,
        limits.files,
        int(bool(layout.mounts)),
    )
    return [str(number) for number in fields]
