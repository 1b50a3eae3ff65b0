"""The API server and its database: objects, their versions, and who is told of a change.

An object is never changed in place: each write puts a new one there, so that whatever was read before stays as it
was. Controllers, the kubelet, people and agents all write here and nowhere else.
"""

import builtins
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from itbench_sre.world.clock.loop import SECOND_US, Loop
from itbench_sre.world.clock.randomness import Randomness, mixed
from itbench_sre.world.clock.times import kubernetes_text
from itbench_sre.world.store.defaults import with_defaults
from itbench_sre.world.store.kinds import KINDS, resource_of
from itbench_sre.world.store.ownership import managed_fields
from itbench_sre.world.store.paths import Path, changed
from itbench_sre.world.store.refs import JsonObject, Ref, ref_of
from itbench_sre.world.store.refusal import Refusal

FOREGROUND = "foregroundDeletion"
ORPHAN = "orphan"
Propagation = Literal["Background", "Foreground", "Orphan"]


@dataclass(frozen=True, slots=True)
class Change:
    """One write, as a watcher sees it.

    Attributes:
        type: what happened.
        body: the object afterwards; before it was deleted, for `DELETED`.
        old: the object before; None for `ADDED`.
        manager: who wrote, such as `kubectl-edit`, `helm`, `kubelet`.
    """

    type: Literal["ADDED", "MODIFIED", "DELETED"]
    ref: Ref
    body: JsonObject
    old: JsonObject | None
    manager: str


Handler = Callable[[Change], object]
# Returns the object as it is to be stored, or raises Refusal; the old object is None for a creation.
Admission = Callable[[JsonObject, JsonObject | None, str], JsonObject]


class Store:
    """All objects of one cluster.

    Attributes:
        admission: asked in turn before each write that is not of a subresource.
    """

    def __init__(self, loop: Loop, seed: int) -> None:
        self.admission: list[Admission] = []
        self._loop = loop
        self._seed = mixed(seed, "store")
        self._objects: dict[str, dict[Ref, JsonObject]] = {}
        self._spaces: dict[tuple[str, str], dict[Ref, JsonObject]] = {}
        self._writes: dict[str, int] = {}
        self._owned: dict[str, dict[Ref, None]] = {}
        self._watchers: dict[str, list[tuple[int, Handler]]] = {}
        self._made: dict[str, int] = {}
        self._version = 1_000_000 + Randomness(self._seed).below(400_000)

    def get(self, ref: Ref) -> JsonObject | None:
        """Return an object, not to be changed, or None."""
        return self._objects.get(ref.kind, {}).get(ref)

    def expect(self, ref: Ref) -> JsonObject:
        """Return an object.

        Raises:
            Refusal: there is none.
        """
        body = self.get(ref)
        if body is None:
            raise Refusal(404, "NotFound", f'{resource_of(ref.kind)} "{ref.name}" not found')
        return body

    def list(self, kind: str, namespace: str | None = None) -> Iterator[JsonObject]:
        """Return the objects of a kind, of one namespace or of all, in order of creation."""
        if namespace is None:
            return iter(list(self._objects.get(kind, {}).values()))
        return iter(list(self._spaces.get((kind, namespace), {}).values()))

    def writes(self, kind: str) -> int:
        """Return how often objects of a kind were written: where that has not changed, neither have they."""
        return self._writes.get(kind, 0)

    def kinds(self) -> Iterator[str]:
        """Yield the kinds of which there are objects."""
        yield from [kind for kind, objects in self._objects.items() if objects]

    def owned(self, uid: str, kind: str = "") -> Iterator[JsonObject]:
        """Yield the objects, of one kind or of all, that name the object with this uid as an owner."""
        for ref in list(self._owned.get(uid, ())):
            if not kind or ref.kind == kind:
                yield self._objects[ref.kind][ref]

    def watch(self, kind: str, handler: Handler, latency_us: int = 0) -> None:
        """Tell `handler` of each change of a kind: at once, or `latency_us` later as an informer would.

        The kind `*` means every kind.
        """
        self._watchers.setdefault(kind, []).append((latency_us, handler))

    def create(self, body: JsonObject, manager: str) -> JsonObject:
        """Store a new object; name, uid, version, time of creation, defaults and ownership are filled in.

        Raises:
            Refusal: its name is taken, or admission refuses it.
        """
        metadata = dict(body["metadata"])
        kind = body["kind"]
        if "name" not in metadata:
            prefix = metadata["generateName"]
            metadata["name"] = prefix + self.stream(f"name {kind}", prefix).suffix()
        body = {**body, "metadata": metadata}
        ref = ref_of(body)
        if self.get(ref) is not None:
            raise Refusal(409, "AlreadyExists", f'{resource_of(kind)} "{ref.name}" already exists')
        metadata["uid"] = self.stream("uid", str(ref)).uid()
        metadata["creationTimestamp"] = self._now()
        if (known := KINDS.get(kind)) is not None and known.has_generation:
            metadata["generation"] = 1
        body = _decoded(body)
        fields = managed_fields(None, _of_caller(body), manager, self._now(), "")
        for admit in self.admission:
            body = admit(body, None, manager)
        return self._write(ref, body, None, manager, fields)

    def edit(
        self, ref: Ref, changes: Mapping[Path, Any], manager: str, *, subresource: str = ""
    ) -> JsonObject:
        """Change places of an object; nothing happens where nothing differs.

        Raises:
            Refusal: there is no such object, or admission refuses the change.
        """
        return self.replace(ref, changed(self.expect(ref), changes), manager, subresource=subresource)

    def replace(self, ref: Ref, body: JsonObject, manager: str, *, subresource: str = "") -> JsonObject:
        """Store `body` in place of the object that is there; nothing happens where nothing differs.

        Raises:
            Refusal: there is no such object, or admission refuses the change.
        """
        old = self.expect(ref)
        if body is old or body == old:
            return old
        if not subresource:
            body = _decoded(body)
        fields = old["metadata"].get("managedFields") or []
        if subresource != "binding":  # as for a real pod, of whose node nobody is the manager
            fields = managed_fields(old, body, manager, self._now(), subresource)
        if not subresource:
            for admit in self.admission:
                body = admit(body, old, manager)
        if body == old:
            return old
        if (
            body.get("spec") != old.get("spec")
            and "generation" in old["metadata"]
            and subresource != "binding"
        ):
            generation = old["metadata"]["generation"] + 1
            body = {**body, "metadata": {**body["metadata"], "generation": generation}}
        body = self._write(ref, body, old, manager, fields)
        if "deletionTimestamp" in body["metadata"]:
            self._finish(ref, manager)
        return body

    def delete(
        self, ref: Ref, manager: str, *, grace_s: int | None = None, propagation: Propagation = "Background"
    ) -> None:
        """Ask for an object's end: it goes at once, or when its pods' grace and its finalizers are over.

        The dependents follow through the garbage collector. A pod that runs is taken away by its kubelet, which
        deletes it again with a grace of 0.

        Raises:
            Refusal: there is no such object.
        """
        body = self.expect(ref)
        metadata = dict(body["metadata"])
        grace_s = self._grace(body, grace_s)
        added = {"Foreground": [FOREGROUND], "Orphan": [ORPHAN], "Background": []}[propagation]
        held = [
            *metadata.get("finalizers", ()),
            *(each for each in added if each not in metadata.get("finalizers", ())),
        ]
        is_held = bool(held or grace_s or (ref.kind == "Namespace" and body["spec"].get("finalizers")))
        if not is_held:
            self.remove(ref, manager)
            return
        is_shorter = grace_s < metadata.get("deletionGracePeriodSeconds", grace_s + 1)
        if "deletionTimestamp" not in metadata or (ref.kind == "Pod" and is_shorter):
            metadata["deletionTimestamp"] = kubernetes_text(self._loop.now_us + grace_s * SECOND_US)
            metadata["deletionGracePeriodSeconds"] = grace_s
            if "generation" in metadata and "deletionTimestamp" not in body["metadata"]:
                metadata["generation"] += 1
        if held:
            metadata["finalizers"] = held
        made = {**body, "metadata": metadata}
        if ref.kind == "Namespace":
            made["status"] = {**body["status"], "phase": "Terminating"}
        if made != body:
            self._write(ref, made, body, manager, metadata.get("managedFields") or [])

    def remove(self, ref: Ref, manager: str) -> None:
        """Take an object away at once.

        Raises:
            Refusal: there is no such object.
        """
        body = self.expect(ref)
        self._writes[ref.kind] += 1
        del self._objects[ref.kind][ref]
        del self._spaces[ref.kind, ref.namespace][ref]
        self._index(ref, body, None)
        self._version += 1
        self._tell(Change("DELETED", ref, body, body, manager))

    def stream(self, purpose: str, owner: str) -> Randomness:
        """Return the next stream of chance of an owner for a purpose."""
        key = f"{purpose} {owner}"
        self._made[key] = ordinal = self._made.get(key, 0) + 1
        return Randomness(mixed(self._seed, f"{key} {ordinal}"))

    def _now(self) -> str:
        return kubernetes_text(self._loop.now_us)

    def _grace(self, body: JsonObject, grace_s: int | None) -> int:
        if body["kind"] != "Pod":
            return 0
        status = body.get("status") or {}
        if not body["spec"].get("nodeName") or status.get("phase") in ("Succeeded", "Failed"):
            return 0
        return int(body["spec"].get("terminationGracePeriodSeconds", 30)) if grace_s is None else grace_s

    def _finish(self, ref: Ref, manager: str) -> None:
        body = self.expect(ref)
        if body["metadata"].get("finalizers") or body["metadata"].get("deletionGracePeriodSeconds"):
            return
        if ref.kind != "Namespace" or not body["spec"].get("finalizers"):
            self.remove(ref, manager)

    def _write(
        self,
        ref: Ref,
        body: JsonObject,
        old: JsonObject | None,
        manager: str,
        fields: builtins.list[JsonObject],
    ) -> JsonObject:
        self._version += 1
        metadata = {**body["metadata"], "managedFields": fields, "resourceVersion": str(self._version)}
        body = {**body, "metadata": metadata}
        self._writes[ref.kind] = self._writes.get(ref.kind, 0) + 1
        self._objects.setdefault(ref.kind, {})[ref] = body
        self._spaces.setdefault((ref.kind, ref.namespace), {})[ref] = body
        self._index(ref, old, body)
        self._tell(Change("MODIFIED" if old else "ADDED", ref, body, old, manager))
        return body

    def _index(self, ref: Ref, old: JsonObject | None, new: JsonObject | None) -> None:
        before = old["metadata"].get("ownerReferences") if old else None
        after = new["metadata"].get("ownerReferences") if new else None
        if before is after:
            return
        for owner in before or ():
            owned = self._owned.get(owner["uid"], {})
            owned.pop(ref, None)
            if not owned:
                self._owned.pop(owner["uid"], None)
        for owner in after or ():
            self._owned.setdefault(owner["uid"], {})[ref] = None

    def _tell(self, change: Change) -> None:
        for each in (change.ref.kind, "*"):
            for latency_us, handler in self._watchers.get(each, ()):
                if latency_us:
                    self._loop.after(latency_us, handler, change)
                else:
                    handler(change)


def _decoded(body: JsonObject) -> JsonObject:
    try:
        return with_defaults(body)
    except ValueError as error:
        kind, version = body["kind"], body.get("apiVersion", "v1").rpartition("/")[2]
        words = f'{kind} in version "{version}" cannot be handled as a {kind}: {error}'
        raise Refusal(400, "BadRequest", words) from error


def _of_caller(body: JsonObject) -> JsonObject:
    # What the server itself puts into the status of a new object has no owner.
    return {key: value for key, value in body.items() if key != "status" or body["kind"] == "Node"}
