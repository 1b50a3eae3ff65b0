"""The ways in which kubectl writes a kind: `Deployment`, `deployments`, `deploy`, `deployment.apps` are one."""

import re
from typing import Final

from itbench_sre.truth.kinds import CLUSTER_SCOPED_KINDS, has_api_group, kinds_with_known_group

# The short names of `kubectl api-resources`.
_SHORT: Final = {
    "cj": "cronjob",
    "cm": "configmap",
    "deploy": "deployment",
    "ds": "daemonset",
    "ep": "endpoints",
    "hpa": "horizontalpodautoscaler",
    "ing": "ingress",
    "limits": "limitrange",
    "netpol": "networkpolicy",
    "no": "node",
    "ns": "namespace",
    "pc": "priorityclass",
    "pdb": "poddisruptionbudget",
    "po": "pod",
    "pv": "persistentvolume",
    "pvc": "persistentvolumeclaim",
    "quota": "resourcequota",
    "rc": "replicationcontroller",
    "rs": "replicaset",
    "sa": "serviceaccount",
    "sc": "storageclass",
    "sts": "statefulset",
    "svc": "service",
}
_VERSION: Final = r"v\d+(?:(?:alpha|beta)\d+)?"
# As kubectl writes it: `deployment.apps`, `networkchaos.v1alpha1.chaos-mesh.org`.
_QUALIFIED: Final = re.compile(rf"(?P<kind>[a-z]+)(?:\.{_VERSION})?(?:\.(?P<group>[a-z][a-z0-9.-]*))?")


def plain_kind(text: str) -> str:
    """Give a kind in lower case and in the singular, without its API group; what is no kind's name stays as it is."""
    kind = text.lower()
    found = _QUALIFIED.fullmatch(kind)
    if found is None:
        return kind
    named = _SPELLINGS.get(found["kind"], found["kind"])
    return named if found["kind"] == kind or has_api_group(named, found["group"] or "") else kind


def _plural(kind: str) -> str:
    if kind.endswith("ss"):
        return f"{kind}es"
    if kind.endswith("y"):
        return f"{kind.removesuffix('y')}ies"
    # `endpoints` and `networkchaos` are their own plurals.
    return kind if kind.endswith("s") else f"{kind}s"


_SPELLINGS: Final = {_plural(kind): kind for kind in kinds_with_known_group() | CLUSTER_SCOPED_KINDS} | _SHORT
