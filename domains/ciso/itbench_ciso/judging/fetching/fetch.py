"""Runs a script over many sets of manifests, as many at a time as there are processors."""

import asyncio
import os
import time
from collections.abc import Mapping, Sequence
from weakref import WeakKeyDictionary

from itbench import Input, Sandbox
from itbench_ciso.judging.fetching.memory import FetchMemory, key_of
from itbench_ciso.judging.fetching.outcome import FetchLimits, FetchOutcome
from itbench_ciso.judging.fetching.script import run_script

# All trials of a process share the processors, or scripts would reach their time limits for nothing of their own.
_GATES: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()
_MEMORY = FetchMemory()


class Fetcher:
    """One script that was handed in, and the time that is left for its runs."""

    def __init__(self, script: bytes, sandbox: Sandbox, limits: FetchLimits | None = None) -> None:
        self._script = script
        self._sandbox = sandbox
        self._limits = limits or FetchLimits()
        self._left_s = self._limits.total_s

    async def fetch(self, sets: Mapping[str, Sequence[Input]]) -> dict[str, FetchOutcome]:
        """Return the outcome of each set by its name; each is run in a sandbox of its own."""
        outcomes = await asyncio.gather(*(self._one(files) for files in sets.values()))
        return dict(zip(sets, outcomes, strict=True))

    async def _one(self, files: Sequence[Input]) -> FetchOutcome:
        surroundings = f"{self._sandbox.name} {getattr(self._sandbox, 'limits', '')} {self._limits}"
        key = await asyncio.to_thread(key_of, self._script, files, surroundings)
        found = _MEMORY.get(key)
        if found is not None:
            return found
        async with _gate():
            if self._left_s <= 0:
                return FetchOutcome(problem=f"not run: {self._limits.total_s:g} s for all runs were used up")
            time_s = min(self._limits.script_s, self._left_s)
            started = time.monotonic()
            outcome = await run_script(self._script, files, self._sandbox, self._limits, time_s)
            self._left_s -= time.monotonic() - started
        if not outcome.is_timed_out:  # Another time the machine may have more to give.
            _MEMORY.put(key, outcome)
        return outcome


def _gate() -> asyncio.Semaphore:
    loop = asyncio.get_running_loop()
    gate = _GATES.get(loop)
    if gate is None:
        gate = _GATES[loop] = asyncio.Semaphore(os.cpu_count() or 1)
    return gate
