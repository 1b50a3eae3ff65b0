"""Kubernetes behaves: rollouts, quotas, pulls, crash loops, drains."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from itbench_sre.simulator.places import Policy
from itbench_sre.simulator.quotas import quantity
from itbench_sre.simulator.world import World

if TYPE_CHECKING:
    from itbench_sre.simulator.pods import Pod

SECOND_US = 1_000_000


@pytest.fixture
def world() -> World:
    return World(5)


def _wait(world: World, seconds: int) -> None:
    world.loop.run_until(world.loop.now_us + seconds * SECOND_US)


def _reasons(world: World, name: str) -> list[str]:
    return [
        sighting.event.reason
        for sighting in world.cluster.events.sightings
        if sighting.event.subject.name.startswith(name)
    ]


def _pods(world: World, name: str) -> list[Pod]:
    return [pod for pod in world.cluster.deployments[name].pods if not pod.is_deleting]


def test_a_rolling_update_keeps_the_service_up(world: World) -> None:
    world.cluster.scale("ad", 4, "kubectl-scale")
    _wait(world, 60)
    world.cluster.restart("ad")
    fewest, most = 4, 4
    for _ in range(300):
        world.loop.run_until(world.loop.now_us + 200_000)
        fewest = min(fewest, len(world.cluster.endpoints["ad"]))
        most = max(most, len(_pods(world, "ad")))
    assert (fewest, most) == (3, 5)
    (current,) = [owner for owner in world.cluster.deployments["ad"].sets if owner.desired]
    assert current.template == world.cluster.deployments["ad"].template
    assert len(world.cluster.endpoints["ad"]) == 4


def test_a_recreated_workload_is_down_in_between(world: World) -> None:
    world.cluster.restart("quote")
    _wait(world, 2)
    assert world.cluster.endpoints["quote"] == []
    _wait(world, 30)
    assert len(world.cluster.endpoints["quote"]) == 1


def test_a_rolling_update_to_a_missing_image_keeps_the_old_pod(world: World) -> None:
    world.kubelet.missing_images.add("nowhere:1")
    world.cluster.change_template("frontend", "kubectl-set", ("spec",), image="nowhere:1")
    _wait(world, 120)
    assert len(world.cluster.endpoints["frontend"]) == 1
    (waiting,) = [pod for pod in _pods(world, "frontend") if not pod.is_ready]
    assert waiting.waiting in {"ErrImagePull", "ImagePullBackOff"}
    assert waiting.phase == "Pending"
    assert {"Pulling", "Failed", "BackOff"} <= set(_reasons(world, waiting.name))


def test_a_quota_refuses_what_goes_over_it(world: World) -> None:
    quota = next(quota for quota in world.cluster.quotas if "pods" in quota.hard)
    count = len(world.cluster.all_pods)
    quota.hard["pods"] = count
    world.cluster.scale("image-provider", 3, "kubectl-scale")
    _wait(world, 5)
    assert len(_pods(world, "image-provider")) == 2
    messages = [sighting.event.message for sighting in world.cluster.events.sightings]
    text = f"exceeded quota: {quota.name}, requested: pods=1, used: pods={count}, limited: pods={count}"
    assert any(message.startswith("Error creating: pods ") and message.endswith(text) for message in messages)


def test_a_refused_pod_comes_once_the_quota_allows_it(world: World) -> None:
    quota = next(quota for quota in world.cluster.quotas if "pods" in quota.hard)
    quota.hard["pods"] = len(world.cluster.all_pods)
    world.cluster.scale("image-provider", 3, "kubectl-scale")
    _wait(world, 5)
    quota.hard["pods"] += 1
    _wait(world, 60)
    assert len(world.cluster.endpoints["image-provider"]) == 3


def test_a_missing_command_crashes_in_a_loop(world: World) -> None:
    world.kubelet.missing_commands.add("./nothing")
    world.cluster.change_template("email", "kubectl-patch", ("spec",), command=("./nothing",))
    _wait(world, 90)
    (pod,) = _pods(world, "email")
    assert pod.restarts >= 1
    assert not pod.is_ready
    assert "BackOff" in _reasons(world, pod.name)


def test_a_wrong_probe_port_never_lets_a_pod_in(world: World) -> None:
    world.cluster.change_template("email", "kubectl-patch", ("spec",), readiness_port=9)
    _wait(world, 60)
    (pod,) = _pods(world, "email")
    assert pod.phase == "Running"
    assert world.cluster.endpoints["email"] == []
    assert "Unhealthy" in _reasons(world, pod.name)


def test_drained_pods_come_back_elsewhere(world: World) -> None:
    node = world.cluster.nodes[0]
    names = {pod.service.name for pod in world.cluster.all_pods if pod.node == node.name}
    world.cluster.drain(node, frozenset())
    _wait(world, 60)
    for name in names:
        pods = world.cluster.endpoints[name]
        assert pods
        assert all(pod.node != node.name for pod in pods)


def test_a_denied_service_gets_nothing(world: World) -> None:
    policy = Policy(name="deny", service="ad", uid="u", version=1, created_us=world.loop.now_us)
    world.cluster.policies.append(policy)
    world.network.denied.add("ad")
    _wait(world, 5)
    before = sum(pod.handled for pod in world.cluster.endpoints["ad"])
    _wait(world, 60)
    assert sum(pod.handled for pod in world.cluster.endpoints["ad"]) == before
    assert world.telemetry.edges["frontend", "ad"][1] > 0


def test_a_cut_path_is_cut_both_ways(world: World) -> None:
    world.network.cut.add(("cart", "valkey-cart"))
    assert world.network.is_blocked("cart", "valkey-cart")
    assert world.network.is_blocked("valkey-cart", "cart")
    assert not world.network.is_blocked("cart", "kafka")


@pytest.mark.parametrize(
    ("resource", "value", "text"),
    [
        ("limits.cpu", 11_750, "11750m"),
        ("limits.cpu", 13_000, "13"),
        ("limits.memory", 2_048, "2Gi"),
        ("limits.memory", 96, "96Mi"),
        ("pods", 24, "24"),
    ],
)
def test_quantities_are_printed_as_kubernetes_does(resource: str, value: int, text: str) -> None:
    assert quantity(resource, value) == text
