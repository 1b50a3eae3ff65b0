"""Endpoints, autoscaling, draining, and the loss of a node."""

from itertools import pairwise

import pytest

from itbench_sre.world.clock.loop import SECOND_US
from itbench_sre.world.controllers.pods import condition, time_us
from itbench_sre.world.store.refs import JsonObject, Ref, ref_of
from itbench_sre.world.store.refusal import Refusal

from .clusters import Cluster

_ENDPOINTS = Ref("Endpoints", "shop", "cart")
_AUTOSCALER = Ref("HorizontalPodAutoscaler", "shop", "web")


def _service(cluster: Cluster, port: int | str = "http") -> None:
    ports = [{"name": "web", "port": 80, "targetPort": port}]
    cluster.create("Service", "cart", spec={"ports": ports, "selector": {"app": "cart"}})


def _addresses(cluster: Cluster, part: str = "addresses") -> list[str]:
    subsets = cluster.store.expect(_ENDPOINTS).get("subsets") or []
    return [each["ip"] for subset in subsets for each in subset.get(part) or ()]


def test_endpoints_hold_ready_pods_with_the_port_that_is_named(cluster: Cluster) -> None:
    _service(cluster)
    cluster.deployment("cart", 2)
    cluster.run(10)
    (subset,) = cluster.store.expect(_ENDPOINTS)["subsets"]
    assert subset["ports"] == [{"name": "web", "port": 8080, "protocol": "TCP"}]
    assert set(subset["addresses"][0]) == {"ip", "nodeName", "targetRef"}
    assert sorted(_addresses(cluster)) == sorted(pod["status"]["podIP"] for pod in cluster.pods())


def test_endpoints_follow_readiness_and_the_selector(cluster: Cluster) -> None:
    _service(cluster)
    ref = cluster.deployment("cart", 1, image="bad")
    cluster.run(10)
    assert (len(_addresses(cluster)), len(_addresses(cluster, "notReadyAddresses"))) == (0, 1)
    cluster.edit(ref, {("spec", "template", "spec", "containers", 0, "image"): "good:1"})
    cluster.run(20)
    assert (len(_addresses(cluster)), len(_addresses(cluster, "notReadyAddresses"))) == (1, 0)
    cluster.edit(Ref("Service", "shop", "cart"), {("spec", "selector", "app"): "carts"})
    cluster.run(5)
    assert "subsets" not in cluster.store.expect(_ENDPOINTS)


def test_a_port_name_that_no_pod_has_leaves_no_port(cluster: Cluster) -> None:
    _service(cluster, "htpp")
    cluster.deployment("cart", 1)
    cluster.run(10)
    assert "ports" not in cluster.store.expect(_ENDPOINTS)["subsets"][0]


def _autoscaled(cluster: Cluster, **behavior: object) -> Ref:
    target = {"averageUtilization": 70, "type": "Utilization"}
    spec = {
        "maxReplicas": 5,
        "metrics": [{"resource": {"name": "cpu", "target": target}, "type": "Resource"}],
        "minReplicas": 1,
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
    }
    cluster.create(
        "HorizontalPodAutoscaler", "web", spec={**spec, **({"behavior": behavior} if behavior else {})}
    )
    return cluster.deployment("web", 1)


def test_an_autoscaler_grows_at_once_and_shrinks_after_five_minutes(cluster: Cluster) -> None:
    cluster.usage["web"] = 65
    ref = _autoscaled(cluster)
    cluster.run(120)
    assert cluster.events("SuccessfulRescale") == []
    cluster.usage["web"] = 150  # 100m are requested: 150 % of 70 % asks for three
    cluster.run(30)
    assert cluster.store.expect(ref)["spec"]["replicas"] == 3
    cluster.usage["web"] = 20
    cluster.run(240)
    assert cluster.store.expect(ref)["spec"]["replicas"] == 3
    cluster.run(240)
    assert cluster.store.expect(ref)["spec"]["replicas"] == 1
    assert [each[1] for each in cluster.events("SuccessfulRescale")] == [
        "New size: 3; reason: cpu resource utilization (percentage of request) above target",
        "New size: 1; reason: All metrics below target",
    ]
    status = cluster.store.expect(_AUTOSCALER)["status"]
    assert status["currentMetrics"] == [
        {
            "resource": {"current": {"averageUtilization": 20, "averageValue": "20m"}, "name": "cpu"},
            "type": "Resource",
        }
    ]
    assert [each["type"] for each in status["conditions"]] == [
        "AbleToScale",
        "ScalingActive",
        "ScalingLimited",
    ]


def test_an_autoscaler_stops_at_its_most_and_says_so(cluster: Cluster) -> None:
    cluster.usage["web"] = 900
    ref = _autoscaled(cluster)
    cluster.run(120)
    assert cluster.store.expect(ref)["spec"]["replicas"] == 5
    limited = condition(cluster.store.expect(_AUTOSCALER), "ScalingLimited")
    assert limited is not None
    assert (limited["status"], limited["reason"]) == ("True", "TooManyReplicas")


def test_an_autoscaler_grows_as_fast_as_it_is_told(cluster: Cluster) -> None:
    cluster.usage["web"] = 900
    policies = [{"periodSeconds": 60, "type": "Pods", "value": 1}]
    _autoscaled(cluster, scaleUp={"policies": policies})
    cluster.run(185)
    changes = [each for each in cluster.store.list("Event") if each["reason"] == "SuccessfulRescale"]
    times = [time_us(each["firstTimestamp"]) // SECOND_US for each in changes]
    assert [each["message"][:11] for each in changes] == ["New size: 2", "New size: 3", "New size: 4"]
    assert [later - earlier for earlier, later in pairwise(times)] == [60, 60]


def test_an_autoscaler_without_metrics_says_why(cluster: Cluster) -> None:
    _autoscaled(cluster)
    cluster.run(60)
    words = "failed to get cpu utilization: unable to get metrics for resource cpu: no metrics returned from resource metrics API"
    assert {each[1] for each in cluster.events("FailedGetResourceMetric")} == {words}
    active = condition(cluster.store.expect(_AUTOSCALER), "ScalingActive")
    assert active is not None
    assert active["reason"] == "FailedGetResourceMetric"


def _drain(cluster: Cluster, node: str) -> list[str]:
    cluster.edit(Ref("Node", "", node), {("spec", "unschedulable"): True}, "kubectl-cordon")
    refused = []
    for pod in cluster.pods():
        if pod["spec"].get("nodeName") == node:
            try:
                cluster.controllers.budgets.evict(ref_of(pod), "kubectl-drain")
            except Refusal as refusal:
                refused.append(refusal.message)
    return refused


def test_a_drain_respects_the_budget(cluster: Cluster) -> None:
    cluster.deployment("cart", 3, pod={"nodeSelector": {"kubernetes.io/hostname": "node-1"}})
    budget = {"minAvailable": 2, "selector": {"matchLabels": {"app": "cart"}}}
    ref = ref_of(cluster.create("PodDisruptionBudget", "cart", spec=budget))
    cluster.run(10)
    assert cluster.store.expect(ref)["status"]["disruptionsAllowed"] == 1
    words = (
        "Cannot evict pod as it would violate the pod's disruption budget. "
        "The disruption budget cart needs 2 healthy pods and has 3 currently"
    )
    assert _drain(cluster, "node-1") == [words, words]
    cluster.run(10)
    status: JsonObject = cluster.store.expect(ref)["status"]
    assert (status["currentHealthy"], status["desiredHealthy"], status["disruptionsAllowed"]) == (2, 2, 0)
    assert [each["reason"] for each in status["conditions"]] == ["InsufficientPods"]


def test_without_a_budget_a_drain_moves_everything(cluster: Cluster) -> None:
    ref = cluster.deployment("cart", 3)
    cluster.run(10)
    assert _drain(cluster, "node-1") == []
    cluster.run(15)
    assert "node-1" not in {pod["spec"]["nodeName"] for pod in cluster.pods()}
    assert cluster.store.expect(ref)["status"]["readyReplicas"] == 3


def test_a_lost_node_is_noticed_tainted_and_left_after_five_minutes(cluster: Cluster) -> None:
    _service(cluster)
    ref = cluster.deployment("cart", 3)
    cluster.run(10)
    lost = next(pod for pod in cluster.pods() if pod["spec"]["nodeName"] == "node-1")
    cluster.kubelets.lose("node-1")
    cluster.run(39)
    assert len(_addresses(cluster)) == 3
    cluster.run(10)
    node = cluster.store.expect(Ref("Node", "", "node-1"))
    ready = condition(node, "Ready")
    assert ready is not None
    assert (ready["status"], ready["reason"]) == ("Unknown", "NodeStatusUnknown")
    assert [(each["key"], each["effect"]) for each in node["spec"]["taints"]] == [
        ("node.kubernetes.io/unreachable", "NoSchedule"),
        ("node.kubernetes.io/unreachable", "NoExecute"),
    ]
    assert len(_addresses(cluster)) == 2
    assert cluster.events("NodeNotReady", "node-1")[0][1] == "Node node-1 status is now: NodeNotReady"
    cluster.run(280)
    assert cluster.events("TaintManagerEviction") == []
    cluster.run(30)
    name = lost["metadata"]["name"]
    assert cluster.events("TaintManagerEviction")[0][1] == f"Marking for deletion Pod shop/{name}"
    assert "deletionTimestamp" in cluster.store.expect(Ref("Pod", "shop", name))["metadata"]
    assert cluster.store.expect(ref)["status"]["readyReplicas"] == 3


def test_pods_of_a_node_that_is_removed_are_collected(cluster: Cluster) -> None:
    cluster.deployment("cart", 3)
    cluster.run(10)
    cluster.kubelets.lose("node-1")
    cluster.store.delete(Ref("Node", "", "node-1"), "kubectl-delete")
    cluster.run(90)
    assert sorted({pod["spec"]["nodeName"] for pod in cluster.pods()}) == ["node-2", "node-3"]
    assert len(cluster.pods()) == 3


@pytest.mark.parametrize("seconds", [1200])
def test_a_settled_cluster_writes_nothing(cluster: Cluster, seconds: int) -> None:
    _service(cluster)
    for name in ("cart", "ad", "quote"):
        cluster.deployment(name, 2)
    cluster.run(60)
    before = [
        body["metadata"]["resourceVersion"]
        for kind in cluster.store.kinds()
        for body in cluster.store.list(kind)
    ]
    cluster.run(seconds)
    after = [
        body["metadata"]["resourceVersion"]
        for kind in cluster.store.kinds()
        for body in cluster.store.list(kind)
    ]
    assert after == before
