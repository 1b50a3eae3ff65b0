"""The oddities of IBM's published truths, one by one; the numbers are those of the list of known oddities."""

import pytest

from itbench_sre.truth import load_truth, root_sets, solution
from itbench_sre.truth.naming import goes_by_name, names_borne


@pytest.fixture
def truth(published_truth):
    return lambda number: load_truth(published_truth(number), source=f"scenario_{number}")


def group(truth, group_id):
    return next(item for item in truth.groups if item.id == group_id)


def names(truth):
    return [factor["name"] for factor in solution(truth)["contributing_factors"]]


@pytest.mark.parametrize("number", [2, 16, 18, 102])
def test_oddity_1_wrapped_or_flat_has_groups_and_actions(number, truth):
    assert truth(number).groups
    assert truth(number).recommended_actions


@pytest.mark.parametrize("number", [2, 37, 58])
def test_oddity_2_a_group_may_have_a_name_and_no_filter(number, truth):
    named = next(item for item in truth(number).groups if item.is_root_cause)
    assert named.filters == ()
    assert goes_by_name(named, named.kind.casefold(), named.name)
    assert not goes_by_name(named, named.kind.casefold(), named.name + "-2")


def test_oddity_3_a_glob_of_namespace_and_name_takes_any_object(truth):
    autoscaler = group(truth(38), "ad-horizontal-pod-autoscaler-1")
    assert autoscaler.filters == ("*.*",)
    assert goes_by_name(autoscaler, "horizontalpodautoscaler", "anything")


def test_oddity_4_a_root_may_have_no_namespace(truth):
    assert group(truth(102), "otel-demo-namespace-1").namespace is None
    assert names(truth(102)) == ["cluster/Namespace/otel-demo"]


@pytest.mark.parametrize(("number", "count"), [(38, 2), (52, 2), (62, 2), (2, 1)])
def test_oddity_5_there_may_be_several_roots(number, count, truth):
    assert len(root_sets(truth(number))) == count


def test_oddity_6_one_id_may_stand_for_several_groups(truth):
    (root,) = root_sets(truth(18))
    assert [item.kind for item in root.groups] == ["PodChaos", "Schedule", "Schedule"]


@pytest.mark.parametrize(
    ("number", "dangling"), [(25, "node"), (44, "payment-anti-affinity"), (91, "kafka-pod-1")]
)
def test_oddity_7_propagations_may_name_no_group(number, dangling, truth):
    ends = {end for step in truth(number).propagations for end in (step.source, step.target)}
    assert dangling in ends - {item.id for item in truth(number).groups}


@pytest.mark.parametrize(
    ("number", "ids"),
    [
        (
            1,
            {
                "load-generator-pod-1",
                "load-generator-service-1",
                "frontend-proxy-pod-1",
                "frontend-proxy-service-1",
            },
        ),
        (23, {"checkout-deployment-1", "checkout-pod-1", "checkout-service-1"}),
        (37, {"otel-demo-namespace-1"}),
        (47, {"bookinfo-gateway-service"}),
    ],
)
def test_oddity_8_alias_lists_overlap_are_single_or_empty(number, ids, truth):
    assert [set(root.ids) for root in root_sets(truth(number))] == [ids]


def test_oddity_9_a_filter_that_matches_nothing_real_still_has_a_solution(truth):
    assert names(truth(29)) == ["chaos-mesh/JVMChaos/adservice"]


def test_oddity_10_a_group_goes_by_its_filter_and_not_by_its_id(truth):
    deployment = group(truth(20), "productcatalog-deployment-1")
    assert goes_by_name(deployment, "deployment", "product-catalog")
    assert not goes_by_name(deployment, "deployment", "productcatalog")


@pytest.mark.parametrize(
    ("number", "group_id", "name"),
    [(23, "checkout-deployment-1", "checkout"), (105, "product-catalog-deployment", "product-catalog")],
)
def test_oddity_11_a_pod_filter_takes_the_bare_deployment(number, group_id, name, truth):
    assert goes_by_name(group(truth(number), group_id), "deployment", name)


@pytest.mark.parametrize(
    ("number", "group_id", "name"),
    [
        (2, "frontend-service-1", "frontend-proxy"),
        (30, "ad-service-1", "load"),
        (30, "ad-service-1", "load-generator"),
    ],
)
def test_oddity_12_an_unanchored_filter_means_the_whole_name(number, group_id, name, truth):
    assert not goes_by_name(group(truth(number), group_id), "service", name)


def test_oddity_13_a_spawned_experiment_has_a_random_suffix(truth):
    stress = group(truth(21), "otel-demo-valkey-memory-stress")
    assert goes_by_name(stress, "stresschaos", "otel-demo-valkey-memory-stress-mz4tq")
    assert goes_by_name(stress, "schedule", "otel-demo-valkey-memory-stress")
    assert not goes_by_name(stress, "schedule", "otel-demo-valkey-memory-stress-mz4tq")


def test_oddity_14_the_truth_may_be_a_namespace_where_an_expert_names_a_quota(truth):
    (root,) = root_sets(truth(102))
    assert [item.kind for item in root.groups] == ["Namespace"]


def test_oddity_16_there_may_be_no_real_fault(truth):
    assert truth(37).propagations == ()
    assert names(truth(37)) == ["otel-demo/Namespace/otel-demo"]


@pytest.mark.parametrize("number", [1, 18])
def test_oddity_17_a_placeholder_is_no_reasoning(number, truth):
    assert truth(number).faults[0].condition.casefold() == "to be specified"
    assert "specified" not in solution(truth(number))["contributing_factors"][0]["reasoning"].casefold()


def test_oddity_18_a_backslash_is_a_word_boundary_and_no_backspace(truth):
    assert group(truth(16), "shipping-deployment-1").filters == ("shipping\\b",)


@pytest.mark.parametrize(
    ("kind", "name", "borne"),
    [
        ("pod", "cart-755465879b-x7k2p", ("cart-755465879b-x7k2p", "cart-755465879b", "cart")),
        ("pod", "cart-755465879b-aaaaa", ("cart-755465879b-aaaaa", "cart")),
        ("pod", "kafka-0", ("kafka-0", "kafka")),
        ("pod", "agent-x7k2p", ("agent-x7k2p", "agent")),
        ("pod", "frontend-proxy", ("frontend-proxy",)),
        ("pod", "product-catalog", ("product-catalog",)),
        ("pod", "email-service", ("email-service",)),
        ("replicaset", "cart-755465879b", ("cart-755465879b", "cart")),
        ("deployment", "cart-755465879b", ("cart-755465879b",)),
        ("networkchaos", "cart-network-delay", ("cart-network-delay",)),
        ("networkchaos", "cart-network-delay-x7k2p", ("cart-network-delay-x7k2p", "cart-network-delay")),
        ("service", "kafka-0", ("kafka-0",)),
    ],
)
def test_only_generated_suffixes_are_taken_off(kind, name, borne):
    assert names_borne(kind, name) == borne
