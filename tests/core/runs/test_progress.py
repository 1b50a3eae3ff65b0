"""What is shown while a run continues."""

import re
import signal
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from itbench.interfaces.plan import Plan
from itbench.report.progress import RunProgress
from itbench.store.reader import RunFile
from itbench.store.seals import seal_all

Itbench = Callable[..., Any]
Background = Callable[..., subprocess.Popen[str]]


def mean(path: Path) -> float:
    """Return the score so far, through nothing of ours."""
    with closing(sqlite3.connect(path)) as connection:
        query = "SELECT avg(m) FROM (SELECT avg(value) AS m FROM outcome GROUP BY task)"
        return float(connection.execute(query).fetchone()[0])


@pytest.mark.slow
def test_resuming_shows_the_score_of_the_run_and_not_of_the_session(
    sums: Path,
    itbench: Itbench,
    background: Background,
    run_with_trials: Callable[..., Path],
    trials: Callable[[Path], int],
) -> None:
    process = background("run", "sums/many", "-a", "adder:wrong=2,delay_ms=60", "--max-trials", "8")
    path = run_with_trials(process, 60)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    with closing(sqlite3.connect(path)) as connection:  # As if the first session had been a bad one.
        connection.execute("UPDATE score SET value = 0.0")
        seal_all(connection)
        connection.commit()
    first = trials(path)
    again = background("resume", path)
    while trials(path) < first + 20 and again.poll() is None:
        pass
    again.send_signal(signal.SIGINT)
    _, err = again.communicate(timeout=30)
    (line,) = re.findall(r"(\d+) of 200 trials, score (\d\.\d+)", err)
    assert int(line[0]) == trials(path) >= first + 20
    assert float(line[1]) == pytest.approx(mean(path), abs=0.0006)
    assert float(line[1]) < 0.5


@pytest.mark.slow
def test_a_fault_that_a_later_attempt_repaired_is_no_longer_counted(
    sums: Path, itbench: Itbench, capsys: pytest.CaptureFixture[str]
) -> None:
    from itbench.interfaces.fault import Fault, Stage
    from itbench.interfaces.record import ScoreRecord, TrialKey, TrialRecord
    from itbench.interfaces.score import Score
    from itbench.interfaces.trace import Usage

    def record(attempt: int, fault: Fault | None) -> TrialRecord:
        return TrialRecord(
            key=TrialKey("sum-0000", 0, attempt),
            fault=fault,
            limit=None,
            submission=None,
            handed_in=False,
            answer_hash=None,
            started_at="2031-01-01T00:00:00Z",
            wall_s=0.1,
            usage=Usage(),
            events=(),
            scoring=None if fault else ScoreRecord(score=Score(value=1.0)),
            value=None if fault else 1.0,
        )

    itbench("run", "sums", "-n", "1", "--no-score")
    (path,) = Path("runs").glob("*.itbench")
    with RunFile(path) as run:
        plan = Plan.model_validate(run.plan())
    progress = RunProgress()
    progress.run_started(plan, path, 0)
    progress.trial_finished(record(0, Fault(Stage.MODEL, "down")))
    progress.trial_finished(record(1, None))
    capsys.readouterr()
    progress.run_finished(is_complete=False)
    assert capsys.readouterr().err == "1 of 1 trials, score 1.000\n"
