"""What those who score sign: which submission they scored, by which rules, and what each trial got; nothing of any truth."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from itbench.errors import DataError
from itbench.interfaces.model import Frozen
from itbench.sealed.canonical import joined, sha256
from itbench.sealed.envelope import DIGEST_PATTERN, KEY_PATTERN, Signed, SignedDocument, opened
from itbench.sealing.records import name_of
from itbench.store.reader import RunFile
from itbench.store.seals import row_digest, work_digest

_HEX = r"^[0-9a-f]{64}$"
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
    record: str = Field(pattern=_HEX, description="SHA-256 of the record in the submission.")
    result: str = Field(
        pattern=_HEX, description="SHA-256 of trial, submission, trace and score in the run file."
    )


class Receipt(SignedDocument):
    """That a submission was scored, and with which result."""

    format: Literal["itbench receipt"] = "itbench receipt"
    seal: str = Field(pattern=DIGEST_PATTERN, description="Of the suite; signed by the same key.")
    submission: str = Field(pattern=DIGEST_PATTERN)
    submitter: str = Field(pattern=KEY_PATTERN, description="The key that signed the submission.")
    run: str = Field(description="Id of the run.")
    scored_at: str = Field(description="ISO 8601, UTC.")
    itbench_version: str
    domain_origin: str
    domain_code: str | None
    scoring_version: int = Field(ge=1)
    trials: tuple[ScoredTrial, ...] = Field(description="The latest attempt at each task and repeat.")


def scored_trials(run: RunFile, records: Mapping[str, str]) -> tuple[ScoredTrial, ...]:
    """Return what each trial of a scored run got; `records` has the hash of each record of the submission by its name."""
    return tuple(
        ScoredTrial(
            task=row["task"],
            repeat=row["repeat"],
            attempt=row["attempt"],
            status=row["status"],
            value=row["value"],
            record=records[name_of(dict(row))],
            result=_result(run, row["trial"]),
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
        data = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error
    return opened(data, Receipt, str(path))


def faults_of_run(run: RunFile, receipt: Receipt) -> Iterator[str]:
    """Yield how a run file differs from what a receipt says of it, one clause each."""
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
        elif _result(run, row["trial"]) != each.result:
            yield f"{name}: its submission, its trace or its score is not the one of the receipt"


def faults_of_submission(records: Mapping[str, str], digest: str, receipt: Receipt) -> Iterator[str]:
    """Yield how a submission differs from what a receipt says of it; `records` as in `scored_trials`."""
    if digest != receipt.submission:
        yield f"the receipt is of the submission {receipt.submission}, this one is {digest}"
    for each in receipt.trials:
        name = name_of(each.model_dump())
        if records.get(name) != each.record:
            yield f"{name} was scored from another record than the one in this submission"


def _result(run: RunFile, trial: int) -> str:
    rows: list[Mapping[str, Any]] = [dict(run.connection.execute(_TRIAL, (trial,)).fetchone())]
    score = run.connection.execute(_SCORE, (trial,)).fetchone()
    rows.append(dict(score) if score else {})
    parts = [
        row_digest({name: value for name, value in row.items() if name not in _NUMBERS}).encode()
        for row in rows
    ]
    return sha256(joined("itbench result v1", work_digest(run.connection, trial).encode(), *parts))
