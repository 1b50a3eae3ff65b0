"""IBM's metrics beside the headline, hand-computed."""

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


def test_no_chain_is_measured_where_the_answer_or_the_truth_has_none(chain):
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
        (entities(CONFIG, CART, steps=[]), 1),
        (entities(CART, blamed=False), 1),
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
        metrics = score_diagnosis(entities(service(letter)), truth).metrics
        assert metrics["fault_localization"] == float(letter == impacted)


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
