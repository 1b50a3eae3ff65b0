"""What bubblewrap is told: which namespaces, which mounts, which variables."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from itbench.host.paths import clean
from itbench.interfaces.sandbox import Mount
from itbench.interfaces.workspace import Input
from itbench.sandbox.bubblewrap.identity import Identity
from itbench.sandbox.errors import SandboxError
from itbench.sandbox.image.files import FILES
from itbench.sandbox.image.host_programs import StoredProgram
from itbench.sandbox.image.image import RUNNER_FOLDER
from itbench.sandbox.limits import SandboxLimits

HOME = PurePosixPath("/home/user")
VARIABLES = {
    "HOME": str(HOME),
    "LANG": "C.UTF-8",
    "LOGNAME": "user",
    # One trial must not start a thread for each processor of a large machine.
    "OMP_NUM_THREADS": "2",
    "OPENBLAS_NUM_THREADS": "2",
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "SHELL": "/bin/sh",
    "TERM": "dumb",
    "TMPDIR": "/tmp",  # noqa: S108 - the sandbox's own
    "TZ": "UTC",
    "USER": "user",
}
# Each name has an address of its own.
_HOST_ADDRESS = "127.0.1.{number}"
MOST_HOSTS = 200
_HOST_NAME = re.compile(r"(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
_OWN_NAMES = frozenset({"localhost", "sandbox"})
_START = "import sys; sys.path.insert(0, sys.argv[1]); from first.main import main; main(sys.argv[2])"
_OTHERS_MAY_READ = 0o004
_OTHERS_MAY_ENTER = 0o005


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What one sandbox is made of.

    Attributes:
        image: the root file system.
        tools: a folder with Python packages, if any.
        python: name of the interpreter and of its library's folder, for example `python3.11`.
        inputs: to show read-only below the home folder.
        mounts: folders of the host to show read-only below `/opt`.
        limits: how large the places are that can be written to.
        nothing: an empty folder to lay over image and tools, so that each trial has files of its own; None to share them.
        programs: of this machine, to show below `/opt` and on the `PATH`.
        hosts: names that lead to an address of the loopback each.
        has_ipc: whether System V IPC and POSIX message queues are allowed.
    """

    image: Path
    tools: Path | None
    python: str
    inputs: Sequence[Input]
    limits: SandboxLimits
    mounts: Sequence[Mount] = ()
    nothing: Path | None = None
    programs: Sequence[StoredProgram] = ()
    hosts: Sequence[str] = ()
    has_ipc: bool = False

    @property
    def variables(self) -> dict[str, str]:
        """The variables that programs have."""
        folders = [f"/opt/{program.name}/bin" for program in self.programs]
        return VARIABLES | {"PATH": ":".join([*folders, VARIABLES["PATH"]])}

    @property
    def shell(self) -> str:
        """The shell that runs commands and sessions."""
        return "/bin/bash" if (self.image / "usr/bin/bash").exists() else "/bin/sh"

    @property
    def addresses(self) -> dict[str, str]:
        """The address of each name."""
        named = {name: _HOST_ADDRESS.format(number=number) for number, name in enumerate(self.hosts, 1)}
        return {"localhost": "127.0.0.1"} | named

    @property
    def files(self) -> dict[str, str]:
        """The files that differ from those of the image, by path."""
        lines = "".join(f"{self.addresses[name]} {name}\n" for name in self.hosts)
        return {"/etc/hosts": FILES["etc/hosts"] + lines} if lines else {}

    def shown(self) -> list[tuple[Path, str, bool]]:
        """Return what shows below `/opt`: where it lies, where it shows, and whether itbench itself has made it."""
        found = [(mount.source, f"/opt/{mount.name}", False) for mount in self.mounts]
        for program in self.programs:
            found.append((program.content, f"/opt/{program.name}", True))
            found += [(folder, f"/opt/{program.name}{folder}", False) for folder in program.folders]
        return found

    def folders(self) -> list[str]:
        """Return the folders in the workspace that inputs need, outer ones first, from the home folder on."""
        below = {
            PurePosixPath(*parts[:depth])
            for entry in self.inputs
            for parts in [clean(entry.path)]
            for depth in range(1, len(parts))
        }
        return [str(HOME), *(str(HOME / folder) for folder in sorted(below))]

    def runner(self, control: int | str) -> list[str]:
        """Return the program to start inside; `control` is where it takes orders from: a descriptor, or a folder in a container."""
        return runner_words(f"/usr/local/bin/{self.python}", RUNNER_FOLDER, str(control))


def runner_words(python: str, folder: str, control: str) -> list[str]:
    """Return the program that carries orders out, whose modules lie in a folder."""
    # -I: no variables and no folder of the agent's are looked at; -S: and no packages.
    return [python, "-I", "-S", "-B", "-c", _START, folder, control]


def bubblewrap_arguments(
    layout: Layout, identity: Identity, filter_descriptor: int, files: Mapping[str, int]
) -> list[str]:
    """Return all options; `files` are descriptors whose content is to show under these paths."""
    limits = layout.limits
    words = [*identity.arguments]
    words += ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
    words += ["--hostname", "sandbox", "--die-with-parent", "--new-session", "--as-pid-1", "--clearenv"]
    words += ["--seccomp", str(filter_descriptor), *shared(layout.image, "/", layout.nothing)]
    if layout.tools is not None:
        words += shared(layout.tools, f"/usr/local/lib/{layout.python}/site-packages", layout.nothing)
    for path, descriptor in files.items():
        words += ["--perms", "0644", "--ro-bind-data", str(descriptor), path]
    # Read-only: some of the kernel's settings belong to a namespace, and so to its creator.
    words += ["--proc", "/proc", "--remount-ro", "/proc", "--dev", "/dev"]
    words += _tmpfs("/dev/shm", limits.shared_memory_bytes, "1777")  # noqa: S108 - the sandbox's own
    if layout.has_ipc:
        words += ["--mqueue", "/dev/mqueue"]
    words += ["--remount-ro", "/dev", *_tmpfs("/tmp", limits.temporary_bytes, "1777")]  # noqa: S108 - as above
    words += _tmpfs(str(HOME), limits.workspace_bytes, "0755")
    for folder in layout.folders()[1:]:
        words += ["--perms", "0755", "--dir", folder]
    for entry in layout.inputs:
        words += [
            "--ro-bind",
            readable_source(entry.source, f"input {entry.path!r}", is_root=identity.namespace is not None),
            str(HOME.joinpath(*clean(entry.path))),
        ]
    shown = layout.shown()
    if shown:
        words += _tmpfs("/opt", 1 << 18, "0755")
        for source, place, is_ours in shown:
            if is_ours:
                words += shared(source, place, layout.nothing)
            else:
                where = readable_source(source, "folder", is_root=identity.namespace is not None)
                words += ["--ro-bind", where, place]
        words += ["--remount-ro", "/opt"]
    for name, value in layout.variables.items():
        words += ["--setenv", name, value]
    return [*words, "--chdir", str(HOME)]


def check_hosts(hosts: Sequence[str]) -> None:
    """Refuse names that no host can have.

    Raises:
        SandboxError: one of them is none, or there are too many.
    """
    wrong = [name for name in hosts if not _HOST_NAME.fullmatch(name) or name in _OWN_NAMES]
    if wrong or len(hosts) > MOST_HOSTS:
        what = f"{wrong[0]!r} cannot be a name in a workspace" if wrong else f"there are {len(hosts)} names"
        raise SandboxError(
            f"{what}; up to {MOST_HOSTS} names of letters, digits, '-' and '.' can be, {sorted(_OWN_NAMES)} excepted"
        )


def shared(folder: Path, place: str, nothing: Path | None) -> list[str]:
    """Return what shows a folder that all trials share, read-only.

    By an overlay, each trial has inodes of its own: locks and watches on them, by which trials could talk, reach no other.
    """
    if nothing is None:
        return ["--ro-bind", str(folder), place]
    return ["--overlay-src", str(nothing), "--overlay-src", str(folder), "--ro-overlay", place]


def _tmpfs(place: str, size_bytes: int, permissions: str) -> list[str]:
    return ["--perms", permissions, "--size", str(size_bytes), "--tmpfs", place]


def readable_source(path: Path, what: str, *, is_root: bool) -> str:
    """Return where a file or folder really lies that a sandbox is to show.

    Raises:
        SandboxError: root started the sandbox, whose user is another and could not read this.
    """
    source = os.path.realpath(path)
    mode = Path(source).stat().st_mode
    wanted = _OTHERS_MAY_ENTER if Path(source).is_dir() else _OTHERS_MAY_READ
    if is_root and mode & wanted != wanted:
        raise SandboxError(
            f"{what} can be read by root only, and the sandbox is not root: "
            f"chmod o+r {source!r}, or run itbench as its owner"
        )
    return source
