"""Trials that run at the same time cannot tell each other anything through the files that they share."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from itbench.sandbox.bubblewrap.arguments import Layout
from itbench.sandbox.bubblewrap.identity import Identities
from itbench.sandbox.bubblewrap.launch import launch
from itbench.sandbox.bubblewrap.program import find_bubblewrap
from itbench.sandbox.bubblewrap.sandbox import BubblewrapSandbox
from itbench.sandbox.image.image import base_python
from itbench.sandbox.inside.orders import first_message
from itbench.sandbox.inside.process import SandboxProcess
from itbench.sandbox.inside.workspace import SandboxedWorkspace

# The first one holds it until it is told to end; the second one finds out.
HOLDERS = {
    "a lock on a file (flock)": "fcntl.flock(os.open(NAME, os.O_RDONLY), fcntl.LOCK_EX | fcntl.LOCK_NB)",
    "a shared lock of a process (fcntl)": (
        "fcntl.fcntl(os.open(NAME, os.O_RDONLY), fcntl.F_SETLK, struct.pack('hhqqi', fcntl.F_RDLCK, 0, 7, 3, 0))"
    ),
    "a shared lock of a descriptor": (
        "fcntl.fcntl(os.open(NAME, os.O_RDONLY), 37, struct.pack('hhqqi', fcntl.F_RDLCK, 0, 7, 3, 0))"
    ),
}
SEEKERS = {
    "a lock on a file (flock)": "fcntl.flock(os.open(NAME, os.O_RDONLY), fcntl.LOCK_EX | fcntl.LOCK_NB)",
    "a shared lock of a process (fcntl)": (
        "kind = struct.unpack('hhqqi', fcntl.fcntl(os.open(NAME, os.O_RDONLY), fcntl.F_GETLK, "
        "struct.pack('hhqqi', fcntl.F_WRLCK, 0, 7, 3, 0)))[0]\nassert kind == fcntl.F_UNLCK"
    ),
    "a shared lock of a descriptor": (
        "kind = struct.unpack('hhqqi', fcntl.fcntl(os.open(NAME, os.O_RDONLY), 36, "
        "struct.pack('hhqqi', fcntl.F_WRLCK, 0, 7, 3, 0)))[0]\nassert kind == fcntl.F_UNLCK"
    ),
}
HEAD = "import fcntl, os, struct, sys, time\nNAME = {name!r}\n"
WATCHER = """
import ctypes, os, select
library = ctypes.CDLL(None, use_errno=True)
handle = library.inotify_init1(0)
for name in ("/usr/bin/true", "/usr/bin", "/usr/libexec", "/etc/passwd"):
    assert library.inotify_add_watch(handle, name.encode(), 0xFFF) > 0
print("watching", flush=True)
print("told" if select.select([handle], [], [], 1.5)[0] else "nothing", flush=True)
"""


@pytest.mark.slow
@pytest.mark.parametrize("name", ["/usr/bin/true", "/usr/libexec/first/main.py"])
@pytest.mark.parametrize("kind", HOLDERS)
def test_a_lock_of_one_trial_is_not_seen_by_another(kind: str, name: str, sandbox: Any) -> None:
    """Slow: two sandboxes for each."""
    if not isinstance(sandbox, BubblewrapSandbox):
        pytest.skip("a container engine keeps its images apart itself")

    async def main() -> str:
        async with sandbox.open([]) as one, sandbox.open([]) as other:
            held = asyncio.Event()
            hold = HEAD.format(name=name) + HOLDERS[kind] + "\nprint('held', flush=True)\ntime.sleep(60)"
            holding = asyncio.create_task(
                one.execute(["python3", "-c", hold], timeout_s=60, heard=lambda *_: held.set())
            )
            await asyncio.wait_for(held.wait(), 30)
            seek = HEAD.format(name=name) + SEEKERS[kind] + "\nprint('free')"
            found = await other.execute(["python3", "-c", seek], timeout_s=30)
            holding.cancel()
            return str(found.stdout)

    assert asyncio.run(main()) == "free\n"


@pytest.mark.slow
def test_what_one_trial_opens_is_not_told_to_another(sandbox: Any) -> None:
    """Slow: one waits for what must not come."""
    if not isinstance(sandbox, BubblewrapSandbox):
        pytest.skip("a container engine keeps its images apart itself")

    async def main() -> str:
        async with sandbox.open([]) as one, sandbox.open([]) as other:
            heard = asyncio.Event()
            watching = asyncio.create_task(
                one.execute(["python3", "-c", WATCHER], timeout_s=60, heard=lambda *_: heard.set())
            )
            await asyncio.wait_for(heard.wait(), 30)
            await other.execute(
                "true; cat /etc/passwd /usr/bin/true > /dev/null; ls /usr/bin > /dev/null", timeout_s=30
            )
            return str((await watching).stdout)

    assert asyncio.run(main()) == "watching\nnothing\n"


def test_locks_still_work_within_a_trial(inside: Callable[..., Any]) -> None:
    text = """
import fcntl, os, sqlite3, subprocess, sys
connection = sqlite3.connect("own.db")
connection.execute("BEGIN EXCLUSIVE")
code = "import sqlite3; sqlite3.connect('own.db', timeout=0).execute('BEGIN EXCLUSIVE')"
assert subprocess.run([sys.executable, "-c", code], stderr=-3).returncode == 1
first = os.open("/usr/bin/true", os.O_RDONLY)
fcntl.flock(first, fcntl.LOCK_EX)
try:
    fcntl.flock(os.open("/usr/bin/true", os.O_RDONLY), fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError:
    print("held")
"""

    async def work(workspace: Any) -> str:
        return str((await workspace.execute(["python3", "-c", text], timeout_s=30)).stdout)

    assert inside(work) == "held\n"


def test_where_there_are_no_overlays_the_sandbox_works_as_well(sandbox: Any) -> None:
    if not isinstance(sandbox, BubblewrapSandbox):
        pytest.skip("a container engine keeps its images apart itself")

    async def main() -> str:
        program, identity = find_bubblewrap(), Identities().next()
        assert program is not None
        assert sandbox._parts is not None
        layout = Layout(
            image=sandbox._parts.image,
            tools=None,
            python=base_python().version,
            inputs=[],
            limits=sandbox.limits,
        )
        first = first_message(identity.user, layout)
        process = await SandboxProcess.start(launch(program, layout, identity), first)
        try:
            workspace = SandboxedWorkspace(process, layout)
            return str((await workspace.execute("echo alive; touch /usr/x", timeout_s=30)).stdout)
        finally:
            await process.close()

    assert asyncio.run(main()) == "alive\n"
