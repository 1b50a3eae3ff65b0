"""What the environment yields: the agent's directory, a way to run commands in it, tools."""

import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

from itbench.interfaces.json import JsonObject, JsonValue

if TYPE_CHECKING:
    from itbench.interfaces.progress import Progress


Heard: TypeAlias = Callable[[str, bytes], object]
"""A function that is called with output as it comes: `stdout` or `stderr`, and the bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A place at which a command's output was left out: the line that stands there, and how many characters it is for."""

    line: str
    characters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """How one command ended.

    Attributes:
        exit_code: of the program; negative for the signal that ended it.
        stdout: head and tail of what it printed, decoded with replacement.
        stderr: the same of its error output.
        output_bytes: how much it printed in all.
        gaps: what was left out of `stdout` and then of `stderr`, if anything.
        duration_s: seconds of wall clock.
        timed_out: whether it was ended at its time limit.
    """

    exit_code: int
    stdout: str
    stderr: str
    output_bytes: int
    duration_s: float
    timed_out: bool = False
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One callable that an agent may use; `parameters` is a JSON Schema of its keyword arguments.

    Attributes:
        name: by which agents call it.
        description: what it does, for a model.
        parameters: JSON Schema of an object with its keyword arguments.
        call: carries it out and returns JSON; an exception is shown to the agent as an error.
    """

    name: str
    description: str
    parameters: JsonObject
    call: Callable[..., Awaitable[JsonValue]]


@dataclass(frozen=True, slots=True)
class Input:
    """A file that an agent may read: where it shows in the workspace, and where it lies.

    Attributes:
        path: relative to the workspace.
        source: the file on the host.
    """

    path: str
    source: Path


@runtime_checkable
class Workspace(Protocol):
    """The agent's side of an environment; all paths are below `path`."""

    @property
    def path(self) -> PurePosixPath:
        """The working directory as the agent sees it."""
        ...

    @property
    def tools(self) -> Sequence[Tool]:
        """What the domain offers beyond files and commands."""
        ...

    async def execute(
        self,
        command: str | Sequence[str],
        *,
        timeout_s: float,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        heard: Heard | None = None,
    ) -> Execution:
        """Run a shell command, or a program with its arguments, and wait for its end.

        The variables in `env` are added to the few that the workspace has of its own; `heard` is told of output as it comes.
        """
        ...

    async def read_file(self, path: str, *, max_bytes: int | None = None) -> bytes:
        """Return a file's content.

        Raises:
            FileNotFoundError: there is no such file.
            ValueError: the path leads outside, is no plain file, or holds more than `max_bytes`.
        """
        ...

    async def write_file(self, path: str, data: bytes) -> None:
        """Write a file, with the folders that it needs."""
        ...

    async def list_files(self, path: str = ".") -> list[str]:
        """Return the paths of all files below a folder, sorted, relative to the workspace."""
        ...


@runtime_checkable
class Listening(Protocol):
    """A workspace whose programs can be given a way out."""

    async def listen(self) -> socket.socket:
        """Return a socket that listens where only programs in the workspace can connect to it."""
        ...


@runtime_checkable
class Hosting(Protocol):
    """A workspace in which an agent that is a program itself can run; `Limits.command_s` is not for it."""

    async def host(
        self,
        program: Sequence[str],
        *,
        timeout_s: float,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        heard: Heard | None = None,
    ) -> Execution:
        """Run the program with its arguments and wait for its end; the arguments are those of `execute`."""
        ...

    async def probe(self, command: Sequence[str], *, timeout_s: float) -> Execution:
        """Run a short command that only asks about the workspace; it is no step of the agent's work and not in its trace."""
        ...


@dataclass(frozen=True, slots=True)
class Mount:
    """A folder of the host that programs need: where it lies, and where it shows, read-only, below `/opt`.

    Attributes:
        source: the folder on the host.
        name: of the folder below `/opt`.
    """

    source: Path
    name: str


@runtime_checkable
class Prepared(Protocol):
    """A sandbox that has to make something once before it can be opened."""

    def prepare(self, progress: "Progress") -> None:
        """Make what all workspaces share, unless it is there."""
        ...


class Sandbox(Protocol):
    """Makes workspaces; each kind isolates as well as it can and says so."""

    @property
    def name(self) -> str:
        """The name to record with a run."""
        ...

    @property
    def warning(self) -> str | None:
        """What a user must know of its isolation; None if there is nothing to warn of."""
        ...

    def open(self, inputs: Sequence[Input]) -> AbstractAsyncContextManager[Workspace]:
        """Make a workspace with the inputs in it, read-only, and remove it at the end."""
        ...
