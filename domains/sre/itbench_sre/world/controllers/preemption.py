"""Preemption: which pods of lower priority go, so that one of higher priority finds a node."""

from collections.abc import Mapping

from itbench_sre.world.clock.times import kubernetes_text
from itbench_sre.world.controllers.budgets import budgets_of
from itbench_sre.world.controllers.claims import is_reachable
from itbench_sre.world.controllers.neighbours import Neighbours
from itbench_sre.world.controllers.nodes_fit import NodeState, Obstacle, obstacle
from itbench_sre.world.controllers.plane import Plane
from itbench_sre.world.controllers.pods import is_terminating, time_us
from itbench_sre.world.store.paths import Item, Path
from itbench_sre.world.store.refs import JsonObject, Ref

_COMPONENT = "default-scheduler"
_MANAGER = "kube-scheduler"
_WORDS = "default-scheduler: preempting to accommodate a higher priority pod"


def priority_of(pod: JsonObject) -> int:
    """Return the priority of a pod."""
    return int(pod["spec"].get("priority") or 0)


class Preemption:
    """Makes room for pods, and keeps it for them until they are there."""

    def __init__(self, plane: Plane) -> None:
        self._plane = plane
        self._store = plane.store
        self._nominated: dict[Ref, str] = {}

    def reserved(self, pod: JsonObject, node: NodeState, nodes: Mapping[str, NodeState]) -> Obstacle | None:
        """Return why a node that has room is kept for a more important pod; None where it is not.

        The pod must fit beside those that the node is kept for, and they must bear it.
        """
        if not self._nominated:
            return None
        held = {}
        for ref, name in list(self._nominated.items()):
            other = self._store.get(ref)
            if other is None or other["spec"].get("nodeName"):
                del self._nominated[ref]
            elif name == node.name and other is not pod and priority_of(other) >= priority_of(pod):
                held[ref] = other
        if not held:
            return None
        full = node.without({})
        for ref, other in held.items():
            full.put(ref, other)
        return obstacle(pod, full) or Neighbours(pod, {**nodes, full.name: full}).obstacle(full)

    def make_room(
        self, pod: JsonObject, helped: Mapping[str, NodeState], nodes: Mapping[str, NodeState]
    ) -> str:
        """Delete the pods that are in the way on the best node; return its name, or nothing where none will do."""
        nominated = pod["status"].get("nominatedNodeName")
        if nominated in nodes and any(
            is_terminating(other) and priority_of(other) < priority_of(pod)
            for other in nodes[nominated].pods.values()
        ):
            return str(nominated)  # its room is on the way
        found = {}
        for name, node in helped.items():
            victims = self._victims(pod, node, nodes)
            if victims:
                found[name] = victims
        if not found:
            return ""
        best = min(found, key=lambda name: self._cost(found[name], name))
        ref = Ref("Pod", pod["metadata"]["namespace"], pod["metadata"]["name"])
        self._nominated[ref] = best
        for victim in found[best]:
            self._delete(victim, found[best][victim], pod, best)
        return best

    def _victims(
        self, pod: JsonObject, node: NodeState, nodes: Mapping[str, NodeState]
    ) -> dict[Ref, JsonObject]:
        lower = {ref: other for ref, other in node.pods.items() if priority_of(other) < priority_of(pod)}
        if not lower or not self._fits(pod, node.without(lower), nodes):
            return {}
        victims = dict(lower)
        # Spared again, the most important first, as long as the pod still fits.
        for ref in sorted(
            lower, key=lambda each: (-self._budgeted(lower[each]), -priority_of(lower[each]), each)
        ):
            kept = {each: other for each, other in victims.items() if each != ref}
            if self._fits(pod, node.without(kept), nodes):
                victims = kept
        return victims

    def _fits(self, pod: JsonObject, node: NodeState, nodes: Mapping[str, NodeState]) -> bool:
        if obstacle(pod, node) is not None or self.reserved(pod, node, nodes) is not None:
            return False
        # Room on a node where the pod's volumes cannot follow is none: it would be made there again and again.
        if not is_reachable(pod, node.body, self._store):
            return False
        return Neighbours(pod, {**nodes, node.name: node}).obstacle(node) is None

    def _budgeted(self, pod: JsonObject) -> int:
        return sum(
            1 for each in budgets_of(pod, self._store) if each["status"].get("disruptionsAllowed", 0) < 1
        )

    def _cost(self, victims: Mapping[Ref, JsonObject], name: str) -> tuple[int, int, int, int, int, str]:
        pods = list(victims.values())
        return (
            sum(self._budgeted(pod) for pod in pods),
            max(priority_of(pod) for pod in pods),
            sum(priority_of(pod) for pod in pods),
            len(pods),
            -min(time_us(pod["status"].get("startTime")) for pod in pods),
            name,
        )

    def _delete(self, ref: Ref, victim: JsonObject, pod: JsonObject, node: str) -> None:
        if is_terminating(victim):
            return  # it goes already
        made = {
            "lastProbeTime": None,
            "lastTransitionTime": kubernetes_text(self._plane.loop.now_us),
            "message": _WORDS,
            "reason": "PreemptionByScheduler",
            "status": "True",
            "type": "DisruptionTarget",
        }
        changes: dict[Path, object] = {("status", "conditions", Item("DisruptionTarget", "type")): made}
        self._store.edit(ref, changes, _MANAGER, subresource="status")
        message = f"Preempted by pod {pod['metadata']['uid']} on node {node}"
        self._plane.events.emit(victim, "Preempted", message, component=_COMPONENT)
        self._store.delete(ref, _MANAGER)
