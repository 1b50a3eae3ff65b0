"""Scores stored submissions again, with today's rules or with truths from elsewhere."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from itbench.errors import ITBenchError, UsageError
from itbench.interfaces.domain import Domain
from itbench.interfaces.plan import Plan
from itbench.interfaces.progress import Progress, no_progress
from itbench.interfaces.record import ScoreRecord
from itbench.interfaces.submission import Submission
from itbench.interfaces.task import Task
from itbench.plugins.domains import domain_host
from itbench.runs.session import Session
from itbench.runs.trial.judge import Judge
from itbench.sealed.reopen import reopen_suite
from itbench.sealed.suite import SealedSuite
from itbench.store.claim import Claim
from itbench.store.connect import open_run, writing
from itbench.store.reader import RunFile, TrialDetail
from itbench.store.writer import ScoringOrigin, begin_scoring, insert_score
from itbench.version import __version__

_ALL = "SELECT trial, task FROM outcome WHERE status != 'no score' OR fault_stage IN ('scorer', 'task')"
_FAULTED = "SELECT trial, task FROM outcome WHERE fault_stage IN ('scorer', 'task')"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedValue:
    """A trial whose value is another now.

    Attributes:
        task: its id.
        repeat: counted from 0.
        before: the value until now; None without a score.
        after: the value from now on; None without a score.
        reasons: that the new score gives and the one before did not.
    """

    task: str
    repeat: int
    before: float | None
    after: float | None
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rescoring:
    """What scoring again did.

    Attributes:
        trials: how many were scored again.
        changes: those of them whose values are different now.
        from_version: the oldest version of the rules by which they had been scored; None if they had not.
        to_version: the version of the rules now.
        rules: what changed in the rules between the two.
    """

    trials: int
    changes: list[ChangedValue] = field(default_factory=list)
    from_version: int | None = None
    to_version: int = 1
    rules: tuple[str, ...] = ()


def rescore(path: Path, truths: Path | None = None, progress: Progress = no_progress) -> Rescoring:
    """Score every stored submission of a run again and keep the earlier scores beside.

    Raises:
        ITBenchError: the run, its domain, its suite or any of the truths is not available, or another process works on it.
    """
    with RunFile(path) as run:
        plan = Plan.model_validate(run.plan())
    domain, suite = reopen_suite(plan.model_dump(), progress)
    if truths is None and isinstance(suite, SealedSuite) and suite.is_public:
        raise UsageError(
            f"the truths of {str(path)!r} are sealed; hand it in with `itbench submit`, and who has them scores it"
        )
    suite.restore([task.id for task in plan.tasks], progress)
    origin = ScoringOrigin(
        __version__,
        domain_host().origin(plan.domain),
        domain.scoring_version,
        str(truths) if truths else None,
    )
    judge = Judge(domain, suite, truths)
    if truths is not None:
        _check_truths(path, truths, judge)
    with Claim(path):
        return _rescore(path, _ALL, judge, domain, origin, progress)


def _check_truths(path: Path, truths: Path, judge: Judge) -> None:
    """Refuse a folder without any truth of the run, or without that of a task that has a score, which none would replace.

    Raises:
        UsageError: says how many there are not, and why one of them cannot be read.
    """
    if not truths.is_dir():
        raise UsageError(f"no folder {str(truths)!r} for --truths")
    with RunFile(path) as run:
        has_score: dict[str, bool] = {}
        for row in run.connection.execute(f"{_ALL} ORDER BY trial"):
            has_score.setdefault(row["task"], False)
        for row in run.connection.execute("SELECT task FROM outcome WHERE status = 'scored'"):
            has_score[row["task"]] = True
    wrong = {task: problem for task in has_score if (problem := _problem(judge, task)) is not None}
    if len(wrong) == len(has_score) > 0 or any(has_score[task] for task in wrong):
        raise UsageError(
            f"{len(wrong)} of {len(has_score)} truths cannot be read in {str(truths)!r}, so nothing is scored again: "
            f"{next(iter(wrong.values()))}"
        )


def _problem(judge: Judge, task: str) -> str | None:
    try:
        judge.truth(task)
    except (ITBenchError, OSError, ValueError) as error:
        return str(error)
    return None


def rescore_faults(session: Session) -> Rescoring:
    """Score again those trials of a run whose scorer or truth failed."""
    judge = Judge(session.domain, session.suite)
    return _rescore(session.path, _FAULTED, judge, session.domain, session.origin, no_progress)


def _rescore(
    path: Path, query: str, judge: Judge, domain: Domain, origin: ScoringOrigin, progress: Progress
) -> Rescoring:
    with RunFile(path) as run, closing(open_run(path, is_writable=True)) as connection, writing(path):
        rows = run.connection.execute(query).fetchall()
        if not rows:
            return Rescoring(0, to_version=domain.scoring_version)
        versions, before = run.scoring_versions(), _values(connection)
        tasks = {row["id"]: Task.model_validate_json(row["document"]) for row in run.tasks()}
        connection.execute("BEGIN IMMEDIATE")
        scoring = begin_scoring(connection, origin)
        reasons: dict[int, list[str]] = {}
        for done, row in enumerate(rows):
            detail = run.detail(row["trial"])
            record = _judge(run, judge, tasks[row["task"]], detail)
            reasons[row["trial"]] = _new_reasons(detail, record)
            if record is not None:
                insert_score(connection, scoring, row["trial"], record)
            progress("scoring", done + 1, len(rows))
        connection.execute("COMMIT")
        changes = list(_changes(connection, before, reasons))
    known = [versions[trial] for trial in reasons if trial in versions]
    return _rescoring(len(rows), changes, min(known, default=None), domain)


def _rescoring(trials: int, changes: list[ChangedValue], oldest: int | None, domain: Domain) -> Rescoring:
    newer = domain.scoring_changes[oldest - 1 :] if oldest is not None else ()
    rules = tuple(sentence for sentences in newer for sentence in sentences)
    return Rescoring(trials, changes, oldest, domain.scoring_version, rules)


def _changes(
    connection: sqlite3.Connection, before: dict[int, float | None], reasons: dict[int, list[str]]
) -> Iterator[ChangedValue]:
    for row in connection.execute("SELECT trial, task, repeat, value FROM outcome ORDER BY trial"):
        if row["trial"] in reasons and row["value"] != before[row["trial"]]:
            yield ChangedValue(
                task=row["task"],
                repeat=row["repeat"],
                before=before[row["trial"]],
                after=row["value"],
                reasons=tuple(reasons[row["trial"]]),
            )


def _judge(run: RunFile, judge: Judge, task: Task, detail: TrialDetail) -> ScoreRecord | None:
    submission = Submission(
        answer=detail.answer,
        files=detail.files,
        observed=detail.observed,
        notes=tuple(detail.notes),
    )
    texts = (event["data"] for event in run.events(detail.row["id"]))
    if detail.row["fault_stage"] is not None:
        return judge.look_for_leak(task, submission, texts)
    return judge.judge(task, submission, texts)


def _new_reasons(detail: TrialDetail, record: ScoreRecord | None) -> list[str]:
    if record is None:
        return []
    if record.is_leak:
        return ["the truth was seen in the trial"]
    if record.fault is not None:
        return [f"fault of the {record.fault.stage.value}: {record.fault.message}"]
    old = set(json.loads(detail.score["reasons"])) if detail.score else set()
    return [reason for reason in (record.score.reasons if record.score else ()) if reason not in old]


def _values(connection: sqlite3.Connection) -> dict[int, float | None]:
    return {row["trial"]: row["value"] for row in connection.execute("SELECT trial, value FROM outcome")}
