"""Scores a submission with a private bundle, and writes a run file with the scores and a signed receipt."""

import asyncio
import os
from collections.abc import Mapping
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
from itbench.run.plan.planning import file_name
from itbench.run.trial.judge import Judge
from itbench.sealed.bundle import KEY
from itbench.sealed.documents import Seal
from itbench.sealed.envelope import sign
from itbench.sealed.keys import SigningKey
from itbench.sealed.suite import SealedSuite
from itbench.sealing.judging import judged
from itbench.sealing.ledger import Ledger
from itbench.sealing.observe import Observer
from itbench.sealing.receipt import Receipt, scored_trials
from itbench.sealing.records import Index
from itbench.sealing.submission import SubmissionFile, read_submission
from itbench.store.connect import making
from itbench.store.reader import RunFile
from itbench.store.values import wrong_trial
from itbench.store.writer import ScoringOrigin, begin_scoring, fill_plan, insert_score, insert_trial
from itbench.suites.hashing import hash_of_shown, suite_hash
from itbench.suites.load import load_tasks
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
    if suite.is_public:
        raise UsageError(f"{str(bundle)!r} is the public bundle; the truths are in the private one")
    suite.prepare(progress)
    submission = read_submission(path)
    domain = domain_host().get(suite.domain)
    notes = tuple(_require_rules(domain, suite.bundle.seal.document))
    _require_fit(suite, submission, submitter)
    ledger = Ledger(bundle)
    ledger.refuse_replay(submission.index)
    tasks = _planned_tasks(suite, submission)
    plan = submission.plan.model_copy(update={"suite_data": str(bundle)})
    target = out / file_name(plan)
    _write(target, plan, tasks, submission, domain, suite, progress)
    scored_at = datetime.now(UTC).isoformat(timespec="seconds")
    receipt = _write_receipt(target, bundle, submission, domain, suite, scored_at)
    if receipt is not None:
        ledger.add(submission.index, scored_at)
    return ScoredSubmission(path=target, receipt=receipt, key=submission.index.document.key, notes=notes)


def _require_rules(domain: Domain, seal: Seal) -> list[str]:
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


def _planned_tasks(suite: SealedSuite, submission: SubmissionFile) -> list[Task]:
    """Return the tasks of the plan as agents were told them, which must be those that were sealed.

    Raises:
        DataError: one is not in the suite, or its text, limits or inputs are not what the plan says.
    """
    plan, seal = submission.plan, suite.bundle.seal.document
    if (plan.domain, plan.suite, plan.suite_version) != (seal.domain, seal.suite, seal.suite_version):
        raise DataError(f"the plan of the submission is of another suite than {seal.domain}/{seal.suite}")
    known = {task.id: task.limited(plan.limits) for task in load_tasks(suite)}
    shown = _shown(seal)
    for planned in plan.tasks:
        if planned.id not in known:
            raise DataError(f"task {planned.id!r} of the submission is not in the sealed suite")
        if hash_of_shown(known[planned.id].document(), shown.get(planned.id, ())) != planned.content_hash:
            raise DataError(
                f"task {planned.id!r} of the submission has another text, other limits or other inputs than sealed"
            )
    if len({task.id for task in plan.tasks}) < len(plan.tasks):
        raise DataError("the plan of the submission has a task twice")
    if suite_hash(task.content_hash for task in plan.tasks) != plan.suite_hash:
        raise DataError("the plan of the submission has another hash of the suite than its tasks have")
    return [known[planned.id] for planned in plan.tasks]


def _shown(seal: Seal) -> Mapping[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for each in seal.files:
        top, _, rest = each.path.partition("/")
        task_id, _, path = rest.partition("/")
        if top == "inputs":
            found.setdefault(task_id, []).append((path, each.sha256))
    return found


def _write(
    target: Path,
    plan: Plan,
    tasks: list[Task],
    submission: SubmissionFile,
    domain: Domain,
    suite: SealedSuite,
    progress: Progress,
) -> None:
    judge, observer = Judge(domain, suite), Observer(domain, suite, plan, progress)
    origin = ScoringOrigin(__version__, domain_host().origin(domain.name), domain.scoring_version)
    known, repeats = {task.id: task for task in tasks}, planned_repeats(plan.model_dump())
    total = len(submission.index.document.trials)

    async def work() -> None:
        with making(target) as connection:
            connection.execute("BEGIN IMMEDIATE")
            fill_plan(connection, plan, tasks)
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


def _write_receipt(
    target: Path, bundle: Path, submission: SubmissionFile, domain: Domain, suite: SealedSuite, scored_at: str
) -> Path | None:
    if not os.path.lexists(bundle / KEY):
        return None
    key, index = SigningKey.read(bundle / KEY), submission.index
    if key.public != suite.bundle.seal.document.key:
        raise DataError(f"{str(bundle / KEY)!r} is not the key that signed the seal")
    with RunFile(target) as run:
        trials = scored_trials(run, records_of(index.document))
    receipt = Receipt(
        key=key.public,
        seal=index.document.seal,
        submission=index.digest,
        submitter=index.document.key,
        run=index.document.run,
        scored_at=scored_at,
        itbench_version=__version__,
        domain_origin=domain_host().origin(domain.name),
        domain_code=_code(domain.name),
        scoring_version=domain.scoring_version,
        trials=trials,
    )
    path = target.with_suffix(".receipt.json")
    write_output(path, sign(receipt, key).data.decode())
    return path


def records_of(index: Index) -> dict[str, str]:
    """Return the SHA-256 of each record of a submission by its name."""
    return {each.name: each.sha256 for each in index.trials}


def _code(domain: str) -> str | None:
    distribution = domain_host().distribution(domain)
    return None if distribution is None else fingerprint(distribution)
