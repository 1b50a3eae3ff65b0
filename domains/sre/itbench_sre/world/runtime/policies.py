"""NetworkPolicies: which pods may open a connection to which, as the network plugin carries them out."""

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from itbench_sre.world.store.refs import JsonObject


@dataclass(frozen=True, slots=True)
class Peer:
    """One end of a connection, as policies see it."""

    namespace: str
    labels: Mapping[str, str]
    namespace_labels: Mapping[str, str]
    ip: str


def matches(selector: JsonObject | None, labels: Mapping[str, str]) -> bool:
    """Whether labels fulfil a label selector; the empty selector matches all, None matches nothing."""
    if selector is None:
        return False
    if any(labels.get(key) != value for key, value in (selector.get("matchLabels") or {}).items()):
        return False
    return all(_holds(term, labels) for term in selector.get("matchExpressions") or ())


def _holds(term: JsonObject, labels: Mapping[str, str]) -> bool:
    value, values = labels.get(term["key"]), term.get("values") or ()
    match term["operator"]:
        case "In":
            return value in values
        case "NotIn":
            return value not in values
        case "Exists":
            return value is not None
    return value is None


def is_allowed(
    policies: Iterable[JsonObject],
    source: Peer,
    target: Peer,
    port: int,
    port_names: Mapping[str, int],
    protocol: str = "TCP",
) -> bool:
    """Whether `source` may reach `port` of `target`: egress of the one and ingress of the other both allow it."""
    egress: list[JsonObject] = []
    ingress: list[JsonObject] = []
    for policy in policies:
        spec, namespace = policy["spec"], policy["metadata"]["namespace"]
        selector = spec.get("podSelector") or {}
        types = spec.get("policyTypes") or (["Ingress", "Egress"] if "egress" in spec else ["Ingress"])
        if "Egress" in types and namespace == source.namespace and matches(selector, source.labels):
            egress.append(policy)
        if "Ingress" in types and namespace == target.namespace and matches(selector, target.labels):
            ingress.append(policy)
    return _passes(egress, "egress", "to", target, port, port_names, protocol) and _passes(
        ingress, "ingress", "from", source, port, port_names, protocol
    )


def _passes(
    policies: list[JsonObject],
    direction: str,
    side: str,
    peer: Peer,
    port: int,
    port_names: Mapping[str, int],
    protocol: str,
) -> bool:
    if not policies:
        return True
    return any(
        _is_port(rule.get("ports"), port, port_names, protocol)
        and _is_peer(rule.get(side), peer, policy["metadata"]["namespace"])
        for policy in policies
        for rule in policy["spec"].get(direction) or ()
    )


def _is_port(ports: list[JsonObject] | None, port: int, names: Mapping[str, int], protocol: str) -> bool:
    if not ports:
        return True
    for entry in ports:
        if entry.get("protocol", "TCP") != protocol:
            continue
        wanted = entry.get("port")
        if wanted is None:
            return True
        first = names.get(wanted, -1) if isinstance(wanted, str) else int(wanted)
        if first <= port <= int(entry.get("endPort", first)):
            return True
    return False


def _is_peer(peers: list[JsonObject] | None, peer: Peer, namespace: str) -> bool:
    if not peers:
        return True
    return any(_is_one(entry, peer, namespace) for entry in peers)


def _is_one(entry: JsonObject, peer: Peer, namespace: str) -> bool:
    block = entry.get("ipBlock")
    if block is not None:
        address = ipaddress.ip_address(peer.ip)
        excepted = (ipaddress.ip_network(cidr) for cidr in block.get("except") or ())
        return address in ipaddress.ip_network(block["cidr"]) and not any(
            address in cidr for cidr in excepted
        )
    if "namespaceSelector" in entry:
        if not matches(entry["namespaceSelector"] or {}, peer.namespace_labels):
            return False
    elif peer.namespace != namespace:
        return False
    return "podSelector" not in entry or matches(entry["podSelector"] or {}, peer.labels)
