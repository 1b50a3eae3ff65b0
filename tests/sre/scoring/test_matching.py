"""Names of any shape are read, and match a group by namespace, kind and name."""

import pytest
from hypothesis import given, strategies as st

from itbench_sre.scoring import Entity, matches_group, parse_entity
from itbench_sre.truth import Group


@pytest.mark.parametrize(
    ("text", "entity"),
    [
        ("otel-demo/Pod/cart-0", Entity("otel-demo", "pod", "cart-0")),
        ("  OTEL-Demo / POD / cart-0 ", Entity("otel-demo", "pod", "cart-0")),
        ("cluster/Node/worker-1", Entity("cluster", "node", "worker-1")),
        ("Namespace/otel-demo", Entity("", "namespace", "otel-demo")),
        ("/Pod/cart", Entity("", "pod", "cart")),
        ("a/b/c/d", Entity("a", "b", "c/d")),
        ("/otel-demo/Deployment/cart", Entity("otel-demo", "deployment", "cart")),
        ("otel-demo/Deployment/cart/", Entity("otel-demo", "deployment", "cart")),
        ("otel-demo/deployments/cart", Entity("otel-demo", "deployment", "cart")),
        ("otel-demo/deploy/cart", Entity("otel-demo", "deployment", "cart")),
        ("otel-demo/deployments.apps/cart", Entity("otel-demo", "deployment", "cart")),
        ("otel-demo/deploy.example.com/cart", Entity("otel-demo", "deploy.example.com", "cart")),
        ("otel-demo/apps/v1/deployments/cart", Entity("otel-demo", "deployment", "cart")),
        ("otel-demo/NetworkPolicies/deny", Entity("otel-demo", "networkpolicy", "deny")),
        ("otel-demo/Endpoints/cart", Entity("otel-demo", "endpoints", "cart")),
        ("otel-demo/HPA/cart", Entity("otel-demo", "horizontalpodautoscaler", "cart")),
        ("storageclasses/fast", Entity("", "storageclass", "fast")),
        ("chaos-mesh/schedules.chaos-mesh.org/x", Entity("chaos-mesh", "schedule", "x")),
        ("otel-demo/Service/cart.otel-demo.svc.cluster.local", Entity("otel-demo", "service", "cart")),
        ("otel-demo/svc/cart.otel-demo.svc", Entity("otel-demo", "service", "cart")),
        ("otel-demo/Service/cart.shop.svc", Entity("otel-demo", "service", "cart.shop.svc")),
        ("cluster/ClusterRole/system:node", Entity("cluster", "clusterrole", "system:node")),
        ("otel-demo/HorizontalPodAutoscaler/*", None),
        ("otel-demo/Pod/cart-.*", None),
        ("otel-demo/Pod/cart-", None),
        ("otel-demo/ConfigMap/flagd-config:cartFailure", None),
        ("otel-demo/Pod/cart-0@worker-1", None),
        ("otel-demo/Pod/cart/redis", None),
        ("otel-demo/Pod/cart(", None),
        (f"otel-demo/Pod/{'a' * 253}", Entity("otel-demo", "pod", "a" * 253)),
        (f"otel-demo/Pod/{'a' * 254}", None),
        ("cart.otel-demo.svc.cluster.local", None),
        ("otel-demo/Pod//", None),
        ("cart", None),
        ("", None),
        ("//", None),
        ("a//c", None),
        ("a/b/ ", None),
    ],
)
def test_a_name_is_read_whatever_its_shape(text, entity):
    assert parse_entity(text) == entity


@pytest.mark.slow
@given(st.text(max_size=40))
def test_no_text_makes_reading_fail(text):
    entity = parse_entity(text)
    assert entity is None or (entity.kind and entity.name)


POD = Group("g", "Pod", "shop", ("cart-.*",))
SERVICE = Group("g", "Service", "shop", (r"cart\b",))
SCHEDULE = Group("g", "Schedule", "chaos-mesh", ("cart-delay",))
DELAY = Group("g", "NetworkChaos", "chaos-mesh", ("cart-delay",))
NAMED = Group("g", "ConfigMap", "shop", name="flags")
BOTH = Group("g", "ConfigMap", "shop", ("flags-.*",), name="flags-x")
CLUSTER = Group("g", "Namespace", "shop", name="shop")
ANYWHERE = Group("g", "Deployment", None, ("cart",))
FLAGS = Group("g", "ConfigMap", "shop", ("flags-.*",))
APP_CHAOS = Group("g", "Schedule", "shop", ("cart-delay",))
GLOB = Group("g", "Route", "shop", ("*cart(",))


@pytest.mark.parametrize(
    ("text", "group", "is_match"),
    [
        ("shop/Pod/cart-7d9c8b6f5d-x7k2p", POD, True),
        ("shop/Pod/cart", POD, True),
        ("shop/Deployment/cart", POD, True),
        ("shop/StatefulSet/cart", POD, True),
        ("shop/DaemonSet/cart", POD, True),
        ("shop/ReplicaSet/cart-7d9c8b6f5d", POD, True),
        ("shop/Service/cart", POD, False),
        ("shop/CronJob/cart", POD, False),
        ("other/Pod/cart", POD, False),
        ("Pod/cart", POD, False),
        ("shop/Pod/Cart", POD, False),
        ("shop/Pod/carts", POD, False),
        ("shop/Pod/valkey-cart", POD, False),
        ("shop/Service/cart", SERVICE, True),
        ("SHOP/service/cart", SERVICE, True),
        ("shop/Pod/cart", SERVICE, False),
        ("shop/Service/valkey-cart", SERVICE, False),
        ("shop/Service/cart-2", SERVICE, False),
        ("chaos-mesh/Schedule/cart-delay", SCHEDULE, True),
        ("chaos-mesh/NetworkChaos/cart-delay-x7k2p", SCHEDULE, True),
        ("chaos-mesh/PodChaos/cart-delay", SCHEDULE, True),
        ("shop/Schedule/cart-delay", SCHEDULE, False),
        ("chaos-mesh/Pod/cart-delay", SCHEDULE, False),
        ("chaos-mesh/Schedule/cart-delay", DELAY, True),
        ("chaos-mesh/PodChaos/cart-delay", DELAY, False),
        ("shop/ConfigMap/flags", NAMED, True),
        ("shop/ConfigMap/flags-2", NAMED, False),
        ("shop/ConfigMap/my-flags", NAMED, False),
        ("shop/ConfigMap/flags-y", BOTH, True),
        ("shop/ConfigMap/flags", FLAGS, True),
        ("shop/ConfigMap/flag", FLAGS, False),
        ("shop/Schedule/cart-delay", APP_CHAOS, True),
        ("shop/PodChaos/cart-delay", APP_CHAOS, False),
        ("cluster/Namespace/shop", CLUSTER, True),
        ("shop/Namespace/shop", CLUSTER, True),
        ("Namespace/shop", CLUSTER, True),
        ("other/Namespace/shop", CLUSTER, False),
        ("any/Deployment/cart", ANYWHERE, True),
        ("Deployment/cart", ANYWHERE, True),
        ("any/Deployment/cart-2", ANYWHERE, False),
        ("shop/Route/my-cart(", GLOB, True),
        ("shop/Route/cart", GLOB, False),
    ],
)
def test_an_entity_matches_a_group_by_namespace_kind_and_name(text, group, is_match):
    entity = parse_entity(text)
    assert entity is not None
    assert matches_group(entity, group) is is_match


HASH = "7d9c8b6f5d"


@pytest.mark.parametrize(
    ("text", "filter_text", "is_match"),
    [
        ("shop/Deployment/checkout", "checkout-.*", True),
        ("shop/Rollout/checkout", "checkout-.*", True),
        (f"shop/ReplicaSet/checkout-{HASH}", "checkout-.*", True),
        (f"shop/Pod/checkout-{HASH}-x7k2p", "checkout-.*", True),
        ("shop/Pod/checkout-x7k2p", "checkout-.*", True),
        ("shop/Pod/checkout-0", "checkout-.*", True),
        (f"shop/Pod/checkout-v1-{HASH}-x7k2p", "checkout-.*", True),
        ("shop/Deployment/checkout-db", "checkout-.*", False),
        ("shop/Deployment/checkout-v1", "checkout-.*", True),
        ("shop/StatefulSet/checkout-v12", "checkout-.*", True),
        ("shop/Pod/checkout-v1", "checkout-.*", True),
        ("shop/Pod/checkout-v1-0", "checkout-.*", True),
        ("shop/ReplicaSet/checkout-v1", "checkout-.*", True),
        (f"shop/ReplicaSet/checkout-v1-{HASH}", "checkout-.*", True),
        ("shop/Deployment/checkout-v1", r"checkout\b", False),
        ("shop/Deployment/checkout-v1", "checkout", False),
        ("shop/Deployment/checkout-v1", "checkout-v2-.*", False),
        ("shop/Deployment/checkout-v1", "checkout-v1-.*", True),
        ("shop/Deployment/checkout-v1", "^checkout-[a-z0-9]+-[a-z0-9]+-[a-z0-9]+$", True),
        ("shop/Deployment/checkout-v1", r"checkout-v\d+-.*", True),
        ("shop/Deployment/checkout-v1-db", "checkout-.*", False),
        ("shop/Deployment/checkout-db-v1", "checkout-.*", False),
        ("shop/Deployment/checkout-v", "checkout-.*", False),
        ("shop/Deployment/checkout-v1v2", "checkout-.*", False),
        ("shop/Deployment/checkout-1", "checkout-.*", False),
        ("shop/StatefulSet/checkout-0", "checkout-.*", False),
        (f"shop/Deployment/checkout-{HASH}", "checkout-.*", False),
        ("shop/Pod/checkout-db", "checkout-.*", False),
        (f"shop/Pod/checkout-db-{HASH}-x7k2p", "checkout-.*", False),
        (f"shop/Pod/checkout-db-v1-{HASH}-x7k2p", "checkout-.*", False),
        ("shop/Pod/checkouts", "checkout.*", False),
        ("shop/Pod/checkout-0", "checkout.*", True),
        ("shop/Deployment/checkout", ".*checkout.*", True),
        ("shop/Deployment/my-checkout", ".*checkout.*", False),
        ("shop/Deployment/mycheckout", ".*checkout", False),
        ("shop/Deployment/frontend-proxy", "frontend-.*", False),
        ("shop/Deployment/frontend-proxy", "frontend-proxy-.*", True),
        ("shop/Deployment/frontend-proxy", "frontend|frontend-proxy", True),
        ("shop/Deployment/cart", "(cart|checkout)-.*", True),
        ("shop/Deployment/cart-db", "(cart|checkout)-.*", False),
        (f"shop/Pod/frontend-{HASH}-x7k2p", ".*frontend-[a-z0-9]+-[a-z0-9]+$", True),
        ("shop/Deployment/frontend", "^frontend-[a-z0-9]+-[a-z0-9]+$", True),
        ("shop/Pod/frontend-proxy-x7k2p", "^frontend-[a-z0-9]+-[a-z0-9]+$", False),
        ("shop/Pod/kafka-0", "kafka-[01]", True),
        ("shop/Pod/anything-at-all", ".*", True),
        ("shop/Pod/anything-at-all", "*.*", True),
        (f"shop/Pod/productpage-v1-{HASH}-x7k2p", "productpage-v1-*", True),
    ],
)
def test_a_wildcard_of_a_workload_takes_versions_and_generated_suffixes_and_no_other_workloads_name(
    text, filter_text, is_match
):
    entity = parse_entity(text)
    assert entity is not None
    assert matches_group(entity, Group("g", "Pod", "shop", (filter_text,))) is is_match


@pytest.mark.slow
@given(
    words=st.lists(st.text(alphabet="abcdefghij", min_size=1, max_size=6), min_size=1, max_size=3),
    more=st.text(alphabet="abcdefghijk-", min_size=1, max_size=8),
    kind=st.sampled_from(["Deployment", "StatefulSet", "DaemonSet", "Rollout", "Pod"]),
)
def test_whatever_is_added_to_the_name_of_a_workload_names_another_one(words, more, kind):
    name = "-".join(words)
    group = Group("g", "Pod", "shop", (f"{name}-.*",))
    exact, other = Entity("shop", kind.lower(), name), Entity("shop", kind.lower(), f"{name}-{more}")
    assert matches_group(exact, group)
    # What is added has no digit; only the five letters of a DaemonSet's pod look generated.
    assert not matches_group(other, group) or other.bare_name == name


@pytest.mark.parametrize(
    ("name", "filter_text", "is_match"),
    [
        ("otel-demo-recommendation-cpu-stress", ".*recommendation", True),
        ("recommendation", ".*recommendation", True),
        ("recommendation-service-memory-stress", ".*recommendation", True),
        ("delay-otel-demo-productcatalogservice", ".*product-catalog", True),
        ("tamper-body-otel-demo-26-emailservice", ".*emailservice", True),
        ("otel-demo-email-http-chaos-post-body-tamper", ".*emailservice", True),
        ("otel-demo-ad-jvm-return", ".*adservice", True),
        ("book-info-reviews-network-loss", ".*reviews", False),
        ("otel-demo-load-jvm-return", ".*adservice", False),
        ("otel-demo-recommendation-checkout-cpu-stress", ".*recommendation", False),
        ("otel-demo-recommendation-recommendation", ".*recommendation", False),
        ("otel-demo-recommendation-cpu-stress-network-delay", ".*recommendation", False),
        ("otel-demo-recommendation-network-delay-loss", ".*recommendation", False),
        ("otel-demo-recommendation-whatever", ".*recommendation", False),
        ("otel-demo-product-catalog-network-delay", ".*product-catalog-network-delay", True),
        ("otel-demo-product-catalog-network-delay-cpu-stress", ".*product-catalog-network-delay", False),
        ("otel-demo-cart-product-catalog-network-delay", ".*product-catalog-network-delay", False),
        ("otel-demo-email-checkout-network-partition", ".*email-checkout-network-partition", True),
        ("checkout-payment-network-loss", ".*checkout-payment-network-loss.*", True),
        ("checkout-payment-network-loss-delay", ".*checkout-payment-network-loss.*", False),
        ("guild-drill-4", "guild-drill-4.*", True),
        ("guild-drill-41", "guild-drill-4.*", False),
        ("my-guild-drill-4", "guild-drill-4.*", False),
        ("-".join(["network"] * 20), ".*network", False),
    ],
)
def test_a_loose_filter_means_the_experiment_with_that_target_and_one_fault(name, filter_text, is_match):
    group = Group("g", "NetworkChaos", "chaos-mesh", (filter_text,))
    for kind, suffix in (("networkchaos", ""), ("networkchaos", "-x7k2p"), ("schedule", "")):
        entity = Entity("chaos-mesh", kind, name + suffix)
        assert matches_group(entity, group, frozenset({"otel-demo"})) is is_match


@pytest.mark.parametrize(
    ("text", "id_"),
    [
        ("otel-demo/Deployment/cart", "otel-demo/deployment/cart"),
        (" OTEL-Demo / deployment / cart ", "otel-demo/deployment/cart"),
        ("otel-demo/Deployment.apps/cart", "otel-demo/deployment/cart"),
        ("otel-demo/deployment.v1.apps/cart", "otel-demo/deployment/cart"),
        ("otel-demo/apps/v1/Deployment/cart", "otel-demo/deployment/cart"),
        ("otel-demo/v1/ConfigMap/flags", "otel-demo/configmap/flags"),
        ("chaos-mesh/NetworkChaos.chaos-mesh.org/x", "chaos-mesh/networkchaos/x"),
        ("chaos-mesh/chaos-mesh.org/v1alpha1/HTTPChaos/x", "chaos-mesh/httpchaos/x"),
        ("mesh/AuthorizationPolicy.security.istio.io/x", "mesh/authorizationpolicy/x"),
        ("cluster/Namespace/shop", "/namespace/shop"),
        ("shop/Namespace/shop", "/namespace/shop"),
        ("Namespace/shop", "/namespace/shop"),
        ("other/Namespace/shop", "other/namespace/shop"),
        ("cluster/Node/worker-1", "/node/worker-1"),
        ("otel-demo/Deployment.example.com/cart", "otel-demo/deployment.example.com/cart"),
        ("otel-demo/example.com/v1/Deployment/cart", "otel-demo/example.com/v1/Deployment/cart"),
        ("otel-demo/Deployment/Cart", "otel-demo/deployment/Cart"),
    ],
)
def test_all_spellings_of_an_object_have_one_id(text, id_):
    entity = parse_entity(text)
    assert entity is not None
    assert entity.id == id_


@pytest.mark.parametrize(
    "text",
    [
        "otel-demo/Deployment/ad anything",
        "otel demo/Deployment/ad",
        "otel-demo/Deployment/ad\tx",
        "otel-demo/Deployment/c\u0430rt",
        "otel-demo/Deployment/cart\u200b",
        "\uff2ftel-demo/Deployment/cart",
        "otel-demo/\u212aind/cart",
        "flagd-config ConfigMap",
    ],
)
def test_a_name_that_kubernetes_could_not_have_is_unreadable(text):
    assert parse_entity(text) is None
