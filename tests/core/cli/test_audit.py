"""`itbench audit`: adversaries over bills that are drawn for it, and over a suite that cannot be guessed."""

import json
from collections.abc import Callable
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


def test_a_suite_without_candidates_says_so(itbench: Itbench) -> None:
    done = itbench("audit", "finops/right-sizing", "--train", "2", "--small", "2", "--test", "1")
    assert done.code == 2
    assert "ask for a plan" in done.err
    done = itbench("audit", "ciso")
    assert done.code == 3
    assert "gives no candidates" in done.err
