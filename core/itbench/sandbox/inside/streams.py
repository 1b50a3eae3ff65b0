"""What one command prints, read as it comes."""

import asyncio
import os
from types import TracebackType
from typing import Self

from itbench.interfaces.execution import Heard
from itbench.text.output import CappedOutput

_CHUNK_BYTES = 65_536


class Streams:
    """Two pipes, for output and error output; keeps head and tail of each.

    Attributes:
        output: what came through the first.
        error: what came through the second.
        too_much: done when more than `limit_bytes` came through both together.
    """

    def __init__(self, limit_bytes: int, heard: Heard | None = None) -> None:
        self._heard = heard
        self._limit_bytes = limit_bytes
        self.output = CappedOutput()
        self.error = CappedOutput()
        self.too_much: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._read_ends: dict[int, CappedOutput] = {}
        self.write_ends: list[int] = []

    def __enter__(self) -> Self:
        try:
            for target in (self.output, self.error):
                self._open(target)
        except BaseException as error:
            self.__exit__(type(error), error, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close_write_ends()
        for read_end, target in list(self._read_ends.items()):
            # Everything that ran is gone: what is in the pipe is all there will be.
            while kind is None and self._read(read_end, target):
                pass
            self._close(read_end)

    @property
    def total_bytes(self) -> int:
        """How much came through both."""
        return self.output.total_bytes + self.error.total_bytes

    def close_write_ends(self) -> None:
        """Leave the other ends to the command."""
        for write_end in self.write_ends:
            os.close(write_end)
        self.write_ends.clear()

    def _open(self, target: CappedOutput) -> None:
        read_end, write_end = os.pipe()
        self._read_ends[read_end] = target
        self.write_ends.append(write_end)
        os.set_blocking(read_end, False)
        # The user inside may be another than ours, and must be able to open /dev/stdout.
        os.fchmod(write_end, 0o666)
        asyncio.get_running_loop().add_reader(read_end, self._read, read_end, target)

    def _read(self, read_end: int, target: CappedOutput) -> int:
        try:
            data = os.read(read_end, _CHUNK_BYTES)
        except BlockingIOError:
            return 0
        target.add(data)
        if self._heard is not None and data:
            self._heard("stdout" if target is self.output else "stderr", data)
        if not data:
            asyncio.get_running_loop().remove_reader(read_end)
        if self.total_bytes > self._limit_bytes and not self.too_much.done():
            self.too_much.set_result(None)
        return len(data)

    def _close(self, read_end: int) -> None:
        asyncio.get_running_loop().remove_reader(read_end)
        os.close(read_end)
        del self._read_ends[read_end]
