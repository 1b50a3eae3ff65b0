"""What is known of a trial when it ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from itbench.interfaces.fault import Fault
from itbench.interfaces.score import Score
from itbench.interfaces.submission import Submission
from itbench.interfaces.trace import TraceEvent, Usage


class TrialStatus(StrEnum):
    """What became of a trial: it has a score, counts as 0, or has no score."""

    SCORED = "scored"
    AGENT_FAULT = "agent fault"
    LEAK = "leak"
    NO_SCORE = "no score"
    UNSCORED = "unscored"


@dataclass(frozen=True, slots=True)
class TrialKey:
    """Which try of which repeat of which task; repeats and attempts count from 0.

    Attributes:
        task: its id.
        repeat: counted from 0.
        attempt: counted from 0.
    """

    task: str
    repeat: int
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRecord:
    """A score, or why there is none, or that the truth was found where an agent could see it.

    Attributes:
        score: None without one.
        fault: of the scorer or the task; None if there is a score.
        is_leak: whether the truth was found where the agent could see it; the trial then counts as 0.
    """

    score: Score | None = None
    fault: Fault | None = None
    is_leak: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialRecord:
    """Everything that the store keeps of one trial.

    Attributes:
        key: which trial.
        fault: of the task, environment, agent or model; None if the submission can be scored.
        limit: the limit that was reached, if any.
        submission: what was handed in; None if nothing usable was.
        handed_in: whether the files that the task asks for were there at all.
        answer_hash: tells alike answers; None without one.
        started_at: ISO 8601, UTC.
        wall_s: seconds from the opening of the environment to its end.
        usage: turns, tokens, cost.
        events: the trace.
        scoring: None in a run that does not score.
        value: the headline value as an aggregate counts it; None without a score.
    """

    key: TrialKey
    fault: Fault | None
    limit: str | None
    submission: Submission | None
    handed_in: bool
    answer_hash: str | None
    started_at: str
    wall_s: float
    usage: Usage
    events: Sequence[TraceEvent]
    scoring: ScoreRecord | None
    value: float | None
