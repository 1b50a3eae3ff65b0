"""The variables that expressions of a policy see, with their types.

Source: https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/#validation-expression.
"""

from typing import Any

from itbench_ciso.engines.inside.expressions.types import DYN, Type, read_type
from itbench_ciso.engines.inside.requests import Request

VARIABLES = "kubernetes.variables"
_STRUCTURES = {
    "kubernetes.AdmissionRequest": {
        "kind": "kubernetes.GroupVersionKind",
        "resource": "kubernetes.GroupVersionResource",
        "subResource": "string",
        "requestKind": "kubernetes.GroupVersionKind",
        "requestResource": "kubernetes.GroupVersionResource",
        "requestSubResource": "string",
        "name": "string",
        "namespace": "string",
        "operation": "string",
        "userInfo": "kubernetes.UserInfo",
        "dryRun": "bool",
        "options": "dyn",
    },
    "kubernetes.GroupVersionKind": {"group": "string", "version": "string", "kind": "string"},
    "kubernetes.GroupVersionResource": {"group": "string", "version": "string", "resource": "string"},
    "kubernetes.UserInfo": {
        "username": "string",
        "uid": "string",
        "groups": "list<string>",
        "extra": "map<string, list<string>>",
    },
    "kubernetes.Namespace": {
        "metadata": "kubernetes.NamespaceMetadata",
        "spec": "kubernetes.NamespaceSpec",
        "status": "kubernetes.NamespaceStatus",
    },
    "kubernetes.NamespaceMetadata": {
        "name": "string",
        "generateName": "string",
        "namespace": "string",
        "labels": "map<string, string>",
        "annotations": "map<string, string>",
        "UID": "string",
        "creationTimestamp": "google.protobuf.Timestamp",
        "deletionGracePeriodSeconds": "int",
        "deletionTimestamp": "google.protobuf.Timestamp",
        "generation": "int",
        "resourceVersion": "string",
        "finalizers": "list<string>",
    },
    "kubernetes.NamespaceSpec": {"finalizers": "list<string>"},
    "kubernetes.NamespaceStatus": {"conditions": "list<kubernetes.NamespaceCondition>", "phase": "string"},
    "kubernetes.NamespaceCondition": {
        "status": "string",
        "type": "string",
        "lastTransitionTime": "google.protobuf.Timestamp",
        "message": "string",
        "reason": "string",
    },
}
FIELDS = {name: {key: read_type(kind) for key, kind in each.items()} for name, each in _STRUCTURES.items()}
KINDS = {
    "object": DYN,
    "oldObject": DYN,
    "request": Type("kubernetes.AdmissionRequest"),
    "namespaceObject": Type("kubernetes.Namespace"),
}


def values_of(request: Request) -> dict[str, Any]:
    """Return the values for one request."""
    return {
        "object": request.object,
        "oldObject": request.old_object,
        "request": request.as_variable(),
        "namespaceObject": request.namespace_object,
    }


_PLAIN = frozenset(
    {
        "bool", "bytes", "double", "int", "null_type", "string", "uint", "google.protobuf.Duration",
        "google.protobuf.Timestamp",
    }
)  # fmt: skip


def declared(kind: Type) -> Type:
    """Return the type with which a variable is declared: an API server keeps those of plain values, lists and maps."""
    if kind.name in _PLAIN:
        return kind
    if kind.name in {"list", "map"}:
        return Type(kind.name, tuple(declared(part) for part in kind.parts))
    return DYN
