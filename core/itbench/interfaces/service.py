"""A server beside the agent, in namespaces of its own."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    import asyncio

    from itbench.interfaces.execution import Execution

Ready: TypeAlias = Sequence[str] | Callable[["Service"], Awaitable[bool]]
"""Tells whether a server answers: a command whose exit code is 0 then, or a function."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLimits:
    """How much of the machine a service may use.

    Attributes:
        memory_bytes: of all its processes together.
        processes: how many there may be at a time.
        disk_bytes: what it may write, in memory.
        log_bytes: how much of what it prints is kept: the head and the tail.
        has_ipc: whether System V IPC and POSIX message queues are allowed, in a namespace of its own.
    """

    memory_bytes: int = 1 << 30
    processes: int = 256
    disk_bytes: int = 1 << 30
    log_bytes: int = 1 << 20
    has_ipc: bool = False


class Service(Protocol):
    """A server that runs in namespaces of its own; the environment holds it, and no agent ever does."""

    @property
    def is_running(self) -> bool:
        """Whether the server's process has not ended."""
        ...

    @property
    def exit_code(self) -> int | None:
        """The code with which the server ended; negative for a signal.

        None while it runs, and where something outside its sandbox ended it, as a machine does that is short of memory: that is
        nobody's doing in there.
        """
        ...

    def logs(self) -> str:
        """Return what the server has printed: head and tail; what was left out is said."""
        ...

    async def connect(self) -> "tuple[asyncio.StreamReader, asyncio.StreamWriter]":
        """Return a connection to the server's port or socket.

        Raises:
            ConnectionError: nothing listens there.
        """
        ...

    async def execute(
        self,
        command: str | Sequence[str],
        *,
        timeout_s: float,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
    ) -> "Execution":
        """Run a command beside the server, in its namespaces, for example to plant something or to look at something."""
        ...

    async def write_file(self, path: str, data: bytes) -> None:
        """Write a file below the home folder in there, with the folders that it needs."""
        ...

    async def read_file(self, path: str, *, max_bytes: int | None = None) -> bytes:
        """Return the content of a file below the home folder in there.

        Raises:
            FileNotFoundError: there is no such file.
            ValueError: the path leads outside, is no plain file, or holds more than `max_bytes`.
        """
        ...

    async def restart(self) -> None:
        """End the server and start it again, with the files that it has written, and wait until it answers.

        Raises:
            SandboxError: it does not start.
        """
        ...
