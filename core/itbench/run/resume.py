"""Goes on with a run: does what was never done, and again what failed through no fault of the agent."""

from pathlib import Path

from itbench.interfaces.record import TrialKey
from itbench.interfaces.suite import Progress, no_progress
from itbench.run.rescore import rescore_faults
from itbench.run.runner import Job
from itbench.run.session import Session, reopen
from itbench.store.reader import RunFile

_MISSING = """
SELECT trial.task, trial.repeat, trial.attempt, outcome.status, trial.fault_stage
FROM outcome JOIN trial ON trial.id = outcome.trial
"""


def resume(path: Path, progress: Progress = no_progress) -> tuple[Session, list[Job]]:
    """Return the session of a run and the trials that it still lacks; mends scorings that failed.

    Raises:
        ITBenchError: the run cannot be gone on with.
    """
    session = reopen(path, progress)
    if session.plan.is_scored:
        rescore_faults(session)
    tried: dict[tuple[str, int], int] = {}
    done: set[tuple[str, int]] = set()
    with RunFile(path) as run:
        for row in run.connection.execute(_MISSING):
            key = (row["task"], row["repeat"])
            tried[key] = row["attempt"] + 1
            if row["fault_stage"] is None or row["status"] in {"agent fault", "leak"}:
                done.add(key)
    jobs = [
        (task, TrialKey(task.id, repeat, tried.get((task.id, repeat), 0)))
        for repeat in range(session.plan.repeats)
        for task in session.tasks
        if (task.id, repeat) not in done
    ]
    return session, jobs
