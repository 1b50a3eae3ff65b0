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
# One replica with 1000 millicores and 1 GiB costs 2 (thousandths of a dollar); it is the optimum.
OVER = {"name": "over", "now": {"replicas": 2, "cpu_millicores": 2000, "memory_mib": 2048}, "needs": NEEDS}
# Half of what it needs; its optimum costs 2, it costs 1 now.
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
        ([entry("over", 1, 990, 1024)], 0),
        ([entry("over", 1, 1000, 1008)], 0),
        ([entry("over", 3, 1000, 1024)], 0),
        ([entry("over", 1, 4001, 1024)], 0),
        ([entry("over", 2, 4000, 4096)], 0),
        ([entry("over", 1, 1000, 1024)] * 2, 0),
        ([entry("another", 1, 1000, 1024)], 0),
    ],
    ids=[
        "nothing",
        "optimum",
        "optimum as a float",
        "as cheap with two",
        "half the saving",
        "taken up to a step",
        "too little CPU",
        "too little memory",
        "too many replicas",
        "above the limit",
        "dearer than now",
        "planned twice",
        "unknown",
    ],
)
def test_the_score_is_the_share_of_the_achievable_saving(plan, share) -> None:
    assert score_plan({"plan": plan}, {"workloads": [OVER]}).value == pytest.approx(float(share))


def test_a_workload_that_requests_too_little_has_its_target_to_be_mended() -> None:
    truth = {"workloads": [OVER, UNDER]}
    # Six are at stake for the first, one for the second.
    left_alone = score_plan({"plan": [entry("over", 1, 1000, 1024)]}, truth)
    assert left_alone.value == pytest.approx(6 / 7)
    assert "'under' scores nothing" in " ".join(left_alone.reasons)
    mended = score_plan({"plan": [entry("over", 1, 1000, 1024), entry("under", 1, 1000, 1024)]}, truth)
    assert mended.value == 1
    breached = score_plan({"plan": [entry("over", 1, 10, 16), entry("under", 1, 1000, 1024)]}, truth)
    assert (breached.value, breached.metrics["breaching"]) == (pytest.approx(1 / 7), 1.0)


def test_what_costs_more_than_now_is_taken_off_but_never_below_nothing() -> None:
    truth = {"workloads": [OVER, UNDER | {"name": "other"}]}
    spent = score_plan({"plan": [entry("over", 2, 4000, 4096), entry("other", 1, 1000, 1024)]}, truth)
    assert spent.value == 0
    assert score_plan(
        {"plan": [entry("over", 2, 2000, 2048), entry("other", 1, 1000, 1024)]}, truth
    ).value == (pytest.approx(1 / 7))


def test_the_perfect_answer_scores_one() -> None:
    import json

    truth = {"workloads": [OVER, UNDER]}
    assert score_plan(json.loads(perfect_answer(truth)), truth).value == 1.0
