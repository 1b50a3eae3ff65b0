"""Observes what was handed in where the truths are: nothing that those who ran the agent say of it is believed."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from itbench.interfaces.domain import Domain
from itbench.interfaces.environment import Observation, TrialSetup
from itbench.interfaces.progress import Progress, no_progress
from itbench.interfaces.record import TrialKey
from itbench.interfaces.sandbox import Prepared, Sandbox
from itbench.interfaces.suite import Suite
from itbench.interfaces.task import Task
from itbench.interfaces.trace import Trace
from itbench.interfaces.workspace import Input
from itbench.runs.trial.setup import Surroundings
from itbench.runs.trial.trial import trial_seed
from itbench.runs.trial.world import opened
from itbench.sandbox.plain.sandbox import LocalSandbox
from itbench.sealed.new_file import PUBLIC, copy_to


class Observer:
    """Opens a fresh world of each task, in which no agent ever was, and observes there what was handed in.

    Args:
        domain: whose environment it is.
        suite: with the hidden data.
        seed: of the run.
        progress: is told what takes long.

    Raises:
        ITBenchError: no sandbox works on this machine, and the domain runs what is handed in.
    """

    def __init__(self, domain: Domain, suite: Suite, seed: int, progress: Progress = no_progress) -> None:
        self._domain, self._seed = domain, seed
        sandbox = _sandbox(domain, progress)
        self._surroundings = Surroundings(suite=suite, sandbox=sandbox, bench=sandbox)

    async def observe(self, task: Task, key: TrialKey, files: Mapping[str, bytes]) -> Observation:
        """Return the end state; nothing where the domain has no environment.

        Raises:
            Exception: whatever the environment raises.
        """
        if self._domain.environment is None:
            return Observation()
        trace = Trace(
            limits=task.limits, seed=trial_seed(self._seed, key), repeat=key.repeat, attempt=key.attempt
        )
        setup = self._surroundings.setup(task, trace)
        with _readable(setup) as readable:
            async with opened(self._domain.environment, readable) as world:
                return await world.observe(files)


@contextmanager
def _readable(setup: TrialSetup) -> Iterator[TrialSetup]:
    """Yield a setup whose hidden data a sandbox can show: as root, it works as another user, who may not read private files."""
    if os.geteuid() != 0 or not setup.hidden:
        yield setup
        return
    with TemporaryDirectory(prefix="itbench-hidden-") as name:
        copies = [Input(entry.path, Path(name, entry.path)) for entry in setup.hidden]
        for entry, copy in zip(setup.hidden, copies, strict=True):
            copy_to(entry.source, copy.source, PUBLIC)
        yield replace(setup, hidden=copies)


def _sandbox(domain: Domain, progress: Progress) -> Sandbox:
    if not domain.runs_submissions:
        return LocalSandbox(is_in_process=True)
    from itbench.sandbox.bench import bench_sandbox

    made = bench_sandbox(None)
    if isinstance(made, Prepared):
        made.prepare(progress)
    return made
