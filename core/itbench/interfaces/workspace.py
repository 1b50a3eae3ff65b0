"""What the environment yields: the agent's directory, a way to run commands in it, tools."""

import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

from itbench.interfaces.execution import Execution, Heard
from itbench.interfaces.json import JsonObject, JsonValue

if TYPE_CHECKING:
    from itbench.interfaces.service import Service

Server: TypeAlias = "Service | Path"
"""What `Workspace.expose` leads to: a service, or the path of a Unix socket."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One callable that an agent may use.

    What `call` raises is told to the agent, and the work continues. It has to return JSON, and to return within
    `Limits.tool_s`; one that does not, and does not with plain arguments in a fresh world either, is a fault of the environment.

    Attributes:
        name: unlike that of any other tool; letters, digits, `_` and `-`.
        description: what a model reads.
        parameters: a JSON Schema of its keyword arguments, of the type `object`.
        call: carries it out.
        refused: is told the arguments of each call that does not fit `parameters` and so never reaches `call`, for domains that
            count wrong calls; it is called from another thread than `call`.
    """

    name: str
    description: str
    parameters: JsonObject
    call: Callable[..., Awaitable[JsonValue]]
    refused: Callable[[JsonValue], None] | None = None


class ToolError(Exception):
    """A call of a tool that was not carried through; the message is for the agent, and the work continues."""


@dataclass(frozen=True, slots=True)
class Input:
    """A file that an agent may read: where it shows in the workspace, and where it lies.

    Attributes:
        path: relative to the workspace.
        source: the file on the host.
    """

    path: str
    source: Path


class Session(Protocol):
    """A shell that lasts: variables, the working directory and background jobs live from one command to the next.

    Sessions of one workspace share its files and nothing else. All of them end when the agent stops, before anything is
    collected or observed.
    """

    @property
    def is_open(self) -> bool:
        """Whether the shell still runs."""
        ...

    async def run(self, command: str, *, timeout_s: float, heard: Heard | None = None) -> Execution:
        """Run a command in the shell and return what was printed until it ended, or until the time limit.

        At the limit the command continues: `interrupt` ends it, and the next `run` waits for its end first, within its own
        limit. What background jobs print shows in the next execution. An `exit` ends the session.

        Raises:
            SessionEndedError: the shell has ended.
        """
        ...

    async def write(self, data: bytes) -> None:
        """Write to the standard input of whatever runs."""
        ...

    async def interrupt(self, *, wait_s: float = 2.0) -> bool:
        """Send the signal SIGINT to whatever runs; tell whether nothing runs so many seconds later.

        The shell stays open, and carries out what stands after the interrupted program in the same command.
        """
        ...

    async def close(self) -> None:
        """End the shell and all that it started."""
        ...


class SessionEndedError(Exception):
    """The shell of a session has ended, and with it all that it started."""


@runtime_checkable
class Workspace(Protocol):
    """The agent's side of an environment; all paths are below `path`."""

    @property
    def path(self) -> PurePosixPath:
        """The working directory as the agent sees it."""
        ...

    @property
    def tools(self) -> Sequence[Tool]:
        """What the domain offers beyond files and commands; the environment sets it before it yields the workspace."""
        ...

    @tools.setter
    def tools(self, tools: Sequence[Tool]) -> None: ...

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

    async def session(self, *, pty: bool = False) -> Session:
        """Open a lasting shell; with `pty`, on a terminal of its own, which mixes output and errors."""
        ...

    async def expose(self, name: str, port: int, server: Server) -> None:
        """Let programs in the workspace reach a server as `name:port`, until the workspace closes.

        Args:
            name: one of the `hosts` that the workspace was opened with, or `localhost`.
            port: from 1024.
            server: a service, or the path of the Unix socket of a process that the environment started.
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
class Stopping(Protocol):
    """A workspace in which everything can be ended at once."""

    async def end_all(self) -> None:
        """End all sessions and every process in the workspace; files, and what is exposed, stay.

        It is called when the agent stops, before anything is collected or observed.
        """
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
