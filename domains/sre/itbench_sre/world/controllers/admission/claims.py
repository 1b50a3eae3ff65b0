"""What is added to each new claim: the default class, and protection while pods use it."""

from itbench_sre.world.store.refs import JsonObject
from itbench_sre.world.store.store import Store

_DEFAULT = "storageclass.kubernetes.io/is-default-class"
PROTECTION = {
    "PersistentVolumeClaim": "kubernetes.io/pvc-protection",
    "PersistentVolume": "kubernetes.io/pv-protection",
}


class ClaimAdmission:
    """Completes claims and volumes for storage."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def admit(self, body: JsonObject, old: JsonObject | None, manager: str) -> JsonObject:
        """Return a new claim or volume with what is added to it."""
        finalizer = PROTECTION.get(body["kind"])
        if finalizer is None or old is not None:
            return body
        finalizers = body["metadata"].get("finalizers") or []
        if finalizer not in finalizers:
            body = {**body, "metadata": {**body["metadata"], "finalizers": [*finalizers, finalizer]}}
        if body["kind"] == "PersistentVolumeClaim" and "storageClassName" not in body["spec"]:
            for each in self._store.list("StorageClass"):
                if (each["metadata"].get("annotations") or {}).get(_DEFAULT) == "true":
                    return {**body, "spec": {**body["spec"], "storageClassName": each["metadata"]["name"]}}
        return body
