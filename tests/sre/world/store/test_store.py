"""The store: versions, watches, deletion with grace, finalizers and owners."""

import pickle

import pytest

from itbench_sre.world.clock.loop import SECOND_US, Loop
from itbench_sre.world.store.refs import JsonObject, Ref
from itbench_sre.world.store.refusal import Refusal
from itbench_sre.world.store.store import Change, Store

_START_US = 1_765_800_000 * SECOND_US
_POD = Ref("Pod", "shop", "cart")


def _store() -> Store:
    return Store(Loop(_START_US), 7)


def _pod(**spec: object) -> JsonObject:
    container = {"name": "cart", "image": "cart:1"}
    return {
        "kind": "Pod",
        "metadata": {"name": "cart", "namespace": "shop"},
        "spec": {"containers": [container], **spec},
    }


def test_an_object_gets_what_the_server_fills_in() -> None:
    body = _store().create(_pod(), "kubectl-create")
    assert body["apiVersion"] == "v1"
    assert body["metadata"]["generation"] == 1
    assert body["spec"]["containers"][0]["imagePullPolicy"] == "IfNotPresent"
    assert body["status"] == {"phase": "Pending", "qosClass": "BestEffort"}
    assert [each["manager"] for each in body["metadata"]["managedFields"]] == ["kubectl-create"]


def test_a_write_that_changes_nothing_has_no_version() -> None:
    store = _store()
    body = store.create(_pod(), "kubectl-create")
    assert store.edit(_POD, {("spec", "restartPolicy"): "Always"}, "kubectl-edit") is body


def test_a_taken_name_is_refused_in_the_servers_words() -> None:
    store = _store()
    store.create(_pod(), "kubectl-create")
    with pytest.raises(Refusal, match=r'^pods "cart" already exists$'):
        store.create(_pod(), "kubectl-create")
    with pytest.raises(Refusal, match=r'^deployments\.apps "cart" not found$'):
        store.expect(Ref("Deployment", "shop", "cart"))


def test_a_pod_on_a_node_goes_when_its_kubelet_says_so() -> None:
    store = _store()
    store.create(_pod(nodeName="node-1", terminationGracePeriodSeconds=20), "kubectl-create")
    store.delete(_POD, "kubectl-delete")
    metadata = store.expect(_POD)["metadata"]
    assert (metadata["deletionGracePeriodSeconds"], metadata["deletionTimestamp"]) == (
        20,
        "2025-12-15T12:00:20Z",
    )
    store.delete(_POD, "kubelet", grace_s=0)
    assert store.get(_POD) is None


def test_a_pod_without_a_node_goes_at_once() -> None:
    store = _store()
    store.create(_pod(), "kubectl-create")
    store.delete(_POD, "kubectl-delete")
    assert store.get(_POD) is None


def test_finalizers_hold_an_object_until_the_last_is_gone() -> None:
    store = _store()
    body = _pod()
    body["metadata"]["finalizers"] = ["example.com/a"]
    store.create(body, "kubectl-create")
    store.delete(_POD, "kubectl-delete")
    assert "deletionTimestamp" in store.expect(_POD)["metadata"]
    store.edit(_POD, {("metadata", "finalizers"): []}, "kubectl-patch")
    assert store.get(_POD) is None


def test_what_belongs_to_an_owner_is_found_by_its_uid() -> None:
    store = _store()
    body = _pod()
    body["metadata"]["ownerReferences"] = [
        {"kind": "ReplicaSet", "name": "cart", "uid": "u1", "controller": True}
    ]
    store.create(body, "kube-controller-manager")
    assert [each["metadata"]["name"] for each in store.owned("u1", "Pod")] == ["cart"]
    store.edit(_POD, {("metadata", "ownerReferences"): []}, "kube-controller-manager")
    assert list(store.owned("u1")) == []


def test_the_generation_counts_changes_of_the_specification_alone() -> None:
    store = _store()
    store.create(_pod(), "kubectl-create")
    store.edit(_POD, {("metadata", "labels"): {"a": "b"}}, "kubectl-label")
    assert store.expect(_POD)["metadata"]["generation"] == 1
    store.edit(_POD, {("spec", "terminationGracePeriodSeconds"): 5}, "kubectl-edit")
    assert store.expect(_POD)["metadata"]["generation"] == 2


class _Watcher:
    def __init__(self) -> None:
        self.seen: list[tuple[str, str]] = []

    def note(self, change: Change) -> None:
        self.seen.append((change.type, change.manager))


def test_watchers_are_told_in_order_and_survive_a_copy() -> None:
    store, watcher = _store(), _Watcher()
    store.watch("Pod", watcher.note)
    store.create(_pod(), "kubectl-create")
    store, watcher = pickle.loads(pickle.dumps((store, watcher)))
    store.edit(_POD, {("metadata", "labels"): {"a": "b"}}, "kubectl-label")
    store.remove(_POD, "kubelet")
    assert watcher.seen == [
        ("ADDED", "kubectl-create"),
        ("MODIFIED", "kubectl-label"),
        ("DELETED", "kubelet"),
    ]
