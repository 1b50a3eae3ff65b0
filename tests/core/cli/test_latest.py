"""The word `latest` in place of the path of a run."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Itbench = Callable[..., Any]


def run(itbench: Itbench, *arguments: str) -> str:
    return str(json.loads(itbench("run", "--json", *arguments).out)["path"])


@pytest.fixture
def two_runs(sums: Path, itbench: Itbench) -> tuple[str, str]:
    """Run adder, then null."""
    return run(itbench, "sums"), run(itbench, "sums", "-a", "null")


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [("show",), ("show", "sum-0001"), ("export", "-o", "-"), ("resume",), ("score",), ("leaderboard",)],
    ids=lambda command: " ".join(command),
)
def test_every_command_about_a_run_takes_latest(
    two_runs: tuple[str, str], itbench: Itbench, command: tuple[str, ...]
) -> None:
    name, *more = command
    assert itbench(name, "latest", *more).code == 0


@pytest.mark.slow
def test_latest_is_the_newest_and_an_agent_picks_among_them(
    two_runs: tuple[str, str], itbench: Itbench
) -> None:
    first, second = two_runs
    assert f"run file: {second}" in itbench("show", "latest").out
    assert f"run file: {first}" in itbench("show", "latest:adder").out
    assert "1: adder minus 2: null on 12 tasks" in itbench("compare", "latest:adder", "latest").out
    rows = json.loads(itbench("leaderboard", "latest", "latest:adder", "--json").out)[0]["runs"]
    assert {row["path"] for row in rows} == {first, second}


@pytest.mark.slow
def test_the_newest_is_the_one_begun_last_not_the_one_written_last(
    two_runs: tuple[str, str], itbench: Itbench
) -> None:
    later = Path("runs/29990101T000000Z-sums-easy-adder-abcdef.itbench")
    shutil.copy(two_runs[0], later)
    Path(two_runs[1]).touch()
    assert f"run file: {later}" in itbench("show", "latest").out


@pytest.mark.slow
def test_a_damaged_file_is_no_run_of_an_agent(two_runs: tuple[str, str], itbench: Itbench) -> None:
    Path("runs/29990101T000000Z-broken.itbench").write_text("hello " * 100)
    assert f"run file: {two_runs[0]}" in itbench("show", "latest:adder").out


@pytest.mark.parametrize("word", ["latest", "latest:oracle"])
def test_without_such_a_run_one_line_says_so(sums: Path, itbench: Itbench, word: str) -> None:
    done = itbench("show", word)
    assert done.code == 2
    assert done.err.startswith("error: no run file")
    assert f"for {word!r}; give the path of one" in done.err


@pytest.mark.slow
def test_a_file_of_that_name_is_itself(sums: Path, itbench: Itbench) -> None:
    path = run(itbench, "sums", "-n", "1")
    shutil.copy(path, "latest")
    assert "run file: latest" in itbench("show", "latest").out
