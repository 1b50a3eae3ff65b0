"""The rules for a plan, as tables computed by hand."""

from fractions import Fraction

import pytest

from itbench_finops.scoring.sizing import score_plan
from itbench_finops.scoring.solution import perfect_answer

NEEDS = {
    "cpu_millicores": 1000,
    "memory_mib": 1024,
    "fixed_memory_mib": 0,
    "target_permyriad": 9900,
    "fewest_replicas": 1,
    "most_replicas": 2,
    "cpu_limit_millicores": 4000,
    "memory_limit_mib": 4096,
    "core_e6usd": 1000,
    "gib_e6usd": 1000,
}
# One replica with 1000 millicores and 1 GiB costs 2 (thousandths of a dollar); it is the optimum. Now it costs 8: six are at
# stake, and a breach costs sixteen.
OVER = {"name": "over", "now": {"replicas": 2, "cpu_millicores": 2000, "memory_mib": 2048}, "needs": NEEDS}
# Half of what it needs; its optimum costs 2, it costs 1 now: one is at stake, and a breach costs four.
UNDER = {"name": "under", "now": {"replicas": 1, "cpu_millicores": 500, "memory_mib": 512}, "needs": NEEDS}


def entry(name: str, replicas: int, cpu_millicores: float, memory_mib: int):
    return {
        "workload": name,
        "replicas": replicas,
        "cpu_request_millicores": cpu_millicores,
        "memory_request_mib": memory_mib,
    }


@pytest.mark.parametrize(
    ("plan", "share"),
    [
        ([], 0),
        ([entry("over", 1, 1000, 1024)], 1),
        ([entry("over", 1, 1000.0, 1024)], 1),
        ([entry("over", 2, 500, 512)], 1),
        ([entry("over", 1, 2000, 2048)], Fraction(4, 6)),
        ([entry("over", 1, 995, 1020)], 1),
        ([entry("over", 2, 2000, 2048)], 0),
        ([entry("over", 2, 2500, 2048)], Fraction(-1, 6)),
        ([entry("over", 2, 4000, 4096)], Fraction(-8, 6)),
        ([entry("over", 1, 990, 1024)], Fraction(-16, 6)),
        ([entry("over", 1, 1000, 1008)], Fraction(-16, 6)),
        ([entry("over", 3, 1000, 1024)], Fraction(-16, 6)),
        ([entry("over", 1, 4001, 1024)], Fraction(-16, 6)),
        ([entry("over", 1, 1000, 1024)] * 2, 0),
        ([entry("over", 1, 10, 16)] * 2, 0),
        ([entry("another", 1, 1000, 1024)], 0),
    ],
    ids=[
        "nothing",
        "optimum",
        "optimum as a float",
        "as cheap with two",
        "part of the saving",
        "taken up to a step",
        "as it is",
        "a little dearer than now",
        "much dearer than now",
        "too little CPU",
        "too little memory",
        "too many replicas",
        "above the limit",
        "planned twice",
        "planned twice, both too small",
        "unknown",
    ],
)
def test_the_score_is_the_share_of_the_achievable_saving_less_what_breaches_cost(plan, share) -> None:
    found = score_plan({"plan": plan}, {"workloads": [OVER]})
    assert found.metrics["share_before_cut"] == pytest.approx(float(share))
    assert found.value == pytest.approx(max(0.0, float(share)))
    assert found.metrics["breaching"] == (share == Fraction(-16, 6))


@pytest.mark.parametrize(
    ("plan", "share", "breaching"),
    [
        ([entry("over", 1, 1000, 1024), entry("under", 1, 1000, 1024)], Fraction(7, 7), 0),
        ([entry("over", 1, 1000, 1024)], Fraction(6 - 4, 7), 1),
        ([entry("under", 1, 1000, 1024)], Fraction(1, 7), 0),
        ([entry("over", 1, 1000, 1024), entry("under", 1, 990, 1024)], Fraction(6 - 4, 7), 1),
        ([entry("over", 1, 10, 16), entry("under", 1, 1000, 1024)], Fraction(1 - 16, 7), 1),
        ([entry("over", 1, 10, 16)], Fraction(-16 - 4, 7), 2),
        ([], Fraction(-4, 7), 1),
    ],
    ids=[
        "both right",
        "a breach of today is left",
        "only the breach is fixed",
        "not fixed enough",
        "one fixed, one broken",
        "one broken, one left",
        "nothing",
    ],
)
def test_a_workload_in_breach_costs_the_same_whether_it_was_planned_or_left_as_it_is(
    plan, share, breaching: int
) -> None:
    found = score_plan({"plan": plan}, {"workloads": [OVER, UNDER]})
    assert found.metrics["share_before_cut"] == pytest.approx(float(share))
    assert (found.value, found.metrics["breaching"]) == (pytest.approx(max(0, float(share))), breaching)


def test_the_parts_of_a_score_add_up_and_are_told() -> None:
    truth = {"workloads": [OVER, UNDER]}
    found = score_plan({"plan": [entry("over", 1, 2000, 2048), entry("nobody", 1, 1, 1)]}, truth)
    assert found.metrics == {
        "breaching": 1.0,
        "saving_share": pytest.approx(4 / 7),
        "breach_cost_share": pytest.approx(4 / 7),
        "planned_share": 0.5,
        "share_before_cut": 0.0,
    }
    assert found.reasons == [
        "0.000 of the achievable saving; 1 workloads breach a target or a limit",
        "'nobody' is no workload of this fleet",
        "'under' breaches its target or a limit, as it did before: 1 replicas have 500 millicores, it needs 1000",
    ]


def test_a_fleet_in_which_nothing_can_be_saved_is_right_as_long_as_nothing_is_lost() -> None:
    best = {"replicas": 1, "cpu_millicores": 1000, "memory_mib": 1024}
    truth = {"workloads": [OVER | {"now": best}]}
    assert score_plan({"plan": []}, truth).value == 1.0
    assert score_plan({"plan": [entry("over", 1, 2000, 1024)]}, truth).value == 0.0
    assert score_plan({"plan": [entry("over", 1, 500, 1024)]}, truth).value == 0.0


def test_the_perfect_answer_scores_one() -> None:
    import json

    truth = {"workloads": [OVER, UNDER]}
    assert score_plan(json.loads(perfect_answer(truth)), truth).value == 1.0
