"""Attempts to end, slow or starve process 1 of a sandbox, or to hold other trials up by files that all share: none succeeds.

Process 1 is itbench's own: a program that ends it would end its trial without a result. Each attempt prints ESCAPED if
the kernel let it, and the workspace must work afterwards as before.
"""

import asyncio
import os
import platform
import signal
import textwrap
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from itbench import Execution
from itbench.sandbox.bubblewrap.syscalls import machine

HERE = machine(platform.machine())
CALLS = dict(HERE.calls) if HERE else {}
PRELUDE = f"""
import ctypes, os, resource, signal, struct, sys
LIBRARY = ctypes.CDLL(None, use_errno=True)
CALLS = {CALLS!r}
def call(name, *arguments):
    words = [argument if isinstance(argument, (bytes, ctypes.Array)) else ctypes.c_long(argument)
             for argument in arguments]
    result = LIBRARY.syscall(ctypes.c_long(CALLS[name]), *words)
    print(name, arguments[:2], result, os.strerror(ctypes.get_errno()))
    if result >= 0:
        print("ESCAPED")
"""


@dataclass(frozen=True)
class Attempt:
    """What to try, as a text in Python."""

    name: str
    text: str
    limit_s: float = 10.0


def attempt(name: str, text: str, **options: Any) -> Attempt:
    return Attempt(name, PRELUDE + textwrap.dedent(text), **options)


LIMITS = [
    attempt(f"take process 1's limit {kind}", f"""
        for soft, hard in ((0, 0), (1, 1), (0, 2**64 - 1)):
            call("prlimit64", 1, {kind}, struct.pack("QQ", soft, hard), 0)
    """)
    for kind in range(16)
] + [
    attempt("take a limit by a longer number", "call('prlimit64', 1 + (1 << 32), 7, bytes(16), 0)"),
    attempt("take a limit and read it", "call('prlimit64', 1, 7, bytes(16), ctypes.create_string_buffer(16))"),
    attempt("take a limit as Python does", """
        for kind in range(16):
            try:
                resource.prlimit(1, kind, (0, 0))
                print("ESCAPED")
            except (OSError, ValueError) as error:
                print(error)
    """),
]  # fmt: skip

PRECEDENCE = [
    attempt("take process 1's precedence", "call('setpriority', 0, 1, 19)"),
    attempt("take its group's precedence", "call('setpriority', 1, 1, 19)"),
    attempt("take its user's precedence", "call('setpriority', 2, os.getuid(), 19); call('setpriority', 2, 0, 19)"),
    attempt("take its turn at the disk", "call('ioprio_set', 1, 1, 3 << 13)"),
    attempt("take its group's turn at the disk", "call('ioprio_set', 2, 1, 3 << 13)"),
    attempt("take its user's turn at the disk", "call('ioprio_set', 3, os.getuid(), 3 << 13); call('ioprio_set', 3, 0, 3 << 13)"),
    attempt("tie it to a processor", "call('sched_setaffinity', 1, 8, bytes([1]) + bytes(7))"),
    attempt("make it idle", "call('sched_setscheduler', 1, 5, bytes(4))"),
    attempt("make it a batch", "call('sched_setscheduler', 1, 3, bytes(4))"),
    attempt("change its parameters", "call('sched_setparam', 1, bytes(4))"),
    attempt("make it idle by attributes", "call('sched_setattr', 1, struct.pack('IIQiIQQQII', 56, 5, 0, 0, 0, 0, 0, 0, 0, 0), 0)"),
    attempt("make it idle as Python does", """
        for change in (
            lambda: os.sched_setscheduler(1, os.SCHED_IDLE, os.sched_param(0)),
            lambda: os.sched_setaffinity(1, {0}),
            lambda: os.setpriority(os.PRIO_PROCESS, 1, 19),
            lambda: os.setpriority(os.PRIO_USER, os.getuid(), 19),
        ):
            try:
                change()
                print("ESCAPED")
            except OSError as error:
                print(error)
    """),
]  # fmt: skip

SIGNALS = [
    attempt(f"send it {signal.Signals(number).name}", f"""
        call("kill", 1, {number}); call("tkill", 1, {number}); call("tgkill", 1, 1, {number})
        call("rt_sigqueueinfo", 1, {number}, struct.pack("iii", {number}, 0, -1) + bytes(116))
        call("rt_tgsigqueueinfo", 1, 1, {number}, struct.pack("iii", {number}, 0, -1) + bytes(116))
        try:
            handle = os.pidfd_open(1)
            signal.pidfd_send_signal(handle, {number})
        except OSError as error:
            print(error)
    """)
    for number in sorted(signal.valid_signals())
    if number in set(signal.Signals)
] + [
    attempt("have the kernel signal it when a pipe can be read", """
        import fcntl
        for number in (0, signal.SIGKILL, signal.SIGSTOP, signal.SIGIO, signal.SIGXCPU):
            there, here = os.pipe()
            for change in (lambda: fcntl.fcntl(there, fcntl.F_SETOWN, 1), lambda: fcntl.fcntl(there, 10, number),
                           lambda: fcntl.fcntl(there, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)):
                try:
                    change()
                except OSError as error:
                    print(error)
            os.write(here, b"x")
    """),
    attempt("signal all that there is", "signal.signal(15, signal.SIG_IGN); os.kill(-1, 15)"),
    attempt("take it into a group", """
        for process, group in ((1, 0), (1, os.getpid()), (0, 1)):
            try:
                os.setpgid(process, group)
                print("ESCAPED")
            except OSError as error:
                print(error)
    """),
]  # fmt: skip

MEMORY = [
    attempt("trace it", "call('ptrace', 16, 1, 0, 0); call('ptrace', 0x4206, 1, 0, 0)"),
    attempt("write its memory", "call('process_vm_writev', 1, bytes(16), 1, bytes(16), 1, 0)"),
    attempt("read its memory", "call('process_vm_readv', 1, bytes(16), 1, bytes(16), 1, 0)"),
    attempt("push its memory out", """
        try:
            call("process_madvise", os.pidfd_open(1), bytes(16), 1, 21, 0)
        except OSError as error:
            print(error)
    """),
    attempt("reap its memory", """
        try:
            call("process_mrelease", os.pidfd_open(1), 0)
        except OSError as error:
            print(error)
    """),
    attempt("move its memory", "call('migrate_pages', 1, 8, bytes(8), bytes(8)); call('move_pages', 1, 0, 0, 0, 0, 0)"),
    attempt("take its descriptors", """
        for number in range(8):
            try:
                call("pidfd_getfd", os.pidfd_open(1), number, 0)
            except OSError as error:
                print(error)
    """),
    attempt("compare with it", "call('kcmp', 1, os.getpid(), 0, 0, 0)"),
    attempt("measure it", "call('perf_event_open', bytes([1, 0, 0, 0, 120]) + bytes(115), 1, -1, -1, 0)"),
    attempt("write its files in /proc", """
        for name in ("autogroup", "attr/current", "clear_refs", "comm", "coredump_filter", "gid_map", "loginuid", "mem",
                     "oom_adj", "oom_score_adj", "sched", "setgroups", "timens_offsets", "timerslack_ns", "uid_map"):
            try:
                os.open(f"/proc/1/{name}", os.O_WRONLY)
                print("ESCAPED", name)
            except OSError as error:
                print(name, error.strerror)
    """),
]  # fmt: skip

SHARED = [
    attempt("take a lease on a file that all trials share", """
        for kind in (0, 1):
            call("fcntl", os.open("/usr/bin/true", os.O_RDONLY), 1024, kind)
    """),
    attempt("be told of changes in a folder that all trials share", """
        call("fcntl", os.open("/usr/bin", os.O_RDONLY), 1026, 0x8000003F)
    """),
]  # fmt: skip

ATTEMPTS = [*LIMITS, *PRECEDENCE, *SIGNALS, *MEMORY, *SHARED]


@pytest.mark.slow
@pytest.mark.parametrize("group", range(4))
def test_no_attempt_on_process_1_succeeds(group: int, inside: Callable[..., Any]) -> None:
    """Slow: each is a program of its own. They share a workspace, in which process 1 has to live on after each."""
    chosen = ATTEMPTS[group::4]

    async def work(workspace: Any) -> list[tuple[Attempt, Execution, Execution]]:
        done = []
        for each in chosen:
            tried = await workspace.execute(
                ["python3", "-"], stdin=each.text.encode(), timeout_s=each.limit_s
            )
            done.append((each, tried, await workspace.execute("nice; echo alive", timeout_s=10)))
        return done

    found = inside(work)
    assert len(found) == len(chosen) > 0
    for each, tried, after in found:
        said = tried.stdout + tried.stderr
        assert "ESCAPED" not in said, each.name
        assert not any(mistake in said for mistake in ("SyntaxError", "NameError", "TypeError")), (
            each.name,
            said,
        )
        assert not tried.timed_out, each.name
        assert after.stdout.endswith("alive\n"), each.name


OWN = """
import os, resource, signal, subprocess
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.prlimit(os.getpid(), resource.RLIMIT_NOFILE, (soft - 1, hard))
resource.prlimit(0, resource.RLIMIT_NOFILE, (soft - 2, hard))
assert resource.prlimit(os.getpid(), resource.RLIMIT_NOFILE)[0] == soft - 2
nice = os.getpriority(os.PRIO_PROCESS, 0)
os.setpriority(os.PRIO_PROCESS, os.getpid(), min(nice + 1, 19))
os.setpriority(os.PRIO_PGRP, 0, min(nice + 2, 19))
os.sched_setaffinity(os.getpid(), os.sched_getaffinity(0))
os.sched_setscheduler(os.getpid(), os.SCHED_BATCH, os.sched_param(0))
child = subprocess.Popen(["sleep", "30"])
resource.prlimit(child.pid, resource.RLIMIT_CPU, (5, 5))
os.setpriority(os.PRIO_PROCESS, child.pid, 19)
os.kill(child.pid, signal.SIGSTOP)
os.kill(child.pid, signal.SIGKILL)
assert child.wait() == -9
print("all of it")
"""


def test_a_program_can_still_manage_itself_and_its_children(inside: Callable[..., Any]) -> None:
    async def work(workspace: Any) -> Execution:
        result: Execution = await workspace.execute(["python3", "-"], stdin=OWN.encode(), timeout_s=60)
        return result

    result = inside(work)
    assert result.stdout == "all of it\n", result.stderr


BUSY = """
import os, time
for _ in range(5):
    os.fork()
while True:
    try:
        os.setpriority(os.PRIO_PROCESS, 0, os.getpriority(os.PRIO_PROCESS, 0))
    except OSError:
        pass
"""


@pytest.mark.slow
def test_processes_that_take_all_processors_do_not_keep_process_1_from_ending_them(
    inside: Callable[..., Any],
) -> None:
    """Slow: 32 processes run for a second."""

    async def work(workspace: Any) -> tuple[Execution, Execution, float]:
        started = time.monotonic()
        busy = await workspace.execute(["python3", "-"], stdin=BUSY.encode(), timeout_s=1)
        took_s = time.monotonic() - started
        return busy, await workspace.execute("echo alive", timeout_s=10), took_s

    busy, after, took_s = inside(work)
    assert busy.timed_out
    assert took_s < 5
    assert after.stdout == "alive\n"


def test_there_are_at_least_sixty_attempts() -> None:
    assert len({each.name for each in ATTEMPTS}) == len(ATTEMPTS) >= 60


def test_the_attempts_on_process_1_work_on_a_process_of_the_same_user_outside() -> None:
    """What the filter refuses inside, the kernel allows between processes of one user: so the filter is needed."""

    async def main() -> list[str]:
        sleeper = await asyncio.create_subprocess_exec("sleep", "30")
        text = PRELUDE + textwrap.dedent(f"""
            process = {sleeper.pid}
            call("prlimit64", process, 7, struct.pack("QQ", 8, 8), 0)
            call("setpriority", 0, process, 19)
            call("sched_setaffinity", process, 8, bytes([1]) + bytes(7))
            call("sched_setscheduler", process, 5, bytes(4))
            call("ioprio_set", 1, process, 3 << 13)
        """)
        try:
            outside = await asyncio.create_subprocess_exec(
                "python3", "-c", text, stdout=asyncio.subprocess.PIPE
            )
            out, _ = await outside.communicate()
        finally:
            sleeper.kill()
            await sleeper.wait()
        return out.decode().splitlines()

    assert asyncio.run(main()).count("ESCAPED") == 5
    assert os.getpid() != 1
