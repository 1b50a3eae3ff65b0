"""5.3.2: rules that name any peer or any port are fine, however much these let through."""

from collections.abc import Callable

from itbench import JsonObject, JsonValue
from itbench_ciso.controls.control import Change, Parameters, Way, complies, violates
from itbench_ciso.controls.manifests.scene import Scene

_BOTH = ["Ingress", "Egress"]
_ANYWHERE, _ANY_SIX = {"ipBlock": {"cidr": "0.0.0.0/0"}}, {"ipBlock": {"cidr": "::/0"}}
_PEERS: tuple[tuple[str, list[JsonObject]], ...] = (
    ("all namespaces", [{"namespaceSelector": {}}]),
    ("all pods of the namespace", [{"podSelector": {}}]),
    ("all pods of all namespaces", [{"namespaceSelector": {}, "podSelector": {}}]),
    ("every address", [_ANYWHERE]),
    ("every address of version 6", [_ANY_SIX]),
    ("every address but some", [{"ipBlock": {"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8"]}}]),
    ("all namespaces and every address", [{"namespaceSelector": {}}, _ANYWHERE, _ANY_SIX]),
    (
        "all pods by empty selectors",
        [{"podSelector": {"matchLabels": {}, "matchExpressions": []}, "namespaceSelector": {"matchLabels": {}}}],
    ),
)  # fmt: skip
_PORTS: tuple[tuple[str, list[JsonObject]], ...] = (
    ("all ports of TCP", [{"protocol": "TCP"}]),
    ("all ports of each protocol", [{"protocol": "TCP"}, {"protocol": "UDP"}, {"protocol": "SCTP"}]),
    ("a range of ports", [{"protocol": "TCP", "port": 1, "endPort": 65535}]),
    ("a port by name", [{"port": "https"}]),
    ("a port of which nothing is said", [{}]),
)
_EMPTY: tuple[tuple[str, JsonValue], ...] = (("an empty", []), ("a null", None))


def _rules(peers: JsonValue, ports: JsonValue, *, more: bool = False) -> JsonObject:
    """Return a policy for both directions with such a rule in each, between two others if there are more."""
    held = {"ports": ports} if ports is not None else {}
    rules = {
        direction: {**held, **({name: peers} if peers is not None else {})}
        for direction, name in (("ingress", "from"), ("egress", "to"))
    }
    other = {"ports": [{"protocol": "TCP", "port": 443}]}
    return {
        "policyTypes": _BOTH,
        **{direction: [other, rule, other] if more else [rule] for direction, rule in rules.items()},
    }


def open_rules(
    specs: Callable[..., Change], more: Callable[[Scene, str, JsonObject], JsonObject]
) -> tuple[Way, ...]:
    """Return the ways.

    Args:
        specs: gives the change that adds a namespace with policies of these specs.
        more: adds one more policy to a namespace.
    """
    peers = [
        complies(f"a rule is for {what}", specs(_rules(found, None, more=bool(place % 2))))
        for place, (what, found) in enumerate(_PEERS)
    ]
    ports = [
        complies(f"a rule is for {what}", specs(_rules(None, found, more=bool(place % 2))))
        for place, (what, found) in enumerate(_PORTS)
    ]
    absent = [
        violates(
            f"{what} list of peers stands alone in a rule for what goes out",
            specs({"policyTypes": _BOTH, "egress": [{"to": value}]}),
            specs({"policyTypes": _BOTH, "egress": [{"to": [_ANYWHERE]}]}),
        )
        for what, value in _EMPTY
    ] + [
        violates(
            f"{what} list of ports stands alone in a rule for what comes in",
            specs({"policyTypes": _BOTH, "ingress": [{"ports": value}]}),
            specs({"policyTypes": _BOTH, "ingress": [{"ports": [{"protocol": "UDP"}]}]}),
        )
        for what, value in _EMPTY
    ]
    unplaced = violates(
        "a policy that names no namespace opens `default`",
        _unplaced(more, {"ingress": [{}]}),
        _unplaced(more, {"ingress": [{"from": [_ANYWHERE]}]}),
    )
    return (unplaced, *absent, *peers, *ports, *_selectors(specs))


def _unplaced(more: Callable[[Scene, str, JsonObject], JsonObject], spec: JsonObject) -> Change:
    def change(scene: Scene, _given: Parameters) -> None:
        scene.namespace("default")
        scene.unplace(more(scene, "default", {"podSelector": {}, "policyTypes": ["Ingress"]} | spec))

    return change


def _selectors(specs: Callable[..., Change]) -> tuple[Way, ...]:
    only_in, both = {"policyTypes": None}, {"policyTypes": _BOTH}
    return (
        violates("the list of what the policy is about is null", specs(only_in), specs(both)),
        violates(
            "the list of what the policy is about is null, and its rules are for what comes in",
            specs(only_in | {"ingress": [{"from": [_ANYWHERE]}]}),
            specs(only_in | {"egress": [{"to": [_ANYWHERE]}]}),
        ),
        complies("the selector is null", specs(both | {"podSelector": None})),
        complies(
            "the selector's labels are null, its expressions are empty",
            specs(both | {"podSelector": {"matchLabels": None, "matchExpressions": []}}),
        ),
    )
