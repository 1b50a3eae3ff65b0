"""Which requests a ValidatingAdmissionPolicy looks at.

Semantics: https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/validating-admission-policy-v1/
"""

from collections.abc import Mapping
from typing import Any

from itbench_ciso.engines.inside.requests import Request, labels_of, named_namespace

# An API server never asks policies about the configuration of admission itself, lest one locks everybody out.
_EXEMPT_GROUP = "admissionregistration.k8s.io"
_EXEMPT_RESOURCES = frozenset(
    f"{mode}{what}"
    for mode in ("validating", "mutating")
    for what in ("webhookconfigurations", "admissionpolicies", "admissionpolicybindings")
)


def matches(constraints: Mapping[str, Any], request: Request) -> bool:
    """Tell whether `matchConstraints` take in a request; what stands for other versions of an API is not followed."""
    return (
        not (request.group == _EXEMPT_GROUP and request.resource in _EXEMPT_RESOURCES)
        and any(_rule_matches(rule, request) for rule in constraints.get("resourceRules") or [])
        and not any(_rule_matches(rule, request) for rule in constraints.get("excludeResourceRules") or [])
        and _namespace_matches(constraints.get("namespaceSelector") or {}, request)
        and selects(constraints.get("objectSelector") or {}, labels_of(request.object))
    )


def selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Tell whether a label selector takes in labels; an empty one takes in all."""
    equal = all(labels.get(key) == value for key, value in (selector.get("matchLabels") or {}).items())
    return equal and all(_fulfils(labels, each) for each in selector.get("matchExpressions") or [])


def _fulfils(labels: Mapping[str, str], expression: Mapping[str, Any]) -> bool:
    key, values = expression["key"], expression.get("values") or []
    is_in = labels.get(key) in values
    return {"In": is_in, "NotIn": not is_in, "Exists": key in labels, "DoesNotExist": key not in labels}[
        expression["operator"]
    ]


def _rule_matches(rule: Mapping[str, Any], request: Request) -> bool:
    scope = rule.get("scope") or "*"
    names = rule.get("resourceNames") or []
    return (
        _holds(rule.get("operations"), request.operation)
        and _holds(rule.get("apiGroups"), request.group)
        and _holds(rule.get("apiVersions"), request.version)
        and any(_is_resource(each, request) for each in rule.get("resources") or [])
        and scope in {"*", "Namespaced" if request.is_namespaced else "Cluster"}
        and (not names or request.name in names)
    )


def _holds(allowed: list[str] | None, value: str) -> bool:
    return "*" in (allowed or []) or value in (allowed or [])


def _is_resource(allowed: str, request: Request) -> bool:
    name, _, part = allowed.partition("/")
    return name in {"*", request.resource} and part in {"*", request.subresource}


def _namespace_matches(selector: Mapping[str, Any], request: Request) -> bool:
    if request.object.get("kind") == "Namespace":
        return selects(selector, labels_of(named_namespace(request.name, request.object)))
    if request.namespace_object is None:
        return True  # What lies in no namespace is never left out by one.
    return selects(selector, labels_of(request.namespace_object))
