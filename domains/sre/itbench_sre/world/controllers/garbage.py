"""The garbage collector: what belongs to something that is gone goes too."""

from itbench_sre.world.controllers.plane import Plane
from itbench_sre.world.controllers.pods import is_terminating
from itbench_sre.world.controllers.queue import Queue
from itbench_sre.world.store.refs import JsonObject, Ref, ref_of
from itbench_sre.world.store.store import FOREGROUND, ORPHAN, Change

_MANAGER = "kube-controller-manager"


class Garbage:
    """Deletes dependents after their owners, before them, or lets them go, as the deletion asked for."""

    def __init__(self, plane: Plane) -> None:
        self._store = plane.store
        self._queue = Queue(plane.loop, plane.seed, "garbage-collector", self._sync, 60_000)
        self._gone: dict[Ref, list[str]] = {}
        plane.store.watch("*", self._on_object)

    def _on_object(self, change: Change) -> None:
        if change.ref.kind == "Event":
            return
        metadata = change.body["metadata"]
        if change.type == "DELETED":
            if next(self._store.owned(metadata["uid"]), None) is not None:
                self._gone.setdefault(change.ref, []).append(metadata["uid"])
                self._queue.add(change.ref)
            self._wake_owners(change.body)
        elif "deletionTimestamp" in metadata and metadata.get("finalizers"):
            self._queue.add(change.ref)

    def _wake_owners(self, body: JsonObject) -> None:
        metadata = body["metadata"]
        for owner in metadata.get("ownerReferences") or ():
            ref = Ref(owner["kind"], metadata.get("namespace", ""), owner["name"])
            found = self._store.get(ref)
            if found is not None and FOREGROUND in (found["metadata"].get("finalizers") or ()):
                self._queue.add(ref)

    def _sync(self, ref: Ref) -> None:
        for uid in self._gone.pop(ref, ()):
            for each in self._store.owned(uid):
                self._lose_owner(each, uid)
        body = self._store.get(ref)
        finalizers = (body["metadata"].get("finalizers") or ()) if body else ()
        if body is None or not is_terminating(body):
            return
        if ORPHAN in finalizers:
            for each in self._store.owned(body["metadata"]["uid"]):
                self._lose_owner(each, body["metadata"]["uid"], may_delete=False)
            self._unhold(body, ORPHAN)
        elif FOREGROUND in finalizers:
            dependents = list(self._store.owned(body["metadata"]["uid"]))
            for each in dependents:
                if not is_terminating(each):
                    self._store.delete(ref_of(each), _MANAGER, propagation="Foreground")
            if not any(_blocks(each, body) for each in self._store.owned(body["metadata"]["uid"])):
                self._unhold(body, FOREGROUND)

    def _unhold(self, body: JsonObject, finalizer: str) -> None:
        kept = [each for each in body["metadata"]["finalizers"] if each != finalizer]
        self._store.edit(ref_of(body), {("metadata", "finalizers"): kept}, _MANAGER)

    def _lose_owner(self, body: JsonObject, uid: str, *, may_delete: bool = True) -> None:
        """Delete an object that has no other owner left, else take the owner from it."""
        others = [each for each in body["metadata"]["ownerReferences"] if each["uid"] != uid]
        if others or not may_delete:
            self._store.edit(ref_of(body), {("metadata", "ownerReferences"): others}, _MANAGER)
        elif not is_terminating(body):
            self._store.delete(ref_of(body), _MANAGER)


def _blocks(body: JsonObject, owner: JsonObject) -> bool:
    uid = owner["metadata"]["uid"]
    return any(
        each["uid"] == uid and each.get("blockOwnerDeletion") for each in body["metadata"]["ownerReferences"]
    )
