"""A cluster of controllers alone: its kubelets are a stand-in that starts each pod after a while."""

from collections.abc import Mapping
from typing import Any

from itbench_sre.world.clock.loop import SECOND_US, Loop
from itbench_sre.world.clock.times import kubernetes_text
from itbench_sre.world.controllers.all import Controllers
from itbench_sre.world.controllers.events import EventWriter
from itbench_sre.world.controllers.plane import Plane
from itbench_sre.world.controllers.pods import is_terminating
from itbench_sre.world.store.paths import Item
from itbench_sre.world.store.refs import JsonObject, Ref, ref_of
from itbench_sre.world.store.store import Change, Store

START_US = 1_765_800_000 * SECOND_US
NAMESPACE = "shop"
_CONDITIONS = ("PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady")


class StandInKubelet:
    """Makes each bound pod ready after 3 s, unless its image is `bad`; one of image `job...` ends instead."""

    def __init__(self, store: Store, loop: Loop) -> None:
        self._store = store
        self._loop = loop
        self._count = 0
        self.dead: dict[str, int] = {}
        store.watch("Pod", self._on_pod)

    def seen_us(self, node: str) -> int:
        """Return when a node was last heard of."""
        return self.dead.get(node, self._loop.now_us)

    def lose(self, node: str) -> None:
        """Let a node fall silent, with all that runs there."""
        self.dead[node] = self._loop.now_us

    def _on_pod(self, change: Change) -> None:
        pod = change.body
        if change.type == "DELETED" or not pod["spec"].get("nodeName"):
            return
        if not (change.old or {}).get("spec", {}).get("nodeName"):
            self._loop.after(3 * SECOND_US, self._start, change.ref, pod["metadata"]["uid"])
        if is_terminating(pod) and not is_terminating(change.old or pod):
            self._loop.after(SECOND_US, self._end, change.ref, pod["metadata"]["uid"])

    def _alive(self, ref: Ref, uid: str) -> JsonObject | None:
        pod = self._store.get(ref)
        if pod is None or pod["metadata"]["uid"] != uid or pod["spec"]["nodeName"] in self.dead:
            return None
        return pod

    def _start(self, ref: Ref, uid: str) -> None:
        pod = self._alive(ref, uid)
        if pod is None or is_terminating(pod):
            return
        self._count += 1
        image = pod["spec"]["containers"][0]["image"]
        now = kubernetes_text(self._loop.now_us)
        changes: dict[Any, Any] = {
            ("status", "phase"): "Running",
            ("status", "podIP"): f"10.0.{self._count // 250}.{self._count % 250 + 1}",
            ("status", "startTime"): now,
        }
        if image.startswith("job"):
            changes["status", "phase"] = "Failed" if image.endswith("bad") else "Succeeded"
            ended = {"exitCode": int(image.endswith("bad")), "finishedAt": now}
            made = {"image": image, "imageID": "", "name": "app", "ready": False, "restartCount": 0}
            changes["status", "containerStatuses"] = [{**made, "state": {"terminated": ended}}]
        elif image != "bad":
            for name in _CONDITIONS:
                changes["status", "conditions", Item(name, "type")] = {
                    "lastProbeTime": None,
                    "lastTransitionTime": now,
                    "status": "True",
                    "type": name,
                }
        self._store.edit(ref, changes, "kubelet", subresource="status")

    def _end(self, ref: Ref, uid: str) -> None:
        if self._alive(ref, uid) is not None:
            self._store.delete(ref, "kubelet", grace_s=0)


class Cluster:
    """A store with its controllers and stand-in kubelets."""

    def __init__(self, nodes: int = 3, seed: int = 5, cpu: str = "4", memory: str = "8Gi") -> None:
        self.loop = Loop(START_US)
        self.store = Store(self.loop, seed)
        events = EventWriter(self.store, self.loop, seed)
        self.plane = Plane(self.store, self.loop, events, seed)
        self.usage: dict[str, int] = {}
        self.controllers = Controllers(self.plane, self.usage_of)
        self.kubelets = StandInKubelet(self.store, self.loop)
        self.controllers.nodes.listen(self.kubelets.seen_us)
        self.create("Namespace", NAMESPACE, namespace="")
        for number in range(nodes):
            self.node(f"node-{number + 1}", cpu, memory)
        self.run(1)

    def usage_of(self, pod: JsonObject) -> JsonObject | None:
        """Return what a pod uses: thousandths of a core by the first part of its name."""
        name = pod["metadata"]["name"].partition("-")[0]
        cpu = self.usage.get(name)
        return None if cpu is None else {"cpu": cpu, "memory": 50_000_000_000}

    def node(self, name: str, cpu: str = "4", memory: str = "8Gi", **labels: str) -> JsonObject:
        amounts = {"cpu": cpu, "memory": memory, "pods": "110"}
        now = kubernetes_text(self.loop.now_us)
        ready = {"lastHeartbeatTime": now, "lastTransitionTime": now, "status": "True", "type": "Ready"}
        ready.update(reason="KubeletReady", message="kubelet is posting ready status")
        body: JsonObject = {
            "kind": "Node",
            "metadata": {"name": name, "labels": {"kubernetes.io/hostname": name, **labels}},
            "spec": {},
            "status": {"allocatable": amounts, "capacity": amounts, "conditions": [ready]},
        }
        return self.store.create(body, "kubelet")

    def create(self, kind: str, name: str, *, namespace: str = NAMESPACE, **parts: Any) -> JsonObject:
        metadata: JsonObject = {"name": name, **parts.pop("metadata", {})}
        if namespace:
            metadata["namespace"] = namespace
        return self.store.create({"kind": kind, "metadata": metadata, **parts}, "kubectl-create")

    def deployment(self, name: str, replicas: int = 1, **options: Any) -> Ref:
        spec = {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": template(name, **{k: v for k, v in options.items() if k in _TEMPLATE_OPTIONS}),
            **{k: v for k, v in options.items() if k not in _TEMPLATE_OPTIONS},
        }
        return ref_of(self.create("Deployment", name, spec=spec))

    def run(self, seconds: int) -> None:
        self.loop.run_until(self.loop.now_us + seconds * SECOND_US)

    def pods(self, prefix: str = "") -> list[JsonObject]:
        return [pod for pod in self.store.list("Pod") if pod["metadata"]["name"].startswith(prefix)]

    def edit(self, ref: Ref, changes: Mapping[Any, Any], manager: str = "kubectl-edit") -> JsonObject:
        return self.store.edit(ref, changes, manager)

    def events(self, reason: str = "", about: str = "") -> list[tuple[str, str, int]]:
        """Return reason, message and count of the events of a reason, of objects whose names begin so."""
        return [
            (each["reason"], each["message"], each["count"])
            for each in self.store.list("Event")
            if each["reason"].startswith(reason) and each["involvedObject"]["name"].startswith(about)
        ]


_TEMPLATE_OPTIONS = ("image", "cpu", "memory", "pod")
IMAGE = ("spec", "template", "spec", "containers", 0, "image")


def template(
    name: str,
    *,
    image: str = "good:1",
    cpu: str = "100m",
    memory: str = "64Mi",
    pod: Mapping[str, Any] | None = None,
) -> JsonObject:
    """Return a pod template of one container."""
    requests = {"cpu": cpu, "memory": memory}
    container = {
        "image": image,
        "name": "app",
        "ports": [{"containerPort": 8080, "name": "http"}],
        "resources": {"requests": requests},
    }
    return {"metadata": {"labels": {"app": name}}, "spec": {"containers": [container], **(pod or {})}}
