"""Judges inputs with a ValidatingAdmissionPolicy."""

from collections.abc import Sequence

from itbench_ciso.engines.limits import EngineLimits
from itbench_ciso.engines.packages import CEL
from itbench_ciso.engines.process import judge_inputs
from itbench_ciso.engines.verdict import Verdict, VerdictKind, one_line
from itbench_ciso.judging.admission.policy import PolicyError, read_policy

# What a policy may need is counted (see `expressions/work.py`) and far below these limits, which are for what that overlooks.
_CPU_S, _MEMORY_BYTES = 300.0, 1 << 30


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
        EngineFaultError: what was not judged is not the policy's doing.
    """
    limits = limits or EngineLimits(cpu_s=_CPU_S, memory_bytes=_MEMORY_BYTES)
    try:
        spec = read_policy(policy, limits.policy_bytes)
    except PolicyError as error:
        return [Verdict(VerdictKind.ERROR, one_line(str(error)))] * len(inputs)
    return await judge_inputs(CEL, spec, inputs, limits, sandbox_name)
