"""Volumes on nodes: a volume is attached where its pod goes, and to one node at a time if it can only be there once."""

from hashlib import sha256

from itbench_sre.world.clock.loop import SECOND_US
from itbench_sre.world.clock.randomness import Randomness, mixed
from itbench_sre.world.controllers.claims import claims_of
from itbench_sre.world.controllers.plane import MANAGER, Plane
from itbench_sre.world.controllers.pods import is_over
from itbench_sre.world.controllers.queue import Queue
from itbench_sre.world.store.refs import JsonObject, Ref, ref_of
from itbench_sre.world.store.store import Change, Store

_COMPONENT = "attachdetach-controller"
_FIRST_RETRY_US = 500_000
_LAST_RETRY_US = 122 * SECOND_US


def _attachments(volume: str, store: Store) -> dict[str, JsonObject]:
    """Return the attachments of a volume, by node."""
    return {
        each["spec"]["nodeName"]: each
        for each in store.list("VolumeAttachment")
        if each["spec"]["source"].get("persistentVolumeName") == volume
    }


def _volumes_of(pod: JsonObject, store: Store) -> list[JsonObject]:
    """Return the volumes of a pod that are attached to nodes."""
    found = []
    for ref in claims_of(pod):
        claim = store.get(ref)
        name = claim["spec"].get("volumeName") if claim else None
        volume = store.get(Ref("PersistentVolume", "", name)) if name else None
        if volume is not None and "csi" in volume["spec"]:
            found.append(volume)
    return found


def awaits_attachment(pod: JsonObject, store: Store) -> bool:
    """Return whether a volume of a pod is on its way to the pod's node, or is held by another node."""
    node = pod["spec"].get("nodeName", "")
    for volume in _volumes_of(pod, store):
        there = _attachments(volume["metadata"]["name"], store)
        if there and not (there.get(node, {}).get("status") or {}).get("attached"):
            return True
    return False


class Attachments:
    """Attaches volumes to the nodes of their pods, and takes them off when the pods are gone."""

    def __init__(self, plane: Plane) -> None:
        self._plane = plane
        self._store = plane.store
        self._queue = Queue(plane.loop, plane.seed, _COMPONENT, self._attach)
        self._queue.first_retry_us, self._queue.last_retry_us = _FIRST_RETRY_US, _LAST_RETRY_US
        plane.store.watch("Pod", self._on_pod)

    def _on_pod(self, change: Change) -> None:
        pod = change.body
        node = pod["spec"].get("nodeName")
        if not node or not pod["spec"].get("volumes"):
            return
        if change.type == "DELETED" or is_over(pod):
            for volume in _volumes_of(pod, self._store):
                self._detach_later(volume, node)
        elif change.old is None or not change.old["spec"].get("nodeName"):
            self._attach(change.ref)

    def _attach(self, ref: Ref) -> None:
        """Attach the volumes of a pod; try again later where another node holds one."""
        pod = self._store.get(ref)
        if pod is None or is_over(pod):
            return
        node, is_held = pod["spec"].get("nodeName"), False
        if not node:  # another pod of this name, which the scheduler has not placed yet
            return
        for volume in _volumes_of(pod, self._store):
            name = volume["metadata"]["name"]
            there = _attachments(name, self._store)
            if node in there:
                continue
            if there and "ReadWriteMany" not in volume["spec"]["accessModes"]:
                is_held = True
                self._plane.events.emit(
                    pod, "FailedAttachVolume", self._words(volume, ref), component=_COMPONENT, type="Warning"
                )
            else:
                self._begin(ref, volume, node)
        if is_held:
            self._queue.retry(ref)
        else:
            self._queue.forget(ref)

    def _words(self, volume: JsonObject, asking: Ref) -> str:
        head = f'Multi-Attach error for volume "{volume["metadata"]["name"]}" Volume is already'
        users = [
            pod["metadata"]["name"]
            for pod in self._store.list("Pod", asking.namespace)
            if ref_of(pod) != asking
            and pod["spec"].get("nodeName")
            and volume in _volumes_of(pod, self._store)
        ]
        if users:
            return f"{head} used by pod(s) {', '.join(users)}"
        return f"{head} exclusively attached to one node and can't be attached to another"

    def _begin(self, ref: Ref, volume: JsonObject, node: str) -> None:
        csi, name = volume["spec"]["csi"], volume["metadata"]["name"]
        text = f"{csi['volumeHandle']}{csi['driver']}{node}"
        body: JsonObject = {
            "apiVersion": "storage.k8s.io/v1",
            "kind": "VolumeAttachment",
            "metadata": {"name": f"csi-{sha256(text.encode()).hexdigest()}"},
            "spec": {"attacher": csi["driver"], "nodeName": node, "source": {"persistentVolumeName": name}},
            "status": {"attached": False},
        }
        made = self._store.create(body, MANAGER)
        random = Randomness(mixed(self._plane.seed, f"attach {made['metadata']['uid']}"))
        self._plane.loop.after(random.spread(2 * SECOND_US), self._attached, ref_of(made), ref, name)

    def _attached(self, attachment: Ref, pod: Ref, volume: str) -> None:
        if self._store.get(attachment) is None:
            return
        self._store.edit(attachment, {("status", "attached"): True}, "csi-attacher", subresource="status")
        body = self._store.get(pod)
        if body is not None:
            words = f'AttachVolume.Attach succeeded for volume "{volume}" '
            self._plane.events.emit(body, "SuccessfulAttachVolume", words, component=_COMPONENT)

    def _detach_later(self, volume: JsonObject, node: str) -> None:
        name = volume["metadata"]["name"]
        random = Randomness(mixed(self._plane.seed, f"detach {name} {node} {self._plane.loop.now_us}"))
        self._plane.loop.after(random.spread(3 * SECOND_US), self._detach, name, node)

    def _detach(self, volume: str, node: str) -> None:
        """Take a volume off a node where no pod uses it."""
        for pod in self._store.list("Pod"):
            is_there = pod["spec"].get("nodeName") == node and not is_over(pod)
            if is_there and any(each["metadata"]["name"] == volume for each in _volumes_of(pod, self._store)):
                return
        attachment = _attachments(volume, self._store).get(node)
        if attachment is not None:
            self._store.remove(ref_of(attachment), MANAGER)
