"""The name of an object, and how other objects refer to it."""

from typing import Any, NamedTuple

JsonObject = dict[str, Any]


class Ref(NamedTuple):
    """Which object is meant; `namespace` is empty where the kind has none."""

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        """Return `namespace/Kind/name`, or `cluster/Kind/name` without a namespace."""
        return f"{self.namespace or 'cluster'}/{self.kind}/{self.name}"


def ref_of(body: JsonObject) -> Ref:
    """Return the name of an object."""
    metadata = body["metadata"]
    return Ref(body["kind"], metadata.get("namespace", ""), metadata["name"])


def reference_to(body: JsonObject) -> JsonObject:
    """Return an ObjectReference: what an event, a claim or a list of active jobs says of an object."""
    metadata = body["metadata"]
    made = {
        "apiVersion": body.get("apiVersion"),
        "kind": body["kind"],
        "name": metadata["name"],
        "namespace": metadata.get("namespace"),
        "resourceVersion": metadata.get("resourceVersion"),
        "uid": metadata.get("uid"),
    }
    return {key: value for key, value in made.items() if value}


def owner_of(body: JsonObject) -> Ref | None:
    """Return the controller that an object belongs to, if any."""
    for owner in body["metadata"].get("ownerReferences", ()):
        if owner.get("controller"):
            return Ref(owner["kind"], body["metadata"].get("namespace", ""), owner["name"])
    return None
