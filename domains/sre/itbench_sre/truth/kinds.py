"""Which Kubernetes kinds there are for the rules, and which are alike when an entity is compared with a truth."""

from typing import Final

CONTROLLER_KINDS: Final = frozenset({"daemonset", "deployment", "rollout", "statefulset"})
WORKLOAD_KINDS: Final = CONTROLLER_KINDS | {"pod", "replicaset"}
SERVICE_KINDS: Final = WORKLOAD_KINDS | {"service"}
GENERATED_NAME_KINDS: Final = frozenset({"pod", "replicaset"})
CLUSTER_SCOPED_KINDS: Final = frozenset(
    {
        "apiservice",
        "clusterrole",
        "clusterrolebinding",
        "csidriver",
        "csinode",
        "customresourcedefinition",
        "ingressclass",
        "mutatingwebhookconfiguration",
        "namespace",
        "node",
        "persistentvolume",
        "priorityclass",
        "runtimeclass",
        "storageclass",
        "validatingwebhookconfiguration",
        "volumeattachment",
    }
)

CHAOS_NAMESPACES: Final = frozenset({"chaos-mesh"})
# The experiments of Chaos Mesh 2: what a Schedule can spawn (chaos-mesh.org/v1alpha1).
EXPERIMENT_KINDS: Final = frozenset(
    {
        "awschaos",
        "azurechaos",
        "blockchaos",
        "cloudstackhostchaos",
        "cloudstackvmchaos",
        "dnschaos",
        "gcpchaos",
        "httpchaos",
        "iochaos",
        "jvmchaos",
        "kernelchaos",
        "networkchaos",
        "physicalmachinechaos",
        "podchaos",
        "stresschaos",
        "timechaos",
    }
)
# With what it keeps beside them: plans, and the part of an experiment that one pod has.
CHAOS_MESH_KINDS: Final = EXPERIMENT_KINDS | {
    "physicalmachine",
    "podhttpchaos",
    "podiochaos",
    "podnetworkchaos",
    "remotecluster",
    "schedule",
    "statuscheck",
    "workflow",
    "workflownode",
}

_KINDS_OF_GROUP: Final = {
    "": {
        "configmap",
        "endpoints",
        "limitrange",
        "namespace",
        "node",
        "persistentvolume",
        "persistentvolumeclaim",
        "pod",
        "replicationcontroller",
        "resourcequota",
        "secret",
        "service",
        "serviceaccount",
    },
    "apps": {"daemonset", "deployment", "replicaset", "statefulset"},
    "argoproj.io": {"rollout"},
    "autoscaling": {"horizontalpodautoscaler"},
    "batch": {"cronjob", "job"},
    "chaos-mesh.org": CHAOS_MESH_KINDS,
    "networking.k8s.io": {"ingress", "ingressclass", "networkpolicy"},
    "policy": {"poddisruptionbudget"},
    "rbac.authorization.k8s.io": {"clusterrole", "clusterrolebinding", "role", "rolebinding"},
    "scheduling.k8s.io": {"priorityclass"},
    "storage.k8s.io": {"csidriver", "csinode", "storageclass", "volumeattachment"},
}
_GROUP_OF_KIND: Final = {kind: group for group, kinds in _KINDS_OF_GROUP.items() for kind in kinds}
# Their names may hold more than those of other objects, such as the colon of `system:node`.
_RBAC_KINDS: Final = frozenset(_KINDS_OF_GROUP["rbac.authorization.k8s.io"])


def kinds_with_known_group() -> frozenset[str]:
    """Give the lower-case kinds of which it is known what API group they have."""
    return frozenset(_GROUP_OF_KIND)


def has_dns_name(kind: str) -> bool:
    """Say whether the names of a lower-case kind are known to be DNS subdomains (RFC 1123), as most in Kubernetes are."""
    return kind in _GROUP_OF_KIND.keys() - _RBAC_KINDS or kind in CLUSTER_SCOPED_KINDS - _RBAC_KINDS


def has_api_group(kind: str, group: str) -> bool:
    """Say whether a lower-case kind can be of an API group (empty for the core).

    A kind that is not known here may be of any group of somebody's own; those have a dot.
    """
    known = _GROUP_OF_KIND.get(kind)
    return group == known if known is not None else not group or "." in group


def is_chaos_kind(kind: str) -> bool:
    """Say whether a lower-case kind is a Chaos Mesh experiment (`podchaos`, `networkchaos`, ...)."""
    return kind in EXPERIMENT_KINDS


def are_kinds_alike(one: str, other: str, *, namespace: str) -> bool:
    """Say whether two lower-case kinds count as the same in a lower-case namespace.

    Equal kinds do; so do two workload kinds, and in the chaos namespace a Schedule and whatever it spawns.
    """
    if one == other or (one in WORKLOAD_KINDS and other in WORKLOAD_KINDS):
        return True
    if namespace not in CHAOS_NAMESPACES:
        return False
    return (one == "schedule" and is_chaos_kind(other)) or (other == "schedule" and is_chaos_kind(one))
