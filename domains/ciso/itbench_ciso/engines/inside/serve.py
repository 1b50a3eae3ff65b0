"""Judges inputs one after the other and writes each verdict at once: what is done stays done if the process is ended.

Runs inside the sandbox, as `python -I -S -B serve.py ENGINE MEMORY_BYTES CPU_S`. Standard input is one JSON object,
`{"policy": ..., "inputs": [text, ...]}`; the lines of `verdicts.jsonl` are the verdicts.
"""

import _thread
import json
import os
import resource
import sys
import time
from typing import Any, Protocol

VERDICTS = "verdicts.jsonl"
TOO_MUCH_MEMORY = 86
_LOOK_S = 0.01
_MOST_VERDICT_BYTES = 4 << 20


class Engine(Protocol):
    """One policy, ready to judge."""

    def judge(self, text: str) -> tuple[str, str]:
        """Return kind and message of the verdict on one input, which is JSON in ASCII."""
        ...


def main(arguments: list[str]) -> None:
    """Read the work, judge, and leave the verdicts behind."""
    name, memory_bytes, cpu_s = arguments[0], int(arguments[1]), int(arguments[2])
    verdicts = os.open(VERDICTS, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    # What a policy prints must not be taken for a verdict.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    _thread.start_new_thread(_watch, (memory_bytes,))
    if name == "cel":
        # It does not let the watching thread run, and takes only as much as it needs.
        _limit(resource.RLIMIT_AS, memory_bytes)
    _limit(resource.RLIMIT_CPU, cpu_s)
    _limit(resource.RLIMIT_FSIZE, _MOST_VERDICT_BYTES)
    _limit(resource.RLIMIT_CORE, 0)
    work = json.loads(sys.stdin.buffer.read())
    try:
        engine = _engine(name, work["policy"])
    except ValueError as error:
        for _ in work["inputs"]:
            _write(verdicts, "error", str(error))
        return
    for text in work["inputs"]:
        _write(verdicts, *_judge(engine, text))


def _watch(memory_bytes: int) -> None:
    """End this process when it holds too much memory.

    A limit on address space is of no use: the allocator of rego-cpp takes 256 GiB of it before it holds anything.
    """
    while resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 < memory_bytes:
        time.sleep(_LOOK_S)
    os._exit(TOO_MUCH_MEMORY)


def _engine(name: str, policy: Any) -> Engine:
    if name == "cel":
        from itbench_ciso.engines.inside.cel import CelEngine

        return CelEngine(policy)
    if name == "opa":
        from itbench_ciso.engines.inside.opa import OpaEngine

        return OpaEngine(policy)
    from itbench_ciso.engines.inside.rego import RegoEngine

    return RegoEngine(policy)


def _judge(engine: Engine, text: str) -> tuple[str, str]:
    try:
        return engine.judge(text)
    except MemoryError:
        return "memory", ""


def _write(verdicts: int, kind: str, message: str) -> None:
    os.write(verdicts, json.dumps([kind, message[:2000]]).encode() + b"\n")


def _limit(kind: int, number: int) -> None:
    hard = resource.getrlimit(kind)[1]
    number = number if hard == resource.RLIM_INFINITY else min(number, hard)
    resource.setrlimit(kind, (number, number))


if __name__ == "__main__":
    sys.path.insert(0, os.path.abspath(__file__).split("/itbench_ciso/")[0])  # noqa: PTH100 - pathlib takes 5 ms
    main(sys.argv[1:])
