"""Eviction by taints: pods that do not tolerate a NoExecute taint go, at once or when their patience is over."""

from itbench_sre.world.clock.loop import SECOND_US
from itbench_sre.world.clock.randomness import Randomness, mixed
from itbench_sre.world.clock.times import kubernetes_text
from itbench_sre.world.controllers.nodes_fit import tolerates
from itbench_sre.world.controllers.plane import MANAGER, Plane
from itbench_sre.world.controllers.pods import is_terminating, time_us
from itbench_sre.world.store.paths import Item, Path
from itbench_sre.world.store.refs import JsonObject, Ref, ref_of
from itbench_sre.world.store.store import Change

_COMPONENT = "taint-eviction-controller"


class TaintEviction:
    """Deletes pods from nodes with NoExecute taints, and orphaned pods from nodes that are gone."""

    def __init__(self, plane: Plane) -> None:
        self._plane = plane
        self._store = plane.store
        self._due: dict[str, int] = {}
        plane.store.watch("Node", self._on_node)
        plane.store.watch("Pod", self._on_pod)

    def _on_node(self, change: Change) -> None:
        name = change.ref.name
        if change.type == "DELETED":
            random = Randomness(mixed(self._plane.seed, f"collection {name} {self._plane.loop.now_us}"))
            self._plane.loop.after(random.delay_us(40, 60), self._collect, name)
        elif _taints(change.old) != _taints(change.body):
            for pod in self._store.list("Pod"):
                if pod["spec"].get("nodeName") == name:
                    self._consider(pod, change.body)

    def _on_pod(self, change: Change) -> None:
        if change.type == "DELETED":
            self._due.pop(change.body["metadata"]["uid"], None)
            return
        name = change.body["spec"].get("nodeName")
        if name and (change.old is None or not change.old["spec"].get("nodeName")):
            node = self._store.get(Ref("Node", "", name))
            if node is not None and _taints(node):
                self._consider(change.body, node)

    def _consider(self, pod: JsonObject, node: JsonObject) -> None:
        uid, now_us = pod["metadata"]["uid"], self._plane.loop.now_us
        due_us = _patience_us(pod, node, now_us)
        if due_us is None or is_terminating(pod):
            if self._due.pop(uid, None) is not None and not is_terminating(pod):
                words = f"Cancelling deletion of Pod {pod['metadata']['namespace']}/{pod['metadata']['name']}"
                self._plane.events.emit(pod, "TaintManagerEviction", words, component=_COMPONENT)
            return
        if uid not in self._due or due_us < self._due[uid]:
            self._due[uid] = due_us
            self._plane.loop.at(max(due_us, now_us + 20_000), self._evict, ref_of(pod), uid, due_us)

    def _evict(self, ref: Ref, uid: str, due_us: int) -> None:
        pod = self._store.get(ref)
        if self._due.get(uid) != due_us or pod is None or pod["metadata"]["uid"] != uid:
            return
        del self._due[uid]
        words = f"Marking for deletion Pod {ref.namespace}/{ref.name}"
        self._plane.events.emit(pod, "TaintManagerEviction", words, component=_COMPONENT)
        self._mark(ref, "DeletionByTaintManager", "Taint manager: deleting due to NoExecute taint")
        self._store.delete(ref, MANAGER)

    def _mark(self, ref: Ref, reason: str, message: str) -> None:
        made = {
            "lastProbeTime": None,
            "lastTransitionTime": kubernetes_text(self._plane.loop.now_us),
            "message": message,
            "reason": reason,
            "status": "True",
            "type": "DisruptionTarget",
        }
        changes: dict[Path, object] = {("status", "conditions", Item("DisruptionTarget", "type")): made}
        self._store.edit(ref, changes, MANAGER, subresource="status")

    def _collect(self, name: str) -> None:
        """Take away the pods of a node that is still not there."""
        if self._store.get(Ref("Node", "", name)) is not None:
            return
        for pod in self._store.list("Pod"):
            if pod["spec"].get("nodeName") == name:
                self._mark(ref_of(pod), "DeletionByPodGC", "PodGC: node no longer exists")
                self._store.delete(ref_of(pod), MANAGER, grace_s=0)


def _taints(node: JsonObject | None) -> list[JsonObject]:
    taints = node["spec"].get("taints") or () if node else ()
    return [each for each in taints if each["effect"] == "NoExecute"]


def _patience_us(pod: JsonObject, node: JsonObject, now_us: int) -> int | None:
    """Return when a pod must go because of a node's taints; None where it may stay."""
    due: list[int] = []
    for taint in _taints(node):
        toleration = tolerates(pod, taint)
        if toleration is None:
            return now_us
        if toleration.get("tolerationSeconds") is not None:
            since_us = time_us(taint.get("timeAdded")) or now_us
            due.append(since_us + max(toleration["tolerationSeconds"], 0) * SECOND_US)
    return min(due, default=None)
