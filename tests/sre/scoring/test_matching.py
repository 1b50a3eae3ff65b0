"""Names of any shape are read, and match a group by namespace, kind and name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from itbench_sre.scoring import Entity, Matcher, matches_group, parse_entity
from itbench_sre.truth import Group, Truth


@pytest.mark.parametrize(
    ("text", "entity"),
    [
        ("otel-demo/Pod/cart-0", Entity("otel-demo", "pod", "cart-0")),
        ("  OTEL-Demo / POD / cart-0 ", Entity("otel-demo", "pod", "cart-0")),
        ("cluster/Node/worker-1", Entity("cluster", "node", "worker-1")),
        ("Namespace/otel-demo", Entity("", "namespace", "otel-demo")),
        ("/Pod/cart", Entity("", "pod", "cart")),
        ("a/b/c/d", Entity("a", "b", "c/d")),
        ("cart", None),
        ("", None),
        ("//", None),
        ("a//c", None),
        ("a/b/ ", None),
    ],
)
def test_a_name_is_read_whatever_its_shape(text, entity):
    assert parse_entity(text) == entity


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
GLOB = Group("g", "Pod", "shop", ("*cart(",))


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
        ("shop/Pod/my-cart(", GLOB, True),
        ("shop/Pod/cart", GLOB, False),
    ],
)
def test_an_entity_matches_a_group_by_namespace_kind_and_name(text, group, is_match):
    entity = parse_entity(text)
    assert entity is not None
    assert matches_group(entity, group) is is_match


def test_a_wildcard_does_not_take_what_another_group_names_outright():
    front = Group("front", "Pod", "shop", ("frontend-.*",), is_root_cause=True)
    proxy = Group("proxy", "Service", "shop", (r"frontend-proxy\b",))
    names = [
        "shop/Deployment/frontend-proxy",
        "shop/Pod/frontend-proxy-7d9c8b6f5d-x7k2p",
        "shop/Pod/frontend-0",
    ]
    with_proxy, alone = Matcher(Truth((front, proxy))), Matcher(Truth((front,)))
    allied = Matcher(Truth((front, proxy), aliases=(("front", "proxy"),)))
    assert [with_proxy.match(name).is_hit for name in names] == [False, False, True]
    assert [alone.match(name).is_hit for name in names] == [True, True, True]
    assert [allied.match(name).is_hit for name in names] == [True, True, True]
