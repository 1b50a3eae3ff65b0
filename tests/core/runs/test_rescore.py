"""Scoring a run again by newer rules says what changed, by how much, and why."""

import json
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from itbench.store.seals import seal_all

Itbench = Callable[..., Any]

OLD = """
from dataclasses import replace

from itbench_sums import DOMAIN as SUMS

DOMAIN = replace(SUMS, name="ruled")
"""
NEW = """
from dataclasses import replace

from itbench_sums import DOMAIN as SUMS
from itbench import Score


class Strict:
    def score(self, task, submission, truth):
        found = SUMS.scorer.score(task, submission, truth)
        value = float(found.value == 1)
        return Score(value=value, reasons=(*found.reasons, *(() if value else ("close is not right",))))


DOMAIN = replace(
    SUMS,
    name="ruled",
    scorer=Strict(),
    scoring_changes=(("A sum that is off by one scores 0.", "Reasons tell more."), ("A third thing.",)),
)
"""


@pytest.fixture
def rules(
    sums: Path, distribution: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], None]:
    """A function that puts other rules into the domain `ruled`, as an upgrade would."""
    site = distribution(
        "itbench-ruled", group="itbench.domains", points={"ruled": "ruled:DOMAIN"}, code={"ruled": OLD}
    )

    def upgrade(code: str) -> None:
        (site / "ruled.py").write_text(code + f"\n# {len(code)}\n")
        monkeypatch.delitem(sys.modules, "ruled", raising=False)
        sys.path_importer_cache.clear()

    return upgrade


@pytest.mark.slow
def test_scoring_again_by_newer_rules_says_what_changed_and_why(
    rules: Callable[[str], None], itbench: Itbench
) -> None:
    itbench("run", "ruled", "-a", "adder:wrong=2")
    (path,) = Path("runs").iterdir()
    before = {row["task"]: row["value"] for row in json.loads(itbench("show", path, "--json").out)["trials"]}
    close = [task for task, value in before.items() if value == 0.5]
    assert 0 < len(close) < 12
    rules(NEW)
    shown = itbench("show", path).out
    assert "warning: scored by the rules of version 1, installed are those of version 3" in shown
    assert "rules of version 1" in itbench("leaderboard", path).out
    text = itbench("score", path).out
    assert f"12 trials re-scored, {len(close)} values changed" in text
    assert "the rules changed from scoring version 1 to 3:" in text
    assert "- A sum that is off by one scores 0.\n- Reasons tell more.\n- A third thing.\n" in text
    for task in close:
        assert f"{task} repeat 0: 0.500 -> 0.000: close is not right" in text
    assert "warning: scored by" not in itbench("show", path).out
    again = json.loads(itbench("score", path, "--json").out)
    assert again["scoring_version"] == 3
    assert again["rescoring"] == {
        "trials": 12,
        "changes": [],
        "from_version": 3,
        "to_version": 3,
        "rules": [],
    }


@pytest.mark.slow
def test_a_run_file_of_the_first_itbench_counts_as_scored_by_version_one(
    rules: Callable[[str], None], itbench: Itbench, first_format: Callable[[str], None]
) -> None:
    path = json.loads(itbench("run", "ruled", "-n", "2", "--json").out)["path"]
    first_format(path)
    assert json.loads(itbench("show", path, "--json").out)["scoring_version"] == 1
    rules(NEW)
    found = json.loads(itbench("score", path, "--json").out)["rescoring"]
    assert (found["from_version"], found["to_version"], found["changes"]) == (1, 3, [])
    assert json.loads(itbench("show", path, "--json").out)["scoring_version"] == 3


@pytest.mark.slow
def test_a_run_that_was_never_scored_has_no_version(rules: Callable[[str], None], itbench: Itbench) -> None:
    path = json.loads(itbench("run", "ruled", "-n", "2", "--no-score", "--json").out)["path"]
    assert json.loads(itbench("show", path, "--json").out)["scoring_version"] is None
    rules(NEW)
    found = json.loads(itbench("score", path, "--json").out)["rescoring"]
    assert (found["from_version"], found["rules"], len(found["changes"])) == (None, [], 2)


@pytest.mark.slow
def test_a_resumed_run_of_the_first_itbench_gets_the_version_of_its_new_scores(
    rules: Callable[[str], None], itbench: Itbench, first_format: Callable[[str], None]
) -> None:
    path = json.loads(itbench("run", "ruled", "-n", "2", "--json").out)["path"]
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DELETE FROM score WHERE trial = 2")
        connection.execute("DELETE FROM submission WHERE trial = 2")
        connection.execute("DELETE FROM event WHERE trial = 2")
        connection.execute("DELETE FROM file WHERE trial = 2")
        connection.execute("DELETE FROM trial WHERE id = 2")
        seal_all(connection)
        connection.commit()
    first_format(path)
    resumed = json.loads(itbench("resume", path, "--json").out)
    assert (resumed["trials_scored"], resumed["scoring_version"]) == (2, 1)
