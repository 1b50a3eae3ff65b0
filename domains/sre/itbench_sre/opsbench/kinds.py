"""The spellings of kinds of resources, and which kinds are in no namespace."""

from itbench import JsonValue

_SHORT = {
    "pods": "po", "services": "svc", "deployments": "deploy", "statefulsets": "sts", "daemonsets": "ds",
    "configmaps": "cm", "secrets": "", "persistentvolumeclaims": "pvc", "replicasets": "rs", "ingresses": "ing",
    "networkpolicies": "netpol", "serviceaccounts": "sa", "jobs": "", "endpoints": "ep", "persistentvolumes": "pv",
    "namespaces": "ns", "nodes": "no", "storageclasses": "sc", "events": "", "resourcequota": "resourcequotas",
}  # fmt: skip
_SINGULAR = {"ingresses": "ingress", "networkpolicies": "networkpolicy", "storageclasses": "storageclass"}
CLUSTER_KINDS = frozenset({"nodes", "persistentvolumes", "storageclasses", "namespaces"})
_KINDS = {
    spelling: kind
    for kind, short in _SHORT.items()
    for spelling in (kind, short, _SINGULAR.get(kind, kind.removesuffix("s")))
    if spelling
}


def kind_of(spelling: JsonValue) -> str | None:
    """Return the plural that a kind was recorded under, from any spelling that kubectl knows; None if it is not known."""
    return _KINDS.get(spelling.strip().lower()) if isinstance(spelling, str) else None
