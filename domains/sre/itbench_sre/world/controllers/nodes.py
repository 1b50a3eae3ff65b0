"""The node controllers: taints that follow from a node's conditions, and nodes of which nothing is heard."""

from collections.abc import Callable

from itbench_sre.world.clock.loop import SECOND_US
from itbench_sre.world.clock.randomness import Randomness, mixed
from itbench_sre.world.clock.times import kubernetes_text
from itbench_sre.world.controllers.plane import MANAGER, Plane
from itbench_sre.world.controllers.pods import condition, is_over, is_ready, is_terminating
from itbench_sre.world.store.paths import Item, Path
from itbench_sre.world.store.refs import JsonObject, Ref, ref_of
from itbench_sre.world.store.store import Change

_COMPONENT = "node-controller"
_GRACE_US = 40 * SECOND_US
_MONITOR_US = 5 * SECOND_US
_CONDITIONS = ("MemoryPressure", "DiskPressure", "PIDPressure", "Ready")
_PRESSURES = {
    "MemoryPressure": "node.kubernetes.io/memory-pressure",
    "DiskPressure": "node.kubernetes.io/disk-pressure",
    "PIDPressure": "node.kubernetes.io/pid-pressure",
    "NetworkUnavailable": "node.kubernetes.io/network-unavailable",
}
_CORDON = "node.kubernetes.io/unschedulable"
_READY = {"False": "node.kubernetes.io/not-ready", "Unknown": "node.kubernetes.io/unreachable"}
_OURS = frozenset((*_PRESSURES.values(), _CORDON, *_READY.values()))


class Nodes:
    """Taints nodes, and notes those whose kubelet no longer reports."""

    def __init__(self, plane: Plane) -> None:
        self._plane = plane
        self._store = plane.store
        self._seen_us: Callable[[str], int] | None = None
        plane.store.watch("Node", self._on_node)

    def listen(self, seen_us: Callable[[str], int]) -> None:
        """Note from now on which nodes are silent; `seen_us` says when a node's kubelet last renewed its lease."""
        self._seen_us = seen_us
        for node in self._store.list("Node"):
            self._check(node["metadata"]["name"])

    def _check(self, name: str) -> None:
        """Look whether a node was heard of, and look again when it could have been silent for too long."""
        ref = Ref("Node", "", name)
        node = self._store.get(ref)
        if node is None or self._seen_us is None:
            return
        now_us, late_us = self._plane.loop.now_us, self._seen_us(name) + _GRACE_US
        if late_us <= now_us and _ready(node) != "Unknown":
            self._give_up(ref, node)
        # The real monitor looks every 5 s, so that silence is noticed up to 5 s late.
        random = Randomness(mixed(self._plane.seed, f"monitor {name} {now_us}"))
        self._plane.loop.at(max(late_us, now_us + _MONITOR_US) + random.below(_MONITOR_US), self._check, name)

    def _give_up(self, ref: Ref, node: JsonObject) -> None:
        changes: dict[Path, object] = {}
        for each in _CONDITIONS:
            old = condition(node, each)
            made = {
                "lastTransitionTime": kubernetes_text(self._plane.loop.now_us),
                "message": "Kubelet stopped posting node status.",
                "reason": "NodeStatusUnknown",
                "status": "Unknown",
                "type": each,
            }
            if old is None:
                made["message"] = "Kubelet never posted node status."
            elif "lastHeartbeatTime" in old:
                made["lastHeartbeatTime"] = old["lastHeartbeatTime"]
            changes["status", "conditions", Item(each, "type")] = made
        self._store.edit(ref, changes, MANAGER, subresource="status")

    def _on_node(self, change: Change) -> None:
        if change.type == "DELETED":
            return
        if change.type == "ADDED":
            self._plane.loop.after(_GRACE_US, self._check, change.ref.name)
            words = f"Node {change.ref.name} event: Registered Node {change.ref.name} in Controller"
            self._plane.events.emit(change.body, "RegisteredNode", words, component=_COMPONENT)
        was, now = _ready(change.old), _ready(change.body)
        if _taints(change.body) != _kept_keys(change.body):
            self._plane.loop.after(50_000, self._taint, change.ref)
        if was == "True" and now != "True":
            words = f"Node {change.ref.name} status is now: NodeNotReady"
            self._plane.events.emit(change.body, "NodeNotReady", words, component=_COMPONENT)
            self._plane.loop.after(100_000, self._mark_pods, change.ref.name)

    def _taint(self, ref: Ref) -> None:
        node = self._store.get(ref)
        if node is None:
            return
        before = node["spec"].get("taints") or []
        wanted = _taints(node)
        kept = [
            each for each in before if each["key"] not in _OURS or (each["key"], each["effect"]) in wanted
        ]
        there = {(each["key"], each["effect"]) for each in kept}
        now = kubernetes_text(self._plane.loop.now_us)
        made = [
            {"effect": effect, "key": key, "timeAdded": now}
            for key, effect in wanted
            if (key, effect) not in there
        ]
        taints = [*kept, *made]
        if taints != before:
            self._store.edit(ref, {("spec", "taints"): taints}, MANAGER)

    def _mark_pods(self, name: str) -> None:
        """Let the pods of a lost node count as unready, so that services leave them out."""
        now = kubernetes_text(self._plane.loop.now_us)
        for pod in self._store.list("Pod"):
            if pod["spec"].get("nodeName") != name or is_over(pod) or not is_ready(pod):
                continue
            old = condition(pod, "Ready") or {}
            made = {**old, "lastTransitionTime": now, "status": "False"}
            changes: dict[Path, object] = {("status", "conditions", Item("Ready", "type")): made}
            self._store.edit(ref_of(pod), changes, MANAGER, subresource="status")
            if not is_terminating(pod):
                words = "Node is not ready"
                self._plane.events.emit(pod, "NodeNotReady", words, component=_COMPONENT, type="Warning")


def _ready(node: JsonObject | None) -> str:
    found = condition(node, "Ready") if node else None
    return str(found["status"]) if found else "True"


def _taints(node: JsonObject) -> list[tuple[str, str]]:
    """Return keys and effects of the taints that a node should have by its state."""
    made = [
        (key, "NoSchedule")
        for name, key in _PRESSURES.items()
        if (condition(node, name) or {}).get("status") == "True"
    ]
    if node["spec"].get("unschedulable"):
        made.append((_CORDON, "NoSchedule"))
    if key := _READY.get(_ready(node)):
        made += [(key, "NoSchedule"), (key, "NoExecute")]
    return made


def _kept_keys(node: JsonObject) -> list[tuple[str, str]]:
    taints = ((each["key"], each["effect"]) for each in node["spec"].get("taints") or ())
    there = [each for each in taints if each[0] in _OURS]
    wanted = _taints(node)
    return [each for each in wanted if each in there] + [each for each in there if each not in wanted]
