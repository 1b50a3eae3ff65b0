"""Running out of memory or disk on a node: conditions, reclaiming, and evictions in the kubelet's order and words."""

from typing import TYPE_CHECKING

from itbench_sre.world.clock.loop import MINUTE_US, SECOND_US
from itbench_sre.world.clock.times import kubernetes_text
from itbench_sre.world.kubelet import ending
from itbench_sre.world.kubelet.resources import memory, qos_class
from itbench_sre.world.store.quantities import quantity
from itbench_sre.world.store.refs import JsonObject

if TYPE_CHECKING:
    from itbench_sre.world.kubelet.kubelet import Kubelet
    from itbench_sre.world.kubelet.worker import Worker

_PERIOD_US = 10 * SECOND_US
_RELIEF_US = 5 * MINUTE_US
_LEAST_MEMORY = 100 << 20
_SYSTEM_MEMORY = 850 << 20
_SYSTEM_DISK_PER_CENT = 14
_LEAST_DISK_PER_CENT = 10
_TAINT = "node.kubernetes.io/memory-pressure"
_CRITICAL = 2_000_000_000


class Pressure:
    """The eviction manager of one node.

    Attributes:
        memory: whether the node is short of it; `disk` likewise.
    """

    def __init__(self, kubelet: "Kubelet") -> None:
        self._kubelet = kubelet
        self.memory = self.disk = False
        self._memory_met_us = self._disk_met_us = 0

    def bad(self) -> dict[str, bool]:
        """Return which conditions of the node are bad."""
        return {"MemoryPressure": self.memory, "DiskPressure": self.disk}

    def refusal(self, pod: JsonObject) -> str:
        """Return why a pod is not taken on, or nothing."""
        if pod["spec"].get("priority", 0) >= _CRITICAL:
            return ""
        bad = []
        if self.memory and qos_class(pod["spec"]) == "BestEffort" and not _bears_pressure(pod["spec"]):
            bad.append("MemoryPressure")
        if self.disk:
            bad.append("DiskPressure")
        return f"The node had condition: [{' '.join(bad)}]. " if bad else ""

    def used_memory(self) -> int:
        """Return bytes in use on the node."""
        used = _SYSTEM_MEMORY + self._kubelet.stray_memory
        for worker in self._kubelet.workers.values():
            for container in worker.containers:
                if container.process is not None:
                    used += container.process.memory + container.process.burnt
        return used

    def used_disk(self) -> int:
        """Return bytes in use on the node's disk."""
        kubelet = self._kubelet
        written = sum(kubelet.disk.values())
        return (
            kubelet.disk_size * _SYSTEM_DISK_PER_CENT // 100
            + kubelet.images.size
            + written
            + kubelet.stray_disk
        )

    def check(self) -> None:
        """Compare with the thresholds, evict at most one pod, and look again in ten seconds."""
        kubelet = self._kubelet
        kubelet.parts.loop.after(_PERIOD_US, self.check)
        if not kubelet.is_running:
            return
        before = (self.memory, self.disk)
        self._check_memory()
        self._check_disk()
        if before != (self.memory, self.disk):
            kubelet.write_status()

    def _check_memory(self) -> None:
        kubelet, now_us = self._kubelet, self._kubelet.parts.loop.now_us
        free = kubelet.memory_size - self.used_memory()
        if free >= _LEAST_MEMORY:
            self.memory = self.memory and now_us - self._memory_met_us < _RELIEF_US
            return
        self.memory, self._memory_met_us = True, now_us
        kubelet.emit_node("EvictionThresholdMet", "Attempting to reclaim memory", type_="Warning")
        victim = max(self._candidates(), key=_memory_rank, default=None)
        if victim is None:
            return
        words = _low("memory", quantity(_LEAST_MEMORY * 1000, binary=True), free)
        for container in victim.mains:
            process = container.process
            used = process.memory + process.burnt if process is not None else 0
            asked = memory(container.spec, "requests")
            if used > asked:
                words += _larger(container.name, used, asked, "memory")
        self._evict(victim, words)

    def _check_disk(self) -> None:
        kubelet, now_us = self._kubelet, self._kubelet.parts.loop.now_us
        least = kubelet.disk_size * _LEAST_DISK_PER_CENT // 100
        free = kubelet.disk_size - self.used_disk()
        if free <= least:
            free += kubelet.images.remove_unused(kubelet.needed_images(), least - free + 1)
        if free >= least:
            self.disk = self.disk and now_us - self._disk_met_us < _RELIEF_US
            return
        self.disk, self._disk_met_us = True, now_us
        kubelet.emit_node("EvictionThresholdMet", "Attempting to reclaim ephemeral-storage", type_="Warning")
        victim = max(self._candidates(), key=self._disk_rank, default=None)
        if victim is None:
            return
        words = _low("ephemeral-storage", str(least), free)
        words += _larger(victim.mains[0].name, kubelet.disk.get(victim.uid, 0), 0, "ephemeral-storage")
        self._evict(victim, words)

    def _candidates(self) -> list["Worker"]:
        return [
            worker
            for worker in self._kubelet.workers.values()
            if not worker.fixed
            and not worker.is_ending
            and not worker.is_done
            and worker.pod["spec"].get("priority", 0) < _CRITICAL
        ]

    def _disk_rank(self, worker: "Worker") -> tuple[int, int, str]:
        return -worker.pod["spec"].get("priority", 0), self._kubelet.disk.get(worker.uid, 0), worker.uid

    def _evict(self, worker: "Worker", message: str) -> None:
        worker.emit("Evicted", message, warn=True)
        store, now = self._kubelet.parts.store, kubernetes_text(self._kubelet.parts.loop.now_us)
        pod = store.get(worker.ref)
        if pod is not None:
            target = {
                "lastProbeTime": None,
                "lastTransitionTime": now,
                "message": message,
                "reason": "TerminationByKubelet",
                "status": "True",
                "type": "DisruptionTarget",
            }
            others = [
                each for each in pod["status"].get("conditions") or () if each["type"] != target["type"]
            ]
            store.edit(
                worker.ref, {("status", "conditions"): [*others, target]}, "kubelet", subresource="status"
            )
        ending.fail(worker, "Evicted", message, 0)


def _bears_pressure(spec: JsonObject) -> bool:
    return any(
        each.get("operator") == "Exists" and each.get("key", _TAINT) == _TAINT
        for each in spec.get("tolerations") or ()
    )


def _memory_rank(worker: "Worker") -> tuple[bool, int, int, str]:
    used = asked = 0
    for container in worker.containers:
        if container.process is not None:
            used += container.process.memory + container.process.burnt
        if not container.is_init:
            asked += memory(container.spec, "requests")
    return used > asked, -worker.pod["spec"].get("priority", 0), used - asked, worker.uid


def _low(resource: str, threshold: str, free: int) -> str:
    available = f"{free >> 10}Ki"
    return (
        f"The node was low on resource: {resource}. Threshold quantity: {threshold}, available: {available}. "
    )


def _larger(container: str, used: int, asked: int, resource: str) -> str:
    request = quantity(asked * 1000, binary=True)
    return f"Container {container} was using {used >> 10}Ki, request is {request}, has larger consumption of {resource}. "
