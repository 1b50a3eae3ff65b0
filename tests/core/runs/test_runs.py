"""Whole runs by the command line: attempts, interrupts, kills, resume, scoring again."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from itbench.store.reader import RunFile
from itbench.store.seals import seal_all

Itbench = Callable[..., Any]
# What these tests are about is not the sandbox.
OPEN = ("--sandbox", "none", "--allow-unsafe")

FLAKY = """
from dataclasses import replace
from pathlib import Path
from itbench import AgentSpec, Stage, StageError
from itbench_sums import DOMAIN as SUMS, Adder, SumScorer

class Flaky(Adder):
    '''Its provider is down for odd tasks, for as long as the file `down` says.'''
    def __init__(self, request):
        self._tries = {}
        self._events, self._delay_s, self._wrong = 1, 0, 0
    async def solve(self, task, workspace, trace):
        trace.turn()
        down = int(Path('down').read_text()) if Path('down').exists() else 0
        self._tries[task.id] = self._tries.get(task.id, 0) + 1
        if int(task.id[-1]) % 2 and self._tries[task.id] <= down:
            raise StageError(Stage.MODEL, 'the provider is down')
        await super().solve(task, workspace, trace)

class Moody(SumScorer):
    '''Fails while the file `broken` is there.'''
    def score(self, task, submission, truth):
        if Path('broken').exists():
            raise RuntimeError('the scorer is in a mood')
        return super().score(task, submission, truth)

DOMAIN = replace(SUMS, name='flaky', scorer=Moody(),
    agents=(AgentSpec(name='flaky', summary='s', create=Flaky, role='baseline', is_in_process=True),))
"""


@pytest.fixture
def flaky(sums: Path, distribution: Callable[..., Path]) -> None:
    distribution(
        "flaky", group="itbench.domains", points={"flaky": "flaky_one:DOMAIN"}, code={"flaky_one": FLAKY}
    )


def only_run(folder: Path = Path("runs")) -> Path:
    (path,) = folder.glob("*.itbench")
    return path


def values(path: Path) -> dict[str, list[float | None]]:
    with RunFile(path) as run:
        return run.values()


@pytest.mark.slow
def test_a_run_prints_a_table_a_headline_and_where_its_file_is(sums: Path, itbench: Itbench) -> None:
    done = itbench("run", "sums", "--agent", "adder:wrong=3", "--repeats", "2")
    assert done.code == 0
    assert "sums/easy 1, 12 tasks x 2, agent adder [baseline]" in done.out
    assert "over 24 of 24 trials" in done.out
    assert f"run file: {only_run()}" in done.out
    assert "sandbox: in-process" in done.out
    assert "warning" not in done.out + done.err


@pytest.mark.slow
def test_a_run_without_a_sandbox_has_to_be_allowed_and_says_so_everywhere(
    sums: Path, itbench: Itbench
) -> None:
    words = ("run", "sums", "-n", "1", "-a", "command", "--sandbox", "none")
    refused = itbench(*words, "--", "true")
    assert refused.code == 2
    assert "add --allow-unsafe if you trust this agent" in refused.err
    done = itbench(*words, "--allow-unsafe", "--", "true")
    assert "warning: no sandbox: agents work in plain temporary directories" in done.out
    assert "warning: no sandbox" in done.err
    assert "no sandbox" in itbench("leaderboard", only_run()).out


@pytest.mark.slow
def test_a_run_file_is_one_plain_file_when_the_run_is_over(sums: Path, itbench: Itbench) -> None:
    itbench("run", "sums")
    assert [path.name for path in Path("runs").iterdir()] == [only_run().name]
    itbench("show", only_run())
    itbench("leaderboard", *Path("runs").iterdir())
    assert [path.name for path in Path("runs").iterdir()] == [only_run().name]


@pytest.mark.slow
def test_oracle_scores_one_and_is_marked_and_null_scores_zero(sums: Path, itbench: Itbench) -> None:
    oracle = json.loads(itbench("run", "sums", "-a", "oracle", "--json").out)
    null = json.loads(itbench("run", "sums", "-a", "null", "--json").out)
    assert (oracle["score"], oracle["agent"]["role"]) == (1.0, "privileged")
    assert (null["score"], null["agent"]["role"], null["agent_faults"]) == (0.0, "cheat", 12)
    assert "note: this agent is privileged" in itbench("show", oracle["path"]).out


@pytest.mark.slow
def test_a_model_that_is_down_for_a_moment_is_tried_again_and_the_failed_attempt_stays(
    flaky: None, itbench: Itbench
) -> None:
    Path("down").write_text("1")
    assert itbench("run", "flaky").code == 0
    with closing(sqlite3.connect(only_run())) as connection:
        rows = connection.execute(
            "SELECT attempt, fault_stage, count(*) FROM trial GROUP BY 1, 2 ORDER BY 1, 2"
        ).fetchall()
        assert rows == [(0, None, 6), (0, "model", 6), (1, None, 6)]
        assert connection.execute("SELECT count(*) FROM outcome").fetchone() == (12,)


@pytest.mark.slow
def test_a_model_that_stays_down_is_no_zero_and_resume_does_only_what_is_missing(
    flaky: None, itbench: Itbench
) -> None:
    Path("down").write_text("9")
    run = itbench("run", "flaky", "--attempts", "1")
    assert run.code == 1
    assert (
        "over 6 of 12 trials; 6 without a score (model); 0.500 with the missing as 0, 1.000 with them left out"
        in run.out
    )
    Path("down").write_text("0")
    again = itbench("resume", only_run())
    assert again.code == 0
    assert "over 12 of 12 trials" in again.out
    with closing(sqlite3.connect(only_run())) as connection:
        assert connection.execute("SELECT count(*), max(attempt) FROM trial").fetchone() == (18, 1)


@pytest.mark.slow
def test_a_scorer_that_fails_gives_no_score_until_resume_scores_again(flaky: None, itbench: Itbench) -> None:
    Path("broken").touch()
    run = itbench("run", "flaky")
    assert run.code == 1
    assert "12 without a score (scorer)" in run.out
    assert "all 12 trials have a fault of the scorer" in run.out
    Path("broken").unlink()
    assert "over 12 of 12 trials" in itbench("resume", only_run()).out
    with closing(sqlite3.connect(only_run())) as connection:
        assert connection.execute("SELECT count(*) FROM trial").fetchone() == (12,)


@pytest.mark.slow
def test_scoring_elsewhere_with_truths_from_a_folder_gives_the_same_numbers(
    sums: Path, itbench: Itbench, tmp_path: Path
) -> None:
    truths = tmp_path / "truths"
    truths.mkdir()
    from itbench_sums import DOMAIN

    for task in DOMAIN.suites[0].tasks():
        (truths / f"{task.id}.json").write_text(json.dumps(DOMAIN.suites[0].truth(task.id)))
    scored = json.loads(itbench("run", "sums", "-a", "adder:wrong=3", "--json").out)
    apart = itbench("run", "sums", "-a", "adder:wrong=3", "--no-score", "--out", "apart")
    assert apart.code == 0
    assert "not scored: 12 submissions are kept" in apart.out
    path = only_run(Path("apart"))
    assert {value for repeats in values(path).values() for value in repeats} == {None}
    again = json.loads(itbench("score", path, "--truths", truths, "--json").out)
    assert again["score"] == scored["score"] < 1.0
    assert values(path) == values(Path(scored["path"]))


@pytest.mark.slow
def test_scoring_with_other_truths_changes_the_values_and_keeps_the_earlier_ones(
    sums: Path, itbench: Itbench, tmp_path: Path
) -> None:
    itbench("run", "sums", "-n", "2")
    for name in ("sum-0000", "sum-0001"):
        (tmp_path / f"{name}.json").write_text(json.dumps({"canary": "canary-of-another-kind", "sum": -5}))
    done = itbench("score", only_run(), "--truths", tmp_path)
    assert "2 trials re-scored, 2 values changed" in done.out
    assert values(only_run()) == {"sum-0000": [0.0], "sum-0001": [0.0]}
    with closing(sqlite3.connect(only_run())) as connection:
        assert connection.execute("SELECT value FROM score ORDER BY scoring, trial").fetchall() == [
            (1.0,), (1.0,), (0.0,), (0.0,),
        ]  # fmt: skip


@pytest.mark.slow
def test_scoring_without_a_truth_is_a_fault_of_the_task_and_no_zero(
    sums: Path, itbench: Itbench, tmp_path: Path
) -> None:
    itbench("run", "sums", "-n", "2", "--no-score")
    (tmp_path / "sum-0000.json").write_text(json.dumps({"canary": "canary-of-sum-0000-2b7e1516", "sum": 0}))
    done = itbench("score", only_run(), "--truths", tmp_path)
    assert done.code == 1
    assert "1 of 2 trials; 1 without a score (task)" in done.out
    assert "DataError: no truth of task 'sum-0001' at " in done.out


@pytest.mark.slow
def test_replaying_a_run_gives_its_scores_and_traces_again(sums: Path, itbench: Itbench) -> None:
    first = json.loads(itbench("run", "sums", "-a", "adder:wrong=3,events=4", "-k", "2", "--json").out)
    again = json.loads(itbench("run", "sums", "-a", "replay", "-k", "2", "--json", "--", first["path"]).out)
    assert values(Path(first["path"])) == values(Path(again["path"]))
    with RunFile(Path(first["path"])) as one, RunFile(Path(again["path"])) as other:
        row = one.find_trial("sum-0005:1"), other.find_trial("sum-0005:1")
        assert [tuple(event) for event in one.events(row[0]["id"])] == [
            tuple(event) for event in other.events(row[1]["id"])
        ]


@pytest.mark.slow
def test_a_program_as_agent_gets_the_task_and_leaves_its_answer(sums: Path, itbench: Itbench) -> None:
    program = (
        "import json, os, sys; task = json.load(sys.stdin); "
        "assert task == json.load(open('task.json')) == json.load(open(os.environ['ITBENCH_TASK'])); "
        "words = task['instructions'].split(); "
        "json.dump({'sum': int(words[1]) + int(words[3][:-1])}, open(os.environ['ITBENCH_ANSWER'], 'w'))"
    )
    done = itbench("run", "sums", "-n", "3", "-a", "command", *OPEN, "--", sys.executable, "-c", program)
    assert (done.code, "score: 1.000" in done.out) == (0, True)


@pytest.mark.slow
def test_a_program_that_fails_is_the_agent_s_fault_with_its_last_words(sums: Path, itbench: Itbench) -> None:
    done = itbench(
        "run", "sums", "-n", "1", "-a", "command", *OPEN, "--", "sh", "-c", "echo no idea >&2; exit 7"
    )
    assert "'sh' ended with exit code 7: no idea" in done.out
    missing = itbench("run", "sums", "-n", "1", "-a", "command", *OPEN, "--", "no-such-program")
    assert "'no-such-program' is not in the sandbox" in missing.out


@pytest.mark.slow
def test_resume_refuses_a_run_whose_inputs_have_changed(sums: Path, itbench: Itbench) -> None:
    itbench("run", "sums", "-n", "2")
    with closing(sqlite3.connect(only_run())) as connection:
        plan = json.loads(connection.execute("SELECT document FROM plan").fetchone()[0])
        plan["tasks"][1]["content_hash"] = "sha256:" + "0" * 64
        connection.execute("UPDATE plan SET document = ?", (json.dumps(plan),))
        connection.execute("UPDATE task SET content_hash = ? WHERE position = 1", ("sha256:" + "0" * 64,))
        seal_all(connection)
        connection.commit()
    done = itbench("resume", only_run())
    assert done.code == 2
    assert "the inputs of task 'sum-0001' have changed since" in done.err


@pytest.mark.slow
def test_resuming_a_complete_run_does_nothing(sums: Path, itbench: Itbench) -> None:
    itbench("run", "sums")
    before = only_run().read_bytes()
    assert itbench("resume", only_run()).code == 0
    with closing(sqlite3.connect(only_run())) as connection:
        assert connection.execute("SELECT count(*) FROM trial").fetchone() == (12,)
    assert len(before) == only_run().stat().st_size


def background(*arguments: str, extra: dict[str, str] | None = None) -> subprocess.Popen[str]:
    """Start `itbench` in a process of its own that sees the fake distributions."""
    variables = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)} | (extra or {})
    code = "from itbench.cli.main import main; main()"
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finished(path: Path) -> int:
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=5)) as connection:
        return int(connection.execute("SELECT count(*) FROM trial").fetchone()[0])


def wait_for_trials(process: subprocess.Popen[str], at_least: int) -> Path:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        for path in Path("runs").glob("*.itbench"):
            try:
                if finished(path) >= at_least:
                    return path
            except sqlite3.OperationalError:
                continue
        time.sleep(0.01)
    raise AssertionError(f"the run did not get to {at_least} trials: {process.communicate()}")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.slow  # A process of its own, twice.
def test_an_interrupt_ends_the_run_cleanly_and_keeps_what_is_finished(
    number: signal.Signals, sums: Path, itbench: Itbench
) -> None:
    process = background("run", "sums/many", "-a", "adder:delay_ms=30")
    path = wait_for_trials(process, 8)
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert f"interrupted; resume with: itbench resume {path}" in err
    assert out == ""
    assert 8 <= finished(path) < 200
    assert [entry.name for entry in Path("runs").iterdir()] == [path.name]
    assert itbench("resume", path).code == 0
    assert finished(path) == 200


@pytest.mark.slow
def test_kill_9_at_any_moment_loses_nothing_that_was_finished(sums: Path, itbench: Itbench) -> None:
    """Slow: four runs of 200 trials are killed at random moments and gone on with."""
    undisturbed = json.loads(itbench("run", "sums/many", "-a", "adder:wrong=3", "--json", "-o", "whole").out)
    moments = random.Random(7)
    for _ in range(4):
        for path in Path("runs").glob("*") if Path("runs").exists() else ():
            path.unlink()
        process = background("run", "sums/many", "-a", "adder:wrong=3,delay_ms=5", "--max-trials", "8")
        path = wait_for_trials(process, 1)
        time.sleep(moments.random() * 0.15)
        process.kill()
        process.communicate()
        kept = finished(path)
        resumed = json.loads(itbench("resume", path, "--json").out)
        assert kept >= 1
        assert finished(path) == 200
        assert resumed["trials_scored"] == 200
        assert resumed["score"] == undisturbed["score"]
        assert values(path) == values(Path(undisturbed["path"]))


@pytest.mark.slow
def test_a_full_disk_ends_the_run_with_one_line_and_keeps_what_was_done(sums: Path, itbench: Itbench) -> None:
    limited = (
        "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000)); "
        "from itbench.cli.main import main; main()"
    )
    process = subprocess.run(
        [sys.executable, "-c", limited, "run", "sums/many", "-a", "adder:events=40"],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    path = only_run()
    assert process.returncode == 4
    (line,) = [line for line in process.stderr.splitlines() if line.startswith("error: ")]
    assert line.startswith(f"error: cannot write the run file '{path}': ")
    assert line.endswith(f"free some space, then run `itbench resume {path}`")
    assert "Traceback" not in process.stderr
    kept = finished(path)
    assert 0 < kept < 200
    assert json.loads(itbench("resume", path, "--json").out)["trials_scored"] == 200
    assert finished(path) == 200


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small tmpfs needs root")
def test_a_full_file_system_is_said_as_such(sums: Path, itbench: Itbench, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=900k", "tmpfs", small], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip(f"no tmpfs can be mounted here: {mounted.stderr.decode().strip()}")
    try:
        done = itbench("run", "sums/many", "-a", "adder:events=40", "--out", small)
        path = only_run(small)
        assert done.code == 4
        assert "database or disk is full" in done.err
        kept = finished(path)
        assert 0 < kept < 200
        subprocess.run(["mount", "-o", "remount,size=20m", small], check=True)
        assert json.loads(itbench("resume", path, "--json").out)["trials_scored"] == 200
    finally:
        subprocess.run(["umount", "-l", small], check=True)
