"""One trial of a stored run; what is large is read when it is asked for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from itbench.api.open_file import OpenFile
from itbench.interfaces.fault import Fault, Stage
from itbench.interfaces.json import JsonObject
from itbench.interfaces.record import TrialKey, TrialStatus
from itbench.interfaces.score import Score
from itbench.interfaces.submission import Submission
from itbench.interfaces.task import Task
from itbench.interfaces.trace import TraceEvent
from itbench.report.stored_parts import stored_events, stored_score, stored_submission
from itbench.sealed.reopen import planned_suite

_SCORE = """
SELECT value AS score_value, metrics, reasons, details FROM latest_score WHERE trial = ?
"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StoredTrial:
    """A trial that ended, with what it used; numbers that are not known are None and never 0.

    Its other parts are read from the run file when they are asked for, and each time again.

    Attributes:
        key: task, repeat and attempt.
        attempts: how often the task and repeat were attempted.
        status: what became of it.
        value: what it counts for, from 0 to 1; None without a score.
        fault: why there is no score, or why it counts as 0, with the stage that caused it; None without one.
        limit: the limit that ended the work, if any.
        handed_in: whether the files that the task asks for were there.
        answer_hash: equal where the same files were handed in; None without any.
        started_at: ISO 8601, UTC.
        wall_s: seconds from the opening of the environment to its end.
        turns: of the model, or steps of another agent.
        replies: of models.
        uncounted: replies whose tokens are not known.
        input_tokens: that were sent, cached ones among them.
        cached_tokens: those of them that came from the provider's cache.
        output_tokens: that the model wrote, reasoning among them.
        reasoning_tokens: those of them that were reasoning.
        tokens: input and output together.
        cost_usd: US dollars.
        tool_calls: that ended.
        failed_tool_calls: those of them that failed.
    """

    key: TrialKey
    attempts: int
    status: TrialStatus
    value: float | None
    fault: Fault | None
    limit: str | None
    handed_in: bool
    answer_hash: str | None
    started_at: str
    wall_s: float
    turns: int
    replies: int
    uncounted: int
    input_tokens: int | None
    cached_tokens: int | None
    output_tokens: int | None
    reasoning_tokens: int | None
    tokens: int | None
    cost_usd: float | None
    tool_calls: int
    failed_tool_calls: int
    _number: int = field(repr=False)
    _file: OpenFile = field(repr=False)

    @property
    def task(self) -> Task:
        """The task, with the limits of the run."""
        with self._file.reading() as run:
            return Task.model_validate(run.task(self.key.task))

    @property
    def score(self) -> Score | None:
        """The latest score: value, metrics, reasons and details; None without one."""
        with self._file.reading() as run:
            row = run.connection.execute(_SCORE, (self._number,)).fetchone()
            return None if row is None else stored_score(row)

    @property
    def metrics(self) -> Mapping[str, float | None]:
        """The metrics of the score by name; None where not measured. Empty without a score."""
        score = self.score
        return {} if score is None else score.metrics

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why the score is what it is, one sentence each."""
        score = self.score
        return () if score is None else score.reasons

    @property
    def submission(self) -> Submission | None:
        """What was handed in: answer, files, end state and notes; None where nothing usable was."""
        with self._file.reading() as run:
            run.require_whole_trial(self._number)
            return stored_submission(run, self._number)

    def events(self) -> Iterator[TraceEvent]:
        """Yield the events of the trace in order, without reading all of them at once.

        Raises:
            RunFileError: the trace is damaged.
        """
        with self._file.reading() as run:
            run.require_whole_trial(self._number)
            yield from stored_events(run, self._number)

    def truth(self) -> JsonObject:
        """Return the truth of the task from the installed suite; no run file has it, and nothing else reads it.

        Raises:
            ITBenchError: the suite is not installed in the version that the run has, or has no such truth.
        """
        with self._file.reading() as run:
            plan = run.plan()
        return planned_suite(plan)[1].truth(self.key.task)


def trial_of(row: Any, file: OpenFile) -> StoredTrial:
    """Return the trial of a row of a query."""
    fault = None
    if row["fault_stage"] is not None:
        fault = Fault(Stage(row["fault_stage"]), row["fault"] or "", row["fault_traceback"] or "")
    return StoredTrial(
        key=TrialKey(row["task"], row["repeat"], row["attempt"]),
        attempts=row["attempts"],
        status=TrialStatus(row["status"]),
        value=row["value"],
        fault=fault,
        limit=row["limit_hit"],
        handed_in=bool(row["handed_in"]),
        answer_hash=row["answer_hash"],
        started_at=row["started_at"],
        wall_s=row["wall_s"],
        turns=row["turns"],
        replies=row["replies"],
        uncounted=row["uncounted"],
        input_tokens=row["input_tokens"],
        cached_tokens=row["cached_tokens"],
        output_tokens=row["output_tokens"],
        reasoning_tokens=row["reasoning_tokens"],
        tokens=row["tokens"],
        cost_usd=row["cost_usd"],
        tool_calls=row["tool_calls"],
        failed_tool_calls=row["failed_tool_calls"],
        _number=row["trial"],
        _file=file,
    )
