"""Starts the process that judges, inside a fresh sandbox, and reads what it left behind."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil

from itbench import Execution, JsonValue, Prepared, Sandbox, Workspace, no_progress
from itbench.sandboxes import ENGINES, SandboxLimits, choose_sandbox
from itbench_ciso.engines.ending import Ending, EngineFaultError, ending_of, joint_ending
from itbench_ciso.engines.inside.serve import BROKEN, VERDICTS
from itbench_ciso.engines.limits import EngineLimits
from itbench_ciso.engines.packages import (
    FOLDER,
    TRUSTED_POLICIES,
    EnginePackage,
    demanding_policy,
    find_engine,
)
from itbench_ciso.engines.verdict import Verdict, VerdictKind, one_line

_PYTHON = "/usr/local/bin/python3"
_MOST_READ_BYTES = 8 << 20
# The process watches itself (see `serve`); this is for what it cannot see in time.
_SPARE_MEMORY = 4
_PLACE_BYTES = 16 << 20
_PROCESSES = 128
_TRIVIAL_INPUT = b'{"resources": []}'
_DIFFERING = "the policy gave {} and, when the same input was judged again, {}"
_SKIPPED = Verdict(VerdictKind.SKIPPED, "the process had ended at an input before")


async def judge_inputs(
    engine: str,
    policy: JsonValue,
    inputs: Sequence[bytes],
    limits: EngineLimits,
    sandbox_name: str | None = None,
    *,
    inputs_are_submitted: bool = False,
) -> list[Verdict]:
    """Return a verdict for each input, which is JSON in ASCII; a process that is ended keeps what it has judged.

    A process that ends early counts as the policy's doing only if it ends early again when all is repeated, and if
    the same engine judges a trusted policy on the same inputs under the same limits; where the inputs are submitted
    too, on an input of our own.

    Raises:
        UsageError: the engine is not there.
        SandboxError: there is no sandbox on this machine, or the engine cannot be installed.
        EngineFaultError: what was not judged is not the submission's doing.
    """
    if not inputs:
        return []
    package = await asyncio.to_thread(find_engine, engine)
    sandbox = await asyncio.to_thread(_sandbox, sandbox_name, limits.memory_bytes * _SPARE_MEMORY)
    judge = _Judge(package, sandbox, limits)
    first = await judge.run(policy, inputs)
    if first.ending is None:
        return first.verdicts
    trusted = [_TRIVIAL_INPUT] if inputs_are_submitted else inputs[: len(first.verdicts) + 1]
    await judge.control(trusted)
    second = await judge.run(policy, inputs)
    if Ending.ALLOCATION in {first.ending, second.ending}:
        await judge.control_memory()
    return agreed(first, second, len(inputs))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one process left behind: verdicts, and how it ended if some are missing."""

    verdicts: list[Verdict]
    ending: Ending | None


class _Judge:
    """Runs the process over inputs, as often as needed."""

    def __init__(self, package: EnginePackage, sandbox: Sandbox, limits: EngineLimits) -> None:
        self._package = package
        self._sandbox = sandbox
        self._limits = limits

    async def run(self, policy: JsonValue, inputs: Sequence[bytes]) -> Outcome:
        """Judge inputs in a fresh process.

        Raises:
            EngineFaultError: the engine itself failed, or the machine gave it neither time nor memory.
        """
        lines = [json.dumps(policy), *(json.dumps(data.decode("ascii")) for data in inputs)]
        async with self._sandbox.open(self._package.inputs) as workspace:
            ended = await self._execute(workspace, "\n".join(lines).encode())
            found = await _read(workspace, len(inputs))
        if found and found[-1][0] == BROKEN:
            raise EngineFaultError(f"the engine {self._package.in_words}: {one_line(found[-1][1])}")
        verdicts = [Verdict(VerdictKind(kind), one_line(message)) for kind, message in found]
        is_whole = len(verdicts) == len(inputs)
        return Outcome(verdicts, None if is_whole else ending_of(ended, self._package, self._limits))

    async def control(self, inputs: Sequence[bytes]) -> None:
        """Judge a trusted policy under the same limits.

        Raises:
            EngineFaultError: the engine does not even judge that.
        """
        found = await self.run(TRUSTED_POLICIES[self._package.name], inputs)
        strange = [verdict for verdict in found.verdicts if verdict.kind is not VerdictKind.TRUE]
        if found.ending is not None or strange:
            said = found.ending.verdict.message if found.ending else strange[0].message
            raise EngineFaultError(
                f"the engine {self._package.in_words} fails with a trusted policy as well: {said}; "
                "see what itbench doctor says, then resume the run"
            )

    async def control_memory(self) -> None:
        """Judge a trusted policy that needs much of the memory that the engine may use.

        Raises:
            EngineFaultError: the machine does not give it.
        """
        found = await self.run(demanding_policy(self._limits.memory_bytes), [_TRIVIAL_INPUT])
        if found.ending is not None or found.verdicts[0].kind is not VerdictKind.TRUE:
            raise EngineFaultError(
                f"the engine {self._package.in_words} got less than the {self._limits.memory_bytes} bytes of memory "
                "that it may use: the machine has too little left; run fewer trials at a time, then resume the run"
            )

    async def _execute(self, workspace: Workspace, work: bytes) -> Execution:
        script = f"{workspace.path}/{FOLDER}/itbench_ciso/engines/inside/serve.py"
        file = f"{workspace.path}/{self._package.file}"
        numbers = [str(self._limits.memory_bytes), str(ceil(self._limits.cpu_s))]
        return await workspace.execute(
            [_PYTHON, "-I", "-S", "-B", script, self._package.name, file, *numbers],
            timeout_s=self._limits.wall_s,
            stdin=work,
            env={
                "LD_LIBRARY_PATH": f"{workspace.path}/{FOLDER}/lib",
                # Garbage of OPA's runtime counts: it is to collect it when half as much as is in use has come up.
                "GOGC": "100",
                "GOMAXPROCS": "2",
                "TZ": "UTC",
            },
        )


def agreed(first: Outcome, second: Outcome, count: int) -> list[Verdict]:
    """Return the verdicts of a process that ended early and of its repeat.

    What is not the same twice is no verdict of the policy, and no fault of the engine either, which does not change: a policy
    that depends on chance or on what a limit leaves of it cannot be left out of a score.
    """
    # Limits are met a little sooner or later each time: what was judged in either process is judged.
    longest = second.verdicts if second.ending is None else max(first.verdicts, second.verdicts, key=len)
    found = list(longest)
    for place, (one, other) in enumerate(zip(first.verdicts, second.verdicts, strict=False)):
        if one.kind is not other.kind:
            found[place] = Verdict(VerdictKind.ERROR, _DIFFERING.format(one.kind, other.kind))
    if first.ending is None or second.ending is None:
        return found
    return [*found, joint_ending(first.ending, second.ending).verdict, *[_SKIPPED] * (count - len(found) - 1)]


@lru_cache
def _sandbox(name: str | None, memory_bytes: int) -> Sandbox:
    limits = SandboxLimits(
        memory_bytes=memory_bytes,
        processes=_PROCESSES,
        workspace_bytes=_PLACE_BYTES,
        temporary_bytes=_PLACE_BYTES,
        shared_memory_bytes=_PLACE_BYTES,
        output_bytes=_PLACE_BYTES,
    )
    sandbox = choose_sandbox(name if name in ENGINES else None, limits=limits, with_tools=False)
    if isinstance(sandbox, Prepared):
        sandbox.prepare(no_progress)
    return sandbox


async def _read(workspace: Workspace, count: int) -> list[tuple[str, str]]:
    try:
        data = await workspace.read_file(VERDICTS, max_bytes=_MOST_READ_BYTES)
    except FileNotFoundError:
        return []
    # The last line is whole only if a line end follows it.
    lines = data.split(b"\n")[:-1][: count + 1]
    return [(kind, message) for kind, message in map(json.loads, lines)]
