"""What a trial counts for is decided once: the same before it is stored, in the run file, and for any program that opens it."""

import sqlite3
from itertools import product
from pathlib import Path

import pytest

from itbench.interfaces.fault import Fault, Stage
from itbench.interfaces.record import ScoreRecord
from itbench.interfaces.score import Score
from itbench.store.outcome import value_of
from itbench.store.schema import OUTCOME, TABLES

CORE = Path(__file__).parents[3] / "core" / "itbench"
STAGES = (None, *Stage)
SCORE = Score(value=0.25)


def fault_of(stage: Stage | None) -> Fault | None:
    return None if stage is None else Fault(stage, "x")


SCORINGS: list[ScoreRecord | None] = [
    None,
    ScoreRecord(score=SCORE),
    ScoreRecord(score=SCORE, is_leak=True),
    ScoreRecord(is_leak=True),
    ScoreRecord(fault=Fault(Stage.SCORER, "x")),
    ScoreRecord(fault=Fault(Stage.TASK, "x")),
    ScoreRecord(fault=Fault(Stage.SCORER, "x"), is_leak=True),
]


def expected(stage: Stage | None, scoring: ScoreRecord | None) -> float | None:
    """By the words of DESIGN: a leak and the agent's fault are 0, any other fault is no score."""
    if scoring is not None and scoring.is_leak:
        return 0.0
    if stage is not None:
        return 0.0 if stage is Stage.AGENT else None
    return None if scoring is None or scoring.score is None else 0.25


def stored(stage: Stage | None, scoring: ScoreRecord | None) -> float | None:
    """Return what any SQLite tool reads from the view of a file that holds this one trial."""
    connection = sqlite3.connect(":memory:")
    connection.executescript(f"{TABLES}; CREATE VIEW outcome AS {OUTCOME}")
    columns = "id, task, repeat, attempt, fault_stage, handed_in, started_at, wall_s, turns, replies, uncounted, tool_calls, failed_tool_calls"
    connection.execute(
        f"INSERT INTO trial ({columns}) VALUES (1, 't', 0, 0, ?, 1, 'x', 1, 1, 0, 0, 0, 0)", (stage,)
    )
    if scoring is not None:
        fault, score = scoring.fault, scoring.score
        row = (score and score.value, scoring.is_leak, fault and fault.stage)
        connection.execute("INSERT INTO score VALUES (1, 1, ?, ?, ?, NULL, NULL, '{}', '[]', '{}')", row)
    value: float | None = connection.execute("SELECT value FROM outcome").fetchone()[0]
    connection.close()
    return value


@pytest.mark.parametrize("stage", STAGES, ids=str)
def test_a_trial_counts_for_the_same_before_and_after_it_is_stored(stage: Stage | None) -> None:
    values = [
        (value_of(fault_of(stage), scoring), stored(stage, scoring), expected(stage, scoring))
        for scoring in SCORINGS
    ]
    assert [found for found in values if len(set(found)) > 1] == []


def test_the_score_that_counts_and_the_value_of_a_trial_are_said_in_one_module() -> None:
    words = ("max(s.scoring)", "max(scoring)", "ORDER BY scoring", "THEN score.value")
    # The tables of format 1 are kept as they were made.
    homes = {"store/outcome.py", "store/tables1.py"}
    texts = {str(path.relative_to(CORE)): path.read_text() for path in CORE.rglob("*.py")}
    assert homes <= texts.keys()
    found = [(name, word) for (name, text), word in product(texts.items(), words) if word in text]
    assert [(name, word) for name, word in found if name not in homes] == []
