"""Why a process that judges ended before it was through, and whose doing that can be."""

import re
import signal
from enum import Enum

from itbench import Execution, Stage, StageError
from itbench_ciso.engines.inside.serve import TOO_MUCH_MEMORY
from itbench_ciso.engines.limits import EngineLimits
from itbench_ciso.engines.packages import CEL, EnginePackage
from itbench_ciso.engines.verdict import Verdict, VerdictKind

# What a policy makes the engine print to its error output is bounded by the sandbox; this much is looked at.
_LOOKED_AT = 8000
_OUT_OF_MEMORY = (
    "bad_alloc",
    "MemoryError",
    "out of memory",
    "cannot allocate memory",
    "no process can be started",
)
_SANDBOX_SAID, _SANDBOX_LIMIT = "[ended by the sandbox: ", "bytes of memory]"
# What OPA's runtime says of a demand that the system did not meet.
_DEMAND = re.compile(r"cannot allocate (\d+)-byte block \((\d+) in use\)")


class EngineFaultError(StageError):
    """An engine that failed, or a machine that gave it no time: the trial has no score, and `resume` tries it again."""

    def __init__(self, message: str) -> None:
        super().__init__(Stage.ENVIRONMENT, message)


class Ending(Enum):
    """How a process ended early, with the verdict on the input that it was at.

    `ALLOCATION` is a demand for memory that the system did not meet, before the process held as much as it may; `LIMIT`
    is that of two processes one met its limit of time, the other that of memory.
    """

    TIME = Verdict(VerdictKind.TIME, "judging took too long and was ended")
    MEMORY = Verdict(VerdictKind.MEMORY, "judging needed too much memory and was ended")
    ALLOCATION = Verdict(VerdictKind.MEMORY, "judging asked for too much memory and was ended")
    LIMIT = Verdict(
        VerdictKind.LIMIT, "judging took too long once and needed too much memory once, and was ended"
    )
    CRASH = Verdict(
        VerdictKind.CRASH,
        "the engine crashed at this input twice, and did not with a trusted policy in its place",
    )

    @property
    def verdict(self) -> Verdict:
        """The verdict on the input at which the process ended."""
        return self.value


def ending_of(ended: Execution, package: EnginePackage, limits: EngineLimits) -> Ending:
    """Return how a process ended that left verdicts out.

    Raises:
        EngineFaultError: it was waiting for the machine, not for the policy: its limits were not used up.
    """
    if ended.timed_out:
        raise EngineFaultError(
            f"the engine {package.in_words} got less than {limits.cpu_s:g} s of processor time in {limits.wall_s:g} s: "
            "the machine is overloaded; run fewer trials at a time, then resume the run"
        )
    if ended.exit_code in (-signal.SIGXCPU, 128 + signal.SIGXCPU):
        return Ending.TIME
    if ended.exit_code in (-signal.SIGKILL, 128 + signal.SIGKILL) and _SANDBOX_SAID not in ended.stderr:
        raise EngineFaultError(
            f"the engine {package.in_words} was killed from outside, as systems do that are short of memory; "
            "run fewer trials at a time, then resume the run"
        )
    said = ended.stderr[:_LOOKED_AT] + ended.stderr[-_LOOKED_AT:]
    if ended.exit_code == TOO_MUCH_MEMORY or _SANDBOX_LIMIT in said or _demanded(said) >= limits.memory_bytes:
        return Ending.MEMORY
    if any(text in said for text in _OUT_OF_MEMORY):
        # The engine of CEL runs under a limit of its own, which is what it then met.
        return Ending.MEMORY if package.name == CEL else Ending.ALLOCATION
    return Ending.CRASH


def joint_ending(first: Ending, second: Ending) -> Ending:
    """Return how two processes ended that judged the same, in whichever order.

    To meet a limit once is the policy's own doing, whatever the other process met: a policy at the edge of several limits
    meets now the one, now the other.
    """
    met = {first, second}
    if len(met) == 1:
        return first
    has_memory = bool(met & {Ending.MEMORY, Ending.ALLOCATION})
    if Ending.TIME in met:
        return Ending.LIMIT if has_memory else Ending.TIME
    return Ending.MEMORY if Ending.MEMORY in met else Ending.ALLOCATION


def _demanded(said: str) -> int:
    """Return how much memory OPA's runtime would have held with the block that it did not get."""
    found = _DEMAND.search(said)
    return int(found[1]) + int(found[2]) if found else 0
