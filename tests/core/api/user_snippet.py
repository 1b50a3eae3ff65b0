"""What a user writes, checked by `mypy --strict` with all other helpers of the tests, and run by a test."""

import asyncio
from pathlib import Path

import itbench


def means_of(path: Path) -> dict[str, float]:
    """Return the mean value of each task."""
    values: dict[str, list[float]] = {}
    with itbench.open_run(path) as run:
        for trial in run.trials(status=itbench.TrialStatus.SCORED):
            if trial.value is not None:
                values.setdefault(trial.key.task, []).append(trial.value)
    return {task: sum(found) / len(found) for task, found in values.items()}


def told(text: str, done: int, total: int) -> None:
    """Take a progress."""
    assert 0 <= done <= total, text


async def several(suite: str, *, arguments: itbench.RunArguments) -> list[itbench.StoredRun]:
    """Run a suite twice at the same time."""
    return list(
        await asyncio.gather(
            itbench.run_async(suite, **arguments), itbench.run_async(suite, seed=2, limit=1, progress=told)
        )
    )


def said(run: itbench.StoredRun) -> list[str]:
    """Return what there is to say of a run, part by part."""
    summary: itbench.RunSummary = run.summary()
    interval: itbench.Interval | None = summary.interval
    lines = [] if interval is None else [f"{summary.score} from {interval.low:.2f} to {interval.high:.2f}"]
    for trial in run.trials():
        cost: float | None = trial.cost_usd
        submission: itbench.Submission | None = trial.submission
        fault: itbench.Fault | None = trial.fault
        lines.append(f"{trial.key.task} {cost} {submission is not None} {fault and fault.stage}")
        lines += [event.kind for event in trial.events()]
    rescoring: itbench.Rescoring = itbench.score(run.path)
    return [*lines, *(change.task for change in rescoring.changes)]
