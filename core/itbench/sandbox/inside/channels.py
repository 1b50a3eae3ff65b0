"""The descriptors of a session: what its shell reads and prints, where its commands come from, where it tells their ends."""

import asyncio
import fcntl
import os
import pty
import struct
import termios
from collections.abc import Callable
from contextlib import suppress

_CHUNK_BYTES = 65_536
_ROWS, _COLUMNS = 40, 160
# On a terminal, what was printed arrives a moment later than what was told on a pipe.
_QUIET_S, _LONGEST_WAIT_S = 0.01, 0.25


class Sender:
    """Writes to a descriptor whatever it takes, without ever waiting for it; closes it at the end."""

    def __init__(self, descriptor: int) -> None:
        os.set_blocking(descriptor, False)
        self._descriptor = descriptor
        self._waiting = bytearray()

    @property
    def waiting_bytes(self) -> int:
        """How much has not been taken yet."""
        return len(self._waiting)

    def write(self, data: bytes) -> None:
        """Write data behind what is still to be written."""
        was_empty = not self._waiting
        self._waiting += data
        if was_empty and self._descriptor >= 0:
            self._flush()
            if self._waiting:
                asyncio.get_running_loop().add_writer(self._descriptor, self._flush)

    def close(self) -> None:
        """Close the descriptor."""
        if self._descriptor >= 0:
            asyncio.get_running_loop().remove_writer(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = -1

    def _flush(self) -> None:
        try:
            while self._waiting:
                del self._waiting[: os.write(self._descriptor, self._waiting[:_CHUNK_BYTES])]
        except BlockingIOError:
            return
        except OSError:
            self._waiting.clear()  # nobody reads any more
        asyncio.get_running_loop().remove_writer(self._descriptor)


class Channels:
    """Makes all descriptors; `theirs` is for the shell: input, output, errors, commands, ends of commands.

    Args:
        has_terminal: whether input, output and errors are one terminal.
        heard: is told what comes: `stdout`, `stderr` or `told`, and the bytes.
    """

    def __init__(self, heard: Callable[[str, bytes], None], *, has_terminal: bool) -> None:
        self._heard = heard
        self._has_terminal = has_terminal
        self._readers: dict[int, str] = {}
        self.theirs: list[int] = []
        self._senders: list[Sender] = []
        try:
            if has_terminal:
                self.input = self._terminal()
            else:
                self.input = self._pipe_in()
                self._pipe_out("stdout")
                self._pipe_out("stderr")
            self.commands = self._pipe_in()
            self._pipe_out("told")
        except BaseException:
            self.close()
            raise

    def hand_over(self) -> None:
        """Close the shell's ends here, and begin to read."""
        for descriptor in set(self.theirs):
            os.close(descriptor)
        self.theirs.clear()
        for descriptor in self._readers:
            asyncio.get_running_loop().add_reader(descriptor, self._read, descriptor)

    async def settle(self) -> None:
        """Read what has been printed by now."""
        outputs = [descriptor for descriptor, name in self._readers.items() if name != "told"]
        for descriptor in outputs:
            self._read(descriptor)
        deadline = asyncio.get_running_loop().time() + _LONGEST_WAIT_S
        while self._has_terminal and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(_QUIET_S)
            sizes = [self._read(descriptor) for descriptor in outputs if descriptor in self._readers]
            if not any(sizes):
                return

    def close(self) -> None:
        """Close everything."""
        for descriptor in set(self.theirs):
            os.close(descriptor)
        self.theirs.clear()
        for sender in self._senders:
            sender.close()
        for descriptor in list(self._readers):
            self._close(descriptor)

    def _pipe_in(self) -> Sender:
        theirs, ours = os.pipe()
        # The user inside may be another than ours, and must be able to open it by name.
        os.fchmod(theirs, 0o666)
        self.theirs.append(theirs)
        self._senders.append(Sender(ours))
        return self._senders[-1]

    def _pipe_out(self, name: str) -> None:
        ours, theirs = os.pipe()
        os.fchmod(theirs, 0o666)
        os.set_blocking(ours, False)
        self._readers[ours] = name
        self.theirs.append(theirs)

    def _terminal(self) -> Sender:
        ours, theirs = pty.openpty()
        self._readers[ours] = "stdout"
        self.theirs += [theirs] * 3
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", _ROWS, _COLUMNS, 0, 0))
        os.set_blocking(ours, False)
        self._senders.append(Sender(os.dup(ours)))
        return self._senders[-1]

    def _read(self, descriptor: int) -> int:
        try:
            data = os.read(descriptor, _CHUNK_BYTES)
        except BlockingIOError:
            return 0
        except OSError:
            data = b""  # of a terminal that no program has open any more
        if data:
            self._heard(self._readers[descriptor], data)
        else:
            self._close(descriptor)
        return len(data)

    def _close(self, descriptor: int) -> None:
        if self._readers.pop(descriptor, None) is not None:
            with suppress(ValueError):
                asyncio.get_running_loop().remove_reader(descriptor)
            os.close(descriptor)
