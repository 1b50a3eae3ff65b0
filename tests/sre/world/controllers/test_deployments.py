"""Rollouts: good, stuck, paused, undone, at once, and while the size changes."""

import pickle

import pytest

from itbench_sre.world.controllers.pods import condition
from itbench_sre.world.store.refs import JsonObject, Ref

from .clusters import IMAGE, Cluster

_REVISION = "deployment.kubernetes.io/revision"


def _status(cluster: Cluster, ref: Ref) -> JsonObject:
    status: JsonObject = cluster.store.expect(ref)["status"]
    return status


def _sizes(cluster: Cluster) -> list[int]:
    return [each["spec"]["replicas"] for each in cluster.store.list("ReplicaSet")]


def test_a_new_deployment_becomes_available(cluster: Cluster) -> None:
    ref = cluster.deployment("cart", 3)
    cluster.run(10)
    status = _status(cluster, ref)
    counts = {
        name: status[name] for name in ("replicas", "updatedReplicas", "readyReplicas", "availableReplicas")
    }
    assert set(counts.values()) == {3}
    assert "unavailableReplicas" not in status
    assert [each["reason"] for each in status["conditions"]] == [
        "MinimumReplicasAvailable",
        "NewReplicaSetAvailable",
    ]
    name = next(cluster.store.list("ReplicaSet"))["metadata"]["name"]
    assert cluster.events("Scaling") == [
        ("ScalingReplicaSet", f"Scaled up replica set {name} from 0 to 3", 1)
    ]
    assert set(name.removeprefix("cart-")) <= set("456789bcdf")
    assert len(cluster.events("SuccessfulCreate", name)) == 3


def test_a_rollout_goes_step_by_step_and_keeps_enough_pods(cluster: Cluster) -> None:
    ref = cluster.deployment("cart", 4)
    cluster.run(10)
    cluster.edit(ref, {IMAGE: "good:2"})
    least, most = 9, 0
    for _ in range(60):
        cluster.run(1)
        least = min(least, _status(cluster, ref).get("availableReplicas", 0))
        most = max(most, sum(_sizes(cluster)))
    assert (least, most, _sizes(cluster)) == (3, 5, [0, 4])
    assert cluster.store.expect(ref)["metadata"]["annotations"][_REVISION] == "2"


def test_a_bad_rollout_stops_and_exceeds_its_deadline(cluster: Cluster) -> None:
    ref = cluster.deployment("cart", 3, progressDeadlineSeconds=120)
    cluster.run(10)
    cluster.edit(ref, {IMAGE: "bad"})
    cluster.run(100)
    found = condition(cluster.store.expect(ref), "Progressing")
    assert found is not None
    assert (found["status"], found["reason"]) == ("True", "ReplicaSetUpdated")
    cluster.run(60)
    found = condition(cluster.store.expect(ref), "Progressing")
    assert found is not None
    name = list(cluster.store.list("ReplicaSet"))[1]["metadata"]["name"]
    assert (found["status"], found["reason"]) == ("False", "ProgressDeadlineExceeded")
    assert found["message"] == f'ReplicaSet "{name}" has timed out progressing.'
    assert (_status(cluster, ref)["availableReplicas"], _sizes(cluster)) == (3, [3, 1])


def test_undoing_brings_the_old_replica_set_back_under_a_new_revision(cluster: Cluster) -> None:
    ref = cluster.deployment("cart", 2)
    cluster.run(10)
    cluster.edit(ref, {IMAGE: "bad"})
    cluster.run(30)
    cluster.edit(ref, {IMAGE: "good:1"}, "kubectl-rollout")
    cluster.run(30)
    first, second = cluster.store.list("ReplicaSet")
    annotations = first["metadata"]["annotations"]
    assert (first["spec"]["replicas"], second["spec"]["replicas"]) == (2, 0)
    assert (annotations[_REVISION], annotations["deployment.kubernetes.io/revision-history"]) == ("3", "1")
    assert cluster.store.expect(ref)["metadata"]["annotations"][_REVISION] == "3"


def test_a_paused_deployment_waits(cluster: Cluster) -> None:
    ref = cluster.deployment("cart", 2)
    cluster.run(10)
    cluster.edit(ref, {("spec", "paused"): True, IMAGE: "good:2"})
    cluster.run(20)
    found = condition(cluster.store.expect(ref), "Progressing")
    assert found is not None
    assert (_sizes(cluster), found["reason"]) == ([2], "DeploymentPaused")
    cluster.edit(ref, {("spec", "paused"): False})
    cluster.run(40)
    assert _sizes(cluster) == [0, 2]


def test_recreate_waits_for_the_last_old_pod(cluster: Cluster) -> None:
    ref = cluster.deployment("cart", 2, strategy={"type": "Recreate"})
    cluster.run(10)
    cluster.edit(ref, {IMAGE: "good:2"})
    together = False
    for _ in range(200):
        cluster.loop.run_until(cluster.loop.now_us + 50_000)
        images = {pod["spec"]["containers"][0]["image"] for pod in cluster.pods()}
        together = together or len(images) > 1
    assert not together
    assert images == {"good:2"}
    assert _status(cluster, ref)["availableReplicas"] == 2


def test_a_size_changed_during_a_stuck_rollout_is_shared_in_proportion(cluster: Cluster) -> None:
    ref = cluster.deployment("cart", 8)
    cluster.run(10)
    cluster.edit(ref, {IMAGE: "bad"})
    cluster.run(30)
    assert _sizes(cluster) == [6, 4]
    cluster.edit(ref, {("spec", "replicas"): 16}, "kubectl-scale")
    cluster.run(30)
    assert _sizes(cluster) == [12, 8]


def test_only_so_many_old_replica_sets_are_kept(cluster: Cluster) -> None:
    ref = cluster.deployment("cart", 1, revisionHistoryLimit=2)
    for version in range(2, 7):
        cluster.run(20)
        cluster.edit(ref, {IMAGE: f"good:{version}"})
    cluster.run(20)
    revisions = [each["metadata"]["annotations"][_REVISION] for each in cluster.store.list("ReplicaSet")]
    assert revisions == ["4", "5", "6"]


def test_a_pod_that_is_deleted_or_relabelled_is_replaced(cluster: Cluster) -> None:
    cluster.deployment("cart", 2)
    cluster.run(10)
    first, second = (pod["metadata"]["name"] for pod in cluster.pods())
    cluster.store.delete(Ref("Pod", "shop", first), "kubectl-delete")
    cluster.edit(Ref("Pod", "shop", second), {("metadata", "labels", "app"): "aside"}, "kubectl-label")
    cluster.run(10)
    pods = {pod["metadata"]["name"]: pod for pod in cluster.pods()}
    assert first not in pods
    assert pods.pop(second)["metadata"]["ownerReferences"] == []
    assert len(pods) == 2


def test_a_deployment_takes_its_pods_along_when_it_is_deleted(cluster: Cluster) -> None:
    ref = cluster.deployment("cart", 2)
    cluster.run(10)
    cluster.store.delete(ref, "kubectl-delete")
    cluster.run(10)
    assert (cluster.pods(), list(cluster.store.list("ReplicaSet"))) == ([], [])


@pytest.mark.parametrize("propagation", ["Foreground", "Orphan"])
def test_dependents_go_first_or_stay(cluster: Cluster, propagation: str) -> None:
    ref = cluster.deployment("cart", 2)
    cluster.run(10)
    cluster.store.delete(ref, "kubectl-delete", propagation=propagation)  # type: ignore[arg-type]
    cluster.run(10)
    left = (cluster.store.get(ref), len(list(cluster.store.list("ReplicaSet"))), len(cluster.pods()))
    assert left == ((None, 0, 0) if propagation == "Foreground" else (None, 1, 2))


def test_a_copy_made_in_mid_rollout_ends_in_the_same_bytes() -> None:
    cluster = Cluster()
    ref = cluster.deployment("cart", 4)
    cluster.run(10)
    cluster.edit(ref, {IMAGE: "good:2"})
    cluster.run(3)
    assert _sizes(cluster) != [0, 4]
    copy: Cluster = pickle.loads(pickle.dumps(cluster))
    for each in (cluster, copy):
        each.run(60)
    kinds = list(cluster.store.kinds())
    assert kinds == list(copy.store.kinds())
    assert [list(cluster.store.list(kind)) for kind in kinds] == [
        list(copy.store.list(kind)) for kind in kinds
    ]
    assert _sizes(copy) == [0, 4]
