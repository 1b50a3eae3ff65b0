"""Claims and volumes: a provisioner makes a volume for each claim whose class asks for it, and the two are bound."""

from typing import TYPE_CHECKING

from itbench_sre.world.clock.loop import SECOND_US
from itbench_sre.world.clock.randomness import Randomness, mixed
from itbench_sre.world.controllers.admission.claims import PROTECTION
from itbench_sre.world.controllers.claims import SELECTED_NODE, claims_of, is_bound
from itbench_sre.world.controllers.plane import MANAGER, Plane
from itbench_sre.world.controllers.pods import is_over, is_terminating
from itbench_sre.world.controllers.queue import Queue
from itbench_sre.world.controllers.revisions import annotations_of
from itbench_sre.world.store.quantities import thousandths
from itbench_sre.world.store.refs import JsonObject, Ref, ref_of, reference_to
from itbench_sre.world.store.selectors import is_selected, labels_of
from itbench_sre.world.store.store import Change

if TYPE_CHECKING:
    from itbench_sre.world.store.paths import Path

_COMPONENT = "persistentvolume-controller"
_RESYNC_US = 15 * SECOND_US
_PROVISIONER = "volume.kubernetes.io/storage-provisioner"
_ZONE = "topology.kubernetes.io/zone"


class Volumes:
    """Binds claims to volumes, has volumes made, and lets go of those that are no longer claimed."""

    def __init__(self, plane: Plane) -> None:
        self._plane = plane
        self._store = plane.store
        self._queue = Queue(plane.loop, plane.seed, _COMPONENT, self._sync)
        self._making: dict[Ref, None] = {}
        plane.store.watch("PersistentVolumeClaim", self._on_claim)
        plane.store.watch("PersistentVolume", self._on_volume)
        plane.store.watch("Pod", self._on_pod)

    def _on_claim(self, change: Change) -> None:
        if change.type == "DELETED":
            self._release(change.body)
        else:
            self._queue.add(change.ref)

    def _on_volume(self, change: Change) -> None:
        claim = change.body["spec"].get("claimRef")
        if change.type == "ADDED" and claim is None:
            for each in self._store.list("PersistentVolumeClaim"):
                if not is_bound(each):
                    self._queue.add(ref_of(each))
            phase: dict[Path, object] = {("status", "phase"): "Available"}
            if change.body["status"].get("phase") == "Pending":
                self._store.edit(change.ref, phase, MANAGER, subresource="status")

    def _on_pod(self, change: Change) -> None:
        if change.type == "DELETED" or is_over(change.body):
            for ref in claims_of(change.body):
                claim = self._store.get(ref)
                if claim is not None and is_terminating(claim):
                    self._queue.add(ref)

    def _sync(self, ref: Ref) -> None:
        claim = self._store.get(ref)
        if claim is None:
            return
        if is_terminating(claim):
            self._unprotect(claim)
        elif not is_bound(claim):
            self._find_volume(self._prepared(claim))

    def _prepared(self, claim: JsonObject) -> JsonObject:
        """Give a claim that is older than the default class this class."""
        name = "" if "storageClassName" in claim["spec"] else self._default_class()
        if not name:
            return claim
        return self._store.edit(ref_of(claim), {("spec", "storageClassName"): name}, MANAGER)

    def _default_class(self) -> str:
        for each in self._store.list("StorageClass"):
            if annotations_of(each).get("storageclass.kubernetes.io/is-default-class") == "true":
                return str(each["metadata"]["name"])
        return ""

    def _find_volume(self, claim: JsonObject) -> None:
        ref, spec = ref_of(claim), claim["spec"]
        for volume in self._store.list("PersistentVolume"):
            if _suits(volume, claim):
                self._bind(claim, volume)
                return
        name = spec.get("storageClassName") or ""
        found = self._store.get(Ref("StorageClass", "", name))
        if not name:
            words = "no persistent volumes available for this claim and no storage class is set"
            self._wait(claim, "FailedBinding", words)
        elif found is None:
            words = f'storageclass.storage.k8s.io "{name}" not found'
            self._wait(claim, "ProvisioningFailed", words, "Warning")
        elif found["volumeBindingMode"] == "WaitForFirstConsumer" and not annotations_of(claim).get(
            SELECTED_NODE
        ):
            words = "waiting for first consumer to be created before binding"
            self._wait(claim, "WaitForFirstConsumer", words)
        elif ref not in self._making:
            self._ask(claim, found)

    def _wait(self, claim: JsonObject, reason: str, message: str, type_: str = "Normal") -> None:
        self._plane.events.emit(claim, reason, message, component=_COMPONENT, type=type_)
        self._queue.after(ref_of(claim), _RESYNC_US)

    def _ask(self, claim: JsonObject, storage_class: JsonObject) -> None:
        provisioner, ref = storage_class["provisioner"], ref_of(claim)
        self._making[ref] = None
        changes: dict[Path, object] = {
            ("metadata", "annotations", f"{prefix}.{_PROVISIONER.partition('.')[2]}"): provisioner
            for prefix in ("volume.beta", "volume")
        }
        claim = self._store.edit(ref, changes, MANAGER)
        words = (
            f"Waiting for a volume to be created either by the external provisioner '{provisioner}' or manually by "
            "the system administrator. If volume creation is delayed, please verify that the provisioner is running "
            "and correctly registered."
        )
        self._plane.events.emit(claim, "ExternalProvisioning", words, component=_COMPONENT)
        words = f'External provisioner is provisioning volume for claim "{ref.namespace}/{ref.name}"'
        self._plane.events.emit(claim, "Provisioning", words, component=provisioner)
        random = Randomness(mixed(self._plane.seed, f"volume {claim['metadata']['uid']}"))
        delay_us = random.spread(2_500_000)
        self._plane.loop.after(delay_us, self._provision, ref, claim["metadata"]["uid"], storage_class)

    def _provision(self, ref: Ref, uid: str, storage_class: JsonObject) -> None:
        self._making.pop(ref, None)
        claim = self._store.get(ref)
        if claim is None or claim["metadata"]["uid"] != uid or is_terminating(claim):
            return
        volume = self._store.create(self._volume(claim, storage_class), "csi-provisioner")
        words = f"Successfully provisioned volume {volume['metadata']['name']}"
        provisioner = storage_class["provisioner"]
        self._plane.events.emit(claim, "ProvisioningSucceeded", words, component=provisioner)
        self._bind(claim, volume)

    def _volume(self, claim: JsonObject, storage_class: JsonObject) -> JsonObject:
        provisioner, uid = storage_class["provisioner"], claim["metadata"]["uid"]
        random = Randomness(mixed(self._plane.seed, f"handle {uid}"))
        spec: JsonObject = {
            "accessModes": claim["spec"]["accessModes"],
            "capacity": {"storage": claim["spec"]["resources"]["requests"]["storage"]},
            "claimRef": reference_to(claim),
            "csi": {
                "driver": provisioner,
                "fsType": (storage_class.get("parameters") or {}).get("csi.storage.k8s.io/fstype", "ext4"),
                "volumeHandle": f"vol-{random.hexadecimal(17)}",
            },
            "persistentVolumeReclaimPolicy": storage_class["reclaimPolicy"],
            "storageClassName": storage_class["metadata"]["name"],
        }
        node = self._store.get(Ref("Node", "", annotations_of(claim).get(SELECTED_NODE, "")))
        if node is not None and (zone := labels_of(node).get(_ZONE)):
            term = {"matchExpressions": [{"key": _ZONE, "operator": "In", "values": [zone]}]}
            spec["nodeAffinity"] = {"required": {"nodeSelectorTerms": [term]}}
        metadata = {
            "annotations": {"pv.kubernetes.io/provisioned-by": provisioner},
            "name": f"pvc-{uid}",
        }
        return {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": metadata, "spec": spec}

    def _bind(self, claim: JsonObject, volume: JsonObject) -> None:
        name, ref = volume["metadata"]["name"], ref_of(claim)
        if not volume["spec"].get("claimRef"):
            reference: dict[Path, object] = {("spec", "claimRef"): reference_to(claim)}
            self._store.edit(ref_of(volume), reference, MANAGER)
        bound: dict[Path, object] = {("status", "phase"): "Bound"}
        self._store.edit(ref_of(volume), bound, MANAGER, subresource="status")
        self._store.edit(
            ref,
            {
                ("metadata", "annotations", "pv.kubernetes.io/bind-completed"): "yes",
                ("metadata", "annotations", "pv.kubernetes.io/bound-by-controller"): "yes",
                ("spec", "volumeName"): name,
            },
            MANAGER,
        )
        bound["status", "accessModes"] = volume["spec"]["accessModes"]
        bound["status", "capacity"] = volume["spec"]["capacity"]
        self._store.edit(ref, bound, MANAGER, subresource="status")

    def _unprotect(self, claim: JsonObject) -> None:
        """Let a claim go that no pod uses any more."""
        ref = ref_of(claim)
        for pod in self._store.list("Pod", ref.namespace):
            if not is_over(pod) and ref in list(claims_of(pod)):
                return
        kept = [
            each
            for each in claim["metadata"].get("finalizers") or ()
            if each != PROTECTION["PersistentVolumeClaim"]
        ]
        self._store.edit(ref, {("metadata", "finalizers"): kept}, MANAGER)

    def _release(self, claim: JsonObject) -> None:
        name = claim["spec"].get("volumeName")
        volume = self._store.get(Ref("PersistentVolume", "", name)) if name else None
        if volume is None:
            return
        ref = ref_of(volume)
        self._store.edit(ref, {("status", "phase"): "Released"}, MANAGER, subresource="status")
        if volume["spec"]["persistentVolumeReclaimPolicy"] == "Delete":
            random = Randomness(mixed(self._plane.seed, f"release {name}"))
            self._plane.loop.after(random.delay_us(1, 12), self._discard, ref)

    def _discard(self, ref: Ref) -> None:
        if self._store.get(ref) is not None:
            self._store.remove(ref, "csi-provisioner")


def _suits(volume: JsonObject, claim: JsonObject) -> bool:
    """Return whether a volume is free and large enough for a claim, or is kept for it."""
    spec, wanted = volume["spec"], claim["spec"]
    kept = spec.get("claimRef")
    if kept is not None:
        names = claim["metadata"]["name"], claim["metadata"]["namespace"]
        return (kept["name"], kept["namespace"]) == names and kept.get(
            "uid", claim["metadata"]["uid"]
        ) == claim["metadata"]["uid"]
    if wanted.get("volumeName") and wanted["volumeName"] != volume["metadata"]["name"]:
        return False
    if (spec.get("storageClassName") or "") != (wanted.get("storageClassName") or ""):
        return False
    if wanted.get("selector") and not is_selected(wanted["selector"], labels_of(volume)):
        return False
    size = thousandths(wanted["resources"]["requests"]["storage"])
    modes = set(wanted.get("accessModes") or ()) <= set(spec["accessModes"])
    return modes and thousandths(spec["capacity"]["storage"]) >= size
