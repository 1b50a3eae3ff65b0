"""A name of no object is never right where the data lists the objects of its kind."""

import pytest

from itbench_sre.scoring import read_sightings, score_diagnosis
from itbench_sre.sightings import look_for
from itbench_sre.truth import truth_from_json

HASH = "7d9c8b6f5d"


def truth(namespace, kind, filter_text):
    root = {"id": "r", "kind": kind, "namespace": namespace, "filter": [filter_text], "root_cause": True}
    return truth_from_json(
        {"groups": [root, {"id": "tax", "kind": "Service", "namespace": "shop", "name": "tax"}]}
    )


@pytest.fixture
def score(shop):
    def made(incident, *names):
        answer = {"contributing_factors": [{"name": name} for name in names]}
        return score_diagnosis(answer, incident, read_sightings(look_for(names, shop)))

    return made


AUTOSCALERS = truth_from_json(
    {
        "groups": [
            {
                "id": f"{name}-horizontal-pod-autoscaler-1",
                "kind": "HorizontalPodAutoscaler",
                "namespace": "shop",
                "filter": ["*.*"],
                "root_cause": True,
            }
            for name in ("till", "stock")
        ]
    }
)
TILL = truth("shop", "Pod", "till-.*")


def test_invented_names_that_a_glob_takes_score_zero(score):
    made_up = [f"shop/HorizontalPodAutoscaler/{letter}" for letter in "abc"]
    parts = score(AUTOSCALERS, *made_up)
    assert (parts.value, parts.metrics["wrong_not_in_data"]) == (0.0, 3.0)
    assert "'shop/HorizontalPodAutoscaler/a' is wrong: not in data" in parts.reasons
    right = ["shop/HorizontalPodAutoscaler/till", "shop/HorizontalPodAutoscaler/stock"]
    assert score(AUTOSCALERS, *right).value == 1.0
    assert score(AUTOSCALERS, *right, made_up[0]).value == pytest.approx(2 / 3)


def test_pods_that_exist_are_true_positives_each_and_pods_that_do_not_are_wrong(score):
    real = [f"shop/Pod/till-{HASH}-{suffix}" for suffix in ("aaaaa", "bbbbb", "ccccc")]
    invented = [f"shop/Pod/till-{HASH}-{letter * 5}" for letter in "tuvwxyz"]
    assert score(TILL, *real, "shop/Service/tax").value == pytest.approx(3 / 4)
    assert score(TILL, *invented, "shop/Service/tax").value == 0.0
    assert score(TILL, real[0], *invented).value == pytest.approx(1 / 8)


def test_invented_pods_are_one_where_it_cannot_be_known(score):
    invented = [f"shop/Pod/till-{HASH}-{letter * 5}" for letter in "tuvwxyz"]
    answer = {"contributing_factors": [{"name": name} for name in [*invented, "shop/Service/tax"]]}
    parts = score_diagnosis(answer, TILL)
    assert parts.value == 0.5
    assert parts.metrics["names_repeated"] == 6.0
    assert f"'shop/Pod/till-{HASH}-uuuuu' counts as the same object as {invented[0]!r}" in parts.reasons


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("shop/Pod/till", 1.0),
        ("shop/Deployment/till", 1.0),
        ("shop/ReplicaSet/till", 1.0),
        ("shop/StatefulSet/till", 0.0),
        # The data lists no Rollout at all, so nobody can tell.
        ("shop/Rollout/till", 1.0),
    ],
)
def test_each_kind_is_looked_up_by_itself(score, name, value):
    assert score(TILL, name).value == value


def test_an_object_that_was_deleted_can_be_the_root_cause(score):
    assert score(truth("shop", "Service", r"returns\b"), "shop/Service/returns").value == 1.0


@pytest.mark.parametrize(
    ("root", "name"),
    [
        (("shop", "Secret", "vault-key"), "shop/Secret/vault-key"),
        (("chaos-mesh", "Schedule", ".*till"), "chaos-mesh/Schedule/shop-till-network-delay"),
    ],
)
def test_kinds_that_the_data_does_not_list_are_judged_by_their_names_alone(score, root, name):
    assert score(truth(*root), name).value == 1.0


@pytest.mark.parametrize("observed", [{}, {"objects": None}, {"objects": {}}, {"objects": {"named": None}}])
def test_where_nothing_was_observed_names_alone_decide(observed):
    answer = {"contributing_factors": [{"name": f"shop/HorizontalPodAutoscaler/{x}"} for x in "ab"]}
    assert score_diagnosis(answer, AUTOSCALERS, read_sightings(observed)).value == 1.0


def test_names_that_were_not_looked_for_are_judged_by_their_names_alone(shop):
    observed = look_for(["shop/Pod/till"], shop)
    answer = {"contributing_factors": [{"name": "shop/HorizontalPodAutoscaler/a"}]}
    parts = score_diagnosis(answer, AUTOSCALERS, read_sightings(observed))
    assert parts.metrics["wrong_not_in_data"] == 0.0
