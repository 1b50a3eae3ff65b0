"""Judges inputs with Rego policies."""

from collections.abc import Mapping, Sequence

from itbench_ciso.engines.limits import EngineLimits
from itbench_ciso.engines.packages import OPA
from itbench_ciso.engines.process import judge_inputs
from itbench_ciso.engines.verdict import Verdict, VerdictKind
from itbench_ciso.judging.rego.refusal import refusal


async def judge_policies(
    policies: Mapping[str, bytes],
    inputs: Sequence[bytes],
    limits: EngineLimits | None = None,
    engine: str = OPA,
    sandbox_name: str | None = None,
    *,
    inputs_are_submitted: bool = False,
) -> list[Verdict]:
    """Return what `data.check.result` is for each input (JSON in ASCII), under all policies together.

    `inputs_are_submitted` tells that they come from a script that was handed in together with the policies.

    Nothing runs where a policy is not UTF-8, too long, or names a built-in that is refused; all verdicts then say so.

    Raises:
        UsageError: the engine is not there.
        SandboxError: there is no sandbox on this machine, or the engine cannot be installed.
        EngineFaultError: what was not judged is not the policies' doing.
    """
    limits = limits or EngineLimits()
    problem, texts = _read(policies, limits)
    if problem is not None:
        return [problem] * len(inputs)
    return await judge_inputs(
        engine, texts, inputs, limits, sandbox_name, inputs_are_submitted=inputs_are_submitted
    )


def _read(policies: Mapping[str, bytes], limits: EngineLimits) -> tuple[Verdict | None, dict[str, str]]:
    size_bytes = sum(map(len, policies.values()))
    if size_bytes > limits.policy_bytes:
        message = f"the policies hold {size_bytes} bytes, allowed: {limits.policy_bytes}"
        return Verdict(VerdictKind.REFUSED, message), {}
    texts: dict[str, str] = {}
    for name, data in policies.items():
        try:
            texts[name] = data.decode("utf-8")
        except UnicodeDecodeError:
            return Verdict(VerdictKind.ERROR, f"{name!r} is not UTF-8"), {}
        if "\0" in texts[name]:
            return Verdict(VerdictKind.ERROR, f"{name!r} holds the character NUL"), {}
        reason = refusal(texts[name])
        if reason is not None:
            return Verdict(VerdictKind.REFUSED, f"{name}: {reason}"), {}
    return None, texts
