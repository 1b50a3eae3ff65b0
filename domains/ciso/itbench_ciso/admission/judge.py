"""Judges inputs with a ValidatingAdmissionPolicy."""

from collections.abc import Sequence

from itbench.interfaces.fault import Stage, StageError
from itbench_ciso.admission.policy import PolicyError, read_policy
from itbench_ciso.engines.limits import EngineLimits
from itbench_ciso.engines.process import judge_inputs
from itbench_ciso.engines.verdict import Verdict, VerdictKind, one_line

# What a policy may need is counted (see `expressions/work.py`): a policy that meets one of these limits has met a machine that is
# too slow or too small, not a policy that needs too much.
_CPU_S, _MEMORY_BYTES = 100.0, 1 << 30
_UNFINISHED = frozenset({VerdictKind.TIME, VerdictKind.MEMORY, VerdictKind.CRASH, VerdictKind.SKIPPED})


async def judge_admission(
    policy: bytes,
    inputs: Sequence[bytes],
    limits: EngineLimits | None = None,
    sandbox_name: str | None = None,
) -> list[Verdict]:
    """Return for each input (`{"resources": [...]}`, in ASCII) `false` where the creation of any object is denied.

    Each object is created on its own; a policy that cannot be read gives an error for every input.

    Raises:
        UsageError: the engine is not installed.
        SandboxError: there is no sandbox on this machine.
        StageError: the engine did not finish, which is not the policy's doing.
    """
    limits = limits or EngineLimits(cpu_s=_CPU_S, memory_bytes=_MEMORY_BYTES)
    try:
        spec = read_policy(policy, limits.policy_bytes)
    except PolicyError as error:
        return [Verdict(VerdictKind.ERROR, one_line(str(error)))] * len(inputs)
    verdicts = await judge_inputs("cel", spec, inputs, limits, sandbox_name)
    for number, verdict in enumerate(verdicts, start=1):
        if verdict.kind in _UNFINISHED:
            told = f"the engine 'cel' stopped at input {number} of {len(verdicts)}: {verdict.message or verdict.kind}"
            raise StageError(Stage.ENVIRONMENT, f"{told}; resume the run")
    return verdicts
