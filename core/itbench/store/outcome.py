"""What a trial counts for, and which of its scores is the one that counts: the only place where either is decided.

Both are said in SQL, because run files say them to any program that opens one; what is not stored yet is decided by the same words.
"""

import sqlite3
from functools import cache, lru_cache

from itbench.interfaces.fault import Fault, Stage
from itbench.interfaces.record import ScoreRecord, TrialStatus

# The one stage whose fault is the agent's own zero.
(_AGENT,) = (stage.value for stage in Stage if stage.is_scored)

STATUS = f"""CASE
        WHEN score.is_leak THEN '{TrialStatus.LEAK}'
        WHEN trial.fault_stage = '{_AGENT}' THEN '{TrialStatus.AGENT_FAULT}'
        WHEN trial.fault_stage IS NOT NULL THEN '{TrialStatus.NO_SCORE}'
        WHEN score.trial IS NULL THEN '{TrialStatus.UNSCORED}'
        WHEN score.fault_stage IS NOT NULL THEN '{TrialStatus.NO_SCORE}'
        ELSE '{TrialStatus.SCORED}'
    END"""
VALUE = f"""CASE
        WHEN score.is_leak OR trial.fault_stage = '{_AGENT}' THEN 0.0
        WHEN trial.fault_stage IS NULL AND score.fault_stage IS NULL THEN score.value
    END"""

_VALUE_OF = f"""
SELECT {VALUE} FROM (SELECT ? AS fault_stage) AS trial
LEFT JOIN (SELECT ? AS is_scored, ? AS is_leak, ? AS fault_stage, ? AS value) AS score ON score.is_scored
"""  # noqa: S608 - our own words


def counts(trial: str) -> str:
    """Return the condition that a row of `score` is the one that counts of a trial, given what names its id."""
    return f"score.scoring = (SELECT max(s.scoring) FROM score AS s WHERE s.trial = {trial})"  # noqa: S608 - our own words


LATEST_SCORE = f"SELECT * FROM score WHERE {counts('score.trial')}"  # noqa: S608 - our own words
"""The rows of `score` that count, one for each trial that was scored; every connection has them as the view `latest_score`."""


def value_of(fault: Fault | None, scoring: ScoreRecord | None) -> float | None:
    """Return what a trial counts for before it is stored; None without a score."""
    score = None if scoring is None else scoring.score
    scored_fault = None if scoring is None else scoring.fault
    return _value_of(
        fault and fault.stage.value,
        scoring is not None,
        scoring is not None and scoring.is_leak,
        scored_fault and scored_fault.stage.value,
        score and score.value,
    )


# The same few facts come again and again, and asking takes longer than all else that is done at the end of a trial.
@lru_cache(maxsize=1024)
def _value_of(*facts: str | float | None) -> float | None:
    (value,) = _connection().execute(_VALUE_OF, facts).fetchone()
    return None if value is None else float(value)


@cache
def _connection() -> sqlite3.Connection:
    """Return a database without tables, which only says what words of SQL come to; any thread may ask it."""
    return sqlite3.connect(":memory:", check_same_thread=False)
