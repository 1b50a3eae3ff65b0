"""One trial: open, solve, collect, observe, close, check the answer, score."""

import asyncio
import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from itbench.interfaces.activity import Activity
from itbench.interfaces.agent import Agent, PunctualAgent
from itbench.interfaces.domain import Domain
from itbench.interfaces.environment import TrialSetup
from itbench.interfaces.events import EventKind
from itbench.interfaces.fault import Fault, LimitReached, Stage
from itbench.interfaces.record import ScoreRecord, TrialKey, TrialRecord
from itbench.interfaces.submission import Submission
from itbench.interfaces.task import Task
from itbench.interfaces.trace import Trace, TraceEvent
from itbench.interfaces.workspace import Workspace
from itbench.plugins.foreign import is_of_plugin
from itbench.runs.trial.aftermath import can_be_of_agent, fault_of_tools, fault_of_world
from itbench.runs.trial.blame import Blamed, blame, fault_of
from itbench.runs.trial.budget import Budget
from itbench.runs.trial.collect import Collected, collect
from itbench.runs.trial.judge import Judge
from itbench.runs.trial.lag import Lag, LoopWatch
from itbench.runs.trial.memory_kills import MemoryKills
from itbench.runs.trial.outcome import Outcome, answer_hash, is_handed_in, submission_of
from itbench.runs.trial.roles import played
from itbench.runs.trial.room import Room, Turns
from itbench.runs.trial.setup import Surroundings
from itbench.runs.trial.together import Together
from itbench.runs.trial.workspace import TracedWorkspace
from itbench.runs.trial.world import opened
from itbench.store.outcome import value_of
from itbench.text.redaction import Redactor

# How long an agent may take to clean up after it was told to stop.
_GRACE_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialSetting:
    """What all trials of a run share.

    Attributes:
        surroundings: what environments are given.
        judge: None in a run that does not score.
        faults: what is wrong with the data of tasks; nobody works on those.
        budget: of the run.
        redactor: takes secrets out of all that is kept of a trial.
        on_event: told of each event of a trace.
        on_activity: told what a trial does at the moment.
        on_progress: told how far the set-up of a world is.
        room: that open worlds take; None for any number of them.
        turns: of agents; None where each may begin when its world is open.
        memory_kills: limits how often a machine without memory is believed to be the cause.
        watch: on the loop that they all run in.
        scorings: in threads, as a scorer may block.
    """

    domain: Domain
    surroundings: Surroundings
    agent: Agent
    judge: Judge | None
    seed: int
    faults: Mapping[str, Sequence[str]] = field(default_factory=dict)
    budget: Budget = field(default_factory=Budget)
    redactor: Redactor = field(default_factory=Redactor)
    on_event: Callable[[TrialKey, TraceEvent], object] | None = None
    on_activity: Callable[[TrialKey, Activity, str], object] | None = None
    on_progress: Callable[[TrialKey, str, int, int], object] | None = None
    room: Room | None = None
    turns: Turns | None = None
    memory_kills: MemoryKills = field(default_factory=MemoryKills)
    watch: LoopWatch = field(default_factory=LoopWatch)
    scorings: Together = field(default_factory=Together)


class NotBegunError(Exception):
    """The run's budget was spent before the agent could begin: there is nothing to record."""


async def run_trial(setting: TrialSetting, task: Task, key: TrialKey) -> TrialRecord:
    """Run one trial to its end; whatever goes wrong is part of the record.

    Raises:
        NotBegunError: the run's budget was spent while its world was opened.
    """
    started_at, started = datetime.now(UTC), time.monotonic()
    trace = _trace(setting, task, key)
    outcome, killed_before = Outcome(), setting.memory_kills.count()
    try:
        with setting.budget.counting(trace):
            await _work(setting, task, trace, outcome, key)
    except Blamed as error:
        outcome.fault = error.fault
    if not outcome.is_begun:
        trace.does(Activity.PUT_BACK)
        raise NotBegunError
    outcome.fault = setting.memory_kills.judged(outcome.fault, key, trace, killed_before)
    outcome.refusal = trace.refusal
    submission = submission_of(task, outcome)
    scoring = None
    trace.does(Activity.SCORING)
    if setting.judge is not None:
        judge = setting.judge
        scoring = await setting.scorings.call(lambda: _scoring(judge, task, submission, trace, outcome))
    return TrialRecord(
        key=key,
        fault=_clean(outcome.fault, setting.redactor),
        limit=trace.limit,
        submission=submission,
        handed_in=is_handed_in(task, outcome.collected),
        answer_hash=answer_hash(outcome.collected),
        started_at=started_at.isoformat(timespec="milliseconds"),
        wall_s=round(time.monotonic() - started, 6),
        usage=trace.usage,
        events=trace.events,
        scoring=_clean_scoring(scoring, setting.redactor),
        value=value_of(outcome.fault, scoring),
    )


def trial_seed(run_seed: int, key: TrialKey) -> int:
    """Return a seed that depends on run seed, task and repeat only, so that a trial can be done again."""
    text = f"{run_seed}/{key.task}/{key.repeat}".encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:6])


def _trace(setting: TrialSetting, task: Task, key: TrialKey) -> Trace:
    trace = Trace(
        limits=task.limits,
        seed=trial_seed(setting.seed, key),
        repeat=key.repeat,
        redact=setting.redactor.text,
        attempt=key.attempt,
    )
    listener, watcher = setting.on_event, setting.on_activity
    if listener is not None:
        trace.listener = lambda event: listener(key, event)
    if watcher is not None:
        trace.watcher = lambda activity, text: watcher(key, activity, text)
    return trace


async def _work(setting: TrialSetting, task: Task, trace: Trace, outcome: Outcome, key: TrialKey) -> None:
    if task.id in setting.faults:
        lines = setting.faults[task.id]
        raise Blamed(Fault(Stage.TASK, f"its data is faulty: {lines[0]}", "\n".join(lines)))
    on_progress, told = setting.on_progress, None
    if on_progress is not None:
        clean = setting.redactor.text
        told = lambda text, done, total: on_progress(key, clean(text), done, total)  # noqa: E731 - it binds the key
    with blame(Stage.ENVIRONMENT):
        surroundings = setting.surroundings
        needs = surroundings.suite.needs(task.id)
        if setting.room:
            trace.does(Activity.ROOM)
        async with (
            setting.room.taken(needs) if setting.room else nullcontext(),
            played(surroundings.role_models, trace) as roles,
        ):
            if setting.room:
                trace.does(Activity.ENVIRONMENT)
            setup = surroundings.setup(task, trace, on_progress=told, model=roles.model)
            await _in_world(setting, setup, trace, outcome)


async def _in_world(setting: TrialSetting, setup: TrialSetup, trace: Trace, outcome: Outcome) -> None:
    make, fault = setting.domain.environment, None
    if make is None:
        await _through(setting, setup, trace, outcome, [])
        return
    workspaces: list[TracedWorkspace] = []
    trouble: BaseException | None = None
    killed_before = setting.memory_kills.count()
    try:
        await _through(setting, setup, trace, outcome, workspaces)
    except BaseException as error:
        is_killed = setting.memory_kills.count() > killed_before
        if is_killed or not outcome.is_solved or not can_be_of_agent(error, trace):
            raise
        trouble = error
    for workspace in workspaces:
        fault = await fault_of_tools(make, setup, workspace.troubles)
    if fault is None and trouble is not None:
        fault = await fault_of_world(make, setup, trouble, is_observed=outcome.is_observed)
    outcome.fault = fault or outcome.fault


async def _through(
    setting: TrialSetting,
    setup: TrialSetup,
    trace: Trace,
    outcome: Outcome,
    workspaces: list[TracedWorkspace],
) -> None:
    """Open a world, let the agent work in it, and keep what comes of it; the workspace is added to the list."""
    began = time.monotonic()
    async with opened(setting.domain.environment, setup) as world:
        workspace = TracedWorkspace(world.workspace, trace)
        workspaces.append(workspace)
        if setting.turns is not None:
            setting.turns.opened(time.monotonic() - began)
            trace.does(Activity.TURN)
        async with setting.turns.turn() if setting.turns else nullcontext(True) as may_begin:
            outcome.is_begun = may_begin
            if not may_begin:
                return
            trace.does(Activity.AGENT)
            outcome.fault = await _solve(setting, setup.task, workspace, trace)
            outcome.is_solved = True
            trace.does(Activity.ENVIRONMENT, "looking at the end state")
            await workspace.end_all()
            outcome.collected = _clean_files(await collect(setup.task, world.workspace), setting.redactor)
            outcome.observation = await world.observe(outcome.collected.files)
            outcome.is_observed = True
            if setting.domain.environment is not None:
                trace.record(EventKind.OBSERVED, broken_by_agent=outcome.observation.broken_by_agent)


async def _solve(setting: TrialSetting, task: Task, workspace: Workspace, trace: Trace) -> Fault | None:
    with setting.watch.watched() as lag:
        work = asyncio.create_task(_guarded(setting.agent, task, workspace, trace))
        is_finished = await _ends(work, setting.agent, task, lag)
    if not is_finished:
        trace.limit = trace.limit or "wall"
        # Asked before the agent cleans up: what it does then is no longer its work.
        fault = _wall_fault(task, trace, lag)
        await _cancel(work)
        return fault
    if work.cancelled():
        return Fault(Stage.AGENT, "the agent cancelled itself")
    return work.result() or _wall_fault(task, trace, lag)


async def _ends(work: asyncio.Task[Fault | None], agent: Agent, task: Task, lag: Lag) -> bool:
    """Wait for the end of an agent's work; time that this process lost is given back once, up to the limit itself."""
    closing_s = agent.closing_s if isinstance(agent, PunctualAgent) else 0.0
    try:
        finished, _ = await asyncio.wait({work}, timeout=task.limits.wall_s + closing_s)
        if not finished and lag.lost_s:
            finished, _ = await asyncio.wait({work}, timeout=min(lag.lost_s, task.limits.wall_s))
    except asyncio.CancelledError:
        await _cancel(work)
        raise
    return bool(finished)


def _wall_fault(task: Task, trace: Trace, lag: Lag) -> Fault | None:
    """Return the fault of a trial that ended at the wall clock because the provider of its model failed, or because of us."""
    if trace.limit != "wall":
        return None
    wall_s = task.limits.wall_s
    reason = trace.provider.blame(wall_s)
    if reason is not None:
        return Fault(Stage.MODEL, reason)
    if lag.busy_s > wall_s / 2:
        return Fault(Stage.ENVIRONMENT, f"itbench itself was busy for {lag.busy_s:.0f} of {wall_s:g} s")
    return None


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


def _scoring(
    judge: Judge, task: Task, submission: Submission | None, trace: Trace, outcome: Outcome
) -> ScoreRecord | None:
    texts = (event.data for event in trace.events)
    if outcome.fault is not None or submission is None:
        return judge.look_for_leak(task, submission or Submission(files=outcome.collected.files), texts)
    return judge.judge(task, submission, texts)
