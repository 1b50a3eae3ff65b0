"""What those who score sign: which submission they scored, by which rules, and what each trial got; nothing of any truth."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from itbench.errors import DataError
from itbench.interfaces.model import Frozen
from itbench.sealed.canonical import joined, sha256
from itbench.sealed.envelope import DIGEST_PATTERN, HEX_PATTERN, KEY_PATTERN, Signed, SignedDocument, opened
from itbench.sealing.records import Index, name_of
from itbench.store.reader import RunFile
from itbench.store.seals import row_digest, work_digest

_TRIAL = "SELECT * FROM trial WHERE id = ?"
_SCORE = "SELECT * FROM latest_score WHERE trial = ?"
# Numbers of rows are those of one file.
_NUMBERS = frozenset({"id", "trial", "scoring"})


class ScoredTrial(Frozen):
    """What one trial got."""

    task: str
    repeat: int = Field(ge=0)
    attempt: int = Field(ge=0)
    status: str = Field(description="As in the view `outcome` of a run file.")
    value: float | None = Field(ge=0, le=1)
    record: str = Field(pattern=HEX_PATTERN, description="SHA-256 of the record in the submission.")
    result: str = Field(
        pattern=HEX_PATTERN,
        description="SHA-256 of trial, submission, trace and score in the run file, with the salt of the task.",
    )


class Receipt(SignedDocument):
    """That a submission was scored, and with which result."""

    format: Literal["itbench receipt"] = "itbench receipt"
    seal: str = Field(pattern=DIGEST_PATTERN, description="Of the suite; signed by the same key.")
    submission: str = Field(pattern=DIGEST_PATTERN)
    submitter: str = Field(pattern=KEY_PATTERN, description="The key that signed the submission.")
    run: str = Field(description="Id of the run.")
    plan_hash: str = Field(pattern=DIGEST_PATTERN, description="Of the plan of the run.")
    number: int = Field(ge=1, description="How many submissions the bundle has scored, this one included.")
    number_of_submitter: int = Field(ge=1, description="How many of them the same key signed.")
    suite_tasks: int = Field(ge=1, description="How many tasks the suite has.")
    planned_tasks: int = Field(ge=0, description="How many of them the run was planned to work on.")
    planned_trials: int = Field(ge=0, description="How many trials the run was planned to have.")
    scored_at: str = Field(description="ISO 8601, UTC.")
    itbench_version: str
    domain_origin: str
    domain_code: str | None
    scoring_version: int = Field(ge=1)
    trials: tuple[ScoredTrial, ...] = Field(description="The latest attempt at each task and repeat.")


def scored_trials(
    run: RunFile, records: Mapping[str, str], salts: Mapping[str, str]
) -> tuple[ScoredTrial, ...]:
    """Return what each trial of a scored run got.

    Args:
        run: with the scores.
        records: the hash of each record of the submission by its name.
        salts: of the tasks, from the opening of the suite.
    """
    return tuple(
        ScoredTrial(
            task=row["task"],
            repeat=row["repeat"],
            attempt=row["attempt"],
            status=row["status"],
            value=row["value"],
            record=records[name_of(dict(row))],
            result=_result(run, row["trial"], salts[row["task"]]),
        )
        for row in run.outcomes()
    )


def read_receipt(path: Path) -> Signed[Receipt]:
    """Return the receipt in a file.

    Raises:
        DataError: it is none, or was changed.
        UsageError: the package `cryptography` is not installed.
    """
    try:
        if path.exists() and not path.is_file():
            raise DataError(f"{path}: it is no plain file, so it is no receipt")
        data = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error
    return opened(data, Receipt, str(path))


def faults_of_run(run: RunFile, receipt: Receipt, salts: Mapping[str, str]) -> Iterator[str]:
    """Yield how a run file differs from what a receipt says of it, one clause each; `salts` as in `scored_trials`."""
    if run.plan()["id"] != receipt.run:
        yield f"the receipt is of the run {receipt.run!r}, this one is {run.plan()['id']!r}"
        return
    said = {name_of(each.model_dump()): each for each in receipt.trials}
    found = {name_of(dict(row)): row for row in run.outcomes()}
    yield from (f"{name} is not in the receipt" for name in found if name not in said)
    for name, each in said.items():
        row = found.get(name)
        if row is None:
            yield f"{name} is in the receipt and not in the run"
        elif (row["status"], row["value"]) != (each.status, each.value):
            yield f"{name} got {row['value']} ({row['status']}), the receipt says {each.value} ({each.status})"
        elif _result(run, row["trial"], salts.get(each.task, "")) != each.result:
            yield f"{name}: its submission, its trace or its score is not the one of the receipt"


def faults_of_submission(index: Signed[Index], plan_hash: str, receipt: Receipt) -> Iterator[str]:
    """Yield how a submission differs from what a receipt says of it, one clause each."""
    document = index.document
    for what, said, found in (
        ("submission", receipt.submission, index.digest),
        ("seal", receipt.seal, document.seal),
        ("author", receipt.submitter, document.key),
        ("run", receipt.run, document.run),
        ("plan", receipt.plan_hash, plan_hash),
    ):
        if said != found:
            yield f"the receipt is of the {what} {said}, this one is {found}"
    records = document.records
    for each in receipt.trials:
        name = name_of(each.model_dump())
        if records.get(name) != each.record:
            yield f"{name} was scored from another record than the one in this submission"


def _result(run: RunFile, trial: int, salt: str) -> str:
    """Return what binds the result of a trial; without the secret salt, truths could be tried until one has the same hash."""
    rows: list[Mapping[str, Any]] = [dict(run.connection.execute(_TRIAL, (trial,)).fetchone())]
    score = run.connection.execute(_SCORE, (trial,)).fetchone()
    rows.append(dict(score) if score else {})
    parts = [
        row_digest({name: value for name, value in row.items() if name not in _NUMBERS}).encode()
        for row in rows
    ]
    work = work_digest(run.connection, trial).encode()
    return sha256(joined("itbench result v1", bytes.fromhex(salt), work, *parts))
