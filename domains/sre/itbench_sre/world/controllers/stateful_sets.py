"""The stateful set controller: pods with names of their own, made and replaced in order."""

from itbench_sre.world.controllers.controller_revisions import (
    HASH,
    clean_up,
    current_revision,
    history,
    template_of,
)
from itbench_sre.world.controllers.plane import MANAGER, Plane
from itbench_sre.world.controllers.pods import (
    available_at_us,
    is_over,
    is_ready,
    is_terminating,
    owner_reference,
    pod_of,
)
from itbench_sre.world.controllers.queue import Queue
from itbench_sre.world.store.refs import JsonObject, Ref, owner_of, ref_of
from itbench_sre.world.store.refusal import Refusal
from itbench_sre.world.store.selectors import labels_of
from itbench_sre.world.store.store import Change

_COMPONENT = "statefulset-controller"
_NAME = "statefulset.kubernetes.io/pod-name"
_INDEX = "apps.kubernetes.io/pod-index"


class StatefulSets:
    """Makes and replaces the pods of stateful sets, and their claims."""

    def __init__(self, plane: Plane) -> None:
        self._plane = plane
        self._store = plane.store
        self._queue = Queue(plane.loop, plane.seed, _COMPONENT, self._sync)
        plane.store.watch("StatefulSet", self._on_set)
        plane.store.watch("Pod", self._on_pod)

    def _on_set(self, change: Change) -> None:
        if change.type != "DELETED":
            self._queue.add(change.ref)

    def _on_pod(self, change: Change) -> None:
        owner = owner_of(change.body)
        if owner is not None and owner.kind == "StatefulSet":
            self._queue.add(owner)

    def _sync(self, ref: Ref) -> None:
        body = self._store.get(ref)
        if body is None:
            return
        if is_terminating(body):
            return
        update = current_revision(body, self._store)
        current = self._current(body, update)
        try:
            self._act(body, update, current)
        except Refusal:
            self._report(ref, update, current)
            self._queue.retry(ref)
            return
        self._queue.forget(ref)
        self._report(ref, update, current)

    def _current(self, body: JsonObject, update: JsonObject) -> JsonObject:
        name = body["status"].get("currentRevision")
        found = next((each for each in history(body, self._store) if each["metadata"]["name"] == name), None)
        return found or update

    def _pods(self, body: JsonObject) -> dict[int, JsonObject]:
        head = f"{body['metadata']['name']}-"
        found = {}
        for pod in self._store.owned(body["metadata"]["uid"], "Pod"):
            number = pod["metadata"]["name"].removeprefix(head)
            if number.isdigit():
                found[int(number)] = pod
        return found

    def _act(self, body: JsonObject, update: JsonObject, current: JsonObject) -> None:
        pods = self._pods(body)
        replicas, start = body["spec"]["replicas"], (body["spec"].get("ordinals") or {}).get("start", 0)
        ordered = body["spec"]["podManagementPolicy"] != "Parallel"
        wanted = range(start, start + replicas)
        for ordinal in wanted:
            if not self._is_there(body, ordinal, pods.get(ordinal), update, current) and ordered:
                return
        surplus = sorted((each for each in pods if each not in wanted), reverse=True)
        for ordinal in surplus:
            pod = pods[ordinal]
            if is_terminating(pod):
                if ordered:
                    return
                continue
            self._delete(body, pod)
            if ordered:
                return
        if body["spec"]["updateStrategy"]["type"] == "RollingUpdate":
            self._update(body, {each: pods[each] for each in wanted if each in pods}, update)

    def _is_there(
        self, body: JsonObject, ordinal: int, pod: JsonObject | None, update: JsonObject, current: JsonObject
    ) -> bool:
        """Make a pod that is not there; return whether the next ordinal may be looked at."""
        if pod is not None and is_over(pod) and not is_terminating(pod):
            reason = (
                "RecreatingFailedPod" if pod["status"]["phase"] == "Failed" else "RecreatingTerminatedPod"
            )
            words = f"StatefulSet {body['metadata']['namespace']}/{body['metadata']['name']} is recreating {'failed' if reason.endswith('FailedPod') else 'terminated'} Pod {pod['metadata']['name']}"
            self._tell(body, reason, words, "Warning" if reason.endswith("FailedPod") else "Normal")
            self._store.delete(ref_of(pod), MANAGER)
            return False
        if pod is None:
            self._create(body, ordinal, self._revision_of(body, ordinal, update, current))
            return False
        if is_terminating(pod) or not is_ready(pod):
            return False
        since_us = available_at_us(pod, body["spec"].get("minReadySeconds", 0)) or 0
        if since_us > self._plane.loop.now_us:
            self._queue.after(ref_of(body), since_us - self._plane.loop.now_us)
            return False
        return True

    def _revision_of(
        self, body: JsonObject, ordinal: int, update: JsonObject, current: JsonObject
    ) -> JsonObject:
        strategy = body["spec"]["updateStrategy"]
        if strategy["type"] != "RollingUpdate":
            return update
        start = (body["spec"].get("ordinals") or {}).get("start", 0)
        partition = strategy["rollingUpdate"].get("partition", 0)
        return current if ordinal < start + partition else update

    def _create(self, body: JsonObject, ordinal: int, revision: JsonObject) -> None:
        name = f"{body['metadata']['name']}-{ordinal}"
        made = pod_of(template_of(revision), body, name=name)
        labels = {
            **made["metadata"].get("labels", {}),
            HASH: revision["metadata"]["name"],
            _INDEX: str(ordinal),
            _NAME: name,
        }
        made["metadata"]["labels"] = labels
        claims = body["spec"].get("volumeClaimTemplates") or []
        names = {claim["metadata"]["name"]: f"{claim['metadata']['name']}-{name}" for claim in claims}
        volumes = [each for each in made["spec"].get("volumes") or () if each["name"] not in names]
        mounted = [
            {"name": key, "persistentVolumeClaim": {"claimName": claim}} for key, claim in names.items()
        ]
        spec = {**made["spec"], "hostname": name, "subdomain": body["spec"].get("serviceName", "")}
        if not spec["subdomain"]:
            del spec["subdomain"]
        made["spec"] = {**spec, "volumes": [*mounted, *volumes]} if mounted or volumes else spec
        set_name = body["metadata"]["name"]
        try:
            for claim in claims:
                self._claim(body, claim, names[claim["metadata"]["name"]], name)
            self._store.create(made, MANAGER)
        except Refusal as refusal:
            words = f"create Pod {name} in StatefulSet {set_name} failed error: {refusal.message}"
            self._tell(body, "FailedCreate", words, "Warning")
            raise
        self._tell(body, "SuccessfulCreate", f"create Pod {name} in StatefulSet {set_name} successful")

    def _claim(self, body: JsonObject, claim: JsonObject, name: str, pod: str) -> None:
        namespace = body["metadata"]["namespace"]
        if self._store.get(Ref("PersistentVolumeClaim", namespace, name)) is not None:
            return
        selector = (body["spec"]["selector"].get("matchLabels")) or {}
        metadata = {"labels": {**(claim["metadata"].get("labels") or {}), **selector}, "name": name}
        metadata["namespace"] = namespace
        if claim["metadata"].get("annotations"):
            metadata["annotations"] = claim["metadata"]["annotations"]
        if body["spec"]["persistentVolumeClaimRetentionPolicy"]["whenDeleted"] == "Delete":
            metadata["ownerReferences"] = [{**owner_reference(body), "blockOwnerDeletion": False}]
        made = {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": metadata,
            "spec": claim["spec"],
        }
        self._store.create(made, MANAGER)
        words = f"create Claim {name} Pod {pod} in StatefulSet {body['metadata']['name']} success"
        self._tell(body, "SuccessfulCreate", words)

    def _update(self, body: JsonObject, pods: dict[int, JsonObject], update: JsonObject) -> None:
        """Delete the last pod that is of another revision, once those after it are well."""
        start = (body["spec"].get("ordinals") or {}).get("start", 0)
        partition = start + body["spec"]["updateStrategy"]["rollingUpdate"].get("partition", 0)
        for ordinal in sorted(pods, reverse=True):
            if ordinal < partition:
                return
            pod = pods[ordinal]
            if labels_of(pod).get(HASH) != update["metadata"]["name"] and not is_terminating(pod):
                self._delete(body, pod)
                return
            if is_terminating(pod) or not is_ready(pod):
                return

    def _delete(self, body: JsonObject, pod: JsonObject) -> None:
        self._store.delete(ref_of(pod), MANAGER)
        words = f"delete Pod {pod['metadata']['name']} in StatefulSet {body['metadata']['name']} successful"
        self._tell(body, "SuccessfulDelete", words)

    def _tell(self, body: JsonObject, reason: str, message: str, type_: str = "Normal") -> None:
        self._plane.events.emit(body, reason, message, component=_COMPONENT, type=type_)

    def _report(self, ref: Ref, update: JsonObject, current: JsonObject) -> None:
        body = self._store.get(ref)
        if body is None:
            return
        pods = list(self._pods(body).values())
        updated, now = update["metadata"]["name"], current["metadata"]["name"]
        alive = [pod for pod in pods if not is_terminating(pod)]
        of_update = sum(1 for pod in alive if labels_of(pod).get(HASH) == updated)
        ready = [pod for pod in pods if is_ready(pod)]
        replicas = body["spec"]["replicas"]
        ready_updated = sum(1 for pod in ready if labels_of(pod).get(HASH) == updated)
        if len(pods) == of_update == ready_updated == replicas:
            now = updated  # the update is complete
        counts = {
            "currentReplicas": sum(1 for pod in alive if labels_of(pod).get(HASH) == now),
            "readyReplicas": len(ready),
            "updatedReplicas": of_update,
        }
        status: JsonObject = {
            "availableReplicas": len(ready),
            "collisionCount": 0,
            "currentRevision": now,
            "observedGeneration": body["metadata"]["generation"],
            "replicas": len(pods),
            "updateRevision": updated,
        }
        status.update({name: count for name, count in counts.items() if count})
        self._store.edit(ref, {("status",): status}, MANAGER, subresource="status")
        clean_up(body, self._store, {updated, now})
