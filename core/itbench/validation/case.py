"""A suite that is looked at, and the trials that the rules have done on it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from itbench.agents.builtin.null import NullAgent
from itbench.agents.builtin.oracle import OracleAgent
from itbench.interfaces.agent import Agent
from itbench.interfaces.domain import Domain
from itbench.interfaces.json import JsonObject
from itbench.interfaces.progress import no_progress
from itbench.interfaces.record import TrialKey, TrialRecord
from itbench.interfaces.sandbox import Prepared, Sandbox
from itbench.interfaces.suite import Suite
from itbench.interfaces.task import Task
from itbench.runs.trial.judge import Judge
from itbench.runs.trial.perfect import solver
from itbench.runs.trial.setup import Surroundings
from itbench.runs.trial.trial import TrialSetting, run_trial
from itbench.sandbox.plain.sandbox import LocalSandbox
from itbench.suites.shown import Secrets
from itbench.validation.finding import Finding, Skipped

Result = TypeVar("Result")
_AT_ONCE = 4


@dataclass(frozen=True)
class Case:
    """A prepared suite that is looked at, with its tasks loaded.

    Attributes:
        domain: that it belongs to.
        suite: that is looked at.
        tasks: of it.
        closed: ids of the tasks whose world is known not to open; no trial of them tells anything.
    """

    domain: Domain
    suite: Suite
    tasks: Sequence[Task]
    closed: set[str] = field(default_factory=set)
    _perfect: dict[str, TrialRecord] = field(default_factory=dict)

    @cached_property
    def judge(self) -> Judge:
        """Scores by the domain's rules."""
        return Judge(self.domain, self.suite)

    @cached_property
    def secrets(self) -> Secrets:
        """The files that no agent may be shown."""
        return Secrets.of_tasks(self.suite, self.tasks)

    @cached_property
    def truths(self) -> dict[str, JsonObject]:
        """The truths by task; each is known to be valid when a rule but `truth-valid` looks."""
        return {task.id: self.suite.truth(task.id) for task in self.tasks}

    @cached_property
    def surroundings(self) -> Surroundings:
        """What environments are given: a sandbox if the domain needs one.

        Raises:
            SandboxError: it does, and none works on this machine.
        """
        sandbox: Sandbox = LocalSandbox(is_in_process=True)
        if self.domain.needs_sandbox:
            sandbox = run_sandbox()
        bench = sandbox
        if self.domain.runs_submissions:
            from itbench.sandbox.bench import bench_sandbox

            bench = bench_sandbox(None)
        return Surroundings(suite=self.suite, sandbox=sandbox, bench=bench, secrets=self.secrets)

    @property
    def open_tasks(self) -> list[Task]:
        """The tasks on which agents can work, as far as is known."""
        return [task for task in self.tasks if task.id not in self.closed]

    def task(self, task_id: str) -> Task:
        """Return the task of that id."""
        return next(task for task in self.tasks if task.id == task_id)

    def perfect(self, tasks: Sequence[Task]) -> list[TrialRecord]:
        """Return the trials in which tasks are done perfectly, as the domain says."""
        missing = [task for task in tasks if task.id not in self._perfect]
        oracle = OracleAgent()
        oracle.trust(solver(self.domain, self.suite))
        for record in self.trials(missing, oracle):
            self._perfect[record.key.task] = record
        return [self._perfect[task.id] for task in tasks]

    def idle(self, tasks: Sequence[Task]) -> list[TrialRecord]:
        """Return the trials in which nothing is done."""
        return self.trials(tasks, NullAgent())

    def trials(self, tasks: Sequence[Task], agent: Agent) -> list[TrialRecord]:
        """Return one trial of each task, some of them side by side."""
        setting = TrialSetting(
            domain=self.domain, surroundings=self.surroundings, agent=agent, judge=self.judge, seed=0
        )

        async def one(task: Task) -> TrialRecord:
            return await run_trial(setting, task, TrialKey(task.id, 0, 0))

        return side_by_side(tasks, one)


@dataclass(frozen=True, slots=True)
class Rule:
    """Something that must hold for every suite of every domain."""

    name: str
    summary: str
    check: Callable[[Case], Iterator[Finding | Skipped]]


def side_by_side(tasks: Sequence[Task], look: Callable[[Task], Awaitable[Result]]) -> list[Result]:
    """Return what a coroutine returns for each task, a few of them at a time."""

    async def all_of_them() -> list[Result]:
        gate = asyncio.Semaphore(_AT_ONCE)

        async def one(task: Task) -> Result:
            async with gate:
                return await look(task)

        return await asyncio.gather(*map(one, tasks))

    return asyncio.run(all_of_them())


def run_sandbox() -> Sandbox:
    """Return the sandbox that runs use, ready to be opened, without the packages for agents, whose making takes a minute.

    Raises:
        ITBenchError: none works on this machine.
    """
    from itbench.sandbox.choose import choose_sandbox

    sandbox = choose_sandbox(with_tools=False)
    if isinstance(sandbox, Prepared):
        sandbox.prepare(no_progress)
    return sandbox
