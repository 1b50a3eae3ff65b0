"""`itbench audit`: adversaries over bills that are drawn for it, and over a suite that cannot be guessed."""

import json
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

Itbench = Callable[..., Any]

# Slow: bills are read, and forests grown.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("sklearn") is None, reason="scikit-learn is not installed"),
]


# A domain whose embedded tasks are the first three of the thirty bills.
FEW = """
from dataclasses import replace
from itbench_finops.domain import DOMAIN
from itbench_finops.suites.anomalies import AnomaliesSuite

class FewAnomalies(AnomaliesSuite):
    embedded = 3

    def jobs(self):
        return super().jobs()[: 3 if self.drawn is None else self.drawn.count]

DOMAIN = replace(DOMAIN, name="bills", suites=(FewAnomalies(),))
"""


@pytest.fixture
def bills(finops_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the suites of FinOps find their embedded tasks in the shared cache."""
    monkeypatch.setenv("ITBENCH_CACHE", str(finops_cache))


@pytest.mark.soak
@pytest.mark.parametrize(
    ("domain", "embedded"),
    [("bills", 3), pytest.param("finops", 30, marks=pytest.mark.soak)],
    ids=["three bills", "all bills"],
)
def test_bills_are_audited_on_drawn_and_embedded_tasks(
    domain: str, embedded: int, bills: None, itbench: Itbench, distribution: Callable[..., Path]
) -> None:
    distribution(
        "itbench-bills",
        group="itbench.domains",
        points={"bills": "itbench_bills:DOMAIN"},
        code={"itbench_bills": FEW},
    )
    done = itbench("audit", f"{domain}/anomalies", "--train", "3", "--small", "2", "--test", "2", "--json")
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert found["suite"] == f"{domain}/anomalies"
    adversaries = {result["adversary"] for result in found["results"]}
    assert {
        "empty answer",
        "constant answer",
        "best single rule",
        "ten rules",
        "random forest",
    } <= adversaries
    assert {result["trained_on"] for result in found["results"]} == {2, 3}
    for result in found["results"]:
        assert result["tasks"] == {"drawn": 2, "embedded": embedded}[result["tried_on"]]
        assert 0 <= result["low"] <= result["mean"] <= result["high"] <= 1
        if result["adversary"] == "empty answer":
            assert result["mean"] == 0
        families = result["families"].values()
        assert sum(family["tasks"] for family in families) == result["tasks"]
        assert sum(family["tasks"] * family["mean"] for family in families) == pytest.approx(
            result["tasks"] * result["mean"], abs=0.01
        )


@pytest.mark.parametrize(
    ("options", "learnt", "tasks"),
    [
        (("-S", "seed=2", "-S", "count=2"), 1, 2),
        pytest.param((), 24, 30, marks=pytest.mark.soak),
    ],
    ids=["two tasks", "embedded"],
)
def test_a_suite_is_audited_on_its_own_tasks_in_folds_where_none_are_drawn(
    options: tuple[str, ...], learnt: int, tasks: int, bills: None, itbench: Itbench
) -> None:
    done = itbench("audit", "finops/anomalies", "--train", "0", *options, "--json")
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert {(each["trained_on"], each["tried_on"], each["tasks"]) for each in found["results"]} == {
        (learnt, "folds", tasks)
    }
    done = itbench("audit", "finops/anomalies", "--train", "1")
    assert done.code == 2
    assert "nothing can be learnt from one task" in done.err


def test_a_suite_without_candidates_says_so(sums: Path, bills: None, itbench: Itbench) -> None:
    done = itbench("audit", "finops/right-sizing", "--train", "2", "--small", "2", "--test", "1")
    assert done.code == 2
    assert "ask for a plan" in done.err
    done = itbench("audit", "sums")
    assert done.code == 3
    assert "gives no candidates" in done.err


@pytest.mark.parametrize(
    "options",
    [
        ("--train", "0", "-S", "seed=1", "-S", "count=2"),
        pytest.param(("--train", "8", "--small", "8", "--test", "4"), marks=pytest.mark.soak),
    ],
    ids=["two tasks", "drawn and embedded"],
)
def test_policies_that_are_known_solve_every_task_whose_requirement_they_are_for(
    options: tuple[str, ...], itbench: Itbench, sandbox_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The embedded tasks are made for other tests too.
    monkeypatch.setenv("ITBENCH_CACHE", str(sandbox_cache))
    done = itbench("audit", "ciso/cis-kubernetes", *options, "--json")
    assert done.code == 0, done.err
    best = {each["adversary"]: each["mean"] for each in json.loads(done.out)["results"]}
    assert best["best single rule"] == 1.0
    assert best["constant answer"] < 0.3
