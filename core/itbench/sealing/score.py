"""Scores a submission with a private bundle, and writes a run file with the scores and a signed receipt."""

import asyncio
import os
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from itbench.errors import DataError, UsageError
from itbench.host.output_file import write_output
from itbench.interfaces.domain import Domain
from itbench.interfaces.plan import Plan
from itbench.interfaces.progress import Progress, no_progress
from itbench.interfaces.shard import planned_repeats
from itbench.interfaces.task import Task
from itbench.plugins.code import fingerprint
from itbench.plugins.domains import domain_host
from itbench.runs.plan.planning import file_name
from itbench.runs.plan.registration import plan_hash
from itbench.runs.trial.judge import Judge
from itbench.sealed.bundle import KEY
from itbench.sealed.documents import Seal, path_problem
from itbench.sealed.envelope import sign
from itbench.sealed.keys import SigningKey
from itbench.sealed.new_file import PRIVATE
from itbench.sealed.suite import SealedSuite
from itbench.sealing.judging import judged
from itbench.sealing.ledger import Entry, Ledger
from itbench.sealing.observe import Observer
from itbench.sealing.planned import plan_notes, planned_tasks, scored_plan
from itbench.sealing.receipt import Receipt, scored_trials
from itbench.sealing.submission import SubmissionFile, read_submission
from itbench.store.connect import making
from itbench.store.reader import RunFile
from itbench.store.values import wrong_trial
from itbench.store.writer import ScoringOrigin, begin_scoring, fill_plan, insert_score, insert_trial
from itbench.version import __version__


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredSubmission:
    """What `score_submission` wrote.

    Attributes:
        path: of the run file.
        receipt: of the receipt; None where the bundle has no key.
        key: that signed the submission.
        notes: what should be known of the scores.
    """

    path: Path
    receipt: Path | None
    key: str
    notes: tuple[str, ...]


def score_submission(
    bundle: Path, path: Path, out: Path, submitter: str | None = None, progress: Progress = no_progress
) -> ScoredSubmission:
    """Score a submission and write a run file with the scores.

    Args:
        bundle: the private one, or one that was revealed.
        path: of the submission.
        out: folder for the run file.
        submitter: the key that must have signed the submission; None for any.
        progress: is told how far it is.

    Raises:
        DataError: bundle or submission is not as it was signed, or they do not fit each other; names what.
        UsageError: the bundle has no truths, or other rules are installed.
        StorageError: the run file cannot be written.
    """
    suite = SealedSuite(bundle)
    opening = suite.bundle.opening
    if opening is None:
        raise UsageError(f"{str(bundle)!r} is the public bundle; the truths are in the private one")
    suite.prepare(progress)
    submission = read_submission(path)
    domain = domain_host().get(suite.domain)
    rules = _rule_notes(domain, suite.bundle.seal.document)
    _require_fit(suite, submission, submitter)
    tasks = planned_tasks(suite, submission)
    key = _key(suite)
    job = _Job(domain, suite, submission, scored_plan(submission.plan, domain, suite), tasks)
    target = out / _name(submission)
    if os.path.lexists(target):
        raise UsageError(f"{str(target)!r} is there already; name another folder with --out")
    if key is None:
        _write(target, job, progress)
        return ScoredSubmission(
            path=target,
            receipt=None,
            key=submission.index.document.key,
            notes=(*rules, *plan_notes(suite, submission.plan)),
        )
    with Ledger(bundle).noted(submission.index, datetime.now(UTC).isoformat(timespec="seconds")) as entry:
        _write(target, job, progress)
        receipt = _write_receipt(target, job, opening.salts, entry, key)
    return ScoredSubmission(
        path=target,
        receipt=receipt,
        key=entry.key,
        notes=(*rules, *plan_notes(suite, submission.plan), *_ledger_notes(entry)),
    )


@dataclass(frozen=True, slots=True)
class _Job:
    domain: Domain
    suite: SealedSuite
    submission: SubmissionFile
    plan: Plan
    tasks: list[Task]


def _rule_notes(domain: Domain, seal: Seal) -> list[str]:
    """Refuse rules of another version than those that the seal promises; return what else is installed otherwise."""
    if domain.scoring_version != seal.scoring_version:
        raise UsageError(
            f"the seal promises the rules of version {seal.scoring_version} of {seal.domain} ({seal.domain_origin}), installed are "
            f"those of version {domain.scoring_version}; install {seal.domain_origin}"
        )
    found = domain_host().origin(domain.name), _code(domain.name)
    if found == (seal.domain_origin, seal.domain_code):
        return []
    return [
        f"the suite was sealed with {seal.domain_origin}, the scores are by {found[0]} or other code of it"
    ]


def _require_fit(suite: SealedSuite, submission: SubmissionFile, submitter: str | None) -> None:
    index = submission.index.document
    if index.seal != suite.bundle.seal.digest:
        raise DataError(
            f"the submission is of the suite with {index.seal}, this bundle has {suite.bundle.seal.digest}"
        )
    if submitter is not None and index.key != submitter:
        raise DataError(f"the submission is signed by {index.key}, expected was {submitter}")


def _key(suite: SealedSuite) -> SigningKey | None:
    """Return the key that signs receipts, None where the suite was revealed."""
    path = suite.root / KEY
    if not os.path.lexists(path):
        return None
    key = SigningKey.read(path)
    if key.public != suite.bundle.seal.document.key:
        raise DataError(f"{str(path)!r} is not the key that signed the seal")
    return key


def _name(submission: SubmissionFile) -> str:
    """Return the name of the run file, which is made of what the plan says."""
    name = file_name(submission.plan)
    if "/" in name or path_problem(name) is not None:
        raise DataError(
            f"{submission.path}: no file can have the name {name!r}, which is made of what its plan says"
        )
    return name


def _ledger_notes(entry: Entry) -> Iterator[str]:
    if entry.number > 1:
        yield (
            f"this is submission {entry.number} that the bundle has scored, and {entry.number_of_submitter} of this key: "
            "each score tells a little of the truths"
        )


def _write(target: Path, job: _Job, progress: Progress) -> None:
    domain, plan, submission = job.domain, job.plan, job.submission
    judge, observer = Judge(domain, job.suite), Observer(domain, job.suite, plan.seed, progress)
    origin = ScoringOrigin(__version__, domain_host().origin(domain.name), domain.scoring_version)
    known, repeats = {task.id: task for task in job.tasks}, planned_repeats(plan.model_dump())
    total = len(submission.index.document.trials)

    async def work() -> None:
        with making(target) as connection:
            _keep_private(connection)
            connection.execute("BEGIN IMMEDIATE")
            fill_plan(connection, plan, job.tasks)
            scoring = begin_scoring(connection, origin)
            for done, line in enumerate(submission.trials()):
                progress("scoring", done, total)
                wrong = next(wrong_trial({**line.trial, "id": 1}, repeats), None)
                if wrong is not None:
                    raise DataError(f"{submission.path}: {line.name}: {wrong}")
                record = await judged(line, known[line.trial["task"]], judge, observer)
                trial = insert_trial(connection, record)
                if record.scoring is not None:
                    insert_score(connection, scoring, trial, record.scoring)
            connection.execute("COMMIT")
            connection.execute("PRAGMA journal_mode=DELETE")

    asyncio.run(work())


def _keep_private(connection: sqlite3.Connection) -> None:
    """Let only this user read a run file: reasons of scores and what was observed tell of truths."""
    (path,) = (row["file"] for row in connection.execute("PRAGMA database_list") if row["name"] == "main")
    for ending in ("", "-wal", "-shm"):
        Path(path + ending).chmod(PRIVATE)


def _write_receipt(target: Path, job: _Job, salts: Mapping[str, str], entry: Entry, key: SigningKey) -> Path:
    index, plan = job.submission.index, job.submission.plan
    with RunFile(target) as run:
        trials = scored_trials(run, index.document.records, salts)
    receipt = Receipt(
        key=key.public,
        seal=index.document.seal,
        submission=index.digest,
        submitter=index.document.key,
        run=index.document.run,
        plan_hash=plan_hash(plan),
        number=entry.number,
        number_of_submitter=entry.number_of_submitter,
        suite_tasks=len(job.suite.bundle.seal.document.tasks),
        planned_tasks=len(plan.tasks),
        planned_trials=plan.planned_trials,
        scored_at=datetime.now(UTC).isoformat(timespec="seconds"),
        itbench_version=__version__,
        domain_origin=domain_host().origin(job.domain.name),
        domain_code=_code(job.domain.name),
        scoring_version=job.domain.scoring_version,
        trials=trials,
    )
    path = target.with_suffix(".receipt.json")
    write_output(path, sign(receipt, key).data.decode())
    return path


def _code(domain: str) -> str | None:
    distribution = domain_host().distribution(domain)
    return None if distribution is None else fingerprint(distribution)
