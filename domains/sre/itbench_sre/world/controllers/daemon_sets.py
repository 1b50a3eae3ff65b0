"""The daemon set controller: one pod on every node that will have it."""

from itbench_sre.world.controllers.controller_revisions import HASH, clean_up, current_revision
from itbench_sre.world.controllers.nodes_fit import matches_node, tolerates
from itbench_sre.world.controllers.plane import MANAGER, Plane
from itbench_sre.world.controllers.pods import (
    is_active,
    is_available,
    is_over,
    is_ready,
    is_terminating,
    pod_of,
)
from itbench_sre.world.controllers.queue import Queue
from itbench_sre.world.controllers.revisions import share_of
from itbench_sre.world.store.refs import JsonObject, Ref, owner_of, ref_of
from itbench_sre.world.store.refusal import Refusal
from itbench_sre.world.store.selectors import labels_of
from itbench_sre.world.store.store import Change

_COMPONENT = "daemonset-controller"
_GENERATION = "pod-template-generation"
# k8s.io/kubernetes/pkg/controller/daemon: failedPodsBackoff.
_FIRST_BACKOFF_US = 1_000_000
_LONGEST_BACKOFF_US = 15 * 60 * 1_000_000
_TOLERATED = (
    ("node.kubernetes.io/not-ready", "NoExecute"),
    ("node.kubernetes.io/unreachable", "NoExecute"),
    ("node.kubernetes.io/disk-pressure", "NoSchedule"),
    ("node.kubernetes.io/memory-pressure", "NoSchedule"),
    ("node.kubernetes.io/pid-pressure", "NoSchedule"),
    ("node.kubernetes.io/unschedulable", "NoSchedule"),
)


class DaemonSets:
    """Makes a pod for each node, and replaces them when the template changes."""

    def __init__(self, plane: Plane) -> None:
        self._plane = plane
        self._store = plane.store
        self._queue = Queue(plane.loop, plane.seed, _COMPONENT, self._sync)
        # (uid of the set, node) -> how long the last failed pod was waited for, and until when.
        self._failed: dict[tuple[str, str], tuple[int, int]] = {}
        plane.store.watch("DaemonSet", self._on_set)
        plane.store.watch("Pod", self._on_pod)
        plane.store.watch("Node", self._on_node)

    def _on_set(self, change: Change) -> None:
        if change.type != "DELETED":
            self._queue.add(change.ref)

    def _on_pod(self, change: Change) -> None:
        owner = owner_of(change.body)
        if owner is not None and owner.kind == "DaemonSet":
            self._queue.add(owner)

    def _on_node(self, change: Change) -> None:
        old, new = change.old or {"metadata": {}, "spec": {}}, change.body
        is_same = (
            old["metadata"].get("labels") == new["metadata"].get("labels") and old["spec"] == new["spec"]
        )
        if change.type != "MODIFIED" or not is_same:
            for body in self._store.list("DaemonSet"):
                self._queue.add(ref_of(body))

    def _sync(self, ref: Ref) -> None:
        body = self._store.get(ref)
        if body is None or is_terminating(body):
            return
        revision = current_revision(body, self._store)
        try:
            self._act(body, revision)
        except Refusal:
            self._queue.retry(ref)
        else:
            self._queue.forget(ref)
        self._report(ref, revision)

    def _pods(self, body: JsonObject) -> dict[str, list[JsonObject]]:
        found: dict[str, list[JsonObject]] = {}
        for pod in self._store.owned(body["metadata"]["uid"], "Pod"):
            found.setdefault(_node_of(pod), []).append(pod)
        return found

    def _act(self, body: JsonObject, revision: JsonObject) -> None:
        pods = self._pods(body)
        nodes = list(self._store.list("Node"))
        for node in nodes:
            name = node["metadata"]["name"]
            here = pods.get(name, [])
            for pod in here:
                if is_over(pod) and not is_terminating(pod) and self._may_replace(body, name):
                    self._replace_failed(body, pod)
            alive = [pod for pod in here if is_active(pod)]
            if not here and may_start(body, node):
                self._create(body, name, revision)
            elif alive and not may_stay(body, node):
                for pod in alive:
                    self._delete(body, pod)
        names = {node["metadata"]["name"] for node in nodes}
        for name, here in pods.items():
            for pod in here if name not in names else ():
                if not is_terminating(pod):
                    self._delete(body, pod)
        if body["spec"]["updateStrategy"]["type"] == "RollingUpdate":
            self._update(body, nodes, pods, revision)

    def _may_replace(self, body: JsonObject, node: str) -> bool:
        """Whether a failed pod was waited for long enough: a second after the first, twice as long after each more."""
        key, now_us = (body["metadata"]["uid"], node), self._plane.loop.now_us
        wait_us, until_us = self._failed.get(key, (0, 0))
        if now_us < until_us:
            self._queue.after(ref_of(body), until_us - now_us)
            return False
        # Forgotten after twice the longest wait, as client-go's Backoff does.
        is_fresh = now_us - until_us > 2 * _LONGEST_BACKOFF_US
        wait_us = _FIRST_BACKOFF_US if is_fresh or not wait_us else min(2 * wait_us, _LONGEST_BACKOFF_US)
        self._failed[key] = wait_us, now_us + wait_us
        return True

    def _update(
        self,
        body: JsonObject,
        nodes: list[JsonObject],
        pods: dict[str, list[JsonObject]],
        revision: JsonObject,
    ) -> None:
        text, now_us = labels_of(revision)[HASH], self._plane.loop.now_us
        wanted = [node["metadata"]["name"] for node in nodes if may_start(body, node)]
        rolling = body["spec"]["updateStrategy"]["rollingUpdate"]
        budget = max(share_of(rolling["maxUnavailable"], len(wanted), round_up=True), 1)
        least_s = body["spec"].get("minReadySeconds", 0)
        old: list[JsonObject] = []
        for name in wanted:
            here = [pod for pod in pods.get(name, []) if is_active(pod)]
            if not here or not any(is_available(pod, least_s, now_us) for pod in here):
                budget -= 1
            old += [pod for pod in here if labels_of(pod).get(HASH) != text]
        broken = [pod for pod in old if not is_available(pod, least_s, now_us)]
        for pod in broken:
            self._delete(body, pod)
        for pod in [pod for pod in old if is_available(pod, least_s, now_us)][: max(budget, 0)]:
            self._delete(body, pod)

    def _replace_failed(self, body: JsonObject, pod: JsonObject) -> None:
        name, namespace = pod["metadata"]["name"], pod["metadata"]["namespace"]
        words = f"Found failed daemon pod {namespace}/{name} on node {_node_of(pod)}, will try to kill it"
        self._plane.events.emit(body, "FailedDaemonPod", words, component=_COMPONENT, type="Warning")
        self._store.delete(ref_of(pod), MANAGER)

    def _create(self, body: JsonObject, node: str, revision: JsonObject) -> None:
        made = pod_of(body["spec"]["template"], body)
        made["metadata"]["labels"] = {
            **made["metadata"].get("labels", {}),
            HASH: labels_of(revision)[HASH],
            _GENERATION: str(body["metadata"]["generation"]),
        }
        field = {"key": "metadata.name", "operator": "In", "values": [node]}
        required = {"nodeSelectorTerms": [{"matchFields": [field]}]}
        affinity = {**(made["spec"].get("affinity") or {})}
        affinity["nodeAffinity"] = {"requiredDuringSchedulingIgnoredDuringExecution": required}
        made["spec"] = {**made["spec"], "affinity": affinity, "tolerations": tolerations_of(body)}
        try:
            pod = self._store.create(made, MANAGER)
        except Refusal as refusal:
            words = f"Error creating: {refusal.message}"
            self._plane.events.emit(body, "FailedCreate", words, component=_COMPONENT, type="Warning")
            raise
        words = f"Created pod: {pod['metadata']['name']}"
        self._plane.events.emit(body, "SuccessfulCreate", words, component=_COMPONENT)

    def _delete(self, body: JsonObject, pod: JsonObject) -> None:
        self._store.delete(ref_of(pod), MANAGER)
        words = f"Deleted pod: {pod['metadata']['name']}"
        self._plane.events.emit(body, "SuccessfulDelete", words, component=_COMPONENT)

    def _report(self, ref: Ref, revision: JsonObject) -> None:
        body = self._store.get(ref)
        if body is None:
            return
        pods, now_us = self._pods(body), self._plane.loop.now_us
        nodes = list(self._store.list("Node"))
        wanted = {node["metadata"]["name"]: may_start(body, node) for node in nodes}
        first = {name: here[0] for name, here in pods.items() if wanted.get(name)}
        least_s = body["spec"].get("minReadySeconds", 0)
        text = labels_of(revision)[HASH]
        desired = sum(wanted.values())
        available = sum(1 for pod in first.values() if is_available(pod, least_s, now_us))
        counts = {
            "numberAvailable": available,
            "numberUnavailable": desired - available,
            "updatedNumberScheduled": sum(1 for pod in first.values() if labels_of(pod).get(HASH) == text),
        }
        status: JsonObject = {
            "currentNumberScheduled": len(first),
            "desiredNumberScheduled": desired,
            "numberMisscheduled": sum(1 for name in pods if name in wanted and not wanted[name]),
            "numberReady": sum(1 for pod in first.values() if is_ready(pod)),
            "observedGeneration": body["metadata"]["generation"],
        }
        status.update({name: count for name, count in counts.items() if count})
        self._store.edit(ref, {("status",): status}, MANAGER, subresource="status")
        used = {pod["metadata"]["labels"].get(HASH, "") for here in pods.values() for pod in here}
        clean_up(body, self._store, {f"{ref.name}-{each}" for each in used})


def tolerations_of(body: JsonObject) -> list[JsonObject]:
    """Return the tolerations of a daemon set's pods: its own, and those that every daemon has."""
    spec = body["spec"]["template"]["spec"]
    made: list[JsonObject] = list(spec.get("tolerations") or ())
    extra = [("node.kubernetes.io/network-unavailable", "NoSchedule")] if spec.get("hostNetwork") else []
    for key, effect in (*_TOLERATED, *extra):
        made.append({"effect": effect, "key": key, "operator": "Exists"})
    return made


def _fits(body: JsonObject, node: JsonObject, effects: tuple[str, ...]) -> bool:
    template = body["spec"]["template"]
    pod = {"metadata": {}, "spec": {**template["spec"], "tolerations": tolerations_of(body)}}
    taints = [each for each in node["spec"].get("taints") or () if each["effect"] in effects]
    return matches_node(pod, node) and all(tolerates(pod, taint) is not None for taint in taints)


def may_start(body: JsonObject, node: JsonObject) -> bool:
    """Return whether a node should have a pod of a daemon set."""
    return _fits(body, node, ("NoSchedule", "NoExecute"))


def may_stay(body: JsonObject, node: JsonObject) -> bool:
    """Return whether a pod of a daemon set may go on running on a node."""
    return _fits(body, node, ("NoExecute",))


def _node_of(pod: JsonObject) -> str:
    if name := pod["spec"].get("nodeName"):
        return str(name)
    affinity = (pod["spec"].get("affinity") or {}).get("nodeAffinity") or {}
    required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution") or {}
    for term in required.get("nodeSelectorTerms") or ():
        for each in term.get("matchFields") or ():
            return str(each["values"][0])
    return ""
