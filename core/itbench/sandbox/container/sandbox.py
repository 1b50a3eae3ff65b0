"""Sandboxes made by a container engine: the same file system, the same process 1, a different kind of isolation."""

import asyncio
import os
import platform
import secrets
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path, PurePosixPath

from itbench.host.leftovers import sweep, temporary_folder
from itbench.host.paths import clean
from itbench.interfaces.progress import Progress, no_progress
from itbench.interfaces.sandbox import Mount
from itbench.sandbox.bubblewrap.arguments import HOME, Layout, readable_source
from itbench.sandbox.bubblewrap.identity import USER
from itbench.sandbox.bubblewrap.launch import Launched
from itbench.sandbox.bubblewrap.seccomp import filter_program
from itbench.sandbox.bubblewrap.syscalls import machine
from itbench.sandbox.container.engine import Engine
from itbench.sandbox.errors import SandboxError
from itbench.sandbox.image.parts import image_name, make_parts
from itbench.sandbox.inside.descriptors import readable
from itbench.sandbox.inside.orders import first_message
from itbench.sandbox.inside.process import SandboxProcess
from itbench.sandbox.inside.sandbox import IsolatingSandbox
from itbench.sandbox.limits import SandboxLimits

_START_LIMIT_S = 60.0
_LOOK_S = 0.05
# Of one user, in all containers where the engine gives them no users of their own.
_MOST_PROCESSES = 4096
_DOOR = "/run/door"
_MESSAGE_QUEUE_BYTES = 819_200
_DOOR_PREFIX = "itbench-door-"
# Of the names of containers.
PREFIX = "itbench-"


class ContainerSandbox(IsolatingSandbox):
    """Gives each trial a container without a network, from an image of this machine's own programs.

    Args:
        engine: that runs the containers.
        limits: of each trial.
        with_tools: whether numpy, pandas, drain3 and PyYAML are there.
        mounts: folders of the host that every trial shows read-only below `/opt`.
        warning: what a user must know of them.
    """

    def __init__(
        self,
        engine: Engine,
        limits: SandboxLimits | None = None,
        *,
        with_tools: bool = True,
        mounts: Sequence[Mount] = (),
        warning: str | None = None,
    ) -> None:
        super().__init__(limits, with_tools=with_tools, mounts=mounts, warning=warning)
        self.name = engine.name
        self._engine = engine

    def prepare(self, progress: Progress = no_progress) -> None:
        """Make the image, and put it into the engine's store.

        Raises:
            SandboxError: it cannot be made.
        """
        self._parts = make_parts(progress, with_tools=self._with_tools)
        progress(f"putting the image into {self.name}", 3, 4)
        self._engine.import_image(self._parts.image, _tag())

    @asynccontextmanager
    async def _started(self, layout: Layout) -> AsyncIterator[SandboxProcess]:
        name = f"{PREFIX}{secrets.token_hex(8)}"
        try:
            launched = await _launch(self._engine, name, layout)
            process = await SandboxProcess.start(launched, first_message(USER, layout))
            try:
                yield process
            finally:
                await process.close()
        finally:
            await asyncio.to_thread(self._engine.ask, "rm", "--force", name)


class _Door:
    """A socket in a folder of its own, to which the container's process 1 comes once."""

    def __init__(self, rules: bytes, files: Mapping[str, str]) -> None:
        self._place = ExitStack()
        sweep(Path(tempfile.gettempdir()), f"{_DOOR_PREFIX}*")
        self.folder = self._place.enter_context(temporary_folder(Path(tempfile.gettempdir()), _DOOR_PREFIX))
        self.errors = os.memfd_create("errors", os.MFD_CLOEXEC)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._listener.bind(str(self.folder / "door"))
        (self.folder / "door").chmod(0o777)
        (self.folder / "filter").write_bytes(rules)
        for path, text in files.items():
            self.file(path).write_text(text, encoding="utf-8")
            self.file(path).chmod(0o644)
        self.folder.chmod(0o711)
        self._listener.listen(1)
        self._listener.setblocking(False)

    def file(self, path: str) -> Path:
        """Return where what a container shows at a path lies."""
        return self.folder / PurePosixPath(path).name

    def start(self, words: Sequence[str]) -> "subprocess.Popen[bytes]":
        """Start the engine's client."""
        return subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self.errors
        )

    async def accept(self, process: "subprocess.Popen[bytes]") -> socket.socket:
        """Wait for a connection, unless the client ends first."""
        coming = asyncio.create_task(readable(self._listener.fileno()))
        try:
            while not coming.done():
                if process.poll() is not None:
                    raise SandboxError(f"it ended with code {process.returncode}")
                await asyncio.wait({coming}, timeout=_LOOK_S)
        finally:
            coming.cancel()
        control, _ = self._listener.accept()
        control.setblocking(False)
        control.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        return control

    def said(self) -> str:
        """Return what the client complained of."""
        return os.pread(self.errors, 4096, 0).decode(errors="replace").strip()

    def close(self) -> None:
        """Remove it: the program inside has no second one to talk to."""
        self._listener.close()
        self._place.close()


async def _launch(engine: Engine, name: str, layout: Layout) -> Launched:
    """Start a container and wait for its process 1."""
    here = machine(platform.machine())
    if here is None:
        raise SandboxError(f"the sandbox has no system call table for {platform.machine()!r}")
    door = _Door(filter_program(here, has_ipc=layout.has_ipc), layout.files)
    process: subprocess.Popen[bytes] | None = None
    try:
        process = door.start([engine.name, *_arguments(name, door, layout)])
        async with asyncio.timeout(_START_LIMIT_S):
            return Launched(process, await door.accept(process), door.errors)
    except BaseException as error:
        if process is not None:
            process.kill()
            process.wait()
        reason = door.said() or f"{type(error).__name__}: {error}"
        os.close(door.errors)
        if isinstance(error, OSError | TimeoutError | SandboxError):
            raise SandboxError(f"{engine.name} starts no container: {reason}") from error
        raise
    finally:
        door.close()


def _arguments(name: str, door: _Door, layout: Layout) -> list[str]:
    limits = layout.limits
    words = ["run", "--rm", "--name", name, "--network", "none", "--read-only", "--cap-drop", "ALL"]
    words += ["--security-opt", "no-new-privileges", "--user", "0:0", "--hostname", "sandbox"]
    # Process 1 hands the workspace to the user and becomes that user before it takes its first order.
    words += [word for name in ("CHOWN", "SETGID", "SETUID") for word in ("--cap-add", name)]
    words += ["--pids-limit", str(limits.processes + 16), "--ipc", "private", "--log-driver", "none"]
    words += ["--ulimit", f"nofile={limits.open_files}:{limits.open_files}", "--ulimit", "core=0:0"]
    # An engine's default may be more than it may set itself.
    words += ["--ulimit", f"nproc={_MOST_PROCESSES}:{_MOST_PROCESSES}"]
    words += ["--shm-size", str(limits.shared_memory_bytes), "--workdir", str(HOME)]
    for place, size_bytes in ((str(HOME), limits.workspace_bytes), ("/tmp", limits.temporary_bytes)):  # noqa: S108 - the sandbox's own
        words += ["--tmpfs", f"{place}:rw,size={size_bytes},mode=1777,exec"]
    # An empty one: what is there tells of this machine.
    words += ["--tmpfs", "/sys:ro,size=4k"]
    for variable, value in layout.variables.items():
        words += ["--env", f"{variable}={value}"]
    if layout.has_ipc:
        words += ["--ulimit", f"msgqueue={_MESSAGE_QUEUE_BYTES}:{_MESSAGE_QUEUE_BYTES}"]
    own_files = [(str(door.file(path)), path) for path in layout.files]
    for source, target in [*_shown(layout), *own_files]:
        if "," in f"{source}{target}":
            raise SandboxError(f"a container cannot show {str(source)!r}: its path has a comma")
        words += ["--mount", f"type=bind,source={source},target={target},readonly"]
    words += ["--mount", f"type=bind,source={door.folder},target={_DOOR}", _tag()]
    return [*words, *layout.runner(_DOOR)]


def _shown(layout: Layout) -> list[tuple[str, str]]:
    # Root of a container that root started is this machine's root, and commands are not run by it.
    is_root = os.getuid() == 0
    shown = [
        (
            readable_source(entry.source, f"input {entry.path!r}", is_root=is_root),
            str(HOME.joinpath(*clean(entry.path))),
        )
        for entry in layout.inputs
    ]
    shown += [
        (str(source) if is_ours else readable_source(source, "folder", is_root=is_root), place)
        for source, place, is_ours in layout.shown()
    ]
    if layout.tools is not None:
        shown.append((str(layout.tools), f"/usr/local/lib/{layout.python}/site-packages"))
    return shown


def _tag() -> str:
    return f"localhost/itbench-sandbox:{image_name()}"
