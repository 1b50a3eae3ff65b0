"""What makes workspaces, and services beside them."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from itbench.interfaces.service import Ready, Service, ServiceLimits
from itbench.interfaces.workspace import Input, Workspace

if TYPE_CHECKING:
    from itbench.interfaces.progress import Progress


@dataclass(frozen=True, slots=True)
class Mount:
    """A folder of the host that programs need: where it lies, and where it shows, read-only, below `/opt`.

    Attributes:
        source: the folder on the host.
        name: of the folder below `/opt`.
    """

    source: Path
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """Programs of this machine that a sandbox shows, read-only, with the shared libraries that they need.

    Attributes:
        name: of the folder below `/opt`.
        commands: where each lies on this machine, by the name under which it is on the `PATH` inside.
        folders: further folders of this machine that they need; each shows below `/opt/<name>` at its own path, so that
            programs which look for their data relative to themselves find it.
        variables: that each of the commands is started with; `{root}` stands for `/opt/<name>`. Folders in LD_LIBRARY_PATH,
            such as `{root}/opt/vendor/lib`, are searched before the libraries of this machine.
    """

    name: str
    commands: Mapping[str, Path]
    folders: Sequence[Path] = ()
    variables: Mapping[str, str] = field(default_factory=dict)


@runtime_checkable
class Prepared(Protocol):
    """A sandbox or an agent that has to make or install something once before it can be used."""

    def prepare(self, progress: "Progress") -> None:
        """Make what all trials share, unless it is there."""
        ...


class Sandbox(Protocol):
    """Makes workspaces and services; each kind isolates as well as it can and says so."""

    @property
    def name(self) -> str:
        """The name to record with a run."""
        ...

    @property
    def warning(self) -> str | None:
        """What a user must know of its isolation; None if there is nothing to warn of."""
        ...

    def open(
        self, inputs: Sequence[Input], *, programs: Sequence[Program] = (), hosts: Sequence[str] = ()
    ) -> AbstractAsyncContextManager[Workspace]:
        """Make a workspace, and remove it at the end.

        Args:
            inputs: that are in it, read-only.
            programs: that are on the `PATH` in it.
            hosts: names that `Workspace.expose` may give to servers.
        """
        ...

    def service(
        self,
        command: Sequence[str],
        *,
        inputs: Sequence[Input] = (),
        programs: Sequence[Program] = (),
        before: Sequence[Sequence[str]] = (),
        port: int | None = None,
        socket: str | None = None,
        ready: "Ready | None" = None,
        ready_s: float = 60.0,
        limits: ServiceLimits | None = None,
    ) -> AbstractAsyncContextManager[Service]:
        """Start a server in namespaces of its own, never on the host, and end it with all that it started.

        Args:
            command: the server's program and its arguments.
            inputs: files in its home folder, read-only.
            programs: that are on the `PATH` in there.
            before: commands that are run first, one after another, such as one that makes an empty database.
            port: of the server, on its own loopback.
            socket: path of the server's Unix socket instead.
            ready: tells when the server answers; without it, when it takes a connection at its port or socket.
            ready_s: seconds that this may take.
            limits: of all processes in there together.

        Raises:
            SandboxError: this sandbox has no namespaces for services, or the server does not start; the error has the end of
                what it printed.
        """
        ...
