"""Why a sandbox ended: by what ran in it, or by something outside that no program in it can do."""

import signal
from contextlib import suppress
from pathlib import Path

from itbench.sandbox.errors import SandboxEndedError
from itbench.sandbox.limits import SandboxLimits

# What the runner exits with where the machine refuses it something; see `first/main.py`.
HOST_FAILED = 75
# A bubblewrap, or a client of a container engine, hands the signal that ended process 1 on in this way.
_BY_SIGNAL = 128
# SIGKILL: the kernel lets no process inside send it to process 1. SIGBUS: a page of a file cannot be read or held.
_FROM_OUTSIDE = frozenset({signal.SIGKILL, signal.SIGBUS})
_ENGINE_FAILED = frozenset({125, 126, 127})
_COUNTERS = Path("/proc/vmstat")
# By the signal itself, and as a shell tells of it.
_KILLED = frozenset({-signal.SIGKILL, _BY_SIGNAL + signal.SIGKILL})
_NO_LIMIT = "-"


def why_ended(code: int | None, said: str, *, was_killed_by_us: bool) -> SandboxEndedError:
    """Return the error for a sandbox.

    Args:
        code: of the process outside, bubblewrap or an engine's client; None if it has not even ended.
        said: what that and process 1 complained of.
        was_killed_by_us: whether itbench itself ended it.
    """
    last = said.splitlines()[-1] if said else ""
    if was_killed_by_us:
        return SandboxEndedError(
            last or "it gave no answer in time, and was ended by itbench", is_from_outside=True
        )
    if code is None or code < 0:
        return SandboxEndedError(last or "something outside ended it", is_from_outside=True)
    if code == HOST_FAILED or code in _ENGINE_FAILED:
        return SandboxEndedError(last or f"exit code {code}", is_from_outside=True)
    number = code - _BY_SIGNAL
    if number in _FROM_OUTSIDE:
        cause = "something outside ended it, as a machine does that is short of memory"
        return SandboxEndedError(last or cause, is_from_outside=True)
    return SandboxEndedError(last or f"its process 1 ended with code {code}", is_from_outside=False)


def processes_killed_for_memory() -> int:
    """Return how many processes of this machine the kernel has ended because there was no memory left."""
    # Kernels before 4.13 do not tell, nor does every machine show this file.
    with suppress(OSError):
        for line in _COUNTERS.read_bytes().splitlines():
            if line.startswith(b"oom_kill "):
                return int(line.split()[1])
    return 0


def is_for_lack_of_memory(code: int, reason: str, *, killed_before: int, killed_now: int) -> bool:
    """Tell whether a program was ended because this machine has no memory left, and not by anything in its sandbox.

    Args:
        code: with which it ended.
        reason: which limit of the sandbox it was ended at, as process 1 says.
        killed_before: what `processes_killed_for_memory` returned when it was started.
        killed_now: what it returned when the program ended.
    """
    return code in _KILLED and reason == _NO_LIMIT and killed_now > killed_before


def limit_note(reason: str, limits: SandboxLimits) -> str:
    """Return what is added to the errors of a command that was ended at a limit; nothing for one that ended by itself."""
    what = {
        "memory": f"all processes together hold more than {limits.memory_bytes} bytes of memory",
        "processes": f"there are more than {limits.processes} processes",
        "files": f"there are more than {limits.files} files in the workspace and the temporary folders",
        "stopped": f"it was stopped, or printed more than {limits.output_bytes} bytes",
        "forks": "its processes start others faster than they can be ended, so that all sessions were ended",
    }.get(reason)
    return f"\n[ended by the sandbox: {what}]\n" if what else ""
