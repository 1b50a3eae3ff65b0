"""What a first user ran into: each is one line that says what to do, and nothing is lost."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from itbench.report.agent_label import agent_label
from itbench.report.floor import floor_line
from itbench.store.reader import RunFile
from itbench.store.seals import seal_all

Itbench = Callable[..., Any]


def values(path: Path) -> list[float | None]:
    with RunFile(path) as run:
        return [row["value"] for row in run.outcomes()]


@pytest.mark.parametrize("name", ["sre", "ciso", "finops", "sums"])
def test_a_new_domain_does_not_take_the_place_of_one_that_is_there(
    name: str, sums: Path, itbench: Itbench
) -> None:
    done = itbench("new-domain", name)
    assert done.code == 2
    assert f"there is a package 'itbench_{name}' already" in done.err
    assert not Path(f"itbench-{name}").exists()


def test_truths_that_are_not_there_replace_no_score(sums: Path, itbench: Itbench) -> None:
    path = Path(json.loads(itbench("run", "sums", "-n", "3", "--json").out)["path"])
    before = values(path)
    nowhere = itbench("score", path, "--truths", "nodir")
    assert (nowhere.code, "no folder 'nodir' for --truths" in nowhere.err) == (2, True)
    Path("some").mkdir()
    Path("some/sum-0000.json").write_text(json.dumps({"canary": "canary-of-another-truth-1", "sum": 1}))
    some = itbench("score", path, "--truths", "some")
    assert (some.code, "2 of 3 truths cannot be read in 'some', so nothing is scored again" in some.err) == (
        2,
        True,
    )
    assert values(path) == before
    with RunFile(path) as run:
        assert run.connection.execute("SELECT count(*) FROM scoring").fetchone()[0] == 1


def test_the_first_scoring_does_not_speak_of_an_earlier_one(sums: Path, itbench: Itbench) -> None:
    path = json.loads(itbench("run", "sums", "-n", "2", "--no-score", "--json").out)["path"]
    assert "floor" not in itbench("show", path).out
    assert itbench("score", path).out.startswith("2 trials scored\n")


@pytest.mark.parametrize("name", ["podmann", "Docker", ""])
def test_a_sandbox_that_is_not_known_is_refused_for_every_agent(
    name: str, sums: Path, itbench: Itbench
) -> None:
    done = itbench("run", "sums", "--sandbox", name)
    assert (done.code, "known: bubblewrap, podman, docker, none" in done.err) == (2, True)


@pytest.mark.slow
def test_a_replay_takes_the_latest_run(sums: Path, itbench: Itbench) -> None:
    itbench("run", "sums", "-n", "2")
    assert itbench("run", "sums", "-n", "2", "-a", "replay", "--out", "again", "--", "latest").code == 0


def test_a_trial_names_the_others_of_its_task(sums: Path, itbench: Itbench) -> None:
    path = json.loads(itbench("run", "sums", "-n", "2", "-k", "3", "--json").out)["path"]
    assert "2 more of this task: sum-0000:1:0, sum-0000:2:0" in itbench("show", path, "sum-0000").out


@pytest.mark.slow
def test_pass_at_k_says_over_how_many_tasks_it_is(sums: Path, itbench: Itbench) -> None:
    path = json.loads(itbench("run", "sums", "-n", "3", "-k", "2", "--json").out)["path"]
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE trial SET fault_stage = 'model', fault = 'lost' WHERE id = 1")
        seal_all(connection)
        connection.commit()
    shown = itbench("show", path).out
    assert "over 2 of 3 tasks)" in shown
    told = json.loads(itbench("show", path, "--json").out)
    assert told["passes_over_tasks"] == {"pass@1": 3, "pass@2": 2, "pass^2": 2}


def test_the_model_of_an_agent_stands_beside_its_name() -> None:
    plain = {"name": "baseline", "options": {}, "description": {}}
    assert agent_label(plain) == "baseline"
    asked = {"name": "react", "options": {"model": "openai/gpt-5"}, "description": {}}
    assert agent_label(asked) == "react (openai/gpt-5)"
    told = asked | {"description": {"model": {"name": "openai/gpt-5-2026"}}}
    assert agent_label(told) == "react (openai/gpt-5-2026)"


def test_a_floor_says_that_it_is_of_all_tasks(itbench: Itbench) -> None:
    floor = {"agent": "guess", "value": 0.5, "role": "cheat", "tasks": 16}
    assert floor_line(floor, 16).endswith("know nothing")
    assert floor_line(floor, 2).endswith("measured on all 16 tasks of the suite, of which this run has 2")


@pytest.mark.slow
def test_a_comparison_explains_a_p_value_that_its_interval_seems_to_deny(
    sums: Path, itbench: Itbench
) -> None:
    words = ("run", "sums/many", "-S", "count=10", "--json")
    right = json.loads(itbench(*words).out)["path"]
    other = json.loads(itbench(*words, "--out", "other").out)["path"]
    with closing(sqlite3.connect(other)) as connection:
        # A little worse on every task: what sign flips show at once, and an interval without suppositions does not.
        connection.execute("UPDATE score SET value = 0.75")
        seal_all(connection)
        connection.commit()
    text = itbench("compare", right, other).out
    assert "p = 0.002" in text
    assert "the interval supposes nothing of the differences" in text
    assert "tasks would be needed" not in text
