"""Limits that a user sets: of a trial, in place of its task's own, and of what a run may cost in all."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from itbench.interfaces.task import Limits
from itbench.store.reader import RunFile

Itbench = Callable[..., Any]


def run(itbench: Itbench, *words: str) -> tuple[Any, Path]:
    done = itbench("run", *words)
    (path,) = Path("runs").glob("*.itbench")
    return done, path


def tried(path: Path) -> int:
    with RunFile(path) as found:
        return int(found.connection.execute("SELECT count(*) FROM trial").fetchone()[0])


def limits_of(path: Path) -> Limits:
    with RunFile(path) as found:
        return Limits.model_validate(json.loads(next(found.tasks())["document"])["limits"])


def test_no_suite_is_without_limits_of_tokens_and_time() -> None:
    assert Limits().tokens is not None
    assert Limits().wall_s > 0


@pytest.mark.parametrize(
    ("words", "name", "value"),
    [
        (("--turn-limit", "7"), "turns", 7),
        (("--token-limit", "1000"), "tokens", 1000),
        (("--cost-limit", "$2.50"), "cost_usd", 2.5),
        (("--time-limit", "90"), "wall_s", 90.0),
        (("--time-limit", "1.5h"), "wall_s", 5400.0),
        (("--command-limit", "2m"), "command_s", 120.0),
    ],
)
def test_a_limit_is_that_of_each_task_and_stands_in_the_plan(
    sums: Path, itbench: Itbench, words: tuple[str, ...], name: str, value: float
) -> None:
    done, path = run(itbench, "sums", "-n", "2", *words)
    assert done.code == 0, done.err
    assert getattr(limits_of(path), name) == value
    with RunFile(path) as found:
        assert found.plan()["limits"][name] == value
    others = {key: each for key, each in limits_of(path).model_dump().items() if key != name}
    plain = Limits(turns=50, wall_s=20).model_dump()
    assert others == {key: plain[key] for key in others}


@pytest.mark.parametrize(
    "words",
    [
        ("--turn-limit", "0"),
        ("--token-limit", "1.5"),
        ("--cost-limit", "nan"),
        ("--cost-limit", "0"),
        ("--cost-limit", "inf"),
        ("--time-limit", "soon"),
        ("--time-limit", "0"),
        ("--time-limit", "-5"),
        ("--time-limit", "9" * 400),
        ("--command-limit", "5 days"),
        ("--max-cost", "-1"),
        ("--max-cost", "much"),
        ("--fail-under", "1.1"),
    ],
)
def test_what_is_no_limit_is_refused_before_anything_is_made(
    sums: Path, itbench: Itbench, words: tuple[str, ...]
) -> None:
    done = itbench("run", "sums", *words)
    assert (done.code, "Traceback" in done.err) == (2, False)
    assert words[0] in done.err
    assert not Path("runs").exists()


def test_a_limit_that_is_reached_ends_the_trial(spend: None, itbench: Itbench) -> None:
    _, path = run(itbench, "spend", "-n", "1", "-a", "spender", "--token-limit", "30")
    with RunFile(path) as found:
        (row,) = found.outcomes()
    assert (row["limit_hit"], row["value"]) == ("tokens", 0.0)


@pytest.mark.slow
def test_runs_with_other_limits_are_not_compared_without_a_word(sums: Path, itbench: Itbench) -> None:
    paths = [
        json.loads(itbench("run", "sums", "-n", "3", *words, "--json").out)["path"]
        for words in ((), ("--turn-limit", "7"))
    ]
    board = itbench("leaderboard", *paths).out
    assert board.count("limit turns 7") == 1
    assert board.count("limit turns not set") == 1
    assert "their limits, truths or hidden data differ" in itbench("compare", *paths).out


@pytest.mark.slow  # Three runs.
def test_a_resumed_run_keeps_its_limits(sums: Path, itbench: Itbench) -> None:
    done, path = run(itbench, "sums", "-n", "2", "--turn-limit", "7", "--time-limit", "30")
    assert done.code == 0
    assert itbench("resume", path).code == 0
    assert (limits_of(path).turns, limits_of(path).wall_s) == (7, 30.0)


def test_a_dry_run_shows_the_limits(sums: Path, itbench: Itbench) -> None:
    done = itbench("run", "sums", "--dry-run", "--turn-limit", "7", "--cost-limit", "2", "--max-cost", "9")
    assert "7 turns" in done.out
    assert "$2" in done.out
    assert "at most $9" in done.out


@pytest.mark.slow  # Several runs.
def test_no_trial_begins_once_the_run_has_cost_what_it_may_and_a_resume_goes_on(
    spend: None, itbench: Itbench
) -> None:
    words = ("spend", "-n", "8", "-a", "spender", "--max-trials", "1")
    done, path = run(itbench, *words, "--max-cost", "3")
    assert (done.code, tried(path)) == (1, 3)
    assert "stopped: $3.00 is spent, of at most $3.00 for the run; continue with: itbench resume" in done.err
    assert "cost of the run: $3.00, at most $3.00" in done.out
    again = itbench("resume", path)
    assert (again.code, tried(path)) == (1, 3)
    assert "stopped: $3.00 is spent" in again.err
    more = itbench("resume", path, "--max-cost", "4.5")
    assert (more.code, tried(path)) == (1, 5)
    last = itbench("resume", path, "--max-cost", "100")
    assert (last.code, tried(path), last.err.count("stopped")) == (0, 8, 0)


def test_failed_attempts_cost_too(spend: None, itbench: Itbench) -> None:
    words = ("spend", "-n", "8", "-a", "spender:fails=yes", "--max-trials", "1", "--attempts", "5")
    done, path = run(itbench, *words, "--max-cost", "3")
    assert (done.code, tried(path)) == (1, 3)


def test_a_cost_that_is_not_known_cannot_be_kept_to(spend: None, itbench: Itbench) -> None:
    words = ("spend", "-n", "8", "-a", "spender:price=unknown", "--max-trials", "1")
    done, path = run(itbench, *words, "--max-cost", "3")
    assert (done.code, tried(path)) == (1, 1)
    assert "what 2 of its replies cost is not known" in done.err
    assert "price=INPUT/OUTPUT" in done.err


def test_the_last_trial_of_a_run_may_spend_the_rest(spend: None, itbench: Itbench) -> None:
    done, path = run(itbench, "spend", "-n", "3", "-a", "spender", "--max-trials", "1", "--max-cost", "3")
    assert (done.code, tried(path), "stopped" in done.err) == (0, 3, False)


@pytest.mark.slow
@pytest.mark.parametrize(("least", "code"), [("0.9", 1), ("0.75", 0), ("1", 1), ("0", 0)])
def test_a_score_that_is_too_low_is_exit_code_one(
    spend: None, itbench: Itbench, least: str, code: int
) -> None:
    done, path = run(itbench, "spend", "-n", "2", "-a", "spender:wrong=2", "--fail-under", least)
    with RunFile(path) as found:
        values = [row["value"] for row in found.outcomes()]
    assert sorted(values) == [0.5, 1.0]
    assert done.code == code
    assert (f"error: the score is 0.750, with --fail-under {least}" in done.err) == bool(code)
    assert itbench("score", path, "--fail-under", least).code == code
    assert itbench("resume", path, "--fail-under", least).code == code
