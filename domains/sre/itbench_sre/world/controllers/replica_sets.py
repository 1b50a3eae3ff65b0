"""The replica set controller: as many pods of a template as were asked for."""

from typing import TYPE_CHECKING

from itbench_sre.world.clock.loop import MINUTE_US
from itbench_sre.world.clock.times import kubernetes_text
from itbench_sre.world.controllers.plane import MANAGER, Plane
from itbench_sre.world.controllers.pods import (
    available_at_us,
    deletion_rank,
    is_active,
    is_ready,
    is_terminating,
    owner_reference,
    pod_of,
)
from itbench_sre.world.controllers.queue import Queue
from itbench_sre.world.store.refs import JsonObject, Ref, owner_of, ref_of
from itbench_sre.world.store.refusal import Refusal
from itbench_sre.world.store.selectors import is_selected, labels_of
from itbench_sre.world.store.store import Change

if TYPE_CHECKING:
    from itbench_sre.world.store.paths import Path

_COMPONENT = "replicaset-controller"
_BURST = 500


class ReplicaSets:
    """Makes and deletes pods of replica sets, and reports how many there are."""

    def __init__(self, plane: Plane) -> None:
        self._plane = plane
        self._store = plane.store
        self._queue = Queue(plane.loop, plane.seed, _COMPONENT, self._sync)
        plane.store.watch("ReplicaSet", self._on_set)
        plane.store.watch("Pod", self._on_pod)

    def _on_set(self, change: Change) -> None:
        if change.type != "DELETED":
            self._queue.add(change.ref)

    def _on_pod(self, change: Change) -> None:
        for body in (change.body, change.old):
            owner = owner_of(body) if body else None
            if owner is not None and owner.kind == "ReplicaSet":
                self._queue.add(owner)
        if not change.body["metadata"].get("ownerReferences") and change.type != "DELETED":
            self._orphaned(change.body)

    def _orphaned(self, pod: JsonObject) -> None:
        if not is_active(pod):
            return
        for each in self._store.list("ReplicaSet", pod["metadata"]["namespace"]):
            if is_selected(each["spec"]["selector"], labels_of(pod)):
                self._queue.add(ref_of(each))

    def _sync(self, ref: Ref) -> None:
        body = self._store.get(ref)
        if body is None:
            return
        pods = self._claimed(body)
        refusal = None
        if not is_terminating(body):
            try:
                self._manage(body, pods)
            except Refusal as caught:
                refusal = caught
        self._report(ref, pods, refusal)
        if refusal is None:
            self._queue.forget(ref)
        else:
            self._queue.retry(ref)

    def _claimed(self, body: JsonObject) -> list[JsonObject]:
        """Return the active pods of a set, after letting go what no longer matches and taking what does."""
        selector, uid = body["spec"]["selector"], body["metadata"]["uid"]
        mine = []
        for pod in self._store.owned(uid, "Pod"):
            if is_selected(selector, labels_of(pod)):
                mine.append(pod)
            elif not is_terminating(pod):
                kept = [each for each in pod["metadata"]["ownerReferences"] if each["uid"] != uid]
                self._store.edit(ref_of(pod), {("metadata", "ownerReferences"): kept}, MANAGER)
        if not is_terminating(body):
            changes: dict[Path, object] = {("metadata", "ownerReferences"): [owner_reference(body)]}
            for pod in self._store.list("Pod", body["metadata"]["namespace"]):
                is_free = not pod["metadata"].get("ownerReferences") and is_active(pod)
                if is_free and is_selected(selector, labels_of(pod)):
                    mine.append(self._store.edit(ref_of(pod), changes, MANAGER))
        return [pod for pod in mine if is_active(pod)]

    def _manage(self, body: JsonObject, pods: list[JsonObject]) -> None:
        missing = body["spec"]["replicas"] - len(pods)
        pods.extend(self._create(body) for _ in range(min(missing, _BURST)))
        if missing < 0:
            for pod in self._surplus(body, pods, -missing):
                self._delete(body, pod)

    def _create(self, body: JsonObject) -> JsonObject:
        events = self._plane.events
        try:
            pod = self._store.create(pod_of(body["spec"]["template"], body), MANAGER)
        except Refusal as refusal:
            message = f"Error creating: {refusal.message}"
            events.emit(body, "FailedCreate", message, component=_COMPONENT, type="Warning")
            raise
        events.emit(body, "SuccessfulCreate", f"Created pod: {pod['metadata']['name']}", component=_COMPONENT)
        return pod

    def _surplus(self, body: JsonObject, pods: list[JsonObject], count: int) -> list[JsonObject]:
        on_node: dict[str, int] = {}
        for pod in pods:
            node = pod["spec"].get("nodeName", "")
            on_node[node] = on_node.get(node, 0) + 1
        ranked = sorted(pods, key=lambda pod: deletion_rank(pod, on_node[pod["spec"].get("nodeName", "")]))
        return ranked[:count]

    def _delete(self, body: JsonObject, pod: JsonObject) -> None:
        self._store.delete(ref_of(pod), MANAGER)
        name = pod["metadata"]["name"]
        self._plane.events.emit(body, "SuccessfulDelete", f"Deleted pod: {name}", component=_COMPONENT)

    def _report(self, ref: Ref, pods: list[JsonObject], refusal: Refusal | None) -> None:
        body = self._store.get(ref)
        if body is None:
            return
        labels = body["spec"]["template"]["metadata"].get("labels") or {}
        status: JsonObject = {"replicas": len(pods), "observedGeneration": body["metadata"]["generation"]}
        labelled = sum(1 for pod in pods if labels.items() <= labels_of(pod).items())
        ready = sum(1 for pod in pods if is_ready(pod))
        counts = {"fullyLabeledReplicas": labelled, "readyReplicas": ready}
        counts["availableReplicas"] = self._available(ref, body, pods)
        status.update({name: count for name, count in counts.items() if count})
        conditions = self._conditions(body, pods, refusal)
        if conditions:
            status["conditions"] = conditions
        self._store.edit(ref, {("status",): status}, MANAGER, subresource="status")

    def _available(self, ref: Ref, body: JsonObject, pods: list[JsonObject]) -> int:
        now_us, count = self._plane.loop.now_us, 0
        for pod in pods:
            since_us = available_at_us(pod, body["spec"].get("minReadySeconds", 0))
            if since_us is not None and since_us <= now_us:
                count += 1
            elif since_us is not None and since_us < now_us + 60 * MINUTE_US:
                self._queue.after(ref, since_us - now_us)
        return count

    def _conditions(
        self, body: JsonObject, pods: list[JsonObject], refusal: Refusal | None
    ) -> list[JsonObject]:
        before: list[JsonObject] = body["status"].get("conditions") or []
        if refusal is None:
            return [each for each in before if each["type"] != "ReplicaFailure"]
        if any(each["type"] == "ReplicaFailure" for each in before):
            return before
        is_short = len(pods) < body["spec"]["replicas"]
        made = {
            "lastTransitionTime": kubernetes_text(self._plane.loop.now_us),
            "message": refusal.message,
            "reason": "FailedCreate" if is_short else "FailedDelete",
            "status": "True",
            "type": "ReplicaFailure",
        }
        return [*before, made]
