"""Istio in ambient mode: which pods are in the mesh, which calls are allowed, and where gateways lead."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from itbench_sre.world.runtime.policies import Peer, matches
from itbench_sre.world.store.refs import JsonObject

if TYPE_CHECKING:
    from itbench_sre.world.runtime.process import Process
    from itbench_sre.world.runtime.views import View

_ROOT = "istio-system"
_GATEWAY = "gateway.networking.k8s.io/gateway-name"


@dataclass(frozen=True, slots=True)
class Rule:
    """An AuthorizationPolicy that concerns a target: `entries` say which callers and requests."""

    is_deny: bool
    entries: tuple[JsonObject, ...]


def is_member(peer: Peer) -> bool:
    """Whether a pod's traffic goes through the mesh: its own label, or that of its namespace."""
    mode = peer.labels.get("istio.io/dataplane-mode") or peer.namespace_labels.get("istio.io/dataplane-mode")
    injected = peer.labels.get("sidecar.istio.io/inject") == "true"
    return mode == "ambient" or injected or _GATEWAY in peer.labels


def between(view: "View", source: Peer, target: Peer, port: int) -> tuple[str, tuple[Rule, ...]]:
    """Return what connections from `source` to `target` meet, and the rules that each call is asked by."""
    if not is_member(target):
        return "", ()
    # Gateways take traffic from outside.
    if not is_member(source) and _GATEWAY not in target.labels and _mode(view, target, port) == "STRICT":
        return "reset", ()
    rules = tuple(
        Rule(policy["spec"].get("action", "ALLOW") == "DENY", tuple(policy["spec"].get("rules") or ()))
        for policy in view.all("AuthorizationPolicy")
        if _concerns(policy, target)
    )
    return "", rules


def _concerns(policy: JsonObject, target: Peer) -> bool:
    namespace, spec = policy["metadata"]["namespace"], policy.get("spec") or {}
    if namespace not in (target.namespace, _ROOT) or spec.get("action", "ALLOW") not in ("ALLOW", "DENY"):
        return False
    references = spec.get("targetRefs") or ([spec["targetRef"]] if "targetRef" in spec else [])
    if references:
        name = target.labels.get(_GATEWAY)
        return any(
            reference.get("kind") == "Gateway" and reference["name"] == name for reference in references
        )
    return matches(spec.get("selector") or {}, target.labels)


def _mode(view: "View", target: Peer, port: int) -> str:
    """Return the mode of mutual TLS at a port: the workload's, else the namespace's, else the mesh's."""
    found = ["", "", ""]
    for policy in view.all("PeerAuthentication"):
        namespace, spec = policy["metadata"]["namespace"], policy.get("spec") or {}
        mode = (spec.get("mtls") or {}).get("mode", "")
        selector = spec.get("selector")
        if namespace == target.namespace and selector and matches(selector, target.labels):
            ports = spec.get("portLevelMtls") or {}
            found[0] = (ports.get(str(port)) or ports.get(port) or {}).get("mode", mode)
        elif namespace == target.namespace and not selector:
            found[1] = mode
        elif namespace == _ROOT and not selector:
            found[2] = mode
    return next((mode for mode in found if mode and mode != "UNSET"), "PERMISSIVE")


def is_allowed(rules: tuple[Rule, ...], source: Peer, operation: str, port: int) -> bool:
    """Whether a call passes: no DENY matches, and an ALLOW does where there is any."""
    if any(rule.is_deny and _matches(rule, source, operation, port) for rule in rules):
        return False
    allows = [rule for rule in rules if not rule.is_deny]
    return not allows or any(_matches(rule, source, operation, port) for rule in allows)


def _matches(rule: Rule, source: Peer, operation: str, port: int) -> bool:
    return any(
        (not entry.get("from") or any(_is_from(item.get("source") or {}, source) for item in entry["from"]))
        and (
            not entry.get("to")
            or any(_is_to(item.get("operation") or {}, operation, port) for item in entry["to"])
        )
        for entry in rule.entries
    )


def _is_from(wanted: JsonObject, source: Peer) -> bool:
    if not is_member(source) and {"namespaces", "notNamespaces", "principals"} & wanted.keys():
        return False  # nothing proves who calls from outside the mesh
    if "namespaces" in wanted and source.namespace not in wanted["namespaces"]:
        return False
    if "notNamespaces" in wanted and source.namespace in wanted["notNamespaces"]:
        return False
    account = source.labels.get("app", source.labels.get("app.kubernetes.io/name", ""))
    return "principals" not in wanted or any(
        principal == "*" or principal.endswith((f"/{account}", f"-{account}"))
        for principal in wanted["principals"]
    )


def _is_to(wanted: JsonObject, operation: str, port: int) -> bool:
    method, _, path = operation.partition(" ")
    if not path and "/" in method:
        method, path = "POST", f"/{method}"  # gRPC
    if "methods" in wanted and "*" not in wanted["methods"] and method not in wanted["methods"]:
        return False
    if "notMethods" in wanted and method in wanted["notMethods"]:
        return False
    if "ports" in wanted and str(port) not in wanted["ports"]:
        return False
    return "paths" not in wanted or any(_is_path(path or operation, pattern) for pattern in wanted["paths"])


def _is_path(path: str, pattern: str) -> bool:
    if pattern.endswith("*"):
        return path.startswith(pattern[:-1])
    return path.endswith(pattern[1:]) if pattern.startswith("*") else path == pattern


def routed(view: "View", process: "Process", host: str, port: int) -> tuple[str, int]:
    """Return where a link leads: for a gateway, to the backend of its HTTPRoutes; host empty where it has none."""
    gateway = process.place.labels.get(_GATEWAY)
    if gateway is None:
        return host, port
    namespace = process.place.pod.namespace
    if view.get("Gateway", namespace, gateway) is None:
        return host, port
    for route in view.all("HTTPRoute"):
        spec = route["spec"]
        if not any(parent["name"] == gateway for parent in spec.get("parentRefs") or ()):
            continue
        for rule in spec.get("rules") or ():
            for backend in rule.get("backendRefs") or ():
                within = backend.get("namespace", route["metadata"]["namespace"])
                return f"{backend['name']}.{within}.svc.cluster.local", backend.get("port", port)
    return "", port
