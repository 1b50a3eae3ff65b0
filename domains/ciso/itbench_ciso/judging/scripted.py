"""Judges a script and a policy in the order of IBM's four criteria, and stops where one is not met."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from itbench import Input, JsonObject, TrialSetup
from itbench_ciso.engines.limits import EngineLimits
from itbench_ciso.engines.verdict import Verdict, VerdictKind
from itbench_ciso.judging.fetching.fetch import Fetcher
from itbench_ciso.judging.fetching.outcome import FetchLimits
from itbench_ciso.judging.fetching.script import SCRIPT, rewritten
from itbench_ciso.judging.masked import Mask, secret_of, write_masked
from itbench_ciso.judging.observation import Observation
from itbench_ciso.judging.rego.judge import judge_policies
from itbench_ciso.judging.sets import COMPLIANT, SHOWN, VIOLATION, sets_of
from itbench_ciso.judging.tags import PUBLISHED, engine_of

POLICY = "policy.rego"
# IBM's evaluator gives each step 60 s.
_PUBLISHED_S = 60.0
# So many of the hidden sets are also given to the script in other words.
_MASKED_COUNT = 16
_NO_DATA = Verdict(VerdictKind.ERROR, "the script left no data of manifests in other words")


async def observe_scripted(
    files: Mapping[str, bytes], setup: TrialSetup, workspace: str | None
) -> JsonObject:
    """Return what script and policy made of the shown set, of its counterparts, and then of all the others."""
    work = _Work(files, setup, workspace)
    if not {SCRIPT, POLICY} <= set(files):
        return work.observation.as_json()
    hidden = sets_of(setup.hidden)
    first = {SHOWN: sets_of(setup.inputs)[SHOWN]}
    second = {
        name: hidden[name] for name in sorted(hidden) if name == COMPLIANT or name.startswith(VIOLATION)
    }
    third = {name: hidden[name] for name in sorted(hidden) if name not in second}
    if not await work.fetch(first) or not await work.fetch(second):
        return work.observation.as_json()
    if await work.judge([*first, *second]) and third:
        await work.fetch(third)
        await work.judge(list(third))
        names = list(third)[:: max(1, len(third) // _MASKED_COUNT)]
        await work.judge_masked(first | {name: third[name] for name in names}, setup.hidden)
    return work.observation.as_json()


class _Work:
    def __init__(self, files: Mapping[str, bytes], setup: TrialSetup, workspace: str | None) -> None:
        is_published = PUBLISHED in setup.task.tags
        self._sandbox_name = setup.bench.name
        self._policy = files.get(POLICY, b"")
        self._engine = engine_of(setup.task)
        self._limits = EngineLimits(cpu_s=_PUBLISHED_S) if is_published else EngineLimits()
        limits = FetchLimits(script_s=_PUBLISHED_S) if is_published else FetchLimits()
        self._fetcher = Fetcher(rewritten(files.get(SCRIPT, b""), workspace), setup.bench, limits)
        self._data: dict[str, bytes] = {}
        self.observation = Observation(self._engine)

    async def fetch(self, sets: Mapping[str, Sequence[Input]]) -> bool:
        """Run the script over sets; tell whether it collected something from each."""
        outcomes = await self._fetcher.fetch(sets)
        self.observation.fetched(outcomes)
        self._data |= {name: each.data for name, each in outcomes.items() if each.data is not None}
        return all(name in self._data for name in sets)

    async def judge_masked(self, sets: Mapping[str, Sequence[Input]], hidden: Sequence[Input]) -> None:
        """Run the script over sets in other words, put the words back in what it collected, and judge that."""
        masks = {name: Mask(await asyncio.to_thread(secret_of, hidden, name)) for name in sets}
        with TemporaryDirectory(prefix="itbench-masked-") as folder:
            written = {
                name: await asyncio.to_thread(write_masked, files, masks[name], Path(folder) / f"{place}")
                for place, (name, files) in enumerate(sets.items())
            }
            outcomes = await self._fetcher.fetch(written)
        data = {
            name: masks[name].restored(each.data) for name, each in outcomes.items() if each.data is not None
        }
        found = await self._judge(list(data.values()))
        nothing = dict.fromkeys(set(sets) - set(data), _NO_DATA)
        self.observation.judged_masked(dict(zip(data, found, strict=True)) | nothing)

    async def judge(self, names: Sequence[str]) -> bool:
        """Judge what was collected; tell whether the verdicts are those of the shown set and its counterparts."""
        known = [name for name in names if name in self._data]
        found = await self._judge([self._data[name] for name in known])
        verdicts = dict(zip(known, found, strict=True))
        self.observation.judged(verdicts)
        return _meets(verdicts)

    async def _judge(self, data: Sequence[bytes]) -> list[Verdict]:
        return await judge_policies(
            {POLICY: self._policy},
            data,
            self._limits,
            self._engine,
            self._sandbox_name,
            inputs_are_submitted=True,
        )


def _meets(verdicts: Mapping[str, Verdict]) -> bool:
    violating = [each for name, each in verdicts.items() if name.startswith(VIOLATION)]
    violating = violating or [each for name, each in verdicts.items() if name == SHOWN]
    complying = [each for name, each in verdicts.items() if name == COMPLIANT]
    return all(each.kind is VerdictKind.FALSE for each in violating) and all(
        each.kind is VerdictKind.TRUE for each in complying
    )
