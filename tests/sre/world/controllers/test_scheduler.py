"""Where pods go, and why they do not, in the scheduler's words."""

from collections.abc import Callable
from typing import Any

import pytest

from itbench_sre.world.store.refs import Ref

from .clusters import Cluster

_HELPLESS = "preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling."
_NO_VICTIMS = "preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod."


def _nodes(cluster: Cluster) -> list[Ref]:
    return [Ref("Node", "", f"node-{number}") for number in (1, 2, 3)]


def _cordon(cluster: Cluster) -> None:
    cluster.edit(_nodes(cluster)[0], {("spec", "unschedulable"): True})


def _taint(cluster: Cluster) -> None:
    taints = [{"effect": "NoSchedule", "key": "critical", "value": "true"}]
    _cordon(cluster)
    for node in _nodes(cluster)[1:]:
        cluster.edit(node, {("spec", "taints"): taints})


def _fill(cluster: Cluster) -> None:
    cluster.deployment("filler", 3, cpu="3")
    cluster.run(10)


def _spread(cluster: Cluster) -> None:
    cluster.deployment("filler", 3, pod=_apart("filler"))
    cluster.run(10)


def _nothing(cluster: Cluster) -> None:
    pass


def _term(name: str) -> dict[str, Any]:
    return {"labelSelector": {"matchLabels": {"app": name}}, "topologyKey": "kubernetes.io/hostname"}


def _apart(name: str) -> dict[str, Any]:
    rule = {"requiredDuringSchedulingIgnoredDuringExecution": [_term(name)]}
    return {"affinity": {"podAntiAffinity": rule}}


def _near(name: str) -> dict[str, Any]:
    rule = {"requiredDuringSchedulingIgnoredDuringExecution": [_term(name)]}
    return {"affinity": {"podAffinity": rule}}


def _claim(name: str) -> dict[str, Any]:
    return {"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": name}}]}


@pytest.mark.parametrize(
    ("prepare", "options", "words"),
    [
        (_fill, {"cpu": "2"}, f"3 Insufficient cpu. {_NO_VICTIMS}"),
        (_nothing, {"cpu": "9", "memory": "90Gi"}, f"3 Insufficient cpu, 3 Insufficient memory. {_HELPLESS}"),
        (_nothing, {"pod": {"nodeSelector": {"disk": "ssd"}}},
         f"3 node(s) didn't match Pod's node affinity/selector. {_HELPLESS}"),
        (_taint, {}, f"1 node(s) were unschedulable, 2 node(s) had untolerated taint {{critical: true}}. {_HELPLESS}"),
        (_spread, {"pod": _apart("filler")}, f"3 node(s) didn't match pod anti-affinity rules. {_NO_VICTIMS}"),
        (_nothing, {"pod": _near("nobody")}, f"3 node(s) didn't match pod affinity rules. {_HELPLESS}"),
        (_nothing, {"pod": _claim("lost")}, f'persistentvolumeclaim "lost" not found. {_HELPLESS}'),
    ],
    ids=["full", "too big", "selector", "taints", "anti-affinity", "affinity", "claim"],
)  # fmt: skip
def test_a_pod_that_fits_nowhere_says_why(
    cluster: Cluster, prepare: Callable[[Cluster], None], options: dict[str, Any], words: str
) -> None:
    prepare(cluster)
    cluster.deployment("cart", 1, **options)
    cluster.run(1)
    assert [each[1] for each in cluster.events("FailedScheduling")] == [f"0/3 nodes are available: {words}"]
    scheduled = cluster.pods("cart")[0]["status"]["conditions"][0]
    assert (scheduled["reason"], scheduled["message"]) == (
        "Unschedulable",
        f"0/3 nodes are available: {words}",
    )


def test_some_nodes_may_be_full_and_others_closed(cluster: Cluster) -> None:
    _fill(cluster)
    _cordon(cluster)
    cluster.deployment("cart", 1, cpu="2")
    cluster.run(1)
    assert cluster.events("FailedScheduling")[0][1] == (
        "0/3 nodes are available: 1 node(s) were unschedulable, 2 Insufficient cpu. preemption: 0/3 nodes are "
        "available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod."
    )


def test_a_pod_is_placed_when_there_is_room_again(cluster: Cluster) -> None:
    _fill(cluster)
    cluster.deployment("cart", 1, cpu="2")
    cluster.run(30)
    assert "nodeName" not in cluster.pods("cart")[0]["spec"]
    cluster.edit(Ref("Deployment", "shop", "filler"), {("spec", "replicas"): 2})
    cluster.run(15)
    assert cluster.pods("cart")[0]["spec"]["nodeName"]
    assert cluster.pods("cart")[0]["status"]["phase"] == "Running"


def test_a_pod_without_a_node_is_tried_again_every_five_minutes(cluster: Cluster) -> None:
    cluster.deployment("cart", 1, cpu="9")
    cluster.run(601)
    assert [each[2] for each in cluster.events("FailedScheduling")] == [3]


def test_replicas_are_spread(cluster: Cluster) -> None:
    cluster.deployment("cart", 3)
    cluster.run(5)
    assert sorted(pod["spec"]["nodeName"] for pod in cluster.pods()) == ["node-1", "node-2", "node-3"]


def test_topology_spread_is_kept(cluster: Cluster) -> None:
    constraint = {
        "labelSelector": {"matchLabels": {"app": "cart"}},
        "maxSkew": 1,
        "topologyKey": "kubernetes.io/hostname",
        "whenUnsatisfiable": "DoNotSchedule",
    }
    for name in ("node-1", "node-2"):
        filler = {"nodeSelector": {"kubernetes.io/hostname": name}}
        cluster.deployment(f"filler-{name}", 1, cpu="3900m", pod=filler)
    cluster.run(10)
    cluster.deployment("cart", 3, pod={"topologySpreadConstraints": [constraint]}, cpu="200m")
    cluster.run(2)
    words = "1 node(s) didn't match pod topology spread constraints, 2 Insufficient cpu."
    assert any(words in each[1] for each in cluster.events("FailedScheduling"))
    assert [pod["spec"].get("nodeName") for pod in cluster.pods("cart")].count("node-3") == 1


def test_a_pod_of_high_priority_takes_the_room_of_one_of_low() -> None:
    cluster = Cluster(nodes=1)
    cluster.create("PriorityClass", "high", namespace="", value=1000)
    cluster.deployment("low", 1, cpu="3")
    cluster.run(10)
    victim = cluster.pods("low")[0]["metadata"]["name"]
    cluster.deployment("cart", 1, cpu="3", pod={"priorityClassName": "high"})
    cluster.run(20)
    pod = cluster.pods("cart")[0]
    uid = pod["metadata"]["uid"]
    assert cluster.events("Preempted") == [("Preempted", f"Preempted by pod {uid} on node node-1", 1)]
    assert (pod["spec"]["nodeName"], pod["status"]["nominatedNodeName"]) == ("node-1", "node-1")
    (left,) = cluster.pods("low")
    assert left["metadata"]["name"] != victim
    assert "nodeName" not in left["spec"]


def test_no_room_is_made_where_the_volume_of_a_pod_cannot_follow(cluster: Cluster) -> None:
    cluster.create("PriorityClass", "high", namespace="", value=1000)
    here = {"matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "In", "values": ["node-1"]}]}
    parts = {"accessModes": ["ReadWriteOnce"], "volumeMode": "Filesystem", "storageClassName": ""}
    cluster.create(
        "PersistentVolume",
        "disk",
        namespace="",
        spec={
            **parts,
            "capacity": {"storage": "1Gi"},
            "claimRef": {"kind": "PersistentVolumeClaim", "name": "data", "namespace": "shop"},
            "nodeAffinity": {"required": {"nodeSelectorTerms": [here]}},
        },
    )
    spec = {**parts, "resources": {"requests": {"storage": "1Gi"}}, "volumeName": "disk"}
    cluster.create("PersistentVolumeClaim", "data", spec=spec, status={"phase": "Bound"})
    first = {"nodeSelector": {"kubernetes.io/hostname": "node-1"}, "priorityClassName": "high"}
    cluster.deployment("peer", 1, cpu="3", pod=first)
    cluster.run(10)
    cluster.deployment("low", 2, cpu="3")
    cluster.run(10)
    low = sorted(pod["metadata"]["name"] for pod in cluster.pods("low"))
    cluster.deployment("store", 1, cpu="3", pod={**_claim("data"), "priorityClassName": "high"})
    cluster.run(600)
    assert cluster.events("Preempted") == []
    assert sorted(pod["metadata"]["name"] for pod in cluster.pods("low")) == low
    assert "nodeName" not in cluster.pods("store")[0]["spec"]


def test_a_pod_that_lost_its_room_waits_and_does_not_come_back_before_the_one_that_took_it() -> None:
    cluster = Cluster(nodes=1)
    cluster.create("PriorityClass", "high", namespace="", value=1000)
    cluster.deployment("low", 2, cpu="1")
    cluster.run(10)
    for name in ("cart", "shop"):
        cluster.deployment(name, 1, cpu="1", pod={"priorityClassName": "high", **_apart("low")})
    cluster.run(300)
    assert [pod["spec"].get("nodeName") for pod in cluster.pods("cart")] == ["node-1"]
    assert [pod["spec"].get("nodeName") for pod in cluster.pods("shop")] == ["node-1"]
    assert [pod["spec"].get("nodeName") for pod in cluster.pods("low")] == [None, None]
    assert len(cluster.events("Preempted")) == 2


def test_a_claim_is_bound_on_the_node_of_its_first_consumer(cluster: Cluster) -> None:
    cluster.create(
        "StorageClass",
        "disk",
        namespace="",
        provisioner="ebs.csi.aws.com",
        volumeBindingMode="WaitForFirstConsumer",
    )
    spec = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "1Gi"}},
        "storageClassName": "disk",
    }
    cluster.create("PersistentVolumeClaim", "data", spec=spec)
    cluster.run(60)
    claim = Ref("PersistentVolumeClaim", "shop", "data")
    assert cluster.store.expect(claim)["status"]["phase"] == "Pending"
    assert cluster.events("WaitForFirstConsumer")[0][2] in (4, 5)
    cluster.deployment("cart", 1, pod=_claim("data"))
    cluster.run(20)
    body = cluster.store.expect(claim)
    volume = cluster.store.expect(Ref("PersistentVolume", "", body["spec"]["volumeName"]))
    assert (body["status"]["phase"], volume["status"]["phase"]) == ("Bound", "Bound")
    assert [each[0] for each in cluster.events("", "data")][1:] == [
        "ExternalProvisioning",
        "Provisioning",
        "ProvisioningSucceeded",
    ]
    assert cluster.pods("cart")[0]["status"]["phase"] == "Running"


def test_a_volume_for_one_node_stays_with_its_first_until_the_pod_there_is_gone(cluster: Cluster) -> None:
    cluster.create("StorageClass", "disk", namespace="", provisioner="ebs.csi.aws.com")
    spec = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "1Gi"}},
        "storageClassName": "disk",
    }
    cluster.create("PersistentVolumeClaim", "data", spec=spec)
    cluster.run(10)
    first = cluster.deployment("node-1", 1, pod={**_claim("data"), "nodeName": "node-1"})
    cluster.run(10)
    cluster.deployment("node-2", 1, pod={**_claim("data"), "nodeName": "node-2"})
    cluster.run(20)
    assert [each["spec"]["nodeName"] for each in cluster.store.list("VolumeAttachment")] == ["node-1"]
    (message,) = {each[1] for each in cluster.events("FailedAttachVolume")}
    pod = cluster.pods("node-1")[0]["metadata"]["name"]
    assert message.endswith(f"Volume is already used by pod(s) {pod}")
    cluster.store.delete(first, "kubectl-delete")
    cluster.run(60)
    assert [each["spec"]["nodeName"] for each in cluster.store.list("VolumeAttachment")] == ["node-2"]
    assert len(cluster.events("SuccessfulAttachVolume", "node-2")) == 1
