"""The kubelets of all nodes: each is told of the pods bound to its node, and of renewed ConfigMaps and Secrets."""

import posixpath
from collections.abc import Iterator

from itbench_sre.world.clock.loop import Loop
from itbench_sre.world.clock.randomness import Randomness, mixed
from itbench_sre.world.controllers.events import EventWriter
from itbench_sre.world.kubelet.container import Container
from itbench_sre.world.kubelet.images import Held
from itbench_sre.world.kubelet.kubelet import Kubelet
from itbench_sre.world.kubelet.parts import ContainerRuntime, Parts
from itbench_sre.world.kubelet.references import parsed
from itbench_sre.world.kubelet.registry import Registry
from itbench_sre.world.kubelet.starting import scratch_of
from itbench_sre.world.kubelet.volumes import files
from itbench_sre.world.kubelet.worker import Worker
from itbench_sre.world.runtime.process import Process
from itbench_sre.world.store.store import Change, Store


class Kubelets:
    """All kubelets by the name of their node; one comes into being with each `Node` object."""

    def __init__(
        self,
        store: Store,
        loop: Loop,
        events: EventWriter,
        registry: Registry,
        runtime: ContainerRuntime,
        seed: int,
    ) -> None:
        self._parts = Parts(store, loop, events, registry, runtime, mixed(seed, "kubelets"))
        self._of: dict[str, Kubelet] = {}
        self._renewals: dict[str, int] = {}
        for node in store.list("Node"):
            self._of[node["metadata"]["name"]] = Kubelet(node["metadata"]["name"], self._parts)
        store.watch("Node", self._node)
        store.watch("Pod", self._pod)
        store.watch("ConfigMap", self._source)
        store.watch("Secret", self._source)

    def __getitem__(self, node: str) -> Kubelet:
        """Return the kubelet of a node."""
        return self._of[node]

    def __contains__(self, node: str) -> bool:
        """Return whether there is such a node."""
        return node in self._of

    def __iter__(self) -> Iterator[Kubelet]:
        """Yield them in the order in which their nodes came."""
        yield from self._of.values()

    def of_pod(self, uid: str) -> Kubelet | None:
        """Return the kubelet that looks after a pod."""
        return next((kubelet for kubelet in self if uid in kubelet.workers), None)

    def seen_us(self, node: str) -> int:
        """Return when a node's kubelet last renewed its lease: now, unless it is stopped."""
        kubelet = self._of[node]
        return self._parts.loop.now_us if kubelet.is_running else kubelet.seen_us

    def kill_container(self, uid: str, name: str) -> None:
        """Kill a container's process from outside, wherever its pod is."""
        kubelet = self.of_pod(uid)
        if kubelet is not None:
            kubelet.kill_container(uid, name)

    def preload(self, *references: str) -> list[Held]:
        """Put images on all nodes, as if pods had used them long ago, and return them."""
        preloaded = []
        for text in references:
            reference = parsed(text)
            if reference is None:
                continue
            image = self._parts.registry.get(reference)
            if image is None:
                continue
            preloaded.append(held := Held(image, reference))
            for kubelet in self:
                kubelet.images.add(held, 0)
        return preloaded

    def wrote(self, process: Process, path: str, text: str) -> None:
        """Take note that a process wrote a file into an emptyDir; the pod's containers see it."""
        kubelet = self._of[process.place.node]
        worker = kubelet.workers.get(process.place.uid)
        if worker is None:
            return
        container = next(each for each in worker.containers if each.name == process.place.container)
        volumes = {each["name"] for each in worker.pod["spec"].get("volumes") or () if "emptyDir" in each}
        for mount in container.spec.get("volumeMounts") or ():
            place = mount["mountPath"].rstrip("/")
            if mount["name"] in volumes and path.startswith(f"{place}/"):
                worker.scratch.setdefault(mount["name"], {})[posixpath.relpath(path, place)] = text
                self._show(worker, but=process)

    def _node(self, change: Change) -> None:
        name = change.ref.name
        if change.type == "ADDED":
            self._of[name] = Kubelet(name, self._parts)
        elif change.type == "DELETED":
            self._of.pop(name).stop()
        elif name in self._of and change.old is not None and change.manager != "kubelet":
            was = change.old["spec"].get("unschedulable")
            if was != change.body["spec"].get("unschedulable"):
                kubelet = self._of[name]
                delay_us = kubelet.draw("cordon").between(200_000, 9_500_000)
                self._parts.loop.after(delay_us, kubelet.tell_schedulable)

    def _pod(self, change: Change) -> None:
        if change.type == "MODIFIED" and change.manager == "kubelet":
            return
        kubelet = self._of.get(change.body["spec"].get("nodeName") or "")
        if kubelet is None:
            return
        uid = change.body["metadata"]["uid"]
        worker = kubelet.workers.get(uid)
        if change.type == "DELETED":
            if worker is not None:
                kubelet.drop(uid)
        elif worker is not None:
            worker.seen(change.body)
        elif (change.body.get("status") or {}).get("phase") not in ("Succeeded", "Failed"):
            kubelet.take(change.body)

    def _source(self, change: Change) -> None:
        if change.type == "DELETED":
            return
        for kubelet in self:
            for worker in kubelet.workers.values():
                if change.ref in worker.mounts and worker.is_mounted:
                    key = f"{worker.uid} {change.ref}"
                    self._renewals[key] = ordinal = self._renewals.get(key, 0) + 1
                    random = Randomness(mixed(self._parts.seed, f"mount {key} {ordinal}"))
                    self._parts.loop.after(random.delay_us(60, 90), self._renew, worker)

    def _renew(self, worker: Worker) -> None:
        if worker.kubelet.is_running and not worker.is_ending:
            self._show(worker)

    def _show(self, worker: Worker, but: Process | None = None) -> None:
        for container in worker.containers:
            process = container.process
            if process is not None and process is not but:
                self._parts.runtime.mounted(process, self._seen_by(worker, container, process))

    def _seen_by(self, worker: Worker, container: Container, process: Process) -> dict[str, str]:
        spec = container.spec
        fixed = tuple(mount["mountPath"] for mount in spec.get("volumeMounts") or () if mount.get("subPath"))
        # A file mounted by a sub path stays as it was when the container was started.
        kept = (
            {path: text for path, text in process.place.files.items() if path.startswith(fixed)}
            if fixed
            else {}
        )
        renewed = files(worker.pod, spec, self._parts.store, with_sub_paths=False)
        return {**renewed, **scratch_of(worker, spec), **kept}
