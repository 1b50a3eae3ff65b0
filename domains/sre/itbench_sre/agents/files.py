"""The files of a workspace as the snapshot readers take them."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, cast

from itbench import Trace, Workspace

# The published snapshots have files of up to 150 MB; one is held at a time.
FILE_LIMIT_BYTES = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class FileInMemory:
    """A file that was read through the workspace; it has what the snapshot readers use of a path."""

    path: str
    data: bytes

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]

    def open(self, mode: str = "rb") -> BinaryIO:
        """Return a stream of the content."""
        return BytesIO(self.data)

    def read_bytes(self) -> bytes:
        """Return the content."""
        return self.data

    def __str__(self) -> str:
        return self.path


async def read_input(workspace: Workspace, path: str, trace: Trace) -> Path | None:
    """Read one file through the workspace; where it cannot be read, note it in the trace and return None."""
    try:
        data = await workspace.read_file(path, max_bytes=FILE_LIMIT_BYTES)
    except (OSError, ValueError) as error:
        trace.record("note", about=path, text=f"cannot be read: {error}")
        return None
    # The readers only open, read and name a path, and a sandbox may be out of reach of real paths.
    return cast("Path", FileInMemory(path, data))
