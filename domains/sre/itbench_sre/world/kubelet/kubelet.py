"""The kubelet of one node: the pods on it, its status, and what can happen to the node as a whole."""

from itbench_sre.world.clock.loop import MINUTE_US, SECOND_US
from itbench_sre.world.clock.randomness import Randomness, mixed
from itbench_sre.world.clock.times import kubernetes_text
from itbench_sre.world.kubelet import ending, texts
from itbench_sre.world.kubelet.conditions import node_conditions, turned
from itbench_sre.world.kubelet.images import NodeImages
from itbench_sre.world.kubelet.parts import Parts
from itbench_sre.world.kubelet.pressure import Pressure
from itbench_sre.world.kubelet.references import parsed
from itbench_sre.world.kubelet.worker import Worker
from itbench_sre.world.runtime.process import Process
from itbench_sre.world.store.quantities import units
from itbench_sre.world.store.refs import JsonObject, Ref

_HEARTBEAT_US = 5 * MINUTE_US
_ADDRESSES = 250


class Kubelet:
    """What runs the pods of one node.

    Attributes:
        workers: uid of a pod -> who looks after it.
        is_running: the kubelet itself; where it is not, what runs runs on unattended.
        is_runtime_down: containerd does not answer; what runs runs on, nothing can be started.
        seen_us: when it was last heard of, once it has stopped.
        disk: uid of a pod -> bytes it has written outside volumes of its own; the runtime keeps it.
        stray_memory, stray_disk: bytes that things outside pods use on the node, beside the usual.
        early: ends of processes that came before their start was over.
    """

    def __init__(self, name: str, parts: Parts) -> None:
        self.name = name
        self.parts = parts
        self.workers: dict[str, Worker] = {}
        self.images = NodeImages()
        self.pressure = Pressure(self)
        self.is_running = True
        self.is_runtime_down = self.is_not_ready = False
        self.seen_us = 0
        self.pulls_end_us = 0
        self.disk: dict[str, int] = {}
        self.stray_memory = self.stray_disk = 0
        self.early: dict[tuple[str, str], tuple[int, str]] = {}
        self._drawn: dict[str, int] = {}
        self._was_cordoned = False
        self._read_node()
        parts.loop.after(self.draw("beat").between(0, _HEARTBEAT_US), self._beat)
        parts.loop.after(self.draw("pressure").between(1, 10) * SECOND_US, self.pressure.check)
        self._write_conditions(is_silent=True)

    # The node's object.

    @property
    def ref(self) -> Ref:
        """Return the name of the node's object."""
        return Ref("Node", "", self.name)

    @property
    def node(self) -> JsonObject:
        """Return the node's object."""
        return self.parts.store.get(self.ref) or {}

    def _read_node(self) -> None:
        node = self.node
        status = node.get("status") or {}
        capacity = status.get("capacity") or {}
        self.memory_size = units(capacity.get("memory", "16Gi"))
        self.disk_size = units(capacity.get("ephemeral-storage", "100Gi"))
        self.architecture: str = (status.get("nodeInfo") or {}).get("architecture", "amd64")
        addresses = {each["type"]: each["address"] for each in status.get("addresses") or ()}
        self.host_ip: str = addresses.get("InternalIP", "172.20.32.10")
        self._network: str = (node.get("spec") or {}).get("podCIDR", "100.96.1.0/24")

    def new_address(self, uid: str) -> str:
        """Return an address of the node's network for a pod, which no other has."""
        base = ".".join(self._network.split(".")[:3])
        taken = {worker.address for worker in self.workers.values()}
        first = Randomness(mixed(self.parts.seed, f"address {uid}")).below(_ADDRESSES)
        for number in range(_ADDRESSES):
            address = f"{base}.{(first + number) % _ADDRESSES + 4}"
            if address not in taken:
                return address
        return f"{base}.{first + 4}"

    def draw(self, purpose: str) -> Randomness:
        """Return the next stream of chance for a purpose; one for another purpose does not move it."""
        self._drawn[purpose] = ordinal = self._drawn.get(purpose, 0) + 1
        return Randomness(mixed(self.parts.seed, f"{purpose} {self.name} {ordinal}"))

    def write_status(self) -> None:
        """Write the node's conditions, and report those that have changed."""
        self._write_conditions(is_silent=False)

    def _write_conditions(self, *, is_silent: bool) -> None:
        node = self.node
        if not node:
            return
        old = (node.get("status") or {}).get("conditions") or []
        bad = {**self.pressure.bad(), "Ready": self.is_not_ready}
        new = node_conditions(old, bad, kubernetes_text(self.parts.loop.now_us))
        status = {**(node.get("status") or {}), "conditions": new}
        images = self.images.listed()
        if images:
            status["images"] = images
        self.parts.store.edit(self.ref, {("status",): status}, "kubelet", subresource="status")
        if not is_silent:
            for reason in turned(old, new):
                self.emit_node(reason, f"Node {self.name} status is now: {reason}")

    def _beat(self) -> None:
        self.parts.loop.after(_HEARTBEAT_US, self._beat)
        if self.is_running:
            self.write_status()

    def emit(self, pod: JsonObject, reason: str, message: str, *, type_: str, field_path: str) -> None:
        """Report something about a pod."""
        self.parts.events.emit(
            pod, reason, message, component="kubelet", host=self.name, type=type_, field_path=field_path
        )

    def emit_node(self, reason: str, message: str, *, type_: str = "Normal") -> None:
        """Report something about the node."""
        # The kubelet names its node without version, and by the name in place of the uid.
        node: JsonObject = {"kind": "Node", "metadata": {"name": self.name, "uid": self.name}}
        self.parts.events.emit(node, reason, message, component="kubelet", host=self.name, type=type_)

    def tell_schedulable(self) -> None:
        """Report a cordon or its end, as the next look at the node's status does."""
        is_cordoned = bool(self.node["spec"].get("unschedulable"))
        if self.is_running and is_cordoned is not self._was_cordoned:
            self._was_cordoned = is_cordoned
            reason = "NodeNotSchedulable" if is_cordoned else "NodeSchedulable"
            self.emit_node(reason, f"Node {self.name} status is now: {reason}")

    # Pods.

    def take(self, pod: JsonObject) -> None:
        """Look after a pod from now on."""
        uid = pod["metadata"]["uid"]
        self.workers[uid] = worker = Worker(self, pod)
        if not self.is_running:
            return
        if "deletionTimestamp" in pod["metadata"]:
            ending.delete(worker, 0)
        else:
            self.parts.loop.after(worker.random.between(8_000, 60_000), worker.admit)

    def drop(self, uid: str) -> None:
        """Stop what is left of a pod whose object is gone."""
        worker = self.workers[uid]
        if self.is_running:
            del self.workers[uid]
            self.disk.pop(uid, None)
            ending.vanish(worker)

    def ended(self, process: Process, exit_code: int, reason: str) -> None:
        """Take note that a process has ended; the runtime calls it."""
        worker = self.workers.get(process.place.uid)
        if worker is None:
            return
        if any(container.process is process for container in worker.containers):
            worker.ended(process, exit_code, reason)
        else:
            self.early[(process.place.uid, process.place.container)] = (exit_code, reason)

    def kill_container(self, uid: str, name: str) -> None:
        """Kill a container's process (SIGKILL) from outside, as `crictl` or a chaos daemon can."""
        worker = self.workers.get(uid)
        for container in worker.containers if worker else ():
            process = container.process
            if worker is not None and container.name == name and process is not None:
                self.parts.runtime.stop(process, is_killed=True)
                worker.ended(process, 137, "Error")

    def needed_images(self) -> dict[str, None]:
        """Return the images that containers of pods on the node use."""
        found = [
            parsed(container.spec["image"])
            for worker in self.workers.values()
            for container in worker.containers
        ]
        return {str(reference): None for reference in found if reference is not None}

    # What can happen to a node.

    def stop(self) -> None:
        """Stop the kubelet; its node is not heard of any more."""
        if self.is_running:
            self.is_running = False
            self.seen_us = self.parts.loop.now_us

    def start(self) -> None:
        """Start the kubelet again."""
        if self.is_running:
            return
        self.is_running = True
        self._announce()
        self._take_stock()

    def reboot(self, away_us: int) -> None:
        """Restart the node: everything on it is lost at once, and it comes back after `away_us`."""
        self.stop()
        for worker in self.workers.values():
            worker.lose()
        self.parts.loop.after(away_us, self._booted)

    def _booted(self) -> None:
        boot = self.draw("boot").uid()
        self.parts.store.edit(
            self.ref, {("status", "nodeInfo", "bootID"): boot}, "kubelet", subresource="status"
        )
        self.is_running = True
        self.is_runtime_down = False
        self._announce()
        self.emit_node("Rebooted", f"Node {self.name} has been rebooted, boot id: {boot}", type_="Warning")
        self._take_stock()

    def stop_runtime(self) -> None:
        """Stop containerd: the node becomes NotReady once the kubelet notices."""
        if not self.is_runtime_down:
            self.is_runtime_down = True
            random = self.draw("runtime")
            self.parts.loop.after(random.between(30, 45) * SECOND_US, self._notice_runtime)
            self.parts.loop.after(random.between(20, 60) * SECOND_US, self._collect_garbage)

    def start_runtime(self) -> None:
        """Start containerd again."""
        if self.is_runtime_down:
            self.is_runtime_down = False
            self.parts.loop.after(self.draw("runtime").between(5, 10) * SECOND_US, self._notice_runtime)

    def _notice_runtime(self) -> None:
        if self.is_running and self.is_not_ready is not self.is_runtime_down:
            self.is_not_ready = self.is_runtime_down
            self.write_status()
            if not self.is_runtime_down:
                self._take_stock()

    def _collect_garbage(self) -> None:
        if self.is_runtime_down and self.is_running:
            self.emit_node("ContainerGCFailed", texts.SOCKET, type_="Warning")
            self.parts.loop.after(MINUTE_US, self._collect_garbage)

    def _announce(self) -> None:
        self.emit_node("Starting", "Starting kubelet.")
        self.emit_node("InvalidDiskCapacity", "invalid capacity 0 on image filesystem", type_="Warning")
        self.emit_node("NodeAllocatableEnforced", "Updated Node Allocatable limit across pods")
        for reason in ("NodeHasSufficientMemory", "NodeHasNoDiskPressure", "NodeHasSufficientPID"):
            self.emit_node(reason, f"Node {self.name} status is now: {reason}")
        self._was_cordoned = False
        self.tell_schedulable()
        self.is_not_ready = self.is_runtime_down
        self._write_conditions(is_silent=True)
        reason = "NodeNotReady" if self.is_not_ready else "NodeReady"
        self.emit_node(reason, f"Node {self.name} status is now: {reason}")

    def _take_stock(self) -> None:
        store = self.parts.store
        for uid, worker in list(self.workers.items()):
            pod = store.get(worker.ref)
            if pod is None or pod["metadata"]["uid"] != uid:
                self.drop(uid)
            elif not worker.started:
                worker.pod = pod
                worker.admit()
            else:
                worker.seen(pod)
                worker.prober.again()
                worker.sync()
