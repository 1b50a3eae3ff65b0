"""Naming one root cause in many ways buys no true positives: which names are different objects, and which are not."""

import pytest

from itbench_sre.scoring import Sightings, parse_entity, score_diagnosis
from itbench_sre.truth import truth_from_json
from itbench_sre.truth.kinds import CONTROLLER_KINDS, EXPERIMENT_KINDS

HASH = "7d9c8b6f5d"
POD = f"shop/Pod/cart-{HASH}-x7k2p"
WRONG = "shop/Service/tax"


def truth(*groups, aliases=()):
    items = [
        {"id": f"g{at}", "kind": kind, "namespace": namespace, "filter": [text], "root_cause": at == 0}
        for at, (namespace, kind, text) in enumerate(groups)
    ]
    return truth_from_json({"groups": items, "aliases": list(aliases)})


CART = truth(
    ("shop", "Deployment", r"cart\b"), ("shop", "Service", r"cart\b"), ("shop", "Pod", "cart-.*"),
    aliases=[["g0", "g1", "g2"]],
)  # fmt: skip
STRESS = truth(("chaos-mesh", "Schedule", ".*cart"))
TWO = truth(("shop", "Pod", "cart-.*"), ("shop", "Pod", "till-.*"), aliases=[["g0", "g1"]])


def score(incident, names, sightings=None):
    return score_diagnosis({"contributing_factors": [{"name": name} for name in names]}, incident, sightings)


def seen(*shown, absent=(), kinds=("pod", "deployment", "replicaset", "statefulset", "daemonset")):
    named = {parse_entity(name).id: True for name in shown} | {
        parse_entity(name).id: False for name in absent
    }
    return Sightings(frozenset(kinds), named)


@pytest.mark.parametrize(
    ("incident", "names", "objects"),
    [
        (CART, [f"shop/{kind}/cart" for kind in sorted(CONTROLLER_KINDS)], 1),
        (CART, ["shop/Deployment/cart", "shop/Service/cart", "shop/Pod/cart", "shop/ReplicaSet/cart"], 4),
        (CART, ["shop/Deployment/cart", "shop/deploy/cart", "shop/deployments.apps/cart"], 1),
        (CART, ["shop/Service/cart", "shop/svc/cart.shop.svc.cluster.local"], 1),
        (CART, ["shop/Pod/cart", POD], 1),
        (CART, [POD, "shop/Pod/cart", f"shop/Pod/cart-{HASH}", "shop/Pod/cart-0"], 1),
        (CART, ["shop/ReplicaSet/cart", f"shop/ReplicaSet/cart-{HASH}"], 1),
        (STRESS, [f"chaos-mesh/{kind}/cart-cpu-stress" for kind in sorted(EXPERIMENT_KINDS)], 1),
        (STRESS, ["chaos-mesh/Schedule/cart", "chaos-mesh/StressChaos/cart"], 2),
        (
            STRESS,
            [f"chaos-mesh/Schedule/cart-{fault}" for fault in ("cpu-stress", "network-delay", "jvm-gc")],
            1,
        ),
        (TWO, ["shop/Deployment/cart", "shop/Deployment/till"], 2),
    ],
)
@pytest.mark.parametrize("is_reversed", [False, True])
def test_names_that_the_data_does_not_show_count_once_for_each_kind(incident, names, objects, is_reversed):
    names = names[::-1] if is_reversed else names
    parts = score(incident, [*names, WRONG])
    assert parts.value == pytest.approx(objects / (objects + 1))
    assert parts.metrics["precision_at_full_recall_strict"] == pytest.approx(1 / (objects + 1))
    assert parts.metrics["names_repeated"] == len(names) - objects


def test_objects_that_the_data_shows_count_each():
    pods = [f"shop/Pod/cart-{HASH}-{suffix}" for suffix in ("aaaaa", "bbbbb")]
    shown = seen(*pods, "shop/Deployment/cart", "shop/Pod/cart")
    assert score(CART, [*pods, "shop/Deployment/cart", WRONG], shown).value == pytest.approx(3 / 4)
    # The name without a suffix is one of them, and a Rollout of the Deployment's name cannot be known.
    names = ["shop/Rollout/cart", "shop/Pod/cart", *pods, "shop/Deployment/cart", WRONG]
    parts = score(CART, names, shown)
    assert parts.value == pytest.approx(3 / 4)
    assert "'shop/Rollout/cart' counts as the same object as 'shop/Deployment/cart'" in parts.reasons


def test_an_invented_suffix_is_no_other_spelling_of_the_right_name():
    parts = score(CART, [POD, "shop/Pod/cart"], seen("shop/Pod/cart", absent=[POD]))
    assert (parts.value, parts.metrics["wrong_not_in_data"]) == (0.5, 1.0)


def test_wrong_names_are_as_many_with_and_without_their_suffixes():
    names = ["shop/Deployment/cart", "shop/Pod/till", f"shop/Pod/till-{HASH}-x7k2p", "shop/Pod/till"]
    assert score(CART, names).value == 0.5
    other = f"shop/Pod/till-{HASH}-mz4tq"
    assert score(CART, [*names, other]).value == pytest.approx(1 / 3)


def test_two_experiments_that_are_two_roots_find_both():
    both = truth_from_json(
        {
            "groups": [
                {"id": kind, "kind": kind, "namespace": "chaos-mesh", "filter": ["cart"], "root_cause": True}
                for kind in ("NetworkChaos", "StressChaos")
            ]
        }
    )
    names = ["chaos-mesh/NetworkChaos/cart", "chaos-mesh/StressChaos/cart"]
    assert [score(both, names).value, score(both, names[:1]).value] == [1.0, 0.0]
