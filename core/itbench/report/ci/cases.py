"""The trials of a run as cases of a test: passed, failed, an error that is not the agent's, or not done."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from itbench.store.reader import RunFile

_SOLVED = 1.0
_OUTCOMES = """
SELECT outcome.*, score.reasons AS reasons FROM outcome JOIN task ON task.id = outcome.task
LEFT JOIN latest_score AS score ON score.trial = outcome.trial ORDER BY task.position, outcome.repeat
"""


class Verdict(StrEnum):
    """What a trial is as a case of a test."""

    PASSED = "passed"  # A score of 1.
    FAILED = "failed"  # A lower score, 0 for a fault of the agent or a leak among them.
    ERROR = "error"  # No valid score, through no fault of the agent.
    SKIPPED = "skipped"  # Not scored.


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The latest attempt at one trial.

    Attributes:
        task, repeat: which trial; repeats count from 0.
        verdict: what it is as a case of a test.
        status: as the run file has it.
        value: the score; None without one.
        words: why, in one line each: the fault, else the reasons of the score.
        wall_s: seconds that it took.
    """

    task: str
    repeat: int
    verdict: Verdict
    status: str
    value: float | None
    words: tuple[str, ...]
    wall_s: float


def cases(run: RunFile) -> Iterator[Case]:
    """Yield the trials of a run that were tried, in the order of its plan."""
    for row in run.connection.execute(_OUTCOMES):
        reasons = () if row["reasons"] is None else tuple(json.loads(row["reasons"]))
        fault = row["fault"]
        yield Case(
            task=row["task"],
            repeat=row["repeat"],
            verdict=_verdict(row["status"], row["value"]),
            status=row["status"],
            value=row["value"],
            words=reasons if fault is None else (f"{row['fault_stage']} fault: {fault}",),
            wall_s=row["wall_s"],
        )


def _verdict(status: str, value: float | None) -> Verdict:
    if status == "unscored":
        return Verdict.SKIPPED
    if value is None:
        return Verdict.ERROR
    return Verdict.PASSED if value >= _SOLVED else Verdict.FAILED
