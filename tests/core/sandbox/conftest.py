"""One sandbox for all tests, and a host with secrets that an agent must not reach."""

import asyncio
import os
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from itbench.interfaces.workspace import Input
from itbench.sandbox.bubblewrap.sandbox import BubblewrapSandbox
from itbench.sandbox.bubblewrap.support import available
from itbench.sandbox.choose import choose_sandbox
from itbench.sandbox.container.engine import ENGINES, Engine
from itbench.sandbox.container.sandbox import ContainerSandbox
from itbench.sandbox.errors import SandboxError
from itbench.sandbox.limits import GIB, MIB, SandboxLimits
from itbench.sandbox.plain.sandbox import LocalSandbox

LIMITS = SandboxLimits(
    memory_bytes=256 * MIB,
    processes=64,
    open_files=128,
    file_bytes=24 * MIB,
    cpu_s=20,
    workspace_bytes=32 * MIB,
    temporary_bytes=8 * MIB,
    shared_memory_bytes=8 * MIB,
    files=2_000,
    output_bytes=32 * MIB,
    read_bytes=16 * MIB,
)
SPARSE_BYTES = 5 * GIB


KINDS = ("bubblewrap", *ENGINES)


@pytest.fixture(scope="session", params=KINDS)
def sandbox(sandbox_cache: Path, request: pytest.FixtureRequest) -> Any:
    """Return a sandbox of each kind without packages, with small limits, made once for all test processes."""
    return made_sandbox(request.param, sandbox_cache)


@pytest.fixture(scope="session", params=[*KINDS, "none"])
def anywhere(sandbox_cache: Path, request: pytest.FixtureRequest) -> Any:
    """Return a sandbox of each kind, and none."""
    return LocalSandbox() if request.param == "none" else made_sandbox(request.param, sandbox_cache)


def made_sandbox(kind: str, sandbox_cache: Path) -> Any:
    """Return a sandbox of a kind, or skip the test with the reason."""
    problem = available() if kind == "bubblewrap" else Engine(kind).problem()
    if problem is not None:
        pytest.skip(problem)
    made = choose_sandbox(kind, limits=LIMITS, with_tools=False)
    assert isinstance(made, BubblewrapSandbox | ContainerSandbox)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ITBENCH_CACHE", str(sandbox_cache))
        made.prepare()
    if kind in ENGINES:
        # An engine may answer and still start no container, for example because of its runtime.
        try:
            asyncio.run(_once(made))
        except SandboxError as error:
            pytest.skip(str(error))
    return made


async def _once(sandbox: Any) -> None:
    async with sandbox.open([]):
        pass


@pytest.fixture
def inside(sandbox: BubblewrapSandbox) -> Callable[..., Any]:
    """Return a function that opens a workspace, does something in it, and returns what came of that."""

    def run(work: Callable[[Any], Awaitable[Any]], *inputs: Input) -> Any:
        async def main() -> Any:
            async with sandbox.open(inputs) as workspace:
                return await work(workspace)

        return asyncio.run(main())

    return run


@dataclass
class Host:
    """Everything on this machine that an attempt aims at.

    Attributes:
        canary: stands in every place that must not be read.
        mark: part of the name of every folder that must not show.
        values: what attempts are told of the places.
        inputs: of the task.
        guests: the connections that one of the listeners accepted.
    """

    canary: str
    mark: str
    values: dict[str, str]
    inputs: list[Input]
    guests: list[str] = field(default_factory=list)


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    """Plant secrets wherever a program may look, and listen where it may call."""
    name = f"{os.getpid()}-{time.monotonic_ns()}"
    canary, mark = f"itbench-canary-{name}", f"cart-out-of-memory-{name}"
    folder = tmp_path / mark
    (folder / "task").mkdir(parents=True)
    truth, task_input = folder / "truth.json", folder / "task" / "alerts.json"
    truth.write_text(canary)
    task_input.write_text("[]\n")
    shared = Path("/dev/shm") / f"itbench-test-{name}"
    monkeypatch.setenv("ITBENCH_PLANTED", canary)
    with ExitStack() as stack:
        descriptor = os.open(truth, os.O_RDONLY)
        stack.callback(os.close, descriptor)
        os.set_inheritable(descriptor, True)
        shared.write_text(canary)
        stack.callback(shared.unlink)
        guests: list[str] = []
        tcp = stack.enter_context(listening(socket.AF_INET, ("127.0.0.1", 0), canary, guests))
        path = str(tmp_path / "s")
        stack.enter_context(listening(socket.AF_UNIX, path, canary, guests))
        stack.enter_context(listening(socket.AF_UNIX, f"\0itbench-test-{name}", canary, guests))
        values = {
            "truth": str(truth),
            "folder": str(folder),
            "shared": str(shared),
            "descriptor": str(descriptor),
            "pid": str(os.getpid()),
            "port": str(tcp.getsockname()[1]),
            "socket": path,
            "abstract": f"itbench-test-{name}",
        }
        yield Host(canary, mark, values, [Input("data/alerts.json", task_input)], guests)


@contextmanager
def listening(family: int, address: Any, canary: str, guests: list[str]) -> Iterator[socket.socket]:
    """Tell the canary to everyone who calls."""
    with socket.socket(family, socket.SOCK_STREAM) as server:
        server.bind(address)
        server.listen()

        def serve() -> None:
            with suppress(OSError):
                while True:
                    guest, _ = server.accept()
                    with guest:
                        guests.append(str(address))
                        guest.sendall(canary.encode())

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            thread.join(timeout=5)
