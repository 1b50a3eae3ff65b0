"""Starts the process that judges, inside a fresh sandbox, and reads what it left behind."""

import asyncio
import json
import signal
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from math import ceil

from itbench.interfaces.json import JsonObject, JsonValue
from itbench.interfaces.suite import no_progress
from itbench.interfaces.workspace import Execution, Prepared, Sandbox, Workspace
from itbench.sandbox.choose import choose
from itbench.sandbox.engine import ENGINES
from itbench.sandbox.limits import SandboxLimits
from itbench_ciso.engines.inside.serve import TOO_MUCH_MEMORY, VERDICTS
from itbench_ciso.engines.limits import EngineLimits
from itbench_ciso.engines.packages import FOLDER, find_engine
from itbench_ciso.engines.verdict import Verdict, VerdictKind, one_line

_PYTHON = "/usr/local/bin/python3"
_MOST_READ_BYTES = 8 << 20
# What a policy makes the engine print to its error output is bounded by the sandbox; this much is looked at.
_LOOKED_AT = 4000
# The process watches itself; see `serve`.
_ADDRESS_SPACE_BYTES = 1 << 40
_PLACE_BYTES = 16 << 20


async def judge_inputs(
    engine: str,
    policy: JsonValue,
    inputs: Sequence[bytes],
    limits: EngineLimits,
    sandbox_name: str | None = None,
) -> list[Verdict]:
    """Return a verdict for each input, which is JSON in ASCII; a process that is ended keeps what it has judged.

    Raises:
        UsageError: the engine is not installed.
        SandboxError: there is no sandbox on this machine.
    """
    if not inputs:
        return []
    package = find_engine(engine)
    work: JsonObject = {"policy": policy, "inputs": [data.decode("ascii") for data in inputs]}
    script = f"{FOLDER}/itbench_ciso/engines/inside/serve.py"
    words = [
        _PYTHON,
        "-I",
        "-S",
        "-B",
        script,
        engine,
        str(limits.memory_bytes),
        str(ceil(limits.wall_s) + 1),
    ]
    sandbox = await asyncio.to_thread(_sandbox, sandbox_name)
    async with sandbox.open(package.inputs) as workspace:
        ended = await workspace.execute(
            words,
            timeout_s=limits.wall_s,
            stdin=json.dumps(work).encode(),
            env={"LD_LIBRARY_PATH": f"{workspace.path}/{FOLDER}/lib"},
        )
        found = await _read(workspace, len(inputs))
    return _filled(found, ended, len(inputs))


@lru_cache
def _sandbox(name: str | None) -> Sandbox:
    limits = SandboxLimits(
        memory_bytes=_ADDRESS_SPACE_BYTES,
        processes=64,
        workspace_bytes=_PLACE_BYTES,
        temporary_bytes=_PLACE_BYTES,
        shared_memory_bytes=_PLACE_BYTES,
        output_bytes=_PLACE_BYTES,
    )
    sandbox = choose(name if name in ENGINES else None, limits=limits, with_tools=False)
    if isinstance(sandbox, Prepared):
        sandbox.prepare(no_progress)
    return sandbox


async def _read(workspace: Workspace, count: int) -> list[Verdict]:
    try:
        data = await workspace.read_file(VERDICTS, max_bytes=_MOST_READ_BYTES)
    except FileNotFoundError:
        return []
    # The last line is whole only if something follows it.
    lines = [line for line, _ in pairwise(data.split(b"\n"))][:count]
    pairs = [json.loads(line) for line in lines]
    return [Verdict(VerdictKind(kind), one_line(message)) for kind, message in pairs]


def _filled(found: list[Verdict], ended: Execution, count: int) -> list[Verdict]:
    missing = count - len(found)
    if missing <= 0:
        return found
    skipped = Verdict(VerdictKind.SKIPPED, "the process had ended at an input before")
    return [*found, _ending(ended), *[skipped] * (missing - 1)]


def _ending(ended: Execution) -> Verdict:
    said = ended.stderr[-_LOOKED_AT:]
    if ended.timed_out or ended.exit_code == -signal.SIGXCPU:
        return Verdict(VerdictKind.TIME, "judging took too long and was ended")
    if ended.exit_code == TOO_MUCH_MEMORY or "bad_alloc" in said or "MemoryError" in said:
        return Verdict(VerdictKind.MEMORY, "judging needed too much memory and was ended")
    if ended.exit_code == -signal.SIGSEGV:
        return Verdict(VerdictKind.CRASH, "the engine crashed: too deeply nested, or out of memory")
    return Verdict(
        VerdictKind.CRASH, one_line(f"the engine ended with exit code {ended.exit_code}: {said[-200:]}")
    )
