"""How many trials the machine's limits of open files and of processes allow at a time."""

import os
import resource
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from itbench.interfaces.agent import Agent, ConnectedAgent

# More is never needed, and programs without a sandbox that close all that they might have inherited take long over it.
_MOST_FILES = 1 << 16
# For the run file, the cache, plugins, and what is opened for a moment while a sandbox starts.
_RESERVED_FILES, _RESERVED_PROCESSES = 40, 4
_FILES_OF_A_FOLDER, _FILES_OF_A_SANDBOX, _FILES_OF_A_CONNECTION = 3, 8, 2
_CONNECTIONS = 2
# Bubblewrap, process 1, a shell, and what that starts.
_PROCESSES_OF_A_SANDBOX = 6
# An agent that starts nothing needs a folder and no more.
_IN_PROCESS = "in-process"


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """The largest number of concurrent trials, and in words what bounds it.

    Attributes:
        trials: how many.
        limit: what allows no more, with its value.
        remedy: the command that raises it.
    """

    trials: int
    limit: str
    remedy: str


def raise_file_limit() -> int:
    """Raise this process's limit of open files as far as it may itself, and return it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, _MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        # Some systems have a limit of their own below the one that they name.
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            return wanted
    return _MOST_FILES if soft == resource.RLIM_INFINITY else soft


def connections_of(agent: Agent) -> int:
    """Return how many connections one trial of an agent may hold open."""
    return agent.connections if isinstance(agent, ConnectedAgent) else _CONNECTIONS


def capacity(sandbox_names: Sequence[str], connections: int = _CONNECTIONS) -> Capacity:
    """Return how many trials fit, each of which opens sandboxes of these names at the same time.

    This process's own limits are raised as far as it may itself.
    """
    files, processes = raise_file_limit(), _process_limit()
    open_now = _count("/proc/self/fd")
    by_files = max(1, (files - open_now - _RESERVED_FILES) // _files_of_a_trial(sandbox_names, connections))
    found = Capacity(trials=by_files, limit=f"{files} open files", remedy="ulimit -n")
    each = sum(_PROCESSES_OF_A_SANDBOX for name in sandbox_names if name != _IN_PROCESS)
    if processes is None or each == 0:
        return found
    by_processes = max(1, (processes.left - _RESERVED_PROCESSES) // each)
    if by_processes >= by_files:
        return found
    return Capacity(trials=by_processes, limit=processes.limit, remedy=processes.remedy)


def _files_of_a_trial(sandbox_names: Sequence[str], connections: int) -> int:
    folders = sum(
        _FILES_OF_A_FOLDER if name == _IN_PROCESS else _FILES_OF_A_SANDBOX for name in sandbox_names
    )
    if sandbox_names[0] == _IN_PROCESS:
        return folders
    return folders + connections * _FILES_OF_A_CONNECTION


@dataclass(frozen=True, slots=True, kw_only=True)
class _Processes:
    left: int
    limit: str
    remedy: str


def _process_limit() -> _Processes | None:
    """Return how many more processes there may be; None where no limit is known."""
    found = [each for each in (_by_user(), _by_group()) if each is not None]
    return min(found, key=lambda each: each.left, default=None)


def _by_user() -> _Processes | None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NPROC)
    # The kernel does not hold root to it.
    if hard == resource.RLIM_INFINITY or os.geteuid() == 0:
        return None
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NPROC, (hard, hard))
    return _Processes(left=hard - _own_threads(), limit=f"{hard} processes of this user", remedy="ulimit -u")


def _own_threads() -> int:
    """Return how many threads this user has, all of which count."""
    return sum(_threads(folder) for folder in Path("/proc").glob("[0-9]*"))


def _threads(folder: Path) -> int:
    try:
        if folder.stat().st_uid != os.geteuid():
            return 0
        return _count(f"{folder}/task")
    except OSError:
        return 0  # It has ended.


def _by_group() -> _Processes | None:
    found = []
    for group in _groups():
        for folder in (group, *group.parents):
            try:
                most = (folder / "pids.max").read_text(encoding="ascii").strip()
                now = (folder / "pids.current").read_text(encoding="ascii").strip()
            except OSError:
                continue
            if most.isdecimal():
                limit = f"{most} processes of the control group {folder.name or '/'!r}"
                found.append(_Processes(left=int(most) - int(now), limit=limit, remedy="its pids.max"))
    return min(found, key=lambda each: each.left, default=None)


def _groups() -> list[Path]:
    """Return the folders of this process's control groups in which processes may be counted."""
    try:
        lines = Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    root, found = Path("/sys/fs/cgroup"), []
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers in {"", "pids"}:
            found.append(root / controllers / path.lstrip("/"))
    return found


def _count(folder: str) -> int:
    try:
        return sum(1 for _ in Path(folder).iterdir())
    except OSError:
        return 0  # No such folder on this system.
