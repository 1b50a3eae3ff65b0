"""What every node's network knows of the cluster: objects as they were a moment ago."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from itbench_sre.world.store.refs import JsonObject, Ref

if TYPE_CHECKING:
    from itbench_sre.world.store.store import Change, Store

# How long kube-proxy, the network plugin and the mesh's control plane take from a change to what packets meet.
_LATENCY_US = {
    "Service": 350_000,
    "Endpoints": 350_000,
    "NetworkPolicy": 900_000,
    "Namespace": 900_000,
    "PeerAuthentication": 1_200_000,
    "AuthorizationPolicy": 1_200_000,
    "Gateway": 1_200_000,
    "HTTPRoute": 1_200_000,
}


class View:
    """Objects of the kinds that decide about routes, by kind."""

    def __init__(self, store: "Store", moved: Callable[[], object]) -> None:
        """Read what is there; `moved` is told of each change that may move a route."""
        self._moved = moved
        # By `Ref`s, which are equal to plain tuples; those are made faster.
        self.objects: dict[str, dict[tuple[str, str, str], JsonObject]] = {kind: {} for kind in _LATENCY_US}
        for kind, latency_us in _LATENCY_US.items():
            for body in store.list(kind):
                metadata = body["metadata"]
                self.objects[kind][Ref(kind, metadata.get("namespace", ""), metadata["name"])] = body
            store.watch(kind, self._changed, latency_us)

    def get(self, kind: str, namespace: str, name: str) -> JsonObject | None:
        """Return an object as the network knows it."""
        return self.objects[kind].get((kind, namespace, name))

    def all(self, kind: str) -> list[JsonObject]:
        """Return all objects of a kind, in order of creation."""
        return list(self.objects[kind].values())

    def _changed(self, change: "Change") -> None:
        objects = self.objects[change.ref.kind]
        if change.type == "DELETED":
            objects.pop(change.ref, None)
        else:
            old = objects.get(change.ref)
            objects[change.ref] = change.body
            if old is not None and _meaning(old) == _meaning(change.body):
                return
        self._moved()


def _meaning(body: JsonObject) -> tuple[object, ...]:
    return body.get("spec"), body.get("subsets"), body["metadata"].get("labels")
