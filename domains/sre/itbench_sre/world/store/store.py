"""The API server and its database: objects, their versions, and who is told of a change.

An object is never changed in place: each write puts a new one there, so that whatever was read before stays as it
was. Controllers, the kubelet, people and agents all write here and nowhere else.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from itbench_sre.world.clock.loop import Loop
from itbench_sre.world.clock.randomness import Randomness, mixed
from itbench_sre.world.clock.times import kubernetes_text
from itbench_sre.world.store.paths import Path, changed
from itbench_sre.world.store.refs import JsonObject, Ref, ref_of
from itbench_sre.world.store.refusal import Refusal


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
# Returns the object as it shall be stored, or raises Refusal; the old object is None for a creation.
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
            raise Refusal(404, "NotFound", f'{ref.kind.lower()}s "{ref.name}" not found')
        return body

    def list(self, kind: str, namespace: str | None = None) -> Iterator[JsonObject]:
        """Yield the objects of a kind, of one namespace or of all, in order of creation."""
        for ref, body in list(self._objects.get(kind, {}).items()):
            if namespace is None or ref.namespace == namespace:
                yield body

    def watch(self, kind: str, handler: Handler, latency_us: int = 0) -> None:
        """Tell `handler` of each change of a kind: at once, or `latency_us` later as an informer would."""
        self._watchers.setdefault(kind, []).append((latency_us, handler))

    def create(self, body: JsonObject, manager: str) -> JsonObject:
        """Store a new object; name, uid, version and time of creation are filled in.

        Raises:
            Refusal: its name is taken, or admission refuses it.
        """
        metadata = dict(body["metadata"])
        if "name" not in metadata:
            prefix = metadata["generateName"]
            metadata["name"] = prefix + self._stream(f"name {body['kind']}", prefix).suffix()
        body = {**body, "metadata": metadata}
        ref = ref_of(body)
        if self.get(ref) is not None:
            raise Refusal(409, "AlreadyExists", f'{ref.kind.lower()}s "{ref.name}" already exists')
        metadata["uid"] = self._stream("uid", str(ref)).uid()
        metadata["creationTimestamp"] = kubernetes_text(self._loop.now_us)
        for admit in self.admission:
            body = admit(body, None, manager)
        return self._write(ref, body, None, manager)

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
        if not subresource:
            for admit in self.admission:
                body = admit(body, old, manager)
        if body == old:
            return old
        if body.get("spec") != old.get("spec") and "generation" in old["metadata"]:
            generation = old["metadata"]["generation"] + 1
            body = {**body, "metadata": {**body["metadata"], "generation": generation}}
        return self._write(ref, body, old, manager)

    def remove(self, ref: Ref, manager: str) -> None:
        """Take an object away at once.

        Raises:
            Refusal: there is no such object.
        """
        body = self.expect(ref)
        del self._objects[ref.kind][ref]
        self._version += 1
        self._tell(Change("DELETED", ref, body, body, manager))

    def _stream(self, purpose: str, owner: str) -> Randomness:
        key = f"{purpose} {owner}"
        self._made[key] = ordinal = self._made.get(key, 0) + 1
        return Randomness(mixed(self._seed, f"{key} {ordinal}"))

    def _write(self, ref: Ref, body: JsonObject, old: JsonObject | None, manager: str) -> JsonObject:
        self._version += 1
        body = {**body, "metadata": {**body["metadata"], "resourceVersion": str(self._version)}}
        self._objects.setdefault(ref.kind, {})[ref] = body
        self._tell(Change("MODIFIED" if old else "ADDED", ref, body, old, manager))
        return body

    def _tell(self, change: Change) -> None:
        for latency_us, handler in self._watchers.get(change.ref.kind, ()):
            if latency_us:
                self._loop.after(latency_us, handler, change)
            else:
                handler(change)
