"""The process of one sandbox, and the messages between it and us.

Over a socket that keeps messages apart (the other end is `first/main.py`):

- we send the limits, fields divided by NUL; it answers `ready 1` (`ready 0` without Landlock) with a descriptor of
  the workspace's folder;
- `run`, with descriptors: the order, standard input, output and error output, and of a session two more. The order's fields
  are divided by NUL: `NUMBER KIND LIMIT_MS COUNT`, as many words as COUNT says, variables as NAME=VALUE. Of kind `run` and
  `write`, one is carried out at a time; `start` and `terminal` start what lasts;
- `stop NUMBER` ends a command, `end NUMBER` what lasts, `clear NUMBER` everything;
- `signal NUMBER SIGNAL 0` sends a signal to all that descends from what lasts, with 1 to itself too;
- `listen NUMBER HOST PORT` and `connect NUMBER PORT-OR-PATH` ask for a socket in there: it comes as a descriptor;
- it answers `NUMBER CODE REASON`, once for each number: when nothing of a command is left, when what lasts has ended.
"""

import asyncio
import errno
import os
import signal
import socket
import struct
from collections.abc import Sequence
from contextlib import suppress

from itbench.host.faults import HostError, host_errors
from itbench.sandbox.bubblewrap.launch import Launched
from itbench.sandbox.errors import SandboxEndedError, SandboxError
from itbench.sandbox.inside.descriptors import encoded, readable, sealed
from itbench.sandbox.inside.ending import why_ended
from itbench.sandbox.inside.orders import Answer, Order

_START_LIMIT_S = 20.0
_END_LIMIT_S = 3.0
_ANSWER_GRACE_S = 10.0
# What the runner answers where the machine refused it something; the code is the error's number.
_REFUSED = frozenset({"fork", "host"})
# Instead of a descriptor that this process had no room for.
_NO_ROOM = -2
_NO_ORDER = "no command can be given to the sandbox"
_DESCRIPTOR = struct.Struct("i")
# struct ucred of unix(7): process, user, group.
_CREDENTIALS = struct.Struct("iII")


class SandboxProcess:
    """Starts bubblewrap with our runner inside, sends it orders and ends it.

    Attributes:
        folder: descriptor of the workspace's folder.
        has_landlock: whether the kernel keeps commands from /proc/PID/*.
    """

    def __init__(self, launched: Launched) -> None:
        self._process = launched.process
        self._control = launched.control
        self._errors = launched.errors
        self._number = 0
        self._runner = -1
        self._was_killed = False
        self._pending: dict[int, asyncio.Future[Answer]] = {}
        self._has_gone = False
        self._loop = asyncio.get_running_loop()
        self.folder = -1
        self.has_landlock = False

    @classmethod
    async def start(cls, launched: Launched, first: Sequence[str]) -> "SandboxProcess":
        """Wait until a sandbox that was launched can take orders; `first` are the fields of the first message.

        Raises:
            SandboxError: it does not start.
        """
        self = cls(launched)
        try:
            self._control.send(encoded("\0".join(first)))
            async with asyncio.timeout(_START_LIMIT_S):
                await readable(self._control.fileno())
                data, self.folder, runner = self._receive()
                if self.folder == _NO_ROOM:
                    raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
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
        self._loop.add_reader(self._control.fileno(), self._read)
        return self

    def send(self, order: Order, descriptors: Sequence[int]) -> int:
        """Send a command with its descriptors; return its number.

        A sandbox that has ended meanwhile is told of by the wait for the answer.

        Raises:
            HostError: the machine refuses it.
        """
        number = self._expect()
        with host_errors(_NO_ORDER):
            paper = sealed(order.text(number))
            try:
                with suppress(ConnectionError):
                    socket.send_fds(self._control, [b"run"], [paper, *descriptors])
            finally:
                os.close(paper)
        return number

    async def answer(
        self, number: int, limit_s: float, stopped: "asyncio.Future[None] | None" = None
    ) -> Answer:
        """Wait until nothing is left of a command, and nobody else waits for it; when `stopped` is done it ends early.

        Raises:
            SandboxEndedError: the sandbox has ended.
            HostError: the machine gave no process for the command.
        """

        def stop(_: object) -> None:
            self._tell(f"stop {number}")

        if stopped is not None:
            stopped.add_done_callback(stop)
        try:
            async with asyncio.timeout(limit_s + _ANSWER_GRACE_S):
                return _carried_out(await self._pending[number])
        except ConnectionError as error:
            raise await self._gone() from error
        except TimeoutError as error:
            self.kill()
            raise await self._gone() from error
        except asyncio.CancelledError:
            self._tell(f"stop {number}")
            raise
        finally:
            self._pending.pop(number, None)
            if stopped is not None:
                stopped.remove_done_callback(stop)

    async def end_of(self, number: int) -> Answer:
        """Wait for the answer to a number, for as long as it takes.

        Raises:
            SandboxEndedError: the sandbox has ended.
            HostError: the machine refused something.
        """
        try:
            return _carried_out(await asyncio.shield(self._pending[number]))
        except ConnectionError as error:
            raise await self._gone() from error

    def has_ended(self, number: int) -> bool:
        """Tell whether a number has been answered, or the sandbox has ended."""
        waiting = self._pending.get(number)
        return waiting is None or waiting.done()

    def signal(self, number: int, kind: int, *, with_itself: bool) -> None:
        """Send a signal to all that descends from a lasting program, and perhaps to that too."""
        self._tell(f"signal {number} {kind} {int(with_itself)}")

    async def end(self, number: int) -> None:
        """End a lasting program with all that it started."""
        if not self.has_ended(number):
            self._tell(f"end {number}")
            await self._wait(number)

    async def end_everything(self) -> None:
        """End all programs, at once.

        Raises:
            SandboxEndedError: the sandbox has ended.
        """
        number = self._expect()
        self._tell(f"clear {number}")
        await self.answer(number, 0)

    async def listen(self, host: str = "127.0.0.1", port: int = 0) -> socket.socket:
        """Return a socket that listens on the loopback inside.

        Raises:
            OSError: the address cannot be had.
            SandboxEndedError: the sandbox has ended.
        """
        return await self._socket(f"{host} {port}", "listen")

    async def connect(self, place: int | str) -> socket.socket:
        """Return a socket that is connected to a port or a Unix socket inside.

        Raises:
            OSError: nothing listens there.
            SandboxEndedError: the sandbox has ended.
        """
        made = await self._socket(str(place), "connect")
        try:
            made.setblocking(False)
            await _connected(made)
        except BaseException:
            made.close()
            raise
        return made

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
        self._lose()
        self._control.close()
        try:
            if self._process.poll() is None:
                await self._wait_for_end()
        finally:
            for descriptor in (self._errors, self._runner, self.folder):
                if descriptor >= 0:
                    os.close(descriptor)
            self._errors = self._runner = self.folder = -1

    def _expect(self) -> int:
        self._number += 1
        waiting: asyncio.Future[Answer] = self._loop.create_future()
        # Nobody may ask any more.
        waiting.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._pending[self._number] = waiting
        if self._has_gone:
            waiting.set_exception(ConnectionError("closed"))
        return self._number

    async def _wait(self, number: int) -> None:
        waiting = self._pending.get(number)
        if waiting is None:
            return
        done, _ = await asyncio.wait({waiting}, timeout=_ANSWER_GRACE_S)
        if not done:
            self.kill()

    async def _socket(self, place: str, kind: str) -> socket.socket:
        number = self._expect()
        self._tell(f"{kind} {number} {place}")
        answer = await self.answer(number, 0)
        if answer.descriptor < 0:
            raise OSError(answer.code, os.strerror(answer.code))
        return socket.socket(fileno=answer.descriptor)

    def _read(self) -> None:
        """Take the answers that have come."""
        while True:
            try:
                data, descriptor, _ = self._receive()
            except BlockingIOError:
                return
            except ConnectionError:
                self._lose()
                return
            except OSError as error:
                self._lose(HostError("the sandbox's answer cannot be read", error))
                return
            if not data:
                self._lose()
                return
            number, code, reason = data.decode("ascii").split()
            waiting = self._pending.get(int(number))
            if waiting is not None and not waiting.done() and descriptor == _NO_ROOM:
                refused = OSError(errno.EMFILE, os.strerror(errno.EMFILE))
                waiting.set_exception(HostError("no socket can be opened in the sandbox", refused))
            elif waiting is not None and not waiting.done():
                waiting.set_result(Answer(int(code), reason, descriptor))
            elif descriptor >= 0:
                # What came of something that nobody waited for any longer is passed over.
                os.close(descriptor)

    def _lose(self, error: Exception | None = None) -> None:
        self._has_gone = True
        if self._control.fileno() >= 0:
            self._loop.remove_reader(self._control.fileno())
        for waiting in self._pending.values():
            if not waiting.done():
                waiting.set_exception(error or ConnectionError("closed"))

    def _tell(self, message: str) -> None:
        try:
            self._control.send(encoded(message))
        except ConnectionError:
            return  # It has ended; the caller that waits for its answer is told.
        except OSError:
            self.kill()

    def _receive(self) -> tuple[bytes, int, int]:
        """Return a message, the descriptor that came with it or -1, and the number of the process that sent it or 0."""
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
            descriptor = _NO_ROOM
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


async def _connected(made: socket.socket) -> None:
    """Wait until a socket that is about to connect has.

    Raises:
        OSError: it does not.
    """
    loop = asyncio.get_running_loop()
    waiting: asyncio.Future[None] = loop.create_future()

    def is_decided() -> None:
        loop.remove_writer(made)
        if not waiting.done():
            waiting.set_result(None)

    loop.add_writer(made, is_decided)
    try:
        async with asyncio.timeout(_ANSWER_GRACE_S):
            await waiting
    finally:
        loop.remove_writer(made)
    problem = made.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if problem:
        raise OSError(problem, os.strerror(problem))


def _carried_out(answer: Answer) -> Answer:
    if answer.reason in _REFUSED:
        refused = OSError(answer.code, os.strerror(answer.code))
        raise HostError("no process can be started in the sandbox", refused)
    return answer
