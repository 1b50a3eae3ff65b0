"""Why a pod cannot go to a node because of other pods: affinity, anti-affinity, and spreading."""

from collections.abc import Iterable, Mapping

from itbench_sre.world.controllers.nodes_fit import NodeState, Obstacle, matches_node
from itbench_sre.world.controllers.pods import is_terminating
from itbench_sre.world.store.refs import JsonObject
from itbench_sre.world.store.selectors import is_selected, labels_of

_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"
Nodes = Mapping[str, NodeState]


def _terms(pod: JsonObject, kind: str) -> list[JsonObject]:
    found: list[JsonObject] = ((pod["spec"].get("affinity") or {}).get(kind) or {}).get(_REQUIRED) or []
    return found


def _is_meant(term: JsonObject, of: JsonObject, other: JsonObject) -> bool:
    namespaces = term.get("namespaces") or [of["metadata"]["namespace"]]
    if term.get("namespaceSelector") is None and other["metadata"]["namespace"] not in namespaces:
        return False
    return is_selected(term.get("labelSelector"), labels_of(other))


def _domains(term: JsonObject, of: JsonObject, nodes: Nodes) -> dict[str, int]:
    """Return how many pods that a term means each domain of its topology has."""
    counts: dict[str, int] = {}
    for node in nodes.values():
        domain = labels_of(node.body).get(term["topologyKey"])
        if domain is None:
            continue
        count = sum(1 for pod in node.pods.values() if _is_meant(term, of, pod))
        counts[domain] = counts.get(domain, 0) + count
    return counts


class Neighbours:
    """What the pods of all nodes mean for one pod; computed once for each attempt to place it."""

    def __init__(self, pod: JsonObject, nodes: Nodes) -> None:
        self._pod = pod
        self._near = [(term, _domains(term, pod, nodes)) for term in _terms(pod, "podAffinity")]
        self._far = [(term, _domains(term, pod, nodes)) for term in _terms(pod, "podAntiAffinity")]
        self._kept_off = self._repelled(nodes)
        self._spread = [
            (each, _spread_counts(each, pod, nodes.values()))
            for each in pod["spec"].get("topologySpreadConstraints") or ()
            if each.get("whenUnsatisfiable", "DoNotSchedule") == "DoNotSchedule"
        ]
        self._liked = [
            (sign, weighted, _domains(weighted["podAffinityTerm"], pod, nodes))
            for sign, weighted in _wishes(pod)
        ]

    def _repelled(self, nodes: Nodes) -> list[tuple[str, str]]:
        found = []
        for node in nodes.values():
            for other in node.pods.values():
                for term in _terms(other, "podAntiAffinity"):
                    domain = labels_of(node.body).get(term["topologyKey"])
                    if domain is not None and _is_meant(term, other, self._pod):
                        found.append((term["topologyKey"], domain))
        return found

    def obstacle(self, node: NodeState) -> Obstacle | None:
        """Return the first reason that other pods give against a node."""
        labels = labels_of(node.body)
        return self._too_many(labels) or self._apart(labels)

    def _too_many(self, labels: Mapping[str, str]) -> Obstacle | None:
        for constraint, counts in self._spread:
            domain = labels.get(constraint["topologyKey"])
            if domain is None:
                words = "node(s) didn't match pod topology spread constraints (missing required label)"
                return Obstacle((words,), is_final=True)
            own = is_selected(constraint.get("labelSelector"), labels_of(self._pod))
            if counts.get(domain, 0) + own - min(counts.values(), default=0) > constraint["maxSkew"]:
                return Obstacle(("node(s) didn't match pod topology spread constraints",))
        return None

    def _apart(self, labels: Mapping[str, str]) -> Obstacle | None:
        for term, counts in self._near:
            domain = labels.get(term["topologyKey"])
            is_first = not any(counts.values()) and _is_meant(term, self._pod, self._pod)
            if domain is None or (not counts.get(domain) and not is_first):
                return Obstacle(("node(s) didn't match pod affinity rules",), is_final=True)
        for term, counts in self._far:
            if counts.get(labels.get(term["topologyKey"], ""), 0):
                return Obstacle(("node(s) didn't match pod anti-affinity rules",))
        if any(labels.get(key) == domain for key, domain in self._kept_off):
            return Obstacle(("node(s) didn't satisfy existing pods anti-affinity rules",))
        return None

    def score(self, node: NodeState) -> int:
        """Return how well the neighbours suit the pod: wishes, and few pods of its own kind."""
        labels = labels_of(node.body)
        wished: int = sum(
            sign * weighted["weight"]
            for sign, weighted, counts in self._liked
            if counts.get(labels.get(weighted["podAffinityTerm"]["topologyKey"], ""), 0)
        )
        owner = _owner(self._pod)
        alike = sum(1 for pod in node.pods.values() if owner and _owner(pod) == owner)
        return wished - 50 * alike


def _owner(pod: JsonObject) -> str:
    owners = pod["metadata"].get("ownerReferences") or ()
    return str(owners[0]["uid"]) if owners else ""


def _wishes(pod: JsonObject) -> Iterable[tuple[int, JsonObject]]:
    affinity = pod["spec"].get("affinity") or {}
    for sign, kind in ((1, "podAffinity"), (-1, "podAntiAffinity")):
        for weighted in (affinity.get(kind) or {}).get(_PREFERRED) or ():
            yield sign, weighted


def _spread_counts(constraint: JsonObject, pod: JsonObject, nodes: Iterable[NodeState]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for node in nodes:
        domain = labels_of(node.body).get(constraint["topologyKey"])
        if domain is None or not matches_node(pod, node.body):
            continue
        count = sum(
            1
            for other in node.pods.values()
            if other["metadata"]["namespace"] == pod["metadata"]["namespace"]
            and not is_terminating(other)
            and is_selected(constraint.get("labelSelector"), labels_of(other))
        )
        counts[domain] = counts.get(domain, 0) + count
    return counts
