"""The rules of a domain as a scorer of Inspect AI."""

import asyncio
from typing import Any

import anyio.to_thread
from inspect_ai.scorer import Score, mean, scorer, stderr
from inspect_ai.util import sandbox

from itbench.errors import DataError
from itbench.inspect_suite.material import Material
from itbench.interfaces.progress import no_progress
from itbench.interfaces.record import ScoreRecord, TrialKey
from itbench.interfaces.submission import Submission
from itbench.interfaces.task import Task
from itbench.runs.trial.collect import Collected
from itbench.runs.trial.judge import Judge
from itbench.runs.trial.outcome import Outcome, submission_of
from itbench.sealing.observe import Observer


@scorer(name="itbench", metrics=[mean(), stderr()])  # type: ignore[untyped-decorator]  # Inspect may not be installed
def itbench_scorer(material: Material) -> Any:
    """Return a scorer of the tasks of a suite."""
    judge = Judge(material.domain, material.suite)
    observer = Observer(material.domain, material.suite, 0, no_progress)
    tasks = {each.task.id: each.task for each in material.data}

    async def score(state: Any, target: Any) -> Any:
        """Score what lies in the sandbox; no sample has a target, as agents might see it."""
        del target
        task = tasks[str(state.sample_id)]
        outcome = Outcome(collected=await _collected(task))
        texts = [message.text for message in state.messages]
        key = TrialKey(task.id, state.epoch - 1, 0)

        def scored() -> Any:
            # Worlds have event loops of their own, whichever one Inspect runs in.
            outcome.observation = asyncio.run(observer.observe(task, key, outcome.collected.files))
            return _scored(task, judge, outcome, texts)

        return await anyio.to_thread.run_sync(scored)

    return score


async def _collected(task: Task) -> Collected:
    collected = Collected()
    for path in task.hand_in.collected:
        try:
            data = await sandbox().read_file(path, text=False)
        except FileNotFoundError:
            collected.problems[path] = f"{path!r} was not handed in"
            continue
        except (OSError, ValueError) as error:
            collected.problems[path] = f"{path!r} cannot be read: {error}"
            continue
        if len(data) > task.hand_in.max_bytes:
            limit = task.hand_in.max_bytes
            collected.problems[path] = f"{path!r} has {len(data)} bytes, allowed: {limit}"
        else:
            collected.files[path] = data
    return collected


def _scored(task: Task, judge: Judge, outcome: Outcome, texts: list[str]) -> Any:
    """Return a score; a fault of the agent counts as 0, any other is an error of the sample.

    Raises:
        DataError: truth or scorer are at fault.
    """
    submission = submission_of(task, outcome)
    if outcome.fault is not None or submission is None:
        record = judge.look_for_leak(task, submission or Submission(), texts) or ScoreRecord()
    else:
        record = judge.judge(task, submission, texts)
    if record.is_leak:
        return Score(value=0.0, explanation="leak: the truth was found where the agent could see it")
    if record.fault is not None:
        raise DataError(f"{record.fault.stage}: {record.fault.message}")
    if record.score is None:
        fault = outcome.fault
        return Score(value=0.0, explanation="nothing was handed in" if fault is None else fault.message)
    found = record.score
    return Score(
        value=found.value,
        explanation="\n".join(found.reasons),
        metadata={"metrics": found.metrics, "reasons": list(found.reasons), "details": found.details},
    )
