"""How many trials fit into the limits of this machine."""

import os
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from itbench.runs.plan.capacity import capacity, connections_of, raise_file_limit


@pytest.fixture(autouse=True)
def same_limits() -> Iterator[None]:
    """Leave this process's limits as they were."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_the_soft_limit_becomes_the_hard_one() -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    assert raise_file_limit() == resource.getrlimit(resource.RLIMIT_NOFILE)[0] >= min(hard, 256)
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (min(hard, 1 << 16), hard)


def test_more_sandboxes_and_connections_leave_room_for_fewer_trials() -> None:
    rooms = [
        capacity(names, connections).trials
        for names, connections in (
            (["in-process"], 0), (["bubblewrap"], 0), (["bubblewrap"], 8), (["bubblewrap", "bubblewrap"], 8),
        )
    ]  # fmt: skip
    assert rooms == sorted(set(rooms), reverse=True)


@pytest.mark.slow
@pytest.mark.parametrize("limit", [1, 40, 100, 1000])
def test_there_is_always_room_for_one(limit: int) -> None:
    """Slow: a limit that was lowered for good needs a process of its own."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(limit, write + 1), max(limit, write + 1)))
        os.write(write, f"{capacity(['bubblewrap']).trials} {capacity(['bubblewrap']).limit}".encode())
        os._exit(0)
    os.close(write)
    os.waitpid(child, 0)
    said = os.read(read, 1000).decode()
    os.close(read)
    trials = int(said.split()[0])
    assert 1 <= trials <= max(1, limit // 8)


@pytest.mark.skipif(os.geteuid() == 0, reason="root is held to no limit of processes")
@pytest.mark.slow
def test_few_processes_leave_room_for_few_trials() -> None:
    """Slow: a limit that was lowered for good needs a process of its own."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_NPROC, (30, 30))
        room = capacity(["bubblewrap"])
        os.write(write, f"{room.trials}, {room.limit}, {room.remedy}".encode())
        os._exit(0)
    os.waitpid(child, 0)
    os.close(write)
    said = os.read(read, 1000).decode()
    os.close(read)
    assert said.endswith(", 30 processes of this user, ulimit -u")
    assert 1 <= int(said.split(",")[0]) <= 5


class Calling:
    connections = 8


def test_an_agent_tells_how_many_connections_it_holds() -> None:
    assert connections_of(Calling()) == 8  # type: ignore[arg-type]
    assert connections_of(object()) == 2  # type: ignore[arg-type]


def test_the_doctor_tells(tmp_path: Path) -> None:
    from itbench.report.doctor import findings

    rows = {row[0]: row[2] for row in findings()}
    assert "programs in sandboxes at most, by the limit of" in rows["concurrent trials"]
    assert "no control group bounds a trial" in rows["limits of a trial"]
