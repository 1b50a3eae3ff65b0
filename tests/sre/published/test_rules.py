"""A run that was scored by older rules is scored again, and the reader is told why values differ."""

import json
import sqlite3
from contextlib import closing

import pytest

from itbench.store.seals import seal_all
from itbench_sre.domain import DOMAIN

OPEN = ("--sandbox", "none", "--allow-unsafe")
ROOT, WRONG = "shop/ConfigMap/till-config-7", "shop/Pod/other"


@pytest.mark.slow
def test_a_run_of_before_is_scored_again_with_each_change_and_its_reason(
    make, itbench, tmp_path, first_format
):
    data = make.write_tree(tmp_path / "data", make.repository_files(7))
    factors = [{"name": name} for name in (ROOT, ROOT, ROOT, WRONG)]
    answer = json.dumps({"contributing_factors": factors})
    words = ("sre/itbench-aa", "--data", data, "-a", "command", *OPEN)
    done = itbench("run", "--json", *words, "--", "sh", "-c", f"echo '{answer}' > agent_output.json")
    path = json.loads(done.out)["path"]
    with closing(sqlite3.connect(path)) as connection:
        # As the first rules scored it, and as the first itbench stored it.
        connection.execute("UPDATE score SET value = 0.75, reasons = '[]'")
        seal_all(connection)
        connection.commit()
    first_format(path)
    text = itbench("score", path).out
    assert "1 trial re-scored, 1 value changed" in text
    assert f"from scoring version 1 to {DOMAIN.scoring_version}:" in text
    assert "- The very same object counts once, however often" in text
    assert "itbench-aa-7 repeat 0: 0.750 -> 0.500: " in text
    found = json.loads(itbench("show", path, "itbench-aa-7", "--json").out)
    assert f"{ROOT!r} is named 3 times; the same object counts once" in found["score"]["reasons"]


@pytest.mark.slow
def test_the_strict_reading_stands_beside_the_headline_of_a_run(make, itbench, tmp_path):
    data = make.write_tree(tmp_path / "data", make.repository_files(7, 2))
    done = itbench("run", "sre/itbench-aa", "--data", data, "-a", "oracle")
    assert "score  strict" in done.out
    assert "strict: 1.000" in done.out
    board = itbench("leaderboard", *map(str, (tmp_path / "runs").iterdir())).out
    assert "strict: precision_at_full_recall_strict" in board
