"""One trial: open, solve, collect, observe, close, check the answer, score."""

import asyncio
import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from itbench.interfaces.agent import Agent, PunctualAgent
from itbench.interfaces.domain import Domain
from itbench.interfaces.environment import FilesEnvironment, TestBench
from itbench.interfaces.fault import Fault, LimitReached, Stage
from itbench.interfaces.json import JsonObject
from itbench.interfaces.record import ScoreRecord, TrialKey, TrialRecord
from itbench.interfaces.sandbox import Sandbox
from itbench.interfaces.submission import Submission
from itbench.interfaces.suite import Suite
from itbench.interfaces.task import Task
from itbench.interfaces.trace import Trace, TraceEvent
from itbench.interfaces.workspace import Workspace
from itbench.plugins.foreign import is_of_plugin
from itbench.run.trial.blame import Blamed, blame, fault_of
from itbench.run.trial.budget import Budget
from itbench.run.trial.collect import Collected, collect
from itbench.run.trial.judge import Judge
from itbench.run.trial.workspace import TracedWorkspace
from itbench.schema.answer import read_answer
from itbench.suites.shown import Secrets, shown_inputs
from itbench.text.redaction import Redactor

# How long an agent may take to clean up after it was told to stop.
_GRACE_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialSetting:
    """What all trials of a run share.

    Attributes:
        judge: None in a run that does not score.
        bench_sandbox: what observe tries submissions in; None for the sandbox that the agent works in.
        faults: what is wrong with the data of tasks; nobody works on those.
        budget: of the run.
        redactor: takes secrets out of all that is kept of a trial.
        secrets: what no agent may be shown; None for the suite's truths and the hidden data of each task itself.
    """

    domain: Domain
    suite: Suite
    agent: Agent
    sandbox: Sandbox
    judge: Judge | None
    seed: int
    bench_sandbox: Sandbox | None = None
    faults: Mapping[str, Sequence[str]] = field(default_factory=dict)
    secrets: Secrets | None = None
    budget: Budget = field(default_factory=Budget)
    redactor: Redactor = field(default_factory=Redactor)
    on_event: Callable[[TrialKey, TraceEvent], object] | None = None


@dataclass(slots=True)
class _Ending:
    """How the work on a task ended, filled in as the stages go by."""

    fault: Fault | None = None
    collected: Collected = field(default_factory=Collected)
    observed: JsonObject = field(default_factory=dict)


async def run_trial(setting: TrialSetting, task: Task, key: TrialKey) -> TrialRecord:
    """Run one trial to its end; whatever goes wrong is part of the record."""
    started_at, started = datetime.now(UTC), time.monotonic()
    trace = Trace(
        limits=task.limits,
        seed=trial_seed(setting.seed, key),
        repeat=key.repeat,
        redact=setting.redactor.text,
        attempt=key.attempt,
    )
    listener = setting.on_event
    if listener is not None:
        trace.listener = lambda event: listener(key, event)
    ending = _Ending()
    try:
        with setting.budget.counting(trace):
            await _work(setting, task, trace, ending)
    except Blamed as error:
        ending.fault = error.fault
    submission = _submission(task, ending)
    return TrialRecord(
        key=key,
        fault=_clean(ending.fault, setting.redactor),
        limit=trace.limit,
        submission=submission,
        handed_in=_is_handed_in(task, ending.collected),
        answer_hash=_answer_hash(ending.collected),
        started_at=started_at.isoformat(timespec="milliseconds"),
        wall_s=round(time.monotonic() - started, 6),
        usage=trace.usage,
        events=trace.events,
        scoring=_clean_scoring(_scoring(setting.judge, task, submission, trace, ending), setting.redactor),
    )


def trial_seed(run_seed: int, key: TrialKey) -> int:
    """Return a seed that depends on run seed, task and repeat only, so that a trial can be done again."""
    text = f"{run_seed}/{key.task}/{key.repeat}".encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:6])


async def _work(setting: TrialSetting, task: Task, trace: Trace, ending: _Ending) -> None:
    if task.id in setting.faults:
        lines = setting.faults[task.id]
        raise Blamed(Fault(Stage.TASK, f"its data is faulty: {lines[0]}", "\n".join(lines)))
    with blame(Stage.ENVIRONMENT):
        make = setting.domain.environment or FilesEnvironment
        environment = make(task, shown_inputs(setting.suite, task.id, setting.secrets), setting.sandbox)
        async with environment.open() as workspace:
            ending.fault = await _solve(setting.agent, task, workspace, trace)
            ending.collected = _clean_files(await collect(task, workspace), setting.redactor)
            ending.observed = await environment.observe(ending.collected.files, _bench(setting, task))


def _bench(setting: TrialSetting, task: Task) -> TestBench:
    return TestBench(setting.bench_sandbox or setting.sandbox, setting.suite.hidden(task.id))


async def _solve(agent: Agent, task: Task, workspace: Workspace, trace: Trace) -> Fault | None:
    work = asyncio.create_task(_guarded(agent, task, TracedWorkspace(workspace, trace), trace))
    closing_s = agent.closing_s if isinstance(agent, PunctualAgent) else 0.0
    try:
        finished, _ = await asyncio.wait({work}, timeout=task.limits.wall_s + closing_s)
    except asyncio.CancelledError:
        await _cancel(work)
        raise
    if not finished:
        trace.limit = trace.limit or "wall"
        # Asked before the agent cleans up: what it does then is no longer its work.
        fault = _provider_fault(task, trace)
        await _cancel(work)
        return fault
    if work.cancelled():
        return Fault(Stage.AGENT, "the agent cancelled itself")
    return work.result() or _provider_fault(task, trace)


def _provider_fault(task: Task, trace: Trace) -> Fault | None:
    """Return the fault of a trial that ended at the wall clock because the provider of its model failed."""
    reason = trace.provider.blame(task.limits.wall_s) if trace.limit == "wall" else None
    return None if reason is None else Fault(Stage.MODEL, reason)


async def _guarded(agent: Agent, task: Task, workspace: Workspace, trace: Trace) -> Fault | None:
    try:
        await agent.solve(task, workspace, trace)
    except LimitReached as reached:
        trace.limit = trace.limit or reached.limit
    except BaseException as error:
        # Foreign code: sys.exit must not end the run.
        if not is_of_plugin(error):
            raise
        return fault_of(error, Stage.AGENT)
    return None


async def _cancel(work: asyncio.Task[Fault | None]) -> None:
    work.cancel()
    await asyncio.wait({work}, timeout=_GRACE_S)


def _submission(task: Task, ending: _Ending) -> Submission | None:
    """Return what was handed in; where it cannot be scored, note the agent's fault."""
    files = dict(ending.collected.files)
    path = task.hand_in.answer
    if path is None:
        if not files and ending.fault is None:
            ending.fault = Fault(Stage.AGENT, "none of the files that the task asks for was handed in")
        return Submission(files=files, observed=ending.observed)
    if path not in files:
        ending.fault = ending.fault or _missing_answer(path, ending.collected)
        return Submission(files=files, observed=ending.observed) if files else None
    answer = read_answer(files[path], task.hand_in.answer_schema)
    if answer.problem is not None:
        ending.fault = ending.fault or Fault(Stage.AGENT, answer.problem)
    elif not answer.notes:
        del files[path]
    return Submission(answer=answer.value, files=files, observed=ending.observed, notes=answer.notes)


def _clean_files(collected: Collected, redactor: Redactor) -> Collected:
    """Return what was handed in without secrets, before it is scored: so it is kept, and scored again, as it was scored."""
    files = {path: redactor.data(data) for path, data in collected.files.items()}
    return replace(collected, files=files)


def _clean(fault: Fault | None, redactor: Redactor) -> Fault | None:
    if fault is None:
        return None
    return replace(fault, message=redactor.text(fault.message), traceback=redactor.text(fault.traceback))


def _clean_scoring(record: ScoreRecord | None, redactor: Redactor) -> ScoreRecord | None:
    return record and replace(record, fault=_clean(record.fault, redactor))


def _missing_answer(path: str, collected: Collected) -> Fault:
    return Fault(Stage.AGENT, collected.problems.get(path, f"{path!r} was not handed in"))


def _is_handed_in(task: Task, collected: Collected) -> bool:
    """Tell whether there is an answer; where only files are asked for, whether there is any: a task may let some be."""
    path = task.hand_in.answer
    return path in collected.files if path is not None else bool(collected.files)


def _answer_hash(collected: Collected) -> str | None:
    if not collected.files:
        return None
    parts = [[path, hashlib.sha256(data).hexdigest()] for path, data in sorted(collected.files.items())]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def _scoring(
    judge: Judge | None, task: Task, submission: Submission | None, trace: Trace, ending: _Ending
) -> ScoreRecord | None:
    if judge is None:
        return None
    texts = (event.data for event in trace.events)
    if ending.fault is not None or submission is None:
        return judge.look_for_leak(task, submission or Submission(files=ending.collected.files), texts)
    return judge.judge(task, submission, texts)
