"""Runs the trials that a run still lacks, many concurrently, and tells the hooks of each."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from itbench.interfaces.fault import Stage
from itbench.interfaces.record import TrialKey, TrialRecord
from itbench.interfaces.task import Task
from itbench.runs.hooks import Hooks
from itbench.runs.interrupt import Interrupt, SignalInterrupt
from itbench.runs.session import Session
from itbench.runs.trial.budget import budget_of
from itbench.runs.trial.judge import Judge
from itbench.runs.trial.memory_kills import memory_kills_of
from itbench.runs.trial.room import Machine, Room, Turns
from itbench.runs.trial.setup import Surroundings
from itbench.runs.trial.trial import NotBegunError, TrialSetting, run_trial
from itbench.store.live.writer import LiveWriter
from itbench.store.reader import RunFile
from itbench.store.writer import RunWriter
from itbench.suites.shown import Secrets

_RETRIED = frozenset({Stage.ENVIRONMENT, Stage.MODEL})

Job = tuple[Task, TrialKey]


class Ending(StrEnum):
    """How the work on the trials of a run ended."""

    COMPLETE = "complete"
    INTERRUPTED = "interrupted"
    SPENT = "spent"


@dataclass(frozen=True, slots=True)
class Execution:
    """What became of the jobs: how it ended, and why no further one was started, if so."""

    ending: Ending
    reason: str = ""


def execute(
    session: Session, jobs: Sequence[Job], hooks: Hooks, interrupt: Interrupt | None = None
) -> Execution:
    """Run the jobs, as many as the run's budget allows.

    Args:
        session: ready to go.
        jobs: the trials to run.
        hooks: are told what happens.
        interrupt: by which another thread ends the run; None to let Ctrl-C and SIGTERM do so.

    Raises:
        StorageError: the run file cannot be written; what had ended before is kept.
    """
    done = session.plan.planned_trials - len(jobs)
    try:
        writer = RunWriter(session.path, session.origin if session.plan.is_scored else None)
        hooks.add(writer)
        live = LiveWriter(session.path)
        hooks.add(live)
        try:
            return asyncio.run(_execute(session, jobs, hooks, done, interrupt or SignalInterrupt()))
        finally:
            live.close()
            writer.close()
    finally:
        if session.claim is not None:
            session.claim.release()


def all_jobs(session: Session) -> list[Job]:
    """Return every trial of the plan, in its order."""
    tasks = {task.id: task for task in session.tasks}
    return [(tasks[task], TrialKey(task, repeat, 0)) for task, repeat in session.plan.trials()]


async def _execute(
    session: Session, jobs: Sequence[Job], hooks: Hooks, done: int, interrupt: Interrupt
) -> Execution:
    is_complete = False
    await hooks.call("run_started", plan=session.plan, path=session.path, done=done)
    try:
        execution = await _work_off(session, jobs, hooks, interrupt)
        is_complete = execution.ending is Ending.COMPLETE
    finally:
        await hooks.call("run_finished", plan=session.plan, path=session.path, is_complete=is_complete)
    return execution


async def _work_off(session: Session, jobs: Sequence[Job], hooks: Hooks, interrupt: Interrupt) -> Execution:
    """Share the jobs among workers; the first bug or storage failure ends all of them."""
    setting = _setting(session, hooks)
    waiting = deque(jobs)
    count = min(session.max_trials, len(jobs))
    if session.domain.environment is not None and count:
        turns = Turns(count, setting.budget.refusal)
        setting = replace(setting, room=Room(Machine.here()), turns=turns)
    workers = [
        asyncio.create_task(_worker(setting, session.plan.attempts, waiting, hooks)) for _ in range(count)
    ]
    if setting.turns is not None:
        ahead = min(setting.turns.ahead, len(jobs) - count)
        workers += [
            asyncio.create_task(_worker_ahead(setting, session.plan.attempts, waiting, hooks))
            for _ in range(ahead)
        ]
    if not workers:
        return Execution(Ending.COMPLETE)
    with interrupt.cancels(workers):
        finished, pending = await asyncio.wait(workers, return_when=asyncio.FIRST_EXCEPTION)
        for worker in pending:
            worker.cancel()
        if pending:
            await asyncio.wait(pending)
    failures = [worker.exception() for worker in finished if not worker.cancelled()]
    for failure in failures:
        if failure is not None:
            raise failure
    if interrupt.has_come:
        return Execution(Ending.INTERRUPTED)
    reason = setting.budget.refusal() if waiting else None
    return Execution(Ending.SPENT, reason) if reason else Execution(Ending.COMPLETE)


async def _worker_ahead(setting: TrialSetting, attempts: int, waiting: deque[Job], hooks: Hooks) -> None:
    """Work like any other, once it is known that worlds are slow to open; end where that is never known."""
    if setting.turns is not None and await setting.turns.worth_opening_ahead():
        await _worker(setting, attempts, waiting, hooks)


async def _worker(setting: TrialSetting, attempts: int, waiting: deque[Job], hooks: Hooks) -> None:
    while waiting and setting.budget.refusal() is None:
        task, key = waiting.popleft()
        try:
            record = await _one_trial(setting, task, key, hooks)
            tries = 1
            while _may_be_tried_again(record, setting) and tries < attempts:
                again = TrialKey(key.task, key.repeat, key.attempt + tries)
                record = await _one_trial(setting, task, again, hooks)
                tries += 1
        except NotBegunError:
            waiting.appendleft((task, key))
            break
    if setting.turns is not None:
        setting.turns.stop_waiting()


def _may_be_tried_again(record: TrialRecord, setting: TrialSetting) -> bool:
    is_failed = record.fault is not None and record.fault.stage in _RETRIED
    return is_failed and setting.budget.refusal() is None


async def _one_trial(setting: TrialSetting, task: Task, key: TrialKey, hooks: Hooks) -> TrialRecord:
    await hooks.call("trial_started", key=key)
    record = await run_trial(setting, task, key)
    await hooks.call("trial_finished", record=record)
    return record


def _setting(session: Session, hooks: Hooks) -> TrialSetting:
    listens = hooks.hears("trace_event")
    with RunFile(session.path) as run:
        budget, kills = budget_of(run, session.plan.max_cost_usd), memory_kills_of(run)
    return TrialSetting(
        domain=session.domain,
        surroundings=Surroundings(
            suite=session.suite,
            sandbox=session.sandbox,
            bench=session.bench_sandbox,
            options=session.suite_options,
            role_models=session.role_models,
            secrets=_secrets(session),
        ),
        agent=session.agent,
        judge=Judge(session.domain, session.suite) if session.plan.is_scored else None,
        seed=session.plan.seed,
        budget=budget,
        memory_kills=kills,
        redactor=session.redactor,
        faults={task_id: session.plan.data_faults[task_id] for task_id in session.plan.faulty},
        on_event=(lambda key, event: hooks.tell("trace_event", key=key, event=event)) if listens else None,
        on_activity=lambda key, activity, text: hooks.tell(
            "trial_activity", key=key, activity=activity, text=text
        ),
        on_progress=lambda key, text, done, total: hooks.tell(
            "trial_progress", key=key, text=text, done=done, total=total
        ),
    )


def _secrets(session: Session) -> Secrets:
    sound = [task for task in session.tasks if task.id not in session.plan.faulty]
    return Secrets(session.suite, (entry for task in sound for entry in session.suite.hidden(task.id)))
