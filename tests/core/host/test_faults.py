"""Which errors are the machine's, and which come of what an agent did."""

import asyncio
import errno
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from itbench.host.faults import (
    PATH_ERRORS,
    PROGRAM_ERRORS,
    SHORTAGES,
    HostError,
    WorkspaceFileError,
    host_errors,
    is_shortage,
)
from itbench.host.paths import read_below
from itbench.interfaces.fault import Stage
from itbench.runs.trial.blame import fault_of
from itbench.sandbox.errors import SandboxError
from itbench.sandbox.inside import below
from itbench.sandbox.plain.sandbox import LocalSandbox


@contextmanager
def no_descriptor_left() -> Iterator[None]:
    """Leave no descriptor free."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    held: list[int] = []
    resource.setrlimit(resource.RLIMIT_NOFILE, (128, hard))
    try:
        while True:
            held.append(os.open("/dev/null", os.O_RDONLY))
    except OSError:
        yield
    finally:
        for descriptor in held:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Let no file become longer, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_no_error_is_both_the_machine_s_and_the_agent_s() -> None:
    assert SHORTAGES.isdisjoint(PROGRAM_ERRORS)
    assert PATH_ERRORS < PROGRAM_ERRORS


@pytest.mark.parametrize(
    ("error", "stage"),
    [
        (OSError(errno.EMFILE, "too many"), Stage.ENVIRONMENT),
        (OSError(errno.ENOSPC, "full"), Stage.ENVIRONMENT),
        (BlockingIOError(errno.EAGAIN, "no process"), Stage.ENVIRONMENT),
        (RuntimeError("can't start new thread"), Stage.ENVIRONMENT),
        (ExceptionGroup("many", [ValueError("x"), OSError(errno.ENFILE, "too many")]), Stage.ENVIRONMENT),
        (FileNotFoundError(errno.ENOENT, "nothing there"), Stage.AGENT),
        (OSError(errno.ENAMETOOLONG, "long"), Stage.AGENT),
        (PermissionError(errno.EACCES, "no"), Stage.AGENT),
        (WorkspaceFileError(errno.ENOSPC, "its own limit"), Stage.AGENT),
        (RuntimeError("something else"), Stage.AGENT),
    ],
)
def test_an_agent_in_python_is_not_blamed_for_what_the_machine_lacks(error: Exception, stage: Stage) -> None:
    assert fault_of(error, Stage.AGENT).stage is stage
    # What it is wrapped in tells nothing else.
    wrapped = RuntimeError("my agent failed")
    wrapped.__cause__ = error
    assert fault_of(wrapped, Stage.AGENT).stage is stage
    assert is_shortage(error) == (stage is Stage.ENVIRONMENT)


def test_errors_that_come_of_what_was_asked_for_pass() -> None:
    with pytest.raises(FileNotFoundError), host_errors("it", but=PATH_ERRORS):
        raise FileNotFoundError(errno.ENOENT, "x")
    with pytest.raises(RuntimeError, match="mine"), host_errors("it"):
        raise RuntimeError("mine")
    with pytest.raises(HostError, match="it: x, on the machine") as found, host_errors("it"):
        raise FileNotFoundError(errno.ENOENT, "x")
    assert found.value.stage is Stage.ENVIRONMENT


def in_local(work: Any) -> Any:
    async def main() -> Any:
        async with LocalSandbox().open([]) as workspace:
            return await work(workspace)

    return asyncio.run(main())


@pytest.mark.parametrize("path", ["x" * 300, "x/" + "y" * 300, "file/below"])
def test_a_name_that_an_agent_chose_badly_is_its_own_doing(path: str) -> None:
    async def work(workspace: Any) -> None:
        await workspace.write_file("file", b"")
        with pytest.raises(OSError) as error:
            await workspace.write_file(path, b"x")
        assert error.value.errno in PATH_ERRORS

    in_local(work)


def test_a_full_disk_of_the_host_is_not_an_agent_s_doing() -> None:
    async def work(workspace: Any) -> None:
        with files_of_at_most(1000), pytest.raises(HostError, match=r"'answer\.json' cannot be written"):
            await workspace.write_file("answer.json", bytes(5000))

    in_local(work)


@pytest.mark.parametrize("words", [["/no/such/program"], ["x" * 5000], ["sh", "-c", "x" * 3_000_000]])
def test_a_command_that_cannot_be_started_is_its_author_s_doing(words: list[str]) -> None:
    async def work(workspace: Any) -> None:
        with pytest.raises(OSError) as error:
            await workspace.execute(words, timeout_s=5)
        assert error.value.errno in PROGRAM_ERRORS

    in_local(work)


def test_what_was_handed_in_is_not_called_missing_where_no_file_can_be_opened(tmp_path: Path) -> None:
    (tmp_path / "answer.json").write_text("{}")
    folder = os.open(tmp_path, os.O_RDONLY)
    try:
        with no_descriptor_left():
            for read in (
                lambda: read_below(tmp_path, "answer.json", max_bytes=100),
                lambda: below.read_file(folder, "answer.json", max_bytes=100),
                lambda: below.list_files(folder, "."),
            ):
                with pytest.raises(HostError, match="Too many open files"):
                    read()
        assert below.list_files(folder, ".") == ["answer.json"]
    finally:
        os.close(folder)


@pytest.mark.slow
def test_no_descriptor_is_lost_where_there_are_too_few(plain_sandbox: Any) -> None:
    """Whatever step of a command meets the limit, what it had opened is closed."""

    async def main() -> int:
        async with plain_sandbox.open([]) as workspace:
            before = open_files()
            soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
            failed = 0
            for more in range(12):
                resource.setrlimit(resource.RLIMIT_NOFILE, (before - 1 + more, hard))
                try:
                    await workspace.execute("true", timeout_s=20)
                except HostError:
                    failed += 1
                finally:
                    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
                assert open_files() == before
            assert (await workspace.execute("echo alive", timeout_s=20)).stdout == "alive\n"
            return failed

    assert 3 <= asyncio.run(main()) < 12


@pytest.mark.slow
def test_a_start_that_meets_the_limit_loses_nothing_either(plain_sandbox: Any) -> None:
    """Slow: a dozen sandboxes."""

    async def main() -> int:
        async with plain_sandbox.open([]):
            pass  # What is opened once for all of them is open now.
        before, failed = open_files(), 0
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        for more in range(0, 24, 2):
            resource.setrlimit(resource.RLIMIT_NOFILE, (before + more, hard))
            try:
                async with plain_sandbox.open([]):
                    pass
            except (OSError, SandboxError):  # Both are the environment's fault in a trial.
                failed += 1
            finally:
                resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            assert open_files() == before, more
        return failed

    assert 2 <= asyncio.run(main()) < 12
