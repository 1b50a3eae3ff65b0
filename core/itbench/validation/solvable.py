"""Rules about scores: the solution scores 1, nothing scores 0, and those who know nothing score next to nothing."""

import asyncio
from collections.abc import Iterator, Mapping

from itbench.agents.builtin.echo import EchoAgent
from itbench.interfaces.agent import Agent, AgentRequest
from itbench.interfaces.fault import Stage
from itbench.interfaces.record import TrialKey
from itbench.interfaces.submission import Submission
from itbench.interfaces.task import Task
from itbench.run.trial.blame import Blamed, blame
from itbench.run.trial.trial import TrialSetting, run_trial
from itbench.sandbox.plain.sandbox import LocalSandbox
from itbench.statistics import estimate
from itbench.validation.attempt import bench_sandbox, submission_of
from itbench.validation.finding import Case, Finding

CHEATS_BELOW = 0.25
# A mean over fewer tasks says nothing of a guess that now and then is right.
_FEWEST_TASKS = 8
_AT_ONCE = 4


def oracle_is_right(case: Case) -> Iterator[Finding]:
    """The domain's own solution of every task scores exactly 1."""
    for task in case.tasks:
        problem = _solution_problem(case, task)
        if problem is not None:
            yield Finding("oracle-is-right", f"task {task.id}", problem, "fix the solution or the scorer")


def nothing_is_zero(case: Case) -> Iterator[Finding]:
    """Handing in nothing scores 0; where an answer is asked for, the framework sees to that."""
    fix = "score 0 where nothing was handed in"
    for task in case.tasks:
        if task.hand_in.answer is not None:
            continue
        record = case.judge.judge(task, Submission(), ())
        if record.fault is not None:
            yield Finding("nothing-is-zero", f"task {task.id}", record.fault.message, fix)
        elif record.score is not None and record.score.value != 0.0:
            problem = f"handing in nothing scores {record.score.value}, allowed: 0.0"
            yield Finding("nothing-is-zero", f"task {task.id}", problem, fix)


def cheats_stay_low(case: Case) -> Iterator[Finding]:
    """The echo and the domain's own cheats stay below 0.25 on average."""
    if len(case.tasks) < _FEWEST_TASKS:
        return
    agents: dict[str, Agent] = {"echo": EchoAgent()}
    for spec in case.domain.agents:
        if spec.role == "cheat":
            agents[spec.name] = spec.create(AgentRequest(name=spec.name))
    for name, mean in asyncio.run(_means(case, agents)).items():
        if mean is not None and mean >= CHEATS_BELOW:
            problem = f"it scores {mean:.3f} on average, allowed: less than {CHEATS_BELOW}"
            fix = "make the tasks differ, or the rules stricter, until knowing nothing is worth nothing"
            yield Finding("cheats-stay-low", f"agent {name}", problem, fix)


def _solution_problem(case: Case, task: Task) -> str | None:
    judge = case.judge
    try:
        files = judge.solution(task)
    except Blamed as error:
        return f"it has no solution: {error.fault.message}"
    try:
        with blame(Stage.ENVIRONMENT):
            submission = submission_of(case, task, files)
    except Blamed as error:
        return f"its own solution cannot be observed: {error.fault.message}"
    if isinstance(submission, str):
        return f"its own solution cannot be handed in: {submission}"
    record = judge.judge(task, submission, ())
    if record.fault is not None:
        return f"its own solution cannot be scored: {record.fault.message}"
    if record.is_leak:
        return "its own solution holds the canary of its truth"
    if record.score is not None and record.score.value != 1.0:
        reasons = "; ".join(record.score.reasons) or "no reason given"
        return f"its own solution scores {record.score.value}, allowed: 1.0 ({reasons})"
    return None


async def _means(case: Case, agents: Mapping[str, Agent]) -> dict[str, float | None]:
    """Let all agents do a task before the next one, so that what a domain read last is still at hand."""
    sandbox, bench = LocalSandbox(), bench_sandbox(case)
    gate = asyncio.Semaphore(_AT_ONCE)

    async def value(task: Task, agent: Agent) -> float | None:
        setting = TrialSetting(
            domain=case.domain,
            suite=case.suite,
            agent=agent,
            sandbox=sandbox,
            judge=case.judge,
            seed=0,
            bench_sandbox=bench,
        )
        async with gate:
            return (await run_trial(setting, task, TrialKey(task.id, 0, 0))).value

    found: dict[str, dict[str, list[float | None]]] = {name: {} for name in agents}
    for task in case.tasks:
        values = await asyncio.gather(*(value(task, agent) for agent in agents.values()))
        for name, each in zip(agents, values, strict=True):
            found[name][task.id] = [each]
    return {name: estimate(values).mean for name, values in found.items()}
