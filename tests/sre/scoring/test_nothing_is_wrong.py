"""Tasks in which nothing is wrong, stated confidence, and wrong names that stand for known changes."""

import pytest
from hypothesis import given, strategies as st

from itbench_sre.scoring import score_diagnosis
from itbench_sre.truth import Group, KnownChange, Propagation, Truth, solution

ROOT = Group("settings", "ConfigMap", "shop", name="settings", is_root_cause=True)
CART = Group("cart-pod", "Pod", "shop", ("cart-.*",))
CHANGES = (
    KnownChange("root", (ROOT,)),
    KnownChange("trigger", (Group("frontend", "Deployment", "shop", name="frontend"),)),
    KnownChange(
        "innocent", (Group("cart", "Deployment", "shop", name="cart"), Group("x", "Namespace", name="shop"))
    ),
    KnownChange(
        "innocent",
        (
            Group("delay", "Schedule", "chaos-mesh", name="delay"),
            Group("spawned", "NetworkChaos", "chaos-mesh", ("delay-[a-z0-9]+",)),
        ),
    ),
)
WRONG = Truth((ROOT, CART), propagations=(Propagation("settings", "cart-pod"),), changes=CHANGES)
QUIET = Truth((), is_nothing_wrong=True, changes=CHANGES[2:])

FACTOR = st.fixed_dictionaries(
    {"name": st.sampled_from(["shop/ConfigMap/settings", "shop/Deployment/cart", "shop/Pod/x", "x"])},
    optional={"confidence": st.none() | st.floats(allow_nan=True) | st.integers(-1, 2) | st.booleans()},
)
ANSWERS = st.fixed_dictionaries(
    {"contributing_factors": st.lists(FACTOR, max_size=5)},
    optional={"confidence": st.none() | st.floats(0, 1) | st.text(max_size=2)},
)


@pytest.mark.parametrize(
    ("answer", "value", "false_alarm"),
    [
        ({"contributing_factors": []}, 1.0, 0.0),
        ({"entities": [{"name": "shop/Deployment/cart", "contributing_factor": False}]}, 1.0, 0.0),
        ({"contributing_factors": [{"name": "shop/Deployment/cart"}]}, 0.0, 1.0),
        ({"contributing_factors": [None]}, 0.0, 1.0),
        ({}, 0.0, 0.0),
        (None, 0.0, 0.0),
    ],
    ids=["nothing", "nothing blamed", "a name", "an unreadable name", "no list", "no answer"],
)
def test_where_nothing_is_wrong_only_an_answer_that_blames_nothing_is_right(answer, value, false_alarm):
    parts = score_diagnosis(answer, QUIET)
    assert parts.value == value
    assert parts.metrics["precision_at_full_recall_strict"] == value
    assert parts.metrics["false_alarm"] == false_alarm
    assert parts.metrics["root_cause_entity_f1"] is None
    assert "nothing is wrong; an answer that blames nothing is right" in parts.reasons


def test_where_something_is_wrong_an_empty_answer_scores_zero_and_is_no_false_alarm():
    parts = score_diagnosis({"contributing_factors": []}, WRONG)
    assert parts.value == 0.0
    assert parts.metrics["false_alarm"] is None


def test_the_solution_of_a_quiet_task_blames_nothing():
    assert score_diagnosis(solution(QUIET), QUIET).value == 1.0


@pytest.mark.parametrize(
    ("answer", "truth", "score"),
    [
        (
            {
                "contributing_factors": [
                    {"name": "shop/ConfigMap/settings", "confidence": 0.9},
                    {"name": "shop/Deployment/cart", "confidence": 0.3},
                ]
            },
            WRONG,
            0.05,
        ),
        ({"contributing_factors": [{"name": "shop/ConfigMap/settings"}]}, WRONG, None),
        ({"contributing_factors": [], "confidence": 0.8}, QUIET, 0.04),
        ({"contributing_factors": [], "confidence": 0.8}, WRONG, 0.64),
        ({"contributing_factors": [{"name": "a/Pod/b", "confidence": 1}], "confidence": 0.5}, QUIET, 1.0),
        (
            {
                "contributing_factors": [
                    {"name": "shop/ConfigMap/settings", "confidence": 0.5},
                    {"name": "SHOP/configmaps/settings", "confidence": 0},
                ]
            },
            WRONG,
            0.25,
        ),
    ],
    ids=["two names", "none stated", "rightly quiet", "wrongly quiet", "the answer's own is not read", "repeated"],
)  # fmt: skip
def test_the_brier_score_measures_what_is_claimed(answer, truth, score):
    assert score_diagnosis(answer, truth).metrics["brier_score"] == (
        None if score is None else pytest.approx(score)
    )


@pytest.mark.parametrize("confidence", ["high", True, -0.1, 1.5, float("nan")])
def test_a_confidence_that_is_no_number_from_0_to_1_is_not_read(confidence):
    answer = {"contributing_factors": [{"name": "shop/ConfigMap/settings", "confidence": confidence}]}
    parts = score_diagnosis(answer, WRONG)
    assert parts.value == 1.0
    assert parts.metrics["brier_score"] is None
    assert "contributing_factors[0].confidence is no number from 0 to 1; it is not read" in parts.reasons


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("shop/Deployment/frontend", "trigger"),
        ("shop/Deployment/cart", "innocent_change"),
        ("shop/Pod/cart", "innocent_change"),
        ("cluster/Namespace/shop", "innocent_change"),
        ("chaos-mesh/Schedule/delay", "innocent_change"),
        ("chaos-mesh/NetworkChaos/delay-x7k2p", "innocent_change"),
        ("chaos-mesh/Schedule/other", "fault_injection_mechanism"),
        ("shop/Service/cart", "downstream_of_root"),
    ],
)
def test_a_wrong_name_that_stands_for_a_known_change_is_told_apart(name, kind):
    parts = score_diagnosis({"contributing_factors": [{"name": name}]}, WRONG)
    assert parts.details["entities"][0]["wrong_as"] == kind
    assert parts.metrics[f"wrong_{kind}"] == 1.0


@pytest.mark.slow  # some hundreds of drawn answers
@given(ANSWERS, st.sampled_from([WRONG, QUIET]))
def test_confidence_changes_no_other_measure_and_stays_in_range(answer, truth):
    parts = score_diagnosis(answer, truth)
    bare = {"contributing_factors": [{"name": each["name"]} for each in answer["contributing_factors"]]}
    without = score_diagnosis(bare, truth)
    assert parts.value == without.value
    assert {**parts.metrics, "brier_score": None} == {**without.metrics, "brier_score": None}
    brier = parts.metrics["brier_score"]
    assert brier is None or 0.0 <= brier <= 1.0


@pytest.mark.slow  # some hundreds of drawn answers
@given(
    st.lists(
        st.tuples(st.booleans(), st.floats(0, 1)), min_size=1, max_size=2, unique_by=lambda item: item[0]
    )
)
def test_saying_how_sure_one_may_be_is_never_worse_than_saying_half(stated):
    names = {True: "shop/ConfigMap/settings", False: "shop/Pod/other"}
    honest = [
        {"name": names[is_root], "confidence": (1 + sure) / 2 if is_root else (1 - sure) / 2}
        for is_root, sure in stated
    ]
    parts = score_diagnosis({"contributing_factors": honest}, WRONG)
    assert parts.metrics["brier_score"] <= 0.25
