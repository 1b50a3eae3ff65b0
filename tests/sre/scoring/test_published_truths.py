"""Every published truth, with names and values worked out by hand from its file."""

import pytest
from hypothesis import given, strategies as st

from itbench_sre.scoring import parse_entity, score_diagnosis
from itbench_sre.truth import solution
from itbench_sre.truth.naming import stem

FLAG = "otel-demo/ConfigMap/flagd-config"
CHAOS = "chaos-mesh"
HASH = "7d9c8b6f5d"

# number: (a name for each root cause, other names for the first one, names that must be wrong)
TABLE = {
    1: (
        ["otel-demo/Pod/load-generator-7d9c8b6f5d-x7k2p"],
        [
            "otel-demo/Deployment/load-generator",
            "otel-demo/Service/frontend-proxy",
            "otel-demo/Service/load-generator",
        ],
        ["otel-demo/Service/accounting", "otel-demo/ConfigMap/flagd-config"],
    ),
    **{
        number: (
            [FLAG],
            ["OTEL-DEMO/configmap/flagd-config", " otel-demo / ConfigMap / flagd-config "],
            [
                "otel-demo/ConfigMap/flagd-config-2",
                "otel-demo/Deployment/flagd",
                "otel-demo/Service/frontend",
            ],
        )
        for number in (2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15)
    },
    16: (
        ["otel-demo/Deployment/shipping"],
        [
            "otel-demo/Rollout/shipping",
            "otel-demo/deployment.apps/shipping",
            f"otel-demo/Pod/shipping-{HASH}-x7k2p",
            f"otel-demo/ReplicaSet/shipping-{HASH}",
            "otel-demo/Service/shipping",
        ],
        [
            "otel-demo/Deployment/quote",
            "otel-demo/ConfigMap/shipping",
            "otel-demo/Deployment/shipping-proxy",
            f"otel-demo/Pod/shipping-proxy-{HASH}-x7k2p",
            "otel-demo/Pod/shipping-v2-db",
            "otel-demo/Deployment/shipping-7",
        ],
    ),
    17: (
        [f"{CHAOS}/NetworkChaos/delay-otel-demo-product-catalog"],
        [
            f"{CHAOS}/Schedule/otel-demo-product-catalog-network-delay",
            f"{CHAOS}/NetworkChaos/otel-demo-product-catalog-network-delay-x7k2p",
        ],
        [
            "otel-demo/Service/product-catalog",
            f"{CHAOS}/PodChaos/otel-demo-product-catalog",
            f"{CHAOS}/Schedule/cart",
        ],
    ),
    18: (
        [f"{CHAOS}/PodChaos/otel-demo-product-catalog-network-delay"],
        [
            f"{CHAOS}/Schedule/otel-demo-product-catalog-network-delay",
            f"{CHAOS}/NetworkChaos/otel-demo-product-catalog-network-delay-x7k2p",
        ],
        ["otel-demo/Pod/checkout", "otel-demo/PodChaos/otel-demo-product-catalog-network-delay"],
    ),
    19: (
        [f"{CHAOS}/NetworkChaos/otel-demo-email-checkout-network-partition"],
        [f"{CHAOS}/Schedule/otel-demo-email-checkout-network-partition"],
        ["otel-demo/Service/email", f"{CHAOS}/Schedule/otel-demo-email-checkout"],
    ),
    20: (
        ["otel-demo/Deployment/product-catalog"],
        [f"otel-demo/Pod/product-catalog-{HASH}-x7k2p", "otel-demo/Pod/product-catalog"],
        ["otel-demo/Service/product-catalog", "otel-demo/Deployment/product"],
    ),
    21: (
        [f"{CHAOS}/StressChaos/otel-demo-valkey-memory-stress"],
        [
            f"{CHAOS}/Schedule/otel-demo-valkey-memory-stress",
            f"{CHAOS}/StressChaos/otel-demo-valkey-memory-stress-mz4tq",
        ],
        ["otel-demo/Pod/valkey-cart-0", f"{CHAOS}/StressChaos/otel-demo-valkey"],
    ),
    22: (
        [f"{CHAOS}/StressChaos/otel-demo-ad-memory-stress"],
        [f"{CHAOS}/Schedule/otel-demo-ad-memory-stress"],
        ["otel-demo/Deployment/ad", f"{CHAOS}/NetworkChaos/otel-demo-ad-memory-stress"],
    ),
    23: (
        ["otel-demo/Deployment/checkout"],
        [
            f"otel-demo/Pod/checkout-{HASH}-x7k2p",
            "otel-demo/Service/checkout",
            "otel-demo/StatefulSet/checkout",
        ],
        ["otel-demo/Service/payment", "otel-demo/Service/frontend", "otel-demo/Deployment/checkout-db"],
    ),
    24: (
        ["otel-demo/Deployment/checkout"],
        [f"otel-demo/Pod/checkout-{HASH}-x7k2p"],
        ["otel-demo/Service/checkout", "otel-demo/Deployment/kafka"],
    ),
    25: (
        [f"{CHAOS}/Schedule/recommendation"],
        [
            f"{CHAOS}/Schedule/otel-demo-recommendation-cpu-stress",
            f"{CHAOS}/StressChaos/otel-demo-recommendation-cpu-stress-x7k2p",
        ],
        [
            "otel-demo/Service/recommendation",
            f"{CHAOS}/Schedule/otel-demo-recommender",
            f"{CHAOS}/Schedule/otel-demo-recommendation-cpu-stress-network-delay",
            f"{CHAOS}/Schedule/otel-demo-recommendation-cart-cpu-stress",
            f"{CHAOS}/Schedule/anything-recommendation",
        ],
    ),
    26: (
        [f"{CHAOS}/HttpChaos/otel-demo-email-http-chaos-post-body-tamper"],
        [
            f"{CHAOS}/HTTPChaos/otel-demo-email-http-chaos-post-body-tamper",
            f"{CHAOS}/Schedule/otel-demo-email-http-chaos-post-body-tamper",
        ],
        ["otel-demo/Pod/email", "otel-demo/Service/email"],
    ),
    27: (
        [f"{CHAOS}/Schedule/otel-demo-quote-http-chaos-abort"],
        [f"{CHAOS}/HTTPChaos/otel-demo-quote-http-chaos-abort-x7k2p"],
        ["otel-demo/Service/quote", f"{CHAOS}/Pod/otel-demo-quote-http-chaos-abort"],
    ),
    29: (
        [f"{CHAOS}/JVMChaos/otel-demo-ad-jvm-return-crqrb"],
        [
            f"{CHAOS}/JVMChaos/adservice",
            f"{CHAOS}/Schedule/otel-demo-adservice",
            f"{CHAOS}/Schedule/otel-demo-ad-jvm-return",
            f"{CHAOS}/JVMChaos/jvm-return-otel-demo-ad",
        ],
        [
            "otel-demo/Service/ad",
            f"{CHAOS}/JVMChaos/otel-demo-load-jvm-return",
            f"{CHAOS}/JVMChaos/otel-demo-ad-jvm-return-jvm-gc",
            f"{CHAOS}/JVMChaos/otel-demo-ad-cart-jvm-return",
            f"{CHAOS}/JVMChaos/otel-demo-broadservice",
        ],
    ),
    30: (
        ["otel-demo/Service/ad"],
        ["otel-demo/Deployment/ad", f"otel-demo/Pod/ad-{HASH}-x7k2p"],
        ["otel-demo/Deployment/load-generator", "otel-demo/Service/load-generator"],
    ),
    31: (
        ["otel-demo/NetworkPolicy/frontend-block-all-ports"],
        ["otel-demo/networkpolicy/frontend-block-all-ports"],
        ["otel-demo/Service/frontend", "otel-demo/NetworkPolicy/frontend"],
    ),
    33: (
        ["otel-demo/Pod/ad"],
        ["otel-demo/Deployment/ad", "otel-demo/Service/ad"],
        ["otel-demo/Service/frontend"],
    ),
    **{
        number: (
            ["otel-demo/Pod/valkey-cart-7d9c8b6f5d-x7k2p"],
            [
                "otel-demo/Deployment/valkey-cart",
                "otel-demo/Service/valkey-cart",
                "otel-demo/StatefulSet/valkey-cart",
            ],
            ["otel-demo/Pod/cart-7d9c8b6f5d-x7k2p", "otel-demo/Service/cart"],
        )
        for number in (34, 40)
    },
    35: (
        [f"{CHAOS}/JVMChaos/otel-demo-ad-jvm-chaos"],
        [f"{CHAOS}/Schedule/otel-demo-ad-jvm-chaos", f"{CHAOS}/JVMChaos/otel-demo-ad-jvm-chaos-8xk2p"],
        ["otel-demo/Pod/ad"],
    ),
    36: (
        ["book-info/Service/details"],
        ["book-info/Deployment/details-v1", "book-info/Pod/details-v1-7d9c8b6f5d-x7k2p"],
        ["book-info/Service/productpage"],
    ),
    37: (
        ["otel-demo/Namespace/otel-demo"],
        ["cluster/Namespace/otel-demo", "Namespace/otel-demo"],
        ["otel-demo/Namespace/otel-demo-2", "cluster/Namespace/default"],
    ),
    38: (
        ["otel-demo/HorizontalPodAutoscaler/accounting", "otel-demo/HorizontalPodAutoscaler/ad"],
        ["otel-demo/HorizontalPodAutoscaler/frontend"],
        ["otel-demo/Namespace/otel-demo", "otel-demo/Deployment/ad"],
    ),
    39: (
        ["otel-demo/PodDisruptionBudget/payment-pdb"],
        ["otel-demo/poddisruptionbudget/payment-pdb"],
        ["otel-demo/Deployment/payment", "otel-demo/Service/payment"],
    ),
    41: (
        ["otel-demo/Pod/cart-0"],
        ["otel-demo/Deployment/cart", "otel-demo/Service/cart"],
        ["otel-demo/Service/ad"],
    ),
    42: (
        ["otel-demo/Pod/eviction-pod-3"],
        ["otel-demo/Pod/eviction-pod", "otel-demo/Deployment/eviction-pod"],
        ["otel-demo/Pod/payment-7d9c8b6f5d-x7k2p"],
    ),
    43: (
        [f"otel-demo/Pod/frontend-{HASH}-x7k2p"],
        ["otel-demo/Deployment/frontend", "otel-demo/Service/frontend"],
        [f"otel-demo/Pod/frontend-proxy-{HASH}-x7k2p", "otel-demo/Deployment/frontend-proxy"],
    ),
    44: (
        [f"otel-demo/Pod/payment-{HASH}-x7k2p"],
        ["otel-demo/Deployment/payment", "otel-demo/Service/payment"],
        ["otel-demo/Service/checkout"],
    ),
    45: (
        ["otel-demo/Pod/email"],
        ["otel-demo/Deployment/email", "otel-demo/Service/email"],
        ["otel-demo/Pod/cart"],
    ),
    46: (
        ["otel-demo/Pod/postgresql-0"],
        ["otel-demo/StatefulSet/postgresql", "otel-demo/Service/postgresql"],
        ["otel-demo/Service/product-catalog"],
    ),
    47: (
        ["book-info/Service/bookinfo-gateway-istio"],
        ["book-info/service/bookinfo-gateway-istio"],
        ["book-info/Service/productpage", "book-info/Deployment/bookinfo-gateway-istio"],
    ),
    48: (
        ["book-info/Namespace/book-info"],
        ["cluster/Namespace/book-info"],
        ["cluster/Namespace/book-info-2", "book-info/Service/reviews"],
    ),
    49: (
        ["otel-demo/Deployment/cart"],
        [f"otel-demo/Pod/cart-{HASH}-x7k2p", "otel-demo/Service/cart"],
        ["otel-demo/Deployment/valkey-cart", "otel-demo/Service/frontend"],
    ),
    50: (
        ["book-info/Service/productpage-v1"],
        ["book-info/Deployment/productpage-v1", f"book-info/Pod/productpage-v1-{HASH}-x7k2p"],
        ["book-info/Service/productpage", "book-info/Service/reviews"],
    ),
    52: (
        ["otel-demo/ResourceQuota/strict-resource-quota", FLAG],
        ["otel-demo/resourcequota/strict-resource-quota"],
        ["otel-demo/Deployment/checkout", "otel-demo/Deployment/load-generator"],
    ),
    53: (
        ["book-info/Deployment/reviews-v3"],
        [f"book-info/Pod/reviews-v3-{HASH}-x7k2p"],
        ["book-info/PersistentVolumeClaim/reviews-v3", "book-info/Deployment/reviews-v2"],
    ),
    **{
        number: (
            ["otel-demo/ConfigMap/features"],
            ["otel-demo/Service/recommendation", "otel-demo/Deployment/recommendation"],
            ["otel-demo/ConfigMap/features-2", "otel-demo/Service/frontend"],
        )
        for number in (58, 59)
    },
    61: (
        [f"{CHAOS}/Schedule/checkout-payment-network-loss"],
        [f"{CHAOS}/NetworkChaos/checkout-payment-network-loss-x7k2p"],
        ["otel-demo/Service/checkout", "otel-demo/Pod/payment"],
    ),
    62: (
        [f"{CHAOS}/Schedule/valkey-cart-stress-chaos", f"{CHAOS}/Schedule/valkey-cart-io-chaos"],
        [
            f"{CHAOS}/StressChaos/valkey-cart-stress-chaos-x7k2p",
            f"{CHAOS}/StressChaos/valkey-cart-stress-chaos",
        ],
        ["otel-demo/Deployment/valkey-cart", "otel-demo/Service/cart"],
    ),
    63: (
        ["otel-demo/Secret/email-service-secret"],
        ["otel-demo/secret/email-service-secret"],
        ["otel-demo/Deployment/email"],
    ),
    **{
        number: (
            [f"{CHAOS}/NetworkChaos/otel-demo-{pair}-network-partition"],
            [
                f"{CHAOS}/Schedule/otel-demo-{pair}-network-partition",
                f"{CHAOS}/NetworkChaos/otel-demo-{pair}-network-partition-x7k2p",
            ],
            [f"otel-demo/Service/{pair.split('-')[0]}", f"{CHAOS}/Schedule/otel-demo-{pair}"],
        )
        for number, pair in {
            80: "checkout-kafka",
            81: "shipping-quote",
            83: "email-checkout",
            91: "fraud-detection-kafka",
        }.items()
    },
    102: (
        ["cluster/Namespace/otel-demo"],
        ["otel-demo/Namespace/otel-demo", "Namespace/otel-demo"],
        ["otel-demo/Deployment/ad", "otel-demo/ResourceQuota/otel-demo-memory", "foo/Namespace/otel-demo"],
    ),
    105: (
        ["otel-demo/Deployment/product-catalog"],
        [f"otel-demo/Pod/product-catalog-{HASH}-x7k2p"],
        ["otel-demo/Service/product-catalog", "otel-demo/Deployment/checkout"],
    ),
    114: (
        ["otel-demo/Service/product-catalog"],
        [f"otel-demo/Pod/product-catalog-{HASH}-x7k2p", "otel-demo/Deployment/product-catalog"],
        ["otel-demo/Service/checkout", "otel-demo/Deployment/frontend"],
    ),
}
MANY = (
    f"{CHAOS}/Schedule/recommendation-adservice-emailservice-product-catalog-network-delay-"
    "email-checkout-network-partition"
)
UNRELATED = [f"kube-system/Deployment/unrelated-{index}" for index in range(5)]
each_truth = pytest.mark.parametrize("number", sorted(TABLE))


def answer(names):
    return {"contributing_factors": [{"name": name} for name in names]}


def value(names, truth):
    return score_diagnosis(answer(names), truth).value


def test_the_table_has_all_published_truths():
    assert len(TABLE) == 61


@each_truth
def test_its_own_solution_scores_one(number, published_truth):
    truth = published_truth(number)
    parts = score_diagnosis(solution(truth), truth)
    assert (parts.value, parts.metrics["precision_at_full_recall_strict"]) == (1.0, 1.0)


@each_truth
def test_an_answer_that_tells_the_truths_own_steps_is_perfect_by_every_measure(number, published_truth):
    truth = published_truth(number)
    groups = {group.id: group for group in reversed(truth.groups)}
    names = {
        id_: f"{group.namespace or 'cluster'}/{group.kind}/{stem(group)}" for id_, group in groups.items()
    }
    steps = [
        {"source": names[step.source], "target": names[step.target]}
        for step in truth.propagations
        if {step.source, step.target} <= names.keys()
    ]
    blamed = [item | {"contributing_factor": True} for item in solution(truth)["contributing_factors"]]
    metrics = score_diagnosis({"entities": blamed, "propagations": steps}, truth).metrics
    # Counts, and ranks below the number of roots, can be no perfect 1.
    judged = {
        name: value
        for name, value in metrics.items()
        if not name.startswith(("wrong_", "entities_", "names_", "root_cause_entity_k@"))
    }
    assert {name: value for name, value in judged.items() if value not in {1.0, None}} == {}
    assert all((value is None) == (not steps) for name, value in judged.items() if "chain" in name)


@each_truth
def test_its_root_causes_score_one_in_any_order(number, published_truth):
    right, _, _ = TABLE[number]
    assert value(right, published_truth(number)) == 1.0
    assert value(right[::-1], published_truth(number)) == 1.0


@each_truth
def test_every_other_name_of_its_root_scores_one(number, published_truth):
    right, others, _ = TABLE[number]
    truth = published_truth(number)
    assert others
    assert {other: value([other, *right[1:]], truth) for other in others} == dict.fromkeys(others, 1.0)


@each_truth
def test_wrong_names_alone_score_zero(number, published_truth):
    _, _, wrong = TABLE[number]
    truth = published_truth(number)
    names = [*wrong, *UNRELATED, MANY]
    assert {name: value([name], truth) for name in names} == dict.fromkeys(names, 0.0)


@pytest.mark.slow
@each_truth
@pytest.mark.parametrize("extra_count", [1, 2, 5])
def test_each_name_too_many_costs_precision(number, extra_count, published_truth):
    right, _, wrong = TABLE[number]
    names = [*wrong[:1], *right, *UNRELATED][: len(right) + extra_count]
    if extra_count == 5:
        names = [*right, *UNRELATED]
    assert value(names, published_truth(number)) == pytest.approx(len(right) / (len(right) + extra_count))


CONTROLLERS = {"deployment", "statefulset", "daemonset", "rollout"}


def family(name):
    kind = parse_entity(name).kind
    return "controller" if kind in CONTROLLERS else "experiment" if kind.endswith("chaos") else kind


@each_truth
def test_objects_of_two_kinds_are_two_true_positives_and_other_names_of_one_are_not(number, published_truth):
    right, others, wrong = TABLE[number]
    families = {family(name) for name in [right[0], *others]}
    parts = score_diagnosis(answer([*right, *others, wrong[0]]), published_truth(number))
    # Truth 1 joins two applications in one root, and none of its other names is another name of the first.
    hits = len(right) + (len(others) if number == 1 else len(families) - 1)
    assert parts.value == pytest.approx(hits / (hits + 1))
    assert parts.metrics["precision_at_full_recall_strict"] == pytest.approx(len(right) / (hits + 1))


@each_truth
def test_naming_an_object_again_changes_nothing(number, published_truth):
    right, _, wrong = TABLE[number]
    truth = published_truth(number)
    once = score_diagnosis(answer([*right, wrong[0]]), truth)
    again = score_diagnosis(answer([*right, *[right[0]] * 150, wrong[0], wrong[0].upper(), wrong[0]]), truth)
    assert (once.value, again.metrics["names_repeated"]) == (
        pytest.approx(len(right) / (len(right) + 1)),
        151,
    )
    more = 1 if parse_entity(wrong[0].upper()).id != parse_entity(wrong[0]).id else 0
    assert again.value == pytest.approx(len(right) / (len(right) + 1 + more))


@each_truth
def test_the_right_name_in_a_wrong_namespace_scores_zero(number, published_truth):
    right, _, _ = TABLE[number]
    names = ["elsewhere/" + name.split("/", 1)[1] for name in right]
    assert value(names, published_truth(number)) == 0.0


@pytest.mark.slow
@each_truth
def test_the_right_name_with_a_wrong_kind_scores_zero(number, published_truth):
    right, _, _ = TABLE[number]
    for kind in ("CronJob", "BogusChaos", "Deploymentz", "Deployments.example.com"):
        names = [f"{name.split('/')[0]}/{kind}/{name.split('/')[2]}" for name in right]
        assert value(names, published_truth(number)) == 0.0


WORKLOADS = {
    1: "load-generator",
    16: "shipping",
    20: "product-catalog",
    23: "checkout",
    33: "ad",
    34: "valkey-cart",
    43: "frontend",
    44: "payment",
    45: "email",
    49: "cart",
    105: "product-catalog",
    114: "product-catalog",
}
# As Kubernetes draws them: k8s.io/apimachinery/pkg/util/rand.
POD_SUFFIXES = st.text(alphabet="bcdfghjklmnpqrstvwxz2456789", min_size=5, max_size=5)
TEMPLATE_HASHES = st.text(alphabet="456789bcdf", min_size=8, max_size=10)


@pytest.mark.slow
@given(
    number=st.sampled_from(sorted(WORKLOADS)),
    template=TEMPLATE_HASHES,
    suffix=POD_SUFFIXES,
    ordinal=st.integers(0, 999),
)
def test_whatever_suffix_kubernetes_generates_the_right_workload_is_found(
    published_truth, number, template, suffix, ordinal
):
    truth, name = published_truth(number), WORKLOADS[number]
    for text in (
        f"otel-demo/Pod/{name}-{template}-{suffix}",
        f"otel-demo/ReplicaSet/{name}-{template}",
        f"otel-demo/Pod/{name}-{suffix}",
        f"otel-demo/Pod/{name}-{ordinal}",
    ):
        assert value([text], truth) == 1.0
        assert value([text.replace(name, f"{name}-proxies", 1)], truth) == 0.0


@pytest.mark.slow
@given(suffix=POD_SUFFIXES)
def test_whatever_suffix_chaos_mesh_generates_the_right_experiment_is_found(published_truth, suffix):
    for number, kind, name in (
        (17, "NetworkChaos", "otel-demo-product-catalog-network-delay"),
        (25, "StressChaos", "otel-demo-recommendation-cpu-stress"),
        (29, "JVMChaos", "otel-demo-ad-jvm-return"),
        (62, "StressChaos", "valkey-cart-stress-chaos"),
        (80, "NetworkChaos", "otel-demo-checkout-kafka-network-partition"),
    ):
        parts = score_diagnosis(answer([f"{CHAOS}/{kind}/{name}-{suffix}"]), published_truth(number))
        assert parts.details["entities"][0]["is_root_cause"]


def test_naming_one_object_often_does_not_drown_wrong_names(published_truth):
    padded = ["otel-demo/Deployment/shipping"] * 190 + [
        f"otel-demo/Service/{letter}" for letter in "abcdefghij"
    ]
    parts = score_diagnosis(answer(padded), published_truth(16))
    assert parts.value == pytest.approx(1 / 11)
    assert "'otel-demo/Deployment/shipping' is named 190 times; the same object counts once" in parts.reasons


@pytest.mark.parametrize("number", [38, 52, 62])
def test_one_of_two_root_causes_is_not_enough(number, published_truth):
    right, _, wrong = TABLE[number]
    truth = published_truth(number)
    assert [value([name], truth) for name in right] == [0.0, 0.0]
    assert [value([name, name, wrong[0]], truth) for name in right] == [0.0, 0.0]


def test_one_name_is_not_both_of_two_root_causes_with_the_same_filter(published_truth):
    parts = score_diagnosis(answer(["otel-demo/HorizontalPodAutoscaler/ad"] * 2), published_truth(38))
    assert parts.value == 0.0
    assert "fewer different root causes are named than the 2 there are" in parts.reasons


@pytest.mark.parametrize(
    ("number", "component"),
    [
        (1, "frontend-proxy"),
        (4, "product-catalog"),
        (5, "ad"),
        (11, "fraud-detection"),
        (12, "recommendation"),
        (18, "checkout"),
        (20, "product-catalog"),
        (21, "valkey-cart"),
        (23, "checkout"),
        (25, "recommendation"),
        (39, "payment"),
        (40, "valkey-cart"),
        (91, "fraud-detection"),
    ],
)
def test_the_component_that_fails_first(number, component, published_truth):
    truth = published_truth(number)
    services = {group.filters[0].removesuffix(r"\b") for group in truth.groups if group.kind == "Service"}
    found = {
        name: score_diagnosis(
            {"entities": [], "propagations": [{"source": f"otel-demo/Service/{name}", "target": "?"}]}, truth
        ).metrics["fault_localization"]
        for name in services | {component}
    }
    assert found.pop(component) == 1.0
    assert not any(found.values())


@pytest.mark.slow
def test_all_services_without_propagations_are_no_path(published_truth):
    names = ["ad", "cart", "checkout", "email", "frontend", "frontend-proxy", "payment", "quote", "shipping"]
    entities = [{"name": f"otel-demo/Service/{name}", "contributing_factor": False} for name in names]
    for number in TABLE:
        metrics = score_diagnosis({"entities": entities}, published_truth(number)).metrics
        assert metrics["fault_localization"] in {0.0, None}
        assert metrics["propagation_chain_f1"] in {0.0, None}


def test_an_alias_of_truth_one_does_not_stand_for_the_component_behind_it(published_truth):
    # Load generator and frontend proxy share an alias list; accounting is the third.
    steps = [{"source": "otel-demo/Pod/load-generator", "target": "otel-demo/Service/accounting"}]
    metrics = score_diagnosis({"entities": [], "propagations": steps}, published_truth(1)).metrics
    assert metrics["propagation_chain_recall"] == pytest.approx(2 / 3)


def test_the_answer_of_ibms_agent_to_scenario_two(published_truth, published_answer):
    # It blames flagd-config, the root, and the deployment flagd, which is none: 1 / 2. Its chain is
    # flagd-config, cart, checkout, frontend; the truth's is flagd-config, cart, frontend, frontend-proxy: 3 of 4.
    parts = score_diagnosis(published_answer, published_truth(2))
    assert parts.value == 0.5
    assert parts.metrics["propagation_chain_f1"] == 0.75
    assert parts.metrics["wrong_fault_injection_mechanism"] == 1.0
    assert parts.metrics["fault_localization"] == 1.0
    assert "'otel-demo/Deployment/flagd' is wrong: fault injection mechanism" in parts.reasons
