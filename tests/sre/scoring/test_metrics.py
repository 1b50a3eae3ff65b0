"""IBM's metrics beside the headline, hand-computed."""

from itertools import pairwise

import pytest

from itbench_sre.scoring import score_diagnosis
from itbench_sre.scoring.components import contract
from itbench_sre.scoring.propagation import longest_common_subsequence
from itbench_sre.truth import truth_from_json

CONFIG, CART, CHECKOUT, FRONTEND = (
    "shop/ConfigMap/settings",
    "shop/Service/cart",
    "shop/Pod/checkout",
    "shop/Pod/frontend",
)
OTHER = "shop/Pod/other"


def two_roots():
    return truth_from_json(
        {
            "groups": [
                {"id": i, "kind": "Pod", "namespace": "n", "filter": [i], "root_cause": i in "ab"}
                for i in "abc"
            ]
        }
    )


def entities(*names, blamed=True, steps=None):
    answer = {"entities": [{"name": name, "contributing_factor": blamed} for name in names]}
    if steps is not None:
        answer["propagations"] = [{"source": a, "target": b} for a, b in steps]
    return answer


def pods(letters):
    """Name a pod for each letter, and for each capital the Deployment above the pod."""
    names = [f"n/{'Deployment' if letter.isupper() else 'Pod'}/{letter.lower()}" for letter in letters]
    return {"contributing_factors": [{"name": name} for name in names]}


@pytest.mark.parametrize(
    ("letters", "headline", "strict", "precision", "recall"),
    [
        ("", 0, 0, 0, 0),
        ("a", 0, 0, 1, 1 / 2),
        ("c", 0, 0, 0, 0),
        ("ab", 1, 1, 1, 1),
        ("ba", 1, 1, 1, 1),
        ("aab", 1, 1, 1, 1),
        ("aa", 0, 0, 1, 1 / 2),
        ("abc", 2 / 3, 2 / 3, 2 / 3, 1),
        ("abx", 2 / 3, 2 / 3, 2 / 3, 1),
        ("aabcx", 1 / 2, 1 / 2, 1 / 2, 1),
        ("abcccc", 2 / 3, 2 / 3, 2 / 3, 1),
        ("aAb", 1, 2 / 3, 1, 1),
        ("aAabcx", 3 / 5, 2 / 5, 3 / 5, 1),
        ("acx", 0, 0, 1 / 3, 1 / 2),
    ],
)
def test_the_headline_and_root_cause_entity(letters, headline, strict, precision, recall):
    parts = score_diagnosis(pods(letters), two_roots())
    assert parts.value == pytest.approx(headline)
    assert parts.metrics["precision_at_full_recall"] == parts.value
    assert parts.metrics["precision_at_full_recall_strict"] == pytest.approx(strict)
    assert parts.metrics["root_cause_entity_precision"] == pytest.approx(precision)
    assert parts.metrics["root_cause_entity_recall"] == pytest.approx(recall)
    f1 = 2 * precision * recall / (precision + recall) if precision else 0
    assert parts.metrics["root_cause_entity_f1"] == pytest.approx(f1)


@pytest.mark.parametrize(
    ("letters", "rank", "precision", "recall", "f1"),
    [
        ("xab", 1, 0, 0, 0),
        ("xab", 2, 1 / 2, 1 / 2, 1 / 2),
        ("xab", 3, 2 / 3, 1, 4 / 5),
        ("xab", 5, 2 / 3, 1, 4 / 5),
        ("a", 4, 1, 1 / 2, 2 / 3),
        ("aAb", 2, 1, 1, 1),
        ("aaaxb", 3, 2 / 3, 1, 4 / 5),
        ("", 1, 0, 0, 0),
    ],
    ids=[
        "first wrong",
        "top two",
        "top three",
        "fewer than k",
        "one of two",
        "recall is held to 1",
        "a name said again takes no rank",
        "nothing",
    ],
)
def test_root_cause_entity_at_k(letters, rank, precision, recall, f1):
    metrics = score_diagnosis(pods(letters), two_roots()).metrics
    name = f"root_cause_entity_k@{rank}"
    found = [metrics[f"{name}_{part}"] for part in ("precision", "recall", "f1")]
    assert found == pytest.approx([precision, recall, f1])


def test_only_blamed_entities_of_ibms_format_count(chain):
    answer = {"entities": [{"name": CONFIG, "contributing_factor": True}, {"name": OTHER}]}
    assert score_diagnosis(answer, chain).value == 1.0
    assert score_diagnosis(entities(CONFIG, blamed=False), chain).value == 0.0


@pytest.mark.parametrize(
    ("steps", "precision", "recall"),
    [
        ([(CONFIG, CART), (CART, CHECKOUT), (CHECKOUT, FRONTEND)], 1, 1),
        ([(CHECKOUT, FRONTEND), (CART, CHECKOUT), (CONFIG, CART)], 1, 1),
        ([(CONFIG, "shop/Pod/cart-7d9c8b6f5d-x7k2p"), ("shop/Pod/cart-7d9c8b6f5d-x7k2p", CART)], 1, 1 / 2),
        ([(CONFIG, OTHER), (OTHER, CHECKOUT)], 2 / 3, 1 / 2),
        ([(CHECKOUT, CONFIG)], 1 / 2, 1 / 4),
        ([(OTHER, "shop/Pod/else")], 0, 0),
        ([("", "what")], 0, 0),
        ([], 0, 0),
    ],
    ids=[
        "all",
        "listed backwards",
        "one service once",
        "a detour",
        "reversed",
        "all wrong",
        "unreadable",
        "empty",
    ],
)
def test_the_propagation_chain(chain, steps, precision, recall):
    metrics = score_diagnosis(entities(CONFIG, steps=steps), chain).metrics
    assert metrics["propagation_chain_precision"] == pytest.approx(precision)
    assert metrics["propagation_chain_recall"] == pytest.approx(recall)
    f1 = 2 * precision * recall / (precision + recall) if precision else 0
    assert metrics["propagation_chain_f1"] == pytest.approx(f1)


@pytest.mark.parametrize("more", [{}, {"propagations": None}, {"propagations": []}, {"propagations": "a, b"}])
def test_ibms_format_without_propagations_tells_of_an_empty_chain(chain, more):
    names = [f"shop/Service/{name}" for name in ("cart", "checkout", "frontend", "quote")]
    metrics = score_diagnosis(entities(CONFIG, *names, blamed=False) | more, chain).metrics
    assert (metrics["propagation_chain_f1"], metrics["fault_localization"]) == (0.0, 0.0)


def test_no_chain_is_measured_where_the_answers_format_or_the_truth_has_none(chain):
    without = score_diagnosis({"contributing_factors": [{"name": CONFIG}]}, chain).metrics
    assert without["propagation_chain_f1"] is None
    metrics = score_diagnosis(entities("n/Pod/a", steps=[("n/Pod/a", "n/Pod/c")]), two_roots()).metrics
    assert metrics["propagation_chain_f1"] is None
    assert metrics["fault_localization"] is None
    assert metrics["root_cause_proximity_no_fp_f1"] is None
    assert metrics["root_cause_proximity_with_fp_f1"] is None


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (entities(CONFIG, steps=[(CONFIG, CART)]), 1),
        (entities(CONFIG, steps=[(CONFIG, "shop/Deployment/cart")]), 1),
        (entities(CART, steps=[(CONFIG, CHECKOUT)]), 0),
        (entities(CONFIG, steps=[(CONFIG, CHECKOUT), (CHECKOUT, "shop/Pod/cart-7d9c8b6f5d-x7k2p")]), 1),
        (entities(CONFIG, CART, steps=[]), 0),
        (entities(CONFIG, CART), 0),
        (entities(CONFIG, CART) | {"propagations": None}, 0),
        (entities(CART, blamed=False), 0),
        ({"contributing_factors": [{"name": CONFIG}]}, 0),
        ({"contributing_factors": [{"name": "shop/Pod/cart"}]}, 1),
        (None, 0),
    ],
)
def test_fault_localization_asks_for_the_first_impacted_component(chain, answer, found):
    assert score_diagnosis(answer, chain).metrics["fault_localization"] == found


@pytest.mark.parametrize(
    ("names", "plain", "scaled"),
    [
        ([CONFIG], (1, 1), (1, 1)),
        ([CART], (1 / 2, 1 / 2), (4 / 5, 4 / 5)),
        ([CHECKOUT], (1 / 3, 1 / 3), (2 / 3, 2 / 3)),
        ([FRONTEND, CONFIG], (5 / 8, 1), (11 / 14, 1)),
        ([CART, OTHER], (1 / 4, 1 / 2), (2 / 5, 4 / 5)),
        ([OTHER], (0, 0), (0, 0)),
        ([], (0, 0), (0, 0)),
    ],
)
def test_root_cause_proximity_by_hops(chain, names, plain, scaled):
    # The path has 4 components, so that a scaled hop is 1/4: 1 / (1 + 1/4) = 4/5, 1 / (1 + 2/4) = 2/3, ...
    metrics = score_diagnosis(entities(*names), chain).metrics
    for name, (precision, recall) in (("no_fp", plain), ("with_fp", scaled)):
        assert metrics[f"root_cause_proximity_{name}_precision"] == pytest.approx(precision)
        assert metrics[f"root_cause_proximity_{name}_recall"] == pytest.approx(recall)


@pytest.mark.parametrize(
    ("one", "other", "length"),
    [
        ("", "", 0),
        ("abc", "", 0),
        ("abc", "abc", 3),
        ("abc", "cba", 1),
        ("axbyc", "abc", 3),
        ("abcd", "bd", 2),
    ],
)
def test_the_longest_common_subsequence(one, other, length):
    assert longest_common_subsequence(one, other) == length


@pytest.mark.parametrize(
    ("edges", "starts", "nodes"),
    [
        ([("a", "b"), ("b", "c")], (), "abc"),
        ([("b", "c"), ("a", "b"), ("a", "b"), ("a", "a")], (), "abc"),
        ([("a", "c"), ("a", "b"), ("c", "d")], (), "abcd"),
        ([("x", "a"), ("a", "b")], ("a",), "abx"),
        ([("a", "b"), ("b", "a")], (), "ab"),
        ([("a", "a")], (), "a"),
        ([], (), ""),
    ],
    ids=["chain", "shuffled", "fork", "before the root", "circle", "one component", "nothing"],
)
def test_propagations_become_one_order_of_components(edges, starts, nodes):
    assert "".join(contract(edges, starts=starts).nodes) == nodes


def truth_of(steps, roots="a", ids="abcd"):
    groups = [
        {"id": i, "kind": "Service", "namespace": "n", "filter": [f"service-{i}"], "root_cause": i in roots}
        for i in ids
    ]
    propagations = [
        {"source": source, "target": target, "effect": effect} for source, target, effect in steps
    ]
    return truth_from_json({"groups": groups, "propagations": propagations})


def service(letter):
    return f"n/Service/service-{letter}"


@pytest.mark.parametrize(
    ("steps", "impacted"),
    [
        ([("a", "b", "b returns errors")], "b"),
        ([("a", "b", "service-c returns errors")], "c"),
        ([("a", "b", "service-d, and so service-c, returns errors")], "d"),
        ([("a", "b", "flag is on"), ("b", "c", "it fails")], "c"),
        ([("a", "b", "nothing"), ("b", "c", "to see")], "b"),
        ([("a", "gone", "it fails"), ("gone", "c", "it fails")], "c"),
    ],
    ids=["target", "named", "named first", "first failure", "no failure told", "unknown target"],
)
def test_the_first_impacted_component(steps, impacted):
    truth = truth_of(steps)
    for letter in "bcd":
        answer = entities(steps=[(service("a"), service(letter))])
        assert score_diagnosis(answer, truth).metrics["fault_localization"] == float(letter == impacted)


SPOKEN = [
    "ad",
    "cart",
    "valkey-cart",
    "frontend",
    "frontend-proxy",
    "recommendation",
    "kafka",
    "fraud-detection",
]


@pytest.mark.parametrize(
    ("effect", "impacted"),
    [
        ("Frontend proxy experiences high latency", "frontend-proxy"),
        ("frontend-proxy latency is above threshold", "frontend-proxy"),
        ("Frontend experiences errors", "frontend"),
        ("Valkey cart pods experience high memory usage", "valkey-cart"),
        ("The cache of the valkey cart is slow, and so is the cart", "valkey-cart"),
        ("recommendationservice pod cpu saturation", "recommendation"),
        ("Recommendation pod experiences extreme CPU saturation", "recommendation"),
        ("Fraud detection pods cannot establish connections to Kafka", "fraud-detection"),
        ("FraudDetection service is unavailable", "fraud-detection"),
        ("kafka pod enters ImagePullBackOff state", "kafka"),
        ("kafka pod enters CrashLoopBackOff", "kafka"),
        ("Kafka's consumers time out", "kafka"),
        ("adService Error Rate is Above Threshold", "ad"),
        ("loading of carts fails", "quote"),
        ("downstream errors observed", "quote"),
    ],
)
def test_the_component_that_an_effect_names_first_is_found_however_it_is_written(effect, impacted):
    groups = [{"id": "root", "kind": "ConfigMap", "namespace": "n", "name": "c", "root_cause": True}]
    groups += [
        {"id": f"{name}-1", "kind": "Service", "namespace": "n", "filter": [rf"{name}\b"]}
        for name in [*SPOKEN, "quote"]
    ]
    steps = [{"source": "root", "target": "quote-1", "effect": effect}]
    truth = truth_from_json({"groups": groups, "propagations": steps})
    found = {
        name
        for name in [*SPOKEN, "quote"]
        if score_diagnosis(entities(steps=[(f"n/Service/{name}", "n/Pod/other")]), truth).metrics[
            "fault_localization"
        ]
    }
    assert found == {impacted}


def test_propagations_are_looked_at_from_the_root_on_however_they_are_listed():
    steps = [("b", "c", "it fails"), ("a", "b", "it fails"), ("x", "d", "it fails")]
    metrics = [
        score_diagnosis(entities(steps=[(service(letter), service("z"))]), truth_of(steps)).metrics
        for letter in "bcd"
    ]
    assert [found["fault_localization"] for found in metrics] == [1.0, 0.0, 0.0]


def test_an_alias_list_finds_a_root_and_joins_no_components():
    groups = [
        {"id": "load", "kind": "Pod", "namespace": "n", "filter": ["load-.*"], "root_cause": True},
        {"id": "proxy", "kind": "Service", "namespace": "n", "filter": ["proxy"]},
        {"id": "proxy-pod", "kind": "Pod", "namespace": "n", "filter": ["proxy-.*"]},
        {"id": "shop", "kind": "Service", "namespace": "n", "filter": ["shop"]},
    ]
    steps = [
        {"source": "load", "target": "proxy", "effect": "it fails"},
        {"source": "proxy-pod", "target": "shop", "effect": "it fails"},
    ]
    truth = truth_from_json({"groups": groups, "aliases": [["load", "proxy"]], "propagations": steps})
    parts = score_diagnosis(entities("n/Service/proxy", steps=[("n/Pod/load", "n/Service/proxy")]), truth)
    assert parts.value == 1.0
    # The chain is load, proxy, shop: two of three are there. The alias is the root itself, no hop away from it.
    assert parts.metrics["propagation_chain_recall"] == pytest.approx(2 / 3)
    assert parts.metrics["root_cause_proximity_no_fp_precision"] == 1.0


def test_objects_of_one_service_are_one_component_however_its_name_is_written():
    groups = [
        {"id": "c", "kind": "ConfigMap", "namespace": "n", "name": "c", "root_cause": True},
        {"id": "ad", "kind": "Service", "namespace": "n", "filter": [r"adservice\b"]},
        {"id": "get", "kind": "ServiceOperation", "namespace": "n", "filter": ["ad-.*_AdService_GetAds"]},
        {"id": "proxy", "kind": "Pod", "namespace": "n", "filter": [".*frontendproxy.*"]},
    ]
    ids = ["c", "get", "ad", "proxy"]
    steps = [{"source": a, "target": b} for a, b in pairwise(ids)]
    truth = truth_from_json({"groups": groups, "propagations": steps})
    told = [("n/ConfigMap/c", "n/Deployment/ad"), ("n/Service/ad", "n/Service/frontend-proxy")]
    metrics = score_diagnosis(entities(steps=told), truth).metrics
    assert (metrics["propagation_chain_precision"], metrics["propagation_chain_recall"]) == (1.0, 1.0)


def test_ids_that_no_group_has_are_left_out_of_the_chain():
    truth = truth_of([("a", "gone", ""), ("gone", "b", "")])
    metrics = score_diagnosis(entities(steps=[(service("a"), service("b"))]), truth).metrics
    assert (metrics["propagation_chain_precision"], metrics["propagation_chain_recall"]) == (1.0, 1.0)


def test_hops_count_upstream_of_the_root_too():
    truth = truth_of([("b", "a", ""), ("a", "c", "")])
    metrics = score_diagnosis(entities(service("b")), truth).metrics
    assert metrics["root_cause_proximity_no_fp_precision"] == 1 / 2


def test_each_object_stands_for_the_root_that_leaves_the_others_one():
    groups = [
        {"id": "either", "kind": "Pod", "namespace": "n", "filter": ["x|y"], "root_cause": True},
        {"id": "x", "kind": "Pod", "namespace": "n", "filter": ["x"], "root_cause": True},
    ]
    truth = truth_from_json({"groups": groups})
    assert [score_diagnosis(pods(names), truth).value for names in ("xy", "yx", "x", "y", "xx")] == [
        1,
        1,
        0,
        0,
        0,
    ]
