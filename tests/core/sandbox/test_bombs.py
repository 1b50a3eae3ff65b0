"""Commands that take all they can get: each is held or ended at a limit, and the sandbox continues."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from itbench import Execution
from itbench.sandbox.bubblewrap.sandbox import BubblewrapSandbox

pytestmark = pytest.mark.slow  # Each takes all of a sandbox that it may.

FILL_SHARED = """python3 - <<'END'
import mmap, os
for _ in range(3):
    os.fork()
memory = mmap.mmap(-1, 100 << 20)
for _ in range(100):
    memory.write(bytes(1 << 20))
import time
time.sleep(8)
END"""
SPREAD = """python3 - <<'END'
import os, time
for _ in range(4):
    os.fork()
held = bytearray(60 << 20)
time.sleep(8)
END"""
THREADS = """python3 - <<'END'
import threading, time
try:
    for count in range(1000):
        threading.Thread(target=time.sleep, args=(2,), daemon=True).start()
except RuntimeError as error:
    print(count, error, flush=True)
import os
os._exit(3)
END"""
LEAVERS = """python3 - <<'END'
import os, time
for _ in range(1000):
    if os.fork() == 0:
        os.setsid()
        time.sleep(30)
        os._exit(0)
END"""
NESTED = """python3 - <<'END'
import os
for _ in range(1500):
    os.mkdir("d")
    os.chdir("d")
print("over")
END"""
FILES = """python3 - <<'END'
import os
for number in range(200_000):
    os.close(os.open(f"/tmp/{number}", os.O_CREAT))
print("ESCAPED")
END"""

# Name, command, what must be said, at most how many seconds it may take.
BOMBS = [
    ("forks", "b() { b | b & }; b; sleep 1; echo over", "fork: retry", 8),
    ("forks that leave their group", LEAVERS, "Resource temporarily unavailable", 8),
    ("threads", THREADS, "can't start new thread", 8),
    ("memory of one", "python3 -c 'bytearray(300 << 20)'", "MemoryError", 8),
    ("memory of many", SPREAD, "hold more than 268435456 bytes of memory", 8),
    ("shared memory", FILL_SHARED, "hold more than 268435456 bytes of memory", 8),
    ("the shared memory folder", "head -c 20000000 /dev/zero > /dev/shm/x", "No space left", 8),
    ("disk", "for i in 1 2 3; do head -c 20000000 /dev/zero > $i; done", "No space left", 8),
    ("the temporary folder", "head -c 20000000 /dev/zero > /tmp/x", "No space left", 8),
    ("one file", "head -c 60000000 /dev/zero > x; echo $?", "153", 8),
    ("a file of holes", "truncate -s 1T x; echo $?", "153", 8),
    ("files", FILES, "there are more than 2000 files", 8),
    ("output", "yes", "printed more than 33554432 bytes", 8),
    ("error output", "yes >&2", "printed more than 33554432 bytes", 8),
    ("descriptors", "python3 -c 'x = [open(\"/dev/null\") for _ in range(200)]'", "Too many open files", 8),
    ("folders in folders", NESTED, "over", 8),
    ("a core dump", "ulimit -c unlimited; sh -c 'kill -SEGV $$'; ls core* && echo ESCAPED", "No such file", 8),
]  # fmt: skip


@pytest.mark.parametrize(
    ("command", "expected", "limit_s"),
    [bomb[1:] for bomb in BOMBS],
    ids=[bomb[0] for bomb in BOMBS],
)
def test_a_bomb_is_contained(
    command: str, expected: str, limit_s: float, inside: Callable[..., Any], host: Any
) -> None:
    async def work(workspace: Any) -> tuple[Execution, Execution]:
        result = await workspace.execute(command, timeout_s=limit_s)
        return result, await workspace.execute("rm -rf /home/user/* /tmp/*; echo alive", timeout_s=10)

    result, after = inside(work, *host.inputs)
    assert expected in result.stdout + result.stderr
    assert "ESCAPED" not in result.stdout + result.stderr
    assert not result.timed_out
    assert after.stdout == "alive\n"


@pytest.mark.parametrize(
    "command",
    ["sleep 100", "while :; do :; done", "trap '' TERM INT HUP; (setsid sleep 100 &) ; sleep 100", "cat /dev/zero >/dev/null"],
    ids=["sleeping", "busy", "deaf, with a child in another session", "in the kernel"],
)  # fmt: skip
def test_a_command_is_ended_at_its_time_with_all_that_it_left(
    command: str, inside: Callable[..., Any]
) -> None:
    async def work(workspace: Any) -> tuple[Execution, Execution]:
        result = await workspace.execute(command, timeout_s=0.3)
        return result, await workspace.execute("echo /proc/[0-9]*", timeout_s=10)

    started = time.monotonic()
    result, after = inside(work)
    assert result.timed_out
    assert result.exit_code == -9
    assert time.monotonic() - started < 5
    # Process 1 and the shell that lists them.
    assert len(after.stdout.split()) == 2


def test_processor_time_is_limited(sandbox: Any) -> None:
    limited = BubblewrapSandbox(replace(sandbox.limits, cpu_s=1), with_tools=False)
    limited._parts = sandbox._parts

    async def main() -> Execution:
        async with limited.open([]) as workspace:
            return await workspace.execute(["python3", "-c", "while True: pass"], timeout_s=20)

    result = asyncio.run(main())
    # SIGXCPU
    assert (result.exit_code, result.timed_out) == (-24, False)
