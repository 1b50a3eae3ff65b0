"""Scores a submission with the truth, which nobody has seen until now."""

import json
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from itbench.errors import DataError
from itbench.interfaces.domain import Domain
from itbench.interfaces.fault import Fault, Stage
from itbench.interfaces.json import JsonObject
from itbench.interfaces.record import ScoreRecord
from itbench.interfaces.score import Score
from itbench.interfaces.submission import Submission
from itbench.interfaces.suite import Suite
from itbench.interfaces.task import Task
from itbench.runs.trial.blame import Blamed, blame
from itbench.schema.check import schema_faults
from itbench_schemas import load

_KEPT_TRUTHS = 1000


class Judge:
    """Reads truths, looks for leaks, and asks the domain's scorer.

    Args:
        domain: whose rules count.
        suite: whose tasks are scored.
        truths: another directory to read the truths from.
    """

    def __init__(self, domain: Domain, suite: Suite, truths: Path | None = None) -> None:
        self._domain = domain
        self._suite = suite
        self._truths = truths
        self._truth = lru_cache(maxsize=_KEPT_TRUTHS)(self._read_truth)

    def judge(self, task: Task, submission: Submission, trace_texts: Iterable[str]) -> ScoreRecord:
        """Return the score of a submission; faults of truth and scorer are part of the record."""
        try:
            with blame(Stage.TASK):
                truth = self._truth(task.id)
            if _leaks(truth["canary"], submission, trace_texts):
                return ScoreRecord(is_leak=True)
            with blame(Stage.SCORER):
                found: object = self._domain.scorer.score(task, submission, truth)
                # Again, as `model_copy` and changes of a dict go past the checks of a Score.
                score = Score.model_validate(dict(found)) if isinstance(found, Score) else None
        except Blamed as error:
            return ScoreRecord(fault=error.fault)
        if score is None:
            problem = (
                f"the scorer of domain {self._domain.name!r} returned a {type(found).__name__}, no Score"
            )
            return ScoreRecord(fault=Fault(Stage.SCORER, problem))
        return ScoreRecord(score=_with_notes(score, submission.notes))

    def look_for_leak(
        self, task: Task, submission: Submission, trace_texts: Iterable[str]
    ) -> ScoreRecord | None:
        """Return a record if the truth was seen in a trial that is not scored for another reason."""
        try:
            with blame(Stage.TASK):
                truth = self._truth(task.id)
        except Blamed:
            return None  # The trial has a fault already, which is the better one to show.
        return ScoreRecord(is_leak=True) if _leaks(truth["canary"], submission, trace_texts) else None

    def solution(self, task: Task) -> dict[str, bytes]:
        """Return the files of a perfect submission, for privileged agents and for validation.

        Raises:
            Blamed: the truth cannot be read, or the domain makes no solution of it.
        """
        with blame(Stage.TASK):
            return dict(self._domain.solution(task, self._truth(task.id)))

    def truth(self, task_id: str) -> JsonObject:
        """Return the truth of a task as it is read, known to have a canary; nothing is kept.

        Raises:
            DataError: it cannot be read, or has none.
        """
        truth = self._raw_truth(task_id)
        wrong = schema_faults(truth, load("truth"), source=f"truth of {task_id}")
        if wrong:
            raise DataError("; ".join(wrong))
        return truth

    def truth_faults(self, task_id: str) -> list[str]:
        """Return what is wrong with the truth of a task, one line each.

        Raises:
            DataError: it cannot be read at all.
        """
        return _truth_faults(self._domain, self._raw_truth(task_id), f"truth of {task_id}")

    def _read_truth(self, task_id: str) -> JsonObject:
        truth = self._raw_truth(task_id)
        wrong = _truth_faults(self._domain, truth, f"truth of {task_id}")
        if wrong:
            raise DataError("; ".join(wrong))
        return truth

    def _raw_truth(self, task_id: str) -> JsonObject:
        if self._truths is None:
            return self._suite.truth(task_id)
        return self._suite.truth_from(task_id, self._truths)


def _truth_faults(domain: Domain, truth: JsonObject, source: str) -> list[str]:
    wrong = schema_faults(truth, load("truth"), source=source)
    if domain.truth_schema is not None:
        wrong += schema_faults(truth, domain.truth_schema(), source=source)
    return list(dict.fromkeys(wrong))


def _leaks(canary: str, submission: Submission, trace_texts: Iterable[str]) -> bool:
    escaped = json.dumps(canary, ensure_ascii=False)[1:-1]
    if any(escaped in text or canary in text for text in trace_texts):
        return True
    needles = {canary.encode(), escaped.encode()}
    observed = json.dumps(submission.observed, ensure_ascii=False).encode()
    texts = [*submission.files.values(), observed]
    return any(needle in text for text in texts for needle in needles)


def _with_notes(score: Score, notes: tuple[str, ...]) -> Score:
    return score.model_copy(update={"reasons": (*notes, *score.reasons)}) if notes else score
