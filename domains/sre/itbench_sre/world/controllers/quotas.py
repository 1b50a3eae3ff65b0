"""The quota controller: what the quotas of a namespace have left, counted again when objects go."""

from itbench_sre.world.controllers.admission.usage import is_in_scope, text_of, usage_of
from itbench_sre.world.controllers.plane import MANAGER, Plane
from itbench_sre.world.controllers.pods import is_over
from itbench_sre.world.controllers.queue import Queue
from itbench_sre.world.controllers.resources import Amounts, added
from itbench_sre.world.store.kinds import KINDS
from itbench_sre.world.store.refs import JsonObject, Ref, ref_of
from itbench_sre.world.store.store import Change

_COUNTED = ("ConfigMap", "PersistentVolumeClaim", "ReplicationController", "Secret", "Service")


class Quotas:
    """Fills in the status of each ResourceQuota."""

    def __init__(self, plane: Plane) -> None:
        self._store = plane.store
        self._queue = Queue(plane.loop, plane.seed, "resourcequota-controller", self._sync, 200_000)
        plane.store.watch("ResourceQuota", self._on_quota)
        plane.store.watch("*", self._on_object)

    def _on_quota(self, change: Change) -> None:
        if change.type != "DELETED" and change.body["spec"] is not (change.old or {}).get("spec"):
            self._queue.add(change.ref)

    def _on_object(self, change: Change) -> None:
        """Note that something counted no longer is."""
        is_gone = change.type == "DELETED"
        if change.ref.kind == "Pod" and not is_gone:
            is_gone = change.old is not None and is_over(change.body) and not is_over(change.old)
        if is_gone and change.ref.kind != "Event":
            for quota in self._store.list("ResourceQuota", change.ref.namespace):
                self._queue.add(ref_of(quota))

    def _sync(self, ref: Ref) -> None:
        quota = self._store.get(ref)
        if quota is None:
            return
        hard = quota["spec"].get("hard") or {}
        used: Amounts = dict.fromkeys(hard, 0)
        for kind in _kinds_of(hard):
            for body in self._store.list(kind, ref.namespace):
                if is_in_scope(quota, body):
                    used = added(used, usage_of(body))
        status: JsonObject = {"hard": hard, "used": {name: text_of(name, used[name]) for name in hard}}
        self._store.edit(ref, {("status",): status}, MANAGER, subresource="status")


def _kinds_of(hard: JsonObject) -> list[str]:
    counted = [kind.name for kind in KINDS.values() if f"count/{kind.resource}" in hard]
    return list(dict.fromkeys(["Pod", *_COUNTED, *counted]))
