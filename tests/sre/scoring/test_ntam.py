"""Topology-aware match, computed by hand, and what must hold of it for any answer."""

from itertools import pairwise
from math import log

import pytest
from hypothesis import given, strategies as st

from itbench_sre.scoring import score_diagnosis
from itbench_sre.scoring.assignment import heaviest_assignment
from itbench_sre.truth import truth_from_json

CONFIG, OTHER = "shop/ConfigMap/settings", "shop/Pod/other"
CART, CART_POD, CHECKOUT, FRONTEND = (
    f"shop/{name}" for name in ("Service/cart", "Pod/cart", "Pod/checkout", "Pod/frontend")
)
# The truth has six objects; below the Service cart lies its pod.
TWO_OF_SIX = log(1 + 6 / 2) / log(1 + 6)


def blamed(*names):
    return {"contributing_factors": [{"name": name} for name in names]}


def told(*names):
    steps = [{"source": source, "target": target} for source, target in pairwise(names)]
    return {"entities": [], "propagations": steps}


@pytest.mark.parametrize(
    ("names", "value"),
    [
        ([CONFIG], 1),
        ([CART_POD], 1 / 2),
        ([CART], TWO_OF_SIX / 2),
        ([CHECKOUT], 1 / 3),
        ([FRONTEND], 1 / 4),
        ([CONFIG, OTHER], 1 / 2),
        ([CONFIG, CART_POD, FRONTEND], 1 / 3),
        ([OTHER], 0),
        (["unreadable"], 0),
        ([], 0),
    ],
    ids=[
        "root",
        "a hop",
        "a hop, less telling",
        "two hops",
        "three",
        "one more",
        "two more",
        "off",
        "text",
        "none",
    ],
)
def test_the_blamed_objects_by_how_near_they_are_to_the_root(chain, names, value):
    metrics = score_diagnosis(blamed(*names), chain).metrics
    assert metrics["ntam_fault_localization"] == pytest.approx(value)


# Importance is 1, 1/2, 1/3, 1/4 along the chain, 25/12 in all.
ALL = 25 / 12


@pytest.mark.parametrize(
    ("names", "value"),
    [
        ([CONFIG, CART, CHECKOUT, FRONTEND], 1),
        ([CONFIG, CART_POD, CART, CHECKOUT, FRONTEND], 1),
        ([CONFIG, CART], (2 / 4) * (1 + 1 / 2) / ALL),
        ([CONFIG, OTHER, CHECKOUT], (3 / 4) * (1 + 1 / 3) / ALL),
        # Without the root, each stands for itself: cart for the root would be worth TWO_OF_SIX / 2, less than its own 1/2.
        ([CART, CHECKOUT, FRONTEND], (3 / 4) * (1 / 2 + 1 / 3 + 1 / 4) / ALL),
        ([CONFIG, CART, CHECKOUT, FRONTEND, OTHER], (4 / 5) * 1),
        ([OTHER, "shop/Pod/else"], 0),
        ([], 0),
    ],
    ids=["all", "one service once", "half", "a detour", "no root", "one more", "off", "none"],
)
def test_the_path_by_its_components(chain, names, value):
    metrics = score_diagnosis(told(*names), chain).metrics
    assert metrics["ntam_propagation_chain"] == pytest.approx(value)


def test_neither_is_measured_where_there_is_nothing_to_measure(chain):
    assert score_diagnosis(blamed(CONFIG), chain).metrics["ntam_propagation_chain"] is None
    single = truth_from_json(
        {"groups": [{"id": "a", "kind": "Pod", "namespace": "n", "name": "a", "root_cause": True}]}
    )
    metrics = score_diagnosis(told("n/Pod/a", "n/Pod/b"), single).metrics
    assert (metrics["ntam_propagation_chain"], metrics["ntam_fault_localization"]) == (None, 0.0)


GROUPS = [
    {"id": "space", "kind": "Namespace", "namespace": "shop", "name": "shop", "root_cause": True},
    {"id": "cart", "kind": "Deployment", "namespace": "shop", "filter": ["cart"]},
    {"id": "cart-rs", "kind": "ReplicaSet", "namespace": "shop", "filter": ["cart-.*"]},
    {"id": "cart-pod", "kind": "Pod", "namespace": "shop", "filter": ["cart-.*"]},
    {"id": "plan", "kind": "Schedule", "namespace": "chaos-mesh", "filter": ["cart-delay"]},
    {"id": "delay", "kind": "NetworkChaos", "namespace": "chaos-mesh", "filter": ["cart-delay"]},
]


def root_is(root):
    groups = [group | {"root_cause": group["id"] == root} for group in GROUPS]
    return truth_from_json({"groups": groups})


def telling(size):
    return log(1 + 6 / size) / log(1 + 6)


@pytest.mark.parametrize(
    ("root", "name", "value"),
    [
        # A quota lies in the Namespace that is the root; the Namespace is a root that four objects lie below.
        ("space", "shop/ResourceQuota/memory", telling(1) / 2),
        ("space", "shop/Pod/cart", telling(1) / 2),
        ("space", "shop/Deployment/cart", telling(3) / 2),
        ("cart", "cluster/Namespace/shop", telling(4) / 2),
        ("cart", "shop/Service/cart", telling(2) / (1 + 1 / 2)),
        ("cart", "other/Deployment/cart", 0),
        # No way leads through a Namespace.
        ("cart", "shop/Deployment/till", 0),
        ("plan", "chaos-mesh/PodNetworkChaos/cart-delay", 0),
    ],
)
def test_edges_and_what_lies_below_an_object(root, name, value):
    metrics = score_diagnosis(blamed(name), root_is(root)).metrics
    assert metrics["ntam_fault_localization"] == pytest.approx(value)


def test_a_schedule_is_half_a_step_from_what_it_spawns():
    groups = [
        {
            "id": "delay",
            "kind": "NetworkChaos",
            "namespace": "chaos-mesh",
            "name": "cart-delay",
            "root_cause": True,
        },
        {"id": "plan", "kind": "Schedule", "namespace": "chaos-mesh", "name": "cart-delay"},
        {"id": "cart", "kind": "Service", "namespace": "shop", "name": "cart"},
    ]
    steps = [{"source": "delay", "target": "cart"}]
    truth = truth_from_json({"groups": groups, "propagations": steps})
    # The chain is delay, cart, of importance 1 and 1/2; the Schedule, with the experiment below it, stands for the former.
    near = log(1 + 3 / 2) / log(1 + 3) / (1 + 1 / 2)
    found = score_diagnosis(told("chaos-mesh/Schedule/cart-delay", "shop/Pod/cart"), truth).metrics
    assert found["ntam_propagation_chain"] == pytest.approx((near + 1 / 2) / (3 / 2))


NAMES = st.sampled_from(
    [
        CONFIG,
        CART,
        CART_POD,
        CHECKOUT,
        FRONTEND,
        OTHER,
        "shop/Service/quote",
        "cluster/Namespace/shop",
        "x",
        "",
    ]
)


@pytest.fixture(scope="module")
def shop():
    steps = [("config", "cart"), ("cart", "checkout"), ("checkout", "frontend")]
    groups = [
        {"id": "config", "kind": "ConfigMap", "namespace": "shop", "name": "settings", "root_cause": True}
    ]
    groups += [
        {"id": name, "kind": "Service", "namespace": "shop", "name": name}
        for name in ("cart", "checkout", "frontend")
    ]
    return truth_from_json({"groups": groups, "propagations": [{"source": a, "target": b} for a, b in steps]})


@pytest.mark.slow
@given(
    names=st.lists(NAMES, max_size=7),
    path=st.lists(NAMES, max_size=7),
    random=st.randoms(use_true_random=False),
)
def test_it_lies_between_zero_and_one_and_no_order_matters(shop, names, path, random):
    answer = told(*path) | {"entities": [{"name": name, "contributing_factor": True} for name in names]}
    metrics = score_diagnosis(answer, shop).metrics
    for name in ("ntam_fault_localization", "ntam_propagation_chain"):
        assert 0.0 <= metrics[name] <= 1.0
    shuffled = answer | {
        "entities": random.sample(answer["entities"], len(names)),
        "propagations": random.sample(answer["propagations"], len(answer["propagations"])),
    }
    again = score_diagnosis(shuffled, shop).metrics
    assert again["ntam_fault_localization"] == pytest.approx(metrics["ntam_fault_localization"])
    assert again["ntam_propagation_chain"] == pytest.approx(metrics["ntam_propagation_chain"])


@pytest.mark.slow
@given(st.lists(NAMES, max_size=6))
def test_only_the_root_alone_is_a_perfect_localization(shop, names):
    found = score_diagnosis(blamed(*names), shop).metrics["ntam_fault_localization"]
    assert (found == pytest.approx(1.0)) == (set(names) == {CONFIG})


@pytest.mark.slow
@given(st.lists(NAMES, min_size=1, max_size=6), st.data())
def test_the_root_in_place_of_another_object_never_lowers_the_localization(shop, names, data):
    at = data.draw(st.integers(0, len(names) - 1))
    values = [
        score_diagnosis(blamed(*named), shop).metrics["ntam_fault_localization"]
        for named in (names, [*names[:at], CONFIG, *names[at + 1 :]])
    ]
    # In the place of a repetition it is one name more.
    if CONFIG in names or len({names[at], *names}) == len({CONFIG, *names[:at], *names[at + 1 :]}):
        assert values[1] >= values[0] - 1e-12


@pytest.mark.parametrize("form", [blamed, told], ids=["localization", "chain"])
def test_the_nearer_to_the_root_the_better(shop, form):
    metric = "ntam_fault_localization" if form is blamed else "ntam_propagation_chain"
    along = [CONFIG, "shop/Pod/cart", CHECKOUT, FRONTEND]
    answers = [(name,) if form is blamed else (name, "far/Pod/away") for name in along]
    values = [score_diagnosis(form(*answer), shop).metrics[metric] for answer in answers]
    assert values == sorted(values, reverse=True)
    assert len(set(values)) == len(values)


@pytest.mark.slow
@given(st.lists(NAMES, min_size=1, max_size=5))
def test_what_lies_off_the_topology_never_helps(shop, names):
    before = score_diagnosis(blamed(CONFIG, *names), shop).metrics["ntam_fault_localization"]
    after = score_diagnosis(blamed(CONFIG, *names, "far/Pod/away"), shop).metrics["ntam_fault_localization"]
    assert after < before


@pytest.mark.slow
@given(st.integers(1, 6), st.integers(1, 6), st.data())
def test_the_heaviest_assignment_is_that_of_scipy(rows, columns, data):
    optimize = pytest.importorskip("scipy.optimize", reason="scipy is not installed with this Python")
    weight = st.sampled_from([0.0, 0.25, 0.5, 1.0]) | st.floats(0, 1)
    weights = [data.draw(st.lists(weight, min_size=columns, max_size=columns)) for _ in range(rows)]
    chosen = optimize.linear_sum_assignment(weights, maximize=True)
    expected = sum(weights[row][column] for row, column in zip(*chosen, strict=True))
    assert heaviest_assignment(weights) == pytest.approx(expected)


@pytest.mark.parametrize("weights", [[], [[]], [[0.0, 0.0]]])
def test_nothing_to_assign_weighs_nothing(weights):
    assert heaviest_assignment(weights) == 0.0
