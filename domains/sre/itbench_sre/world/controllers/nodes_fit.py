"""Why a pod cannot go to a node, in the scheduler's words, and how well it would stand there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from itbench_sre.world.controllers.resources import Amounts, amounts_of
from itbench_sre.world.store.quantities import thousandths
from itbench_sre.world.store.refs import JsonObject, Ref
from itbench_sre.world.store.selectors import is_met, labels_of

_TIMES = ("NoSchedule", "NoExecute")
_USUAL = {"cpu": 100, "memory": 200 * 1024 * 1024 * 1000}  # what a pod without requests is taken to need


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a node will not do; `is_final` where the end of other pods would not help."""

    reasons: tuple[str, ...]
    is_final: bool = False


@dataclass(slots=True, eq=False)
class NodeState:
    """A node with the pods that are on it, or are about to be."""

    body: JsonObject
    pods: dict[Ref, JsonObject] = field(default_factory=dict)
    used: Amounts = field(default_factory=dict)
    scored: Amounts = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Return the node's name."""
        return str(self.body["metadata"]["name"])

    def put(self, ref: Ref, pod: JsonObject, sign: int = 1) -> None:
        """Add a pod, or take it away with a `sign` of -1."""
        amounts = amounts_of(pod)
        for name, amount in amounts.items():
            self.used[name] = self.used.get(name, 0) + sign * amount
        for name, usual in _USUAL.items():
            self.scored[name] = self.scored.get(name, 0) + sign * amounts.get(name, usual)
        if sign > 0:
            self.pods[ref] = pod
        else:
            self.pods.pop(ref, None)

    def without(self, refs: Mapping[Ref, JsonObject]) -> "NodeState":
        """Return the state of the node with some pods gone."""
        made = NodeState(self.body, dict(self.pods), dict(self.used), dict(self.scored))
        for ref, pod in refs.items():
            made.put(ref, pod, -1)
        return made


def tolerates(pod: JsonObject, taint: JsonObject) -> JsonObject | None:
    """Return the toleration of a pod that covers a taint, if it has one."""
    for each in pod["spec"].get("tolerations") or ():
        if each.get("effect") and each["effect"] != taint["effect"]:
            continue
        if each.get("key") and each["key"] != taint["key"]:
            continue
        if each.get("operator", "Equal") == "Exists" or each.get("value", "") == taint.get("value", ""):
            found: JsonObject = each
            return found
    return None


def _unschedulable(pod: JsonObject, node: NodeState) -> Obstacle | None:
    taint = {"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}
    if node.body["spec"].get("unschedulable") and tolerates(pod, taint) is None:
        return Obstacle(("node(s) were unschedulable",), is_final=True)
    return None


def _tainted(pod: JsonObject, node: NodeState) -> Obstacle | None:
    for taint in node.body["spec"].get("taints") or ():
        if taint["effect"] in _TIMES and tolerates(pod, taint) is None:
            text = f"{{{taint['key']}: {taint.get('value', '')}}}"
            return Obstacle((f"node(s) had untolerated taint {text}",), is_final=True)
    return None


def matches_node(pod: JsonObject, node: JsonObject) -> bool:
    """Return whether a node has the labels that a pod insists on."""
    labels = labels_of(node)
    selector = pod["spec"].get("nodeSelector") or {}
    if any(labels.get(key) != value for key, value in selector.items()):
        return False
    affinity = (pod["spec"].get("affinity") or {}).get("nodeAffinity") or {}
    required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution")
    return required is None or any(is_term_met(term, node) for term in required["nodeSelectorTerms"])


def is_term_met(term: JsonObject, node: JsonObject) -> bool:
    """Return whether a node meets all of one term of a node selector."""
    labels = labels_of(node)
    fields = {"metadata.name": node["metadata"]["name"]}
    parts = ((term.get("matchExpressions"), labels), (term.get("matchFields"), fields))
    if not any(each for each, _ in parts):
        return False
    return all(
        is_met(each["key"], each["operator"], each.get("values") or (), where)
        for each_part, where in parts
        for each in each_part or ()
    )


def _elsewhere(pod: JsonObject, node: NodeState) -> Obstacle | None:
    if matches_node(pod, node.body):
        return None
    return Obstacle(("node(s) didn't match Pod's node affinity/selector",), is_final=True)


def _ports_of(pod: JsonObject) -> set[tuple[str, int]]:
    return {
        (port.get("protocol", "TCP"), port["hostPort"])
        for container in pod["spec"]["containers"]
        for port in container.get("ports") or ()
        if port.get("hostPort")
    }


def _ports_taken(pod: JsonObject, node: NodeState) -> Obstacle | None:
    wanted = _ports_of(pod)
    if wanted and any(wanted & _ports_of(other) for other in node.pods.values()):
        return Obstacle(("node(s) didn't have free ports for the requested pod ports",))
    return None


def _insufficient(pod: JsonObject, node: NodeState) -> Obstacle | None:
    allocatable = node.body["status"].get("allocatable") or {}
    reasons, is_final = [], False
    if len(node.pods) + 1 > thousandths(allocatable.get("pods", 110)) // 1000:
        reasons.append("Too many pods")
    for name, amount in amounts_of(pod).items():
        most = thousandths(allocatable.get(name, 0))
        if amount and amount > most - node.used.get(name, 0):
            reasons.append(f"Insufficient {name}")
            is_final = is_final or amount > most
    return Obstacle(tuple(reasons), is_final) if reasons else None


FILTERS: tuple[Callable[[JsonObject, NodeState], Obstacle | None], ...] = (
    _unschedulable,
    _tainted,
    _elsewhere,
    _ports_taken,
    _insufficient,
)


def obstacle(pod: JsonObject, node: NodeState) -> Obstacle | None:
    """Return the first reason that the node itself gives against a pod."""
    for each in FILTERS:
        found = each(pod, node)
        if found is not None:
            return found
    return None


def score(pod: JsonObject, node: NodeState) -> int:
    """Return how much room a node would have left, and how evenly used it would be; 0 to 200."""
    allocatable = node.body["status"].get("allocatable") or {}
    amounts = amounts_of(pod)
    free, shares = 0, []
    for name, usual in _USUAL.items():
        most = thousandths(allocatable.get(name, 0))
        used = node.scored.get(name, 0) + amounts.get(name, usual)
        free += max(most - used, 0) * 50 // most if most else 0
        shares.append(min(used * 100 // most, 100) if most else 100)
    return free + 100 - abs(shares[0] - shares[1]) + _preference(pod, node)


def _preference(pod: JsonObject, node: NodeState) -> int:
    affinity = (pod["spec"].get("affinity") or {}).get("nodeAffinity") or {}
    preferred = affinity.get("preferredDuringSchedulingIgnoredDuringExecution") or ()
    liked: int = sum(each["weight"] for each in preferred if is_term_met(each["preference"], node.body))
    disliked = sum(
        10
        for taint in node.body["spec"].get("taints") or ()
        if taint["effect"] == "PreferNoSchedule" and tolerates(pod, taint) is None
    )
    return liked - disliked
