"""What a program uses up in its own sandbox is never taken for a shortage of the machine, which would be tried again."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from itbench import Input
from itbench.host.faults import WorkspaceFileError
from itbench.interfaces.fault import StageError
from itbench.sandbox.errors import SandboxError

# Takes every process that becomes free, for as long as it lives.
TAKES_ALL = """python3 -c '
import os, time
until = time.time() + 30
while time.time() < until:
    try:
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
    except OSError:
        time.sleep(0.001)
' & read -t 2 < /dev/zero"""
FULL_PIPE = """mkfifo pipe; python3 -c '
import os, time
end = os.open("pipe", os.O_RDWR | os.O_NONBLOCK)
try:
    while True:
        os.write(end, b"x" * 4096)
except BlockingIOError:
    open("full", "w").close()
time.sleep(60)
' & until [ -e full ]; do :; done"""
# Listens and never accepts.
DEAF = "import socket, time; s = socket.socket(socket.AF_UNIX); s.bind('s'); s.listen(1); time.sleep(600)"


def after(sandbox: Any, command: str, work: Callable[[Any], Awaitable[Any]]) -> Any:
    """Run a command in a session, and then do something else in the workspace."""

    async def main() -> Any:
        async with sandbox.open([]) as workspace:
            session = await workspace.session()
            await session.run(command, timeout_s=10)
            return await work(workspace)

    return asyncio.run(main())


def test_a_session_that_takes_all_processes_is_no_shortage_of_the_machine(sandbox: Any) -> None:
    async def work(workspace: Any) -> list[Any]:
        done = [await workspace.execute("true", timeout_s=5) for _ in range(3)]
        with pytest.raises(SandboxError, match="more than 64 processes") as refused:
            await workspace.session()
        assert not isinstance(refused.value, StageError)
        with pytest.raises(WorkspaceFileError):
            await workspace.write_file("note", b"text")
        return done

    done = after(sandbox, TAKES_ALL, work)
    assert {each.exit_code for each in done} <= {0, 126}
    assert all("more than 64 processes" in each.stderr for each in done if each.exit_code)


def test_a_full_pipe_in_the_way_of_a_file_is_no_shortage_of_the_machine(sandbox: Any) -> None:
    async def work(workspace: Any) -> None:
        with pytest.raises(WorkspaceFileError):
            await workspace.write_file("pipe", b"text")

    after(sandbox, FULL_PIPE, work)


def test_a_server_whose_queue_is_full_refuses_and_lives_on(sandbox: Any, tmp_path: Any) -> None:
    source = tmp_path / "deaf.py"
    source.write_text(DEAF)
    source.chmod(0o644)

    async def main() -> bool:
        command = ["python3", "deaf.py"]
        writers: list[Any] = []
        is_refused = False

        async def listens(service: Any) -> bool:
            return (await service.execute("test -S s", timeout_s=5)).exit_code == 0

        async with sandbox.service(
            command, inputs=[Input("deaf.py", source)], socket="s", ready=listens
        ) as service:
            try:
                while len(writers) < 20:
                    writers.append((await service.connect())[1])
            except ConnectionRefusedError:
                is_refused = True
            done = await service.execute("true", timeout_s=5)
            for writer in writers:
                writer.close()
            assert done.exit_code == 0
            return is_refused and service.is_running

    assert asyncio.run(main())
