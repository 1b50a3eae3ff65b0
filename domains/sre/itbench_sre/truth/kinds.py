"""Which Kubernetes kinds are alike when an entity is compared with a truth."""

from typing import Final

WORKLOAD_KINDS: Final = frozenset({"deployment", "replicaset", "statefulset", "daemonset", "pod"})
SERVICE_KINDS: Final = WORKLOAD_KINDS | {"service"}
CHAOS_NAMESPACES: Final = frozenset({"chaos-mesh"})
CLUSTER_SCOPED_KINDS: Final = frozenset(
    {
        "clusterrole",
        "clusterrolebinding",
        "customresourcedefinition",
        "namespace",
        "node",
        "persistentvolume",
        "storageclass",
    }
)
GENERATED_NAME_KINDS: Final = frozenset({"pod", "replicaset"})


def is_chaos_kind(kind: str) -> bool:
    """Say whether a case-folded kind is a Chaos Mesh experiment (`podchaos`, `networkchaos`, ...)."""
    return kind.endswith("chaos")


def are_kinds_alike(one: str, other: str, *, namespace: str) -> bool:
    """Say whether two case-folded kinds count as the same in a case-folded namespace.

    Equal kinds do; so do two workload kinds, and in the chaos namespace a Schedule and whatever it spawns.
    """
    if one == other or (one in WORKLOAD_KINDS and other in WORKLOAD_KINDS):
        return True
    if namespace not in CHAOS_NAMESPACES:
        return False
    return (one == "schedule" and is_chaos_kind(other)) or (other == "schedule" and is_chaos_kind(one))
