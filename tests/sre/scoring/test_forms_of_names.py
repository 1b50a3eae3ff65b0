"""Each form in which the objects of a cluster can be named wins or loses a public truth as docs/reference/scoring.md says."""

import re

import pytest

from itbench_sre.scoring import Sightings, parse_entity, score_diagnosis
from itbench_sre.sightings.look import ids_shown_by
from itbench_sre.snapshot.objects import ObjectId

HASH = "7d9c8b6f5d"
DEMO, BOOKS, CHAOS = "otel-demo", "book-info", "chaos-mesh"
# number: (namespace, the workload's own name, whether its Service is right too)
WORKLOADS = {
    1: (DEMO, "load-generator", True),
    16: (DEMO, "shipping", True),
    20: (DEMO, "product-catalog", False),
    23: (DEMO, "checkout", True),
    24: (DEMO, "checkout", False),
    30: (DEMO, "ad", True),
    33: (DEMO, "ad", True),
    34: (DEMO, "valkey-cart", True),
    36: (BOOKS, "details-v1", True),
    40: (DEMO, "valkey-cart", True),
    41: (DEMO, "cart", True),
    42: (DEMO, "eviction-pod", False),
    43: (DEMO, "frontend", True),
    44: (DEMO, "payment", True),
    45: (DEMO, "email", True),
    46: (DEMO, "postgresql", True),
    49: (DEMO, "cart", True),
    50: (BOOKS, "productpage-v1", False),
    53: (BOOKS, "reviews-v3", False),
    58: (DEMO, "recommendation", True),
    59: (DEMO, "recommendation", True),
    105: (DEMO, "product-catalog", False),
    114: (DEMO, "product-catalog", True),
}
EXPERIMENTS = {
    17: ("NetworkChaos", "otel-demo-product-catalog-network-delay"),
    18: ("NetworkChaos", "otel-demo-product-catalog-network-delay"),
    19: ("NetworkChaos", "otel-demo-email-checkout-network-partition"),
    21: ("StressChaos", "otel-demo-valkey-memory-stress"),
    22: ("StressChaos", "otel-demo-ad-memory-stress"),
    25: ("StressChaos", "otel-demo-recommendation-cpu-stress"),
    26: ("HTTPChaos", "otel-demo-email-http-chaos-post-body-tamper"),
    27: ("HTTPChaos", "otel-demo-quote-http-chaos-abort"),
    29: ("JVMChaos", "otel-demo-ad-jvm-return"),
    35: ("JVMChaos", "otel-demo-ad-jvm-chaos"),
    61: ("NetworkChaos", "checkout-payment-network-loss"),
    80: ("NetworkChaos", "otel-demo-checkout-kafka-network-partition"),
    81: ("NetworkChaos", "otel-demo-shipping-quote-network-partition"),
    83: ("NetworkChaos", "otel-demo-email-checkout-network-partition"),
    91: ("NetworkChaos", "otel-demo-fraud-detection-kafka-network-partition"),
}
CONTROLLERS = {
    "Deployment": {"ReplicaSet": f"-{HASH}", "Pod": f"-{HASH}-x7k2p"},
    "StatefulSet": {"Pod": "-0"},
    "DaemonSet": {"Pod": "-x7k2p"},
}


def value(name, truth, cluster=None):
    """Score one name, with what a list of these objects shows of it, if there is one."""
    entity = parse_entity(name)
    shown = {id_ for seen in cluster or () for id_ in ids_shown_by(seen)}
    kinds = frozenset(seen.kind.lower() for seen in cluster or ())
    sightings = Sightings(kinds, {entity.id: entity.id in shown} if cluster else {})
    return score_diagnosis({"contributing_factors": [{"name": name}]}, truth, sightings).value


def service_of(workload):
    return re.sub(r"-v\d+$", "", workload)


@pytest.mark.slow
@pytest.mark.parametrize("controller", CONTROLLERS)
@pytest.mark.parametrize("number", WORKLOADS)
def test_a_workload_wins_by_each_name_that_it_has_in_the_cluster(number, controller, published_truth):
    truth, (place, workload, is_service_right) = published_truth(number), WORKLOADS[number]
    owned = CONTROLLERS[controller]
    service = service_of(workload)
    cluster = [
        ObjectId(place, controller, workload),
        ObjectId(place, "Service", service),
        *(ObjectId(place, kind, workload + suffix) for kind, suffix in owned.items()),
    ]
    right = [f"{place}/{controller}/{workload}", f"{place}/{controller}.apps/{workload}"]
    right += [f"{place}/{kind}/{workload}{end}" for kind, suffix in owned.items() for end in ("", suffix)]
    expected = dict.fromkeys(right, 1.0) | {f"{place}/Service/{service}": float(is_service_right)}
    expected |= {f"{place}/{kind}/{workload}-db": 0.0 for kind in (controller, "Pod", "Service")}
    assert {name: value(name, truth) for name in expected} == expected
    assert {name: value(name, truth, cluster) for name in expected} == expected


@pytest.mark.parametrize("number", EXPERIMENTS)
def test_an_experiment_wins_by_its_own_name_and_by_that_of_its_schedule(number, published_truth):
    truth, (kind, name) = published_truth(number), EXPERIMENTS[number]
    names = [f"{CHAOS}/{kind}/{name}", f"{CHAOS}/{kind}/{name}-x7k2p", f"{CHAOS}/Schedule/{name}"]
    if number == 18:  # Its truth names a PodChaos beside the Schedule; what that spawns is a NetworkChaos.
        names.append(f"{CHAOS}/PodChaos/{name}")
    assert {each: value(each, truth) for each in names} == dict.fromkeys(names, 1.0)


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (20, "otel-demo/Service/product-catalog"),
        (24, "otel-demo/Service/checkout"),
        (36, "book-info/Service/details-v1"),
        (36, "book-info/Deployment/details-db"),
        (36, "book-info/Deployment/details-v1-db"),
        (36, "book-info/Deployment/details-db-v1"),
        (36, "book-info/Pod/details-v1-db"),
        (36, "book-info/ReplicaSet/details-vx"),
        (36, "book-info/Deployment/details-v1234"),
        (36, "book-info/Deployment/details-v\u0661"),
        (36, "book-info/Deployment/v1"),
        (36, "book-info/Deployment/-v1"),
        (36, "book-info/Deployment/ratings-v1"),
        (47, "book-info/Deployment/bookinfo-gateway-istio"),
        (50, "book-info/Service/productpage"),
        (50, "book-info/Deployment/productpage-v2"),
        (53, "book-info/Deployment/reviews-v2"),
        (53, "book-info/Pod/reviews-v31"),
        (102, "otel-demo/ResourceQuota/otel-demo-memory"),
    ],
)
def test_names_that_the_truth_does_not_take_lose_although_some_are_near(number, name, published_truth):
    truth = published_truth(number)
    assert score_diagnosis({"contributing_factors": [{"name": name}]}, truth).value == 0.0


@pytest.mark.parametrize("kind", ["Deployment", "Pod"])
def test_a_version_that_the_data_does_not_show_is_made_up(kind, published_truth):
    truth = published_truth(36)
    cluster = [
        ObjectId(BOOKS, "Deployment", "details-v1"),
        ObjectId(BOOKS, "Pod", f"details-v1-{HASH}-x7k2p"),
    ]
    names = {"details-v1": 1.0, "details-v2": 0.0, "details": 0.0}
    found = {name: value(f"{BOOKS}/{kind}/{name}", truth, cluster) for name in names}
    assert found == names


def test_made_up_versions_of_one_workload_are_one_true_positive_where_nothing_was_observed(published_truth):
    names = [f"{BOOKS}/Deployment/details-v{number}" for number in range(1, 21)]
    blamed = [{"name": name} for name in [*names, f"{BOOKS}/Service/productpage"]]
    assert score_diagnosis({"contributing_factors": blamed}, published_truth(36)).value == 0.5
