"""How likely it is that a change of some kind breaks something, before any symptom is looked at."""

import re

from itbench_sre.snapshot import Difference

NO_GRAVITY = 0.1
_WORKLOADS = {"Deployment", "StatefulSet", "DaemonSet", "CronJob", "ReplicationController"}
# Words for people, and marks that only make a controller act once.
_FOR_PEOPLE = re.compile(
    r"^metadata\b|\b(?:annotations|labels|description|comment|title|owner)\b|restartedAt"
)
_OF_PODS = re.compile(
    r"\b(?:image|command|args|env|envFrom|resources|readinessProbe|livenessProbe|startupProbe|ports|nodeSelector|affinity"
    r"|volumes|volumeMounts|initContainers|dnsPolicy|dnsConfig|tolerations|securityContext|hostNetwork|serviceAccountName"
    r"|priorityClassName|topologySpreadConstraints)\b"
)
_OF_KINDS = {
    "ConfigMap": (re.compile(r"^(?:data|binaryData)\b"), 1.0),
    "HorizontalPodAutoscaler": (re.compile(r"^spec\b"), 1.0),
    "LimitRange": (re.compile(r"^spec\b"), 1.0),
    "Namespace": (re.compile(r"^(?:spec|metadata\.labels)\b"), 1.0),
    "NetworkPolicy": (re.compile(r"^spec\b"), 2.0),
    "Node": (re.compile(r"^spec\b"), 1.0),
    "PersistentVolumeClaim": (re.compile(r"^spec\b"), 1.0),
    "PodDisruptionBudget": (re.compile(r"^spec\b"), 1.0),
    "ResourceQuota": (re.compile(r"^spec\b"), 1.5),
    "Secret": (re.compile(r"^(?:data|stringData)\b"), 1.0),
    "Service": (re.compile(r"^spec\.(?:selector|ports|type|externalName)\b"), 2.0),
}
_CREATED = {
    "ConfigMap": 0.3,
    "LimitRange": 1.0,
    "NetworkPolicy": 2.0,
    "ResourceQuota": 1.5,
    "HorizontalPodAutoscaler": 0.7,
    **dict.fromkeys(sorted(_WORKLOADS), 0.8),
    "Job": 0.6,
}
_DELETED = {"Service": 2.0, "ConfigMap": 1.0, "NetworkPolicy": 0.5, **dict.fromkeys(sorted(_WORKLOADS), 1.5)}


def is_workload(kind: str) -> bool:
    """Tell whether objects of a kind have pods."""
    return kind in _WORKLOADS


def change_gravity(kind: str, difference: Difference) -> float:
    """Return the gravity of one changed place in an object of a kind."""
    path = difference.path
    if kind in _OF_KINDS:
        pattern, gravity = _OF_KINDS[kind]
        if pattern.search(path) and not (kind != "Namespace" and _FOR_PEOPLE.search(path)):
            return gravity
        return NO_GRAVITY
    if not is_workload(kind) or _FOR_PEOPLE.search(path):
        return NO_GRAVITY
    if path == "spec.replicas":
        return 2.0 if difference.after == 0 else 0.3
    return 2.0 if _OF_PODS.search(path) else 0.5 if path.startswith("spec") else NO_GRAVITY


def creation_gravity(kind: str) -> float:
    """Return the gravity of a new object of a kind."""
    return _CREATED.get(kind, NO_GRAVITY)


def deletion_gravity(kind: str) -> float:
    """Return the gravity of the loss of an object of a kind."""
    return _DELETED.get(kind, NO_GRAVITY)
