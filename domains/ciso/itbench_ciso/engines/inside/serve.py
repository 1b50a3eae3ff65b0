"""Judges inputs one after the other and writes each verdict at once: what is done stays done if the process is ended.

Runs inside the sandbox, as `python -I -S -B serve.py ENGINE PLACE MEMORY_BYTES CPU_S`; PLACE is where the engine's file
lies, if it has one. The first line of standard input is the policy as JSON, each further line one input as a JSON string.
The lines of `verdicts.jsonl` are the verdicts: kind and message.
"""

import _thread
import json
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any, Protocol

VERDICTS = "verdicts.jsonl"
TOO_MUCH_MEMORY, CRASHED = 86, 87
# The kind of a verdict that is none: the engine itself has failed.
BROKEN = "broken"
_LOOK_S = 0.01
_STATUS_BYTES = 8192
_MOST_VERDICT_BYTES = 4 << 20


class Engine(Protocol):
    """One policy, ready to judge."""

    def judge(self, text: str) -> tuple[str, str]:
        """Return kind and message of the verdict on one input, which is JSON in ASCII."""
        ...


def main(arguments: list[str]) -> None:
    """Read the work, judge, and leave the verdicts behind."""
    name, place, memory_bytes, cpu_s = arguments[0], arguments[1], int(arguments[2]), int(arguments[3])
    verdicts = os.open(VERDICTS, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    # What a policy prints must not be taken for a verdict.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    watch_memory(memory_bytes)
    if name == "cel":
        # Its address space is what it holds, so the system itself can refuse it more.
        _limit(resource.RLIMIT_AS, memory_bytes)
    # At the hard limit the kernel sends another signal, from which nobody could tell why.
    _limit(resource.RLIMIT_CPU, cpu_s, spare=5)
    _limit(resource.RLIMIT_FSIZE, _MOST_VERDICT_BYTES)
    _limit(resource.RLIMIT_CORE, 0)
    policy = json.loads(sys.stdin.buffer.readline())
    for kind, message in judged(name, place, policy, map(json.loads, sys.stdin.buffer), memory_bytes, cpu_s):
        os.write(verdicts, json.dumps([kind, message[:2000]]).encode() + b"\n")


def judged(
    name: str, place: str, policy: Any, inputs: Iterator[str], memory_bytes: int, cpu_s: int
) -> Iterator[tuple[str, str]]:
    """Yield a verdict for each input, and no more after the engine has failed; limits are those of a program."""
    from itbench_ciso.engines.inside.broken import (
        EngineCrashError,
        EngineError,
        OutOfMemoryError,
        OutOfTimeError,
    )

    try:
        try:
            engine = _engine(name, place, policy, memory_bytes, cpu_s)
        except ValueError as error:
            for _ in inputs:
                yield "error", str(error)
            return
        for text in inputs:
            yield engine.judge(text)
    except EngineError as error:
        yield BROKEN, str(error)
    except EngineCrashError as error:
        os.write(2, f"{error}\n".encode())
        os._exit(CRASHED)
    except OutOfTimeError:
        os.kill(os.getpid(), signal.SIGXCPU)
    except (MemoryError, OutOfMemoryError):
        os._exit(TOO_MUCH_MEMORY)


def watch_memory(memory_bytes: int) -> None:
    """Have a thread end this process when it holds too much memory.

    A limit on address space is of no use: the runtime of OPA's library reserves far more of it than it holds.
    """
    _thread.start_new_thread(_watch, (memory_bytes,))


def _watch(memory_bytes: int) -> None:
    peak_kib = _peak_of_this_program()
    while peak_kib() * 1024 < memory_bytes:
        time.sleep(_LOOK_S)
    os._exit(TOO_MUCH_MEMORY)


def _peak_of_this_program() -> Callable[[], int]:
    """Return how to tell the most memory held so far.

    What `getrusage` says counts what the process that started this one held, too; a sandbox may hide the better source, but
    there another process is in between.
    """
    try:
        status = os.open("/proc/self/status", os.O_RDONLY)
    except OSError:
        return lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return lambda: int(os.pread(status, _STATUS_BYTES, 0).partition(b"VmHWM:")[2].split(None, 1)[0])


def _engine(name: str, place: str, policy: Any, memory_bytes: int, cpu_s: int) -> Engine:
    if name == "cel":
        from itbench_ciso.engines.inside.cel import CelEngine

        return CelEngine(policy)
    if name == "opa-program":
        from itbench_ciso.engines.inside.opa_program import OpaProgram

        return OpaProgram(policy, place, memory_bytes, cpu_s)
    from itbench_ciso.engines.inside.opa_library import OpaLibrary

    return OpaLibrary(policy, place)


def _limit(kind: int, number: int, spare: int = 0) -> None:
    most = resource.getrlimit(kind)[1]
    hard = number + spare if most == resource.RLIM_INFINITY else min(number + spare, most)
    resource.setrlimit(kind, (min(number, hard), hard))


if __name__ == "__main__":
    sys.path.insert(0, os.path.abspath(__file__).split("/itbench_ciso/")[0])  # noqa: PTH100 - pathlib takes 5 ms
    main(sys.argv[1:])
