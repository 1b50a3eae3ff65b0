"""Resumes a run: does what was never done, and again what failed through no fault of the agent."""

from dataclasses import replace
from pathlib import Path

from itbench.interfaces.plan import Plan
from itbench.interfaces.progress import Progress, no_progress
from itbench.interfaces.record import TrialKey
from itbench.runs.plan.versions import installed
from itbench.runs.rescore import rescore_faults
from itbench.runs.runner import Job
from itbench.runs.session import Session, reopen
from itbench.store.claim import Claim
from itbench.store.connect import COMPANIONS, must_exist
from itbench.store.live.file import ENDING
from itbench.store.reader import RunFile
from itbench.store.writer import replace_plan

_MISSING = """
SELECT trial.task, trial.repeat, trial.attempt, outcome.status, trial.fault_stage
FROM outcome JOIN trial ON trial.id = outcome.trial
"""
_ENDED = frozenset({"scored", "agent fault", "leak"})


def resume(
    path: Path,
    progress: Progress = no_progress,
    *,
    is_other_version_allowed: bool = False,
    max_cost_usd: float | None = None,
    arguments: tuple[str, ...] = (),
) -> tuple[Session, list[Job]]:
    """Return the session of a run and the trials that it still lacks; scores again where scoring failed.

    The session holds the claim on the run.

    Args:
        path: of the run file.
        progress: is told what takes long.
        is_other_version_allowed: whether another version of itbench, domain or agent may go on with it.
        max_cost_usd: US dollars that the run may cost in all, from now on; None for what its plan says.
        arguments: the agent's, where the plan does not have them whole because of a secret.

    Raises:
        ITBenchError: the run cannot be resumed, or another process works on it.
    """
    must_exist(path)
    claim = Claim(path)
    try:
        session = reopen(
            path, progress, is_other_version_allowed=is_other_version_allowed, arguments=arguments
        )
        if session.plan.is_scored:
            rescore_faults(session)
        jobs = _missing(session)
        if jobs:
            session = _recorded(session, max_cost_usd)
    except BaseException:
        claim.release()
        raise
    return replace(session, claim=claim), jobs


def _recorded(session: Session, max_cost_usd: float | None) -> Session:
    """Note in the plan by which versions the trials from now on are, and what they may cost."""
    now = installed(session.domain, session.plan.agent.name).resumption()
    changes: dict[str, object] = {"resumed": (*session.plan.resumed, now)}
    if max_cost_usd is not None:
        changes["max_cost_usd"] = max_cost_usd
    plan = session.plan.model_copy(update=changes)
    replace_plan(session.path, plan)
    return replace(session, plan=plan)


def _missing(session: Session) -> list[Job]:
    tried: dict[tuple[str, int], int] = {}
    done: set[tuple[str, int]] = set()
    with RunFile(session.path) as run:
        for row in run.connection.execute(_MISSING):
            key = (row["task"], row["repeat"])
            tried[key] = row["attempt"] + 1
            if row["fault_stage"] is None or row["status"] in {"agent fault", "leak"}:
                done.add(key)
    tasks = {task.id: task for task in session.tasks}
    return [
        (tasks[key[0]], TrialKey(*key, tried.get(key, 0))) for key in session.plan.trials() if key not in done
    ]


def has_nothing_to_resume(path: Path) -> bool:
    """Tell whether each planned trial of a run has ended as it was meant to, and nobody was stopped while it wrote the file.

    Raises:
        RunFileError: the file cannot be read.
    """
    if any(path.with_name(f"{path.name}{ending}").exists() for ending in (*COMPANIONS, ENDING)):
        return False
    with RunFile(path) as run:
        plan = Plan.model_validate(run.plan())
        ended = _ENDED if plan.is_scored else _ENDED | {"unscored"}
        found = [row["status"] for row in run.connection.execute("SELECT status FROM outcome")]
    return len(found) == plan.planned_trials and ended.issuperset(found)
