"""The scheduler: a node for each pod, or the reasons why there is none, in the real one's words."""

from dataclasses import dataclass

from itbench_sre.world.clock.loop import MINUTE_US, SECOND_US
from itbench_sre.world.clock.randomness import Randomness, mixed
from itbench_sre.world.clock.times import kubernetes_text
from itbench_sre.world.controllers.claims import (
    SELECTED_NODE,
    claims_obstacle,
    claims_of,
    is_reachable,
    unbound_claims,
)
from itbench_sre.world.controllers.neighbours import Neighbours
from itbench_sre.world.controllers.nodes_fit import NodeState, Obstacle, obstacle, score
from itbench_sre.world.controllers.plane import Plane
from itbench_sre.world.controllers.pods import condition, is_over, is_terminating
from itbench_sre.world.controllers.preemption import Preemption
from itbench_sre.world.controllers.queue import Queue
from itbench_sre.world.store.paths import Item, Path
from itbench_sre.world.store.refs import JsonObject, Ref, ref_of
from itbench_sre.world.store.store import Change

COMPONENT = "default-scheduler"
MANAGER = "kube-scheduler"
_FLUSH_US = 5 * MINUTE_US
_VOLUME = Obstacle(("node(s) had volume node affinity conflict",), is_final=True)
_NOT_HELPFUL = "Preemption is not helpful for scheduling"
_NO_VICTIMS = "No preemption victims found for incoming pod"


@dataclass(slots=True)
class _Waiting:
    """A pod that has no node: how often it was tried, and when last."""

    tries: int = 0
    tried_us: int = 0


class Scheduler:
    """Gives pods their nodes."""

    def __init__(self, plane: Plane) -> None:
        self._plane = plane
        self._store = plane.store
        self._seed = mixed(plane.seed, "scheduler")
        self._queue = Queue(plane.loop, plane.seed, COMPONENT, self._schedule, 4_000)
        self._nodes: dict[str, NodeState] = {}
        self._waiting: dict[Ref, _Waiting] = {}
        self._binding: dict[Ref, str] = {}
        self._preemption = Preemption(plane)
        plane.store.watch("Node", self._on_node)
        plane.store.watch("Pod", self._on_pod)
        for kind in ("PersistentVolumeClaim", "PersistentVolume", "StorageClass"):
            plane.store.watch(kind, self._on_volume)

    def _on_node(self, change: Change) -> None:
        name = change.ref.name
        if change.type == "DELETED":
            self._nodes.pop(name, None)
            return
        state = self._nodes.get(name)
        if state is None:
            self._nodes[name] = state = NodeState(change.body)
            for pod in self._store.list("Pod"):
                if pod["spec"].get("nodeName") == name and not is_over(pod):
                    state.put(ref_of(pod), pod)
        state.body = change.body
        if change.old is None or _matter(change.old) != _matter(change.body):
            self._wake()

    def _on_pod(self, change: Change) -> None:
        ref, pod = change.ref, change.body
        node = pod["spec"].get("nodeName")
        if change.type == "DELETED" or is_over(pod):
            self._waiting.pop(ref, None)
            self._binding.pop(ref, None)
            self._taken_off(ref, node)
            return
        if node:
            self._put_on(ref, pod, node)
            return
        is_held = is_terminating(pod) or pod["spec"].get("schedulingGates")
        if not is_held and (change.old is None or change.old["spec"] != pod["spec"]):
            self._waiting.setdefault(ref, _Waiting())
            self._queue.add(ref)

    def _put_on(self, ref: Ref, pod: JsonObject, node: str) -> None:
        self._waiting.pop(ref, None)
        state = self._nodes.get(node)
        if state is None:
            return
        if ref in state.pods:
            state.pods[ref] = pod
        else:
            state.put(ref, pod)

    def _taken_off(self, ref: Ref, node: str | None) -> None:
        state = self._nodes.get(node or "")
        if state is not None and ref in state.pods:
            state.put(ref, state.pods[ref], -1)
            self._wake()

    def _on_volume(self, change: Change) -> None:
        for ref, node in list(self._binding.items()):
            pod = self._store.get(ref)
            if (
                pod is not None
                and change.ref in list(claims_of(pod))
                and not unbound_claims(pod, self._store)
            ):
                del self._binding[ref]
                self._bind(ref, node)
        self._wake()

    def _wake(self) -> None:
        """Try waiting pods again, each when its back-off is over."""
        now_us = self._plane.loop.now_us
        for ref, waiting in self._waiting.items():
            if waiting.tries and ref not in self._binding:
                pause_us = min(SECOND_US << min(waiting.tries - 1, 10), 10 * SECOND_US)
                self._queue.after(ref, waiting.tried_us + pause_us - now_us)

    def _schedule(self, ref: Ref) -> None:
        pod = self._store.get(ref)
        waiting = self._waiting.get(ref)
        if pod is None or waiting is None or is_terminating(pod) or ref in self._binding:
            return
        waiting.tries += 1
        waiting.tried_us = self._plane.loop.now_us
        if words := claims_obstacle(pod, self._store):
            self._fail(pod, words + ".", f"{len(self._nodes)} {_NOT_HELPFUL}")
            return
        neighbours = Neighbours(pod, self._nodes)
        obstacles = {node.name: self._obstacle(pod, node, neighbours) for node in self._nodes.values()}
        fitting = [node for node in self._nodes.values() if obstacles[node.name] is None]
        if fitting:
            self._place(ref, pod, self._best(pod, fitting, neighbours))
            return
        blocked = {name: found for name, found in obstacles.items() if found is not None}
        self._preempt(pod, blocked)

    def _obstacle(self, pod: JsonObject, node: NodeState, neighbours: Neighbours) -> Obstacle | None:
        found = obstacle(pod, node)
        if found is None and not is_reachable(pod, node.body, self._store):
            found = _VOLUME
        return found or neighbours.obstacle(node) or self._preemption.reserved(pod, node, self._nodes)

    def _best(self, pod: JsonObject, fitting: list[NodeState], neighbours: Neighbours) -> NodeState:
        nominated = pod["status"].get("nominatedNodeName")
        for node in fitting:
            if node.name == nominated:
                return node
        random = Randomness(mixed(self._seed, pod["metadata"]["uid"]))
        ranked = [(score(pod, node) + neighbours.score(node), random.bits(), node) for node in fitting]
        return max(ranked, key=lambda each: each[:2])[2]

    def _place(self, ref: Ref, pod: JsonObject, node: NodeState) -> None:
        unbound = unbound_claims(pod, self._store)
        if not unbound:
            self._bind(ref, node.name)
            return
        self._binding[ref] = node.name
        for claim in unbound:
            self._store.edit(claim, {("metadata", "annotations", SELECTED_NODE): node.name}, MANAGER)

    def _bind(self, ref: Ref, node: str) -> None:
        pod = self._store.get(ref)
        if pod is None or is_terminating(pod):
            return
        scheduled = _scheduled(pod, "True", "", "", self._plane.loop.now_us)
        changes: dict[Path, object] = {("spec", "nodeName"): node, **scheduled}
        self._store.edit(ref, changes, MANAGER, subresource="binding")
        message = f"Successfully assigned {ref.namespace}/{ref.name} to {node}"
        self._plane.events.emit(pod, "Scheduled", message, component=COMPONENT)

    def _preempt(self, pod: JsonObject, obstacles: dict[str, Obstacle]) -> None:
        reasons: dict[str, int] = {}
        for found in obstacles.values():
            for reason in found.reasons:
                reasons[reason] = reasons.get(reason, 0) + 1
        words = _joined(reasons) if reasons else "no nodes available to schedule pods"
        if not self._nodes:
            self._fail(pod, words, "")
            return
        outcome: dict[str, int] = {}
        if pod["spec"].get("preemptionPolicy") == "Never":
            self._fail(pod, words, "", policy="not eligible due to preemptionPolicy=Never.")
            return
        helped = {name: state for name, state in self._nodes.items() if not obstacles[name].is_final}
        nominated = self._preemption.make_room(pod, helped, self._nodes)
        if nominated:
            self._fail(pod, words, "", nominated=nominated)
            return
        for found in obstacles.values():
            each = _NOT_HELPFUL if found.is_final else _NO_VICTIMS
            outcome[each] = outcome.get(each, 0) + 1
        self._fail(pod, words, _joined(outcome)[:-1])

    def _fail(
        self, pod: JsonObject, words: str, outcome: str, *, nominated: str = "", policy: str = ""
    ) -> None:
        count = len(self._nodes)
        head = f"0/{count} nodes are available: "
        message = head + words if count else words
        if outcome or policy:
            message += f" preemption: {policy or head + outcome + '.'}"
        self._plane.events.emit(pod, "FailedScheduling", message, component=COMPONENT, type="Warning")
        ref = ref_of(pod)
        changes: dict[Path, object] = dict(
            _scheduled(pod, "False", "Unschedulable", message, self._plane.loop.now_us)
        )
        if nominated:
            changes["status", "nominatedNodeName"] = nominated
        self._store.edit(ref, changes, MANAGER, subresource="status")
        self._queue.after(ref, _FLUSH_US)


def _joined(reasons: dict[str, int]) -> str:
    return ", ".join(sorted(f"{count} {reason}" for reason, count in reasons.items())) + "."


def _matter(node: JsonObject) -> tuple[object, ...]:
    """Return what of a node may make a waiting pod fit."""
    return node["metadata"].get("labels"), node["spec"], node.get("status", {}).get("allocatable")


def _scheduled(pod: JsonObject, status: str, reason: str, message: str, now_us: int) -> dict[Path, object]:
    old = condition(pod, "PodScheduled")
    is_same = old is not None and old["status"] == status
    made = {
        "lastProbeTime": None,
        "lastTransitionTime": old["lastTransitionTime"] if old and is_same else kubernetes_text(now_us),
        "status": status,
        "type": "PodScheduled",
    }
    if reason:
        made.update(message=message, reason=reason)
    return {("status", "conditions", Item("PodScheduled", "type")): made}
