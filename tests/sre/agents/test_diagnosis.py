"""Whole diagnoses of tiny made-up incidents; each has a decoy and is unlike the applications of the world."""

import pytest


def finish(shop, tmp_path, make):
    return make.attempt("baseline", shop.write(tmp_path))


def broken_shop(shop, make, before, after, *, broken="vault", error="connection refused"):
    """Traffic that fails from second 600 on, and two pulls around it."""
    shop.traffic(broken=broken, error=error)
    decoy = make.deployment("gate", image="gate:2", edited_s=900)
    shop.pull(10, *before, make.deployment("gate", image="gate:1"))
    shop.pull(310, *before, make.deployment("gate", image="gate:1"))
    shop.pull(610, *after, make.deployment("gate", image="gate:1"))
    shop.pull(910, *after, decoy)


def test_a_rolled_out_image_that_is_not_there(tmp_path, shop, make):
    others = [make.deployment("till"), make.deployment("stock")]
    broken_shop(shop, make, [*others, make.deployment("vault")], [*others, make.deployment("vault", image="vault:9", edited_s=570)])  # fmt: skip
    for at_s in range(580, 900, 20):
        shop.event(
            at_s, "Pod", "vault-755465879b-rh5r4", "Failed", 'Failed to pull image "vault:9": not found'
        )
    outcome = finish(shop, tmp_path, make)
    assert outcome.names == ["shop/Deployment/vault"]
    assert "vault:9" in outcome.answer["contributing_factors"][0]["evidence"]


@pytest.mark.slow
def test_a_quota_that_keeps_pods_out_is_named_instead_of_the_rollout_it_stops(tmp_path, shop, make):
    others = [make.deployment("till"), make.deployment("stock")]
    quota = make.thing("ResourceQuota", "cap", spec={"hard": {"pods": "9"}})
    low = make.thing("ResourceQuota", "cap", edited_s=540, spec={"hard": {"pods": "3"}})
    broken_shop(shop, make, [*others, make.deployment("vault"), quota], [*others, make.deployment("vault", image="vault:2", edited_s=570), low])  # fmt: skip
    for at_s in range(580, 1000, 30):
        shop.event(at_s, "ReplicaSet", "vault-84889c965d", "FailedCreate", 'Error creating: pods "vault-84889c965d-x7x2z" is forbidden: exceeded quota: cap, requested: pods=1')  # fmt: skip
    assert finish(shop, tmp_path, make).names == ["shop/ResourceQuota/cap"]


def test_a_network_policy_around_the_callee(tmp_path, shop, make):
    shops = [make.deployment(name) for name in ("till", "stock", "vault")]
    wall = make.thing(
        "NetworkPolicy", "wall", created_s=590, spec={"podSelector": {"matchLabels": {"app": "vault"}}}
    )
    broken_shop(shop, make, shops, [*shops, wall], error="context deadline exceeded")
    assert finish(shop, tmp_path, make).names == ["shop/NetworkPolicy/wall"]


def test_a_feature_flag_named_after_the_failing_service(tmp_path, shop, make):
    shops = [make.deployment(name) for name in ("till", "stock", "vault")]
    shops.append(make.deployment("flagd", config="flags"))

    def flags(variant, **more):
        content = (
            '{"flags": {"vaultFailure": {"defaultVariant": "%s"}, "gateFailure": {"defaultVariant": "off"}}}'
        )
        return make.thing("ConfigMap", "flags", data={"flags.json": content % variant}, **more)

    broken_shop(
        shop, make, [*shops, flags("off")], [*shops, flags("on", edited_s=590)], error="internal error"
    )
    assert finish(shop, tmp_path, make).names == ["shop/ConfigMap/flags"]


def test_a_new_workload_that_uses_up_what_others_need(tmp_path, shop, make):
    shops = [make.deployment(name) for name in ("till", "stock", "vault")]
    export = make.deployment("export", env={"STORE": "postgres://vault:5432"}, created_s=560)
    broken_shop(shop, make, shops, [*shops, export], error="sorry, too many clients already")
    assert finish(shop, tmp_path, make).names == ["shop/Deployment/export"]


def test_a_lost_service(tmp_path, shop, make):
    shops = [make.deployment(name) for name in ("till", "stock", "vault")]
    broken_shop(
        shop, make, [*shops, make.thing("Service", "vault")], shops, error="lookup vault: no such host"
    )
    assert finish(shop, tmp_path, make).names == ["shop/Service/vault"]


def test_an_experiment_that_is_over_is_not_named_and_the_one_that_is_on_is(tmp_path, shop, make):
    shop.traffic(broken="vault", error="context deadline exceeded")
    chaos = {"namespace": "chaos-mesh", "level": "Normal"}
    for name, on_s, off_s, pods in (("old-cut", 100, 130, ["vault"]), ("new-cut", 598, None, ["stock", "vault"]), ("lab-cut", 595, None, ["gate"])):  # fmt: skip
        shop.event(on_s, "Schedule", name, "Spawned", f"Create new object: {name}-x7x2z", **chaos)
        for pod in pods:
            shop.event(on_s, "NetworkChaos", f"{name}-x7x2z", "Applied", f"Successfully apply chaos for shop/{pod}-755465879b-rh5r4", **chaos)  # fmt: skip
        if off_s:
            shop.event(
                off_s, "NetworkChaos", f"{name}-x7x2z", "TimeUp", "Time up according to the duration", **chaos
            )
    assert finish(shop, tmp_path, make).names == ["chaos-mesh/Schedule/new-cut"]


def test_without_objects_the_rollout_in_the_events_is_named(tmp_path, shop, make):
    shop.traffic(broken="vault")
    for name, at_s in (("gate", 900), ("vault", 580)):
        shop.event(at_s, "Deployment", name, "ScalingReplicaSet", f"Scaled up replica set {name}-84889c965d from 0 to 1", level="Normal")  # fmt: skip
    assert finish(shop, tmp_path, make).names == ["shop/Deployment/vault"]


def test_without_any_change_the_workload_that_fails_deepest_is_named(tmp_path, shop, make):
    shop.traffic(broken="stock")
    for at_s in range(600, 900, 20):
        shop.event(at_s, "Pod", "stock-755465879b-rh5r4", "BackOff", "Back-off restarting failed container")
    assert finish(shop, tmp_path, make).names == ["shop/Deployment/stock"]


@pytest.mark.parametrize("kept", ["otel_logs_raw.tsv", "otel_traces_raw.tsv"])
def test_one_kind_of_telemetry_is_enough_to_find_the_change(tmp_path, shop, make, kept):
    others = [make.deployment("till"), make.deployment("stock")]
    broken_shop(shop, make, [*others, make.deployment("vault")], [*others, make.deployment("vault", image="vault:9", edited_s=590)])  # fmt: skip
    for at_s in range(0, 1200, 10):
        shop.log(at_s, "vault", "alive", severity="INFO")
    shop.rows = {name: rows for name, rows in shop.rows.items() if name in {kept, "k8s_objects_raw.tsv"}}
    assert finish(shop, tmp_path, make).names == ["shop/Deployment/vault"]


def test_the_way_of_the_failure_leads_from_the_change_to_the_callers(tmp_path, shop, make):
    shops = [make.deployment(name) for name in ("till", "stock", "vault")]
    wall = make.thing(
        "NetworkPolicy", "wall", created_s=590, spec={"podSelector": {"matchLabels": {"app": "vault"}}}
    )
    broken_shop(shop, make, shops, [*shops, wall])
    steps = finish(shop, tmp_path, make).answer["propagations"]
    assert [(step["source"], step["target"]) for step in steps] == [
        ("shop/NetworkPolicy/wall", "shop/Deployment/vault"),
        ("shop/Deployment/vault", "shop/Deployment/stock"),
    ]
