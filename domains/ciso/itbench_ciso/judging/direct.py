"""Judges policies that come without a script, over what the reference script would collect."""

import asyncio
from collections.abc import Mapping, Sequence

from itbench import Input, JsonObject, TrialSetup
from itbench_ciso.engines.verdict import Verdict
from itbench_ciso.judging.admission.judge import judge_admission
from itbench_ciso.judging.observation import Observation
from itbench_ciso.judging.rego.judge import judge_policies
from itbench_ciso.judging.sets import SHOWN, collected, sets_of

ADMISSION_POLICY = "policy.yaml"
EXISTING = "existing/"


async def observe_admission(files: Mapping[str, bytes], setup: TrialSetup) -> JsonObject:
    """Return what an admission policy makes of the shown set and of the hidden ones."""
    observation = Observation("cel")
    if ADMISSION_POLICY in files:
        data = await asyncio.to_thread(_all_collected, setup)
        verdicts = await judge_admission(
            files[ADMISSION_POLICY], list(data.values()), sandbox_name=setup.bench.name
        )
        observation.judged(_by_name(data, verdicts))
    return observation.as_json()


async def observe_update(files: Mapping[str, bytes], setup: TrialSetup, engine: str) -> JsonObject:
    """Return what the existing policies make of all sets, as they are and when the files that were handed in replace theirs."""
    observation = Observation(engine)
    data = await asyncio.to_thread(_all_collected, setup)
    existing = existing_policies(setup.inputs)
    for policies, take in (
        (existing, observation.judged_before),
        (existing | dict(files), observation.judged),
    ):
        verdicts = await judge_policies(
            policies, list(data.values()), engine=engine, sandbox_name=setup.bench.name
        )
        take(_by_name(data, verdicts))
    return observation.as_json()


def existing_policies(inputs: Sequence[Input]) -> dict[str, bytes]:
    """Return the policies that a task shows, by the paths under which others may be handed in for them."""
    return {
        entry.path.removeprefix(EXISTING): entry.source.read_bytes()
        for entry in inputs
        if entry.path.startswith(EXISTING) and entry.path.endswith(".rego")
    }


def _all_collected(setup: TrialSetup) -> dict[str, bytes]:
    sets = {SHOWN: sets_of(setup.inputs)[SHOWN]} | dict(sorted(sets_of(setup.hidden).items()))
    return {name: collected(files) for name, files in sets.items()}


def _by_name(data: Mapping[str, bytes], verdicts: Sequence[Verdict]) -> dict[str, Verdict]:
    return dict(zip(data, verdicts, strict=True))
