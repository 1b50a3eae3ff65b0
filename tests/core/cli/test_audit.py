"""`itbench audit`: adversaries over bills that are drawn for it, and over a suite that cannot be guessed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Itbench = Callable[..., Any]

pytest.importorskip("sklearn")
pytestmark = pytest.mark.slow  # thirty bills are read, and forests grown


def test_bills_are_audited_on_drawn_and_embedded_tasks(itbench: Itbench) -> None:
    done = itbench("audit", "finops/anomalies", "--train", "12", "--small", "6", "--test", "8", "--json")
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert found["suite"] == "finops/anomalies"
    adversaries = {result["adversary"] for result in found["results"]}
    assert {
        "empty answer",
        "constant answer",
        "best single rule",
        "ten rules",
        "random forest",
    } <= adversaries
    assert {result["trained_on"] for result in found["results"]} == {6, 12}
    for result in found["results"]:
        assert result["tasks"] == {"drawn": 8, "embedded": 30}[result["tried_on"]]
        assert 0 <= result["low"] <= result["mean"] <= result["high"] <= 1
        if result["adversary"] == "empty answer":
            assert result["mean"] == 0
        families = result["families"].values()
        assert sum(family["tasks"] for family in families) == result["tasks"]
        assert sum(family["tasks"] * family["mean"] for family in families) == pytest.approx(
            result["tasks"] * result["mean"], abs=0.01
        )


def test_a_suite_is_audited_on_its_own_tasks_in_folds_where_none_are_drawn(itbench: Itbench) -> None:
    done = itbench("audit", "finops/anomalies", "--train", "0", "--json")
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert {(each["trained_on"], each["tried_on"], each["tasks"]) for each in found["results"]} == {
        (24, "folds", 30)
    }
    done = itbench("audit", "finops/anomalies", "--train", "1")
    assert done.code == 2
    assert "nothing can be learnt from one task" in done.err


def test_a_suite_without_candidates_says_so(sums: Path, itbench: Itbench) -> None:
    done = itbench("audit", "finops/right-sizing", "--train", "2", "--small", "2", "--test", "1")
    assert done.code == 2
    assert "ask for a plan" in done.err
    done = itbench("audit", "sums")
    assert done.code == 3
    assert "gives no candidates" in done.err


def test_policies_that_are_known_solve_every_task_whose_requirement_they_are_for(itbench: Itbench) -> None:
    done = itbench("audit", "ciso/cis-kubernetes", "--train", "8", "--small", "4", "--test", "4", "--json")
    assert done.code == 0, done.err
    best = {each["adversary"]: each["mean"] for each in json.loads(done.out)["results"]}
    assert best["best single rule"] == 1.0
    assert best["constant answer"] < 0.3
