"""Scores stored submissions again, with today's rules or with truths from elsewhere."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from itbench.interfaces.plan import Plan
from itbench.interfaces.record import ScoreRecord
from itbench.interfaces.submission import Submission
from itbench.interfaces.suite import Progress, no_progress
from itbench.interfaces.task import Task
from itbench.plugins.domains import domain_host
from itbench.run.judge import Judge
from itbench.run.session import Session
from itbench.run.versions import own_version
from itbench.store.claim import Claim
from itbench.store.connect import open_run, writing
from itbench.store.reader import RunFile
from itbench.store.writer import ScoringOrigin, begin_scoring, insert_score
from itbench.suites.reopen import reopen_suite

_ALL = "SELECT trial, task FROM outcome WHERE status != 'no score' OR fault_stage IN ('scorer', 'task')"
_FAULTED = "SELECT trial, task FROM outcome WHERE fault_stage IN ('scorer', 'task')"


@dataclass(frozen=True, slots=True)
class Rescoring:
    """How many trials were scored again, and how many values are different now."""

    trials: int
    changed: int


def rescore(path: Path, truths: Path | None = None, progress: Progress = no_progress) -> Rescoring:
    """Score every stored submission of a run again and keep the earlier scores beside.

    Raises:
        ITBenchError: the run, its domain, its suite or the truths are not available, or another process works on it.
    """
    with RunFile(path) as run:
        plan = Plan.model_validate(run.plan())
    domain, suite = reopen_suite(plan.model_dump(), progress)
    origin = ScoringOrigin(own_version(), domain_host().origin(plan.domain), str(truths) if truths else None)
    with Claim(path):
        return _rescore(path, _ALL, Judge(domain, suite, truths), origin, progress)


def rescore_faults(session: Session) -> Rescoring:
    """Score again those trials of a run whose scorer or truth failed."""
    judge = Judge(session.domain, session.suite)
    return _rescore(session.path, _FAULTED, judge, session.origin, no_progress)


def _rescore(path: Path, query: str, judge: Judge, origin: ScoringOrigin, progress: Progress) -> Rescoring:
    with RunFile(path) as run, closing(open_run(path, is_writable=True)) as connection, writing(path):
        rows = run.connection.execute(query).fetchall()
        if not rows:
            return Rescoring(0, 0)
        before = _values(connection)
        tasks = {row["id"]: Task.model_validate_json(row["document"]) for row in run.tasks()}
        connection.execute("BEGIN IMMEDIATE")
        scoring = begin_scoring(connection, origin)
        for done, row in enumerate(rows):
            record = _judge(run, judge, tasks[row["task"]], row["trial"])
            if record is not None:
                insert_score(connection, scoring, row["trial"], record)
            progress("scoring", done + 1, len(rows))
        connection.execute("COMMIT")
        after = _values(connection)
    return Rescoring(len(rows), sum(after[trial] != before[trial] for trial in before))


def _judge(run: RunFile, judge: Judge, task: Task, trial: int) -> ScoreRecord | None:
    detail = run.detail(trial)
    submission = Submission(
        answer=detail.answer,
        files=detail.files,
        observed=detail.observed,
        notes=tuple(detail.notes),
    )
    texts = (event["data"] for event in run.events(trial))
    if detail.row["fault_stage"] is not None:
        return judge.look_for_leak(task, submission, texts)
    return judge.judge(task, submission, texts)


def _values(connection: sqlite3.Connection) -> dict[int, float | None]:
    return {row["trial"]: row["value"] for row in connection.execute("SELECT trial, value FROM outcome")}
