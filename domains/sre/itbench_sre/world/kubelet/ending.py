"""Ending containers and pods: stopped with grace, deleted, evicted, completed."""

from typing import TYPE_CHECKING

from itbench_sre.world.clock.loop import SECOND_US
from itbench_sre.world.kubelet.container import Container
from itbench_sre.world.kubelet.probes import hook_us
from itbench_sre.world.runtime.process import Process
from itbench_sre.world.store.refs import JsonObject

if TYPE_CHECKING:
    from itbench_sre.world.kubelet.worker import Worker

_LEAST_GRACE_US = 2 * SECOND_US


def kill(worker: "Worker", container: Container, message: str, grace_s: int | None = None) -> None:
    """Stop a running container: its preStop hook, SIGTERM, and SIGKILL when the grace is over."""
    process = container.process
    if process is None or container.is_killed:
        return
    container.is_killed = True
    worker.emit("Killing", message, container)
    if grace_s is None:
        grace_s = worker.pod["spec"].get("terminationGracePeriodSeconds", 30)
    handler = (container.spec.get("lifecycle") or {}).get("preStop")
    loop, grace_us = worker.kubelet.parts.loop, grace_s * SECOND_US
    if not grace_s:
        end(worker, container, process)
    elif handler is None:
        _ask(worker, container, process)
        loop.after(grace_us, end, worker, container, process)
    else:
        took_us = min(hook_us(handler), grace_us)
        loop.after(took_us, _hooked, worker, container, process, handler)
        loop.after(max(grace_us, took_us + _LEAST_GRACE_US), end, worker, container, process)


def _hooked(worker: "Worker", container: Container, process: Process, handler: JsonObject) -> None:
    if container.process is not process:
        return
    if worker.kubelet.parts.runtime.probe(process, handler) is not None:
        worker.emit("FailedPreStopHook", "PreStopHook failed", container, warn=True)
    _ask(worker, container, process)


def _ask(worker: "Worker", container: Container, process: Process) -> None:
    if container.process is process:
        worker.kubelet.parts.runtime.stop(process, is_killed=False)


def end(worker: "Worker", container: Container, process: Process) -> None:
    """Kill a container at once, if it still runs."""
    if container.process is process:
        worker.kubelet.parts.runtime.stop(process, is_killed=True)
        worker.ended(process, 137, "Error")


def delete(worker: "Worker", grace_s: int) -> None:
    """Let a pod go: its containers first, then its object."""
    if worker.is_ending:
        if not grace_s:
            for container in worker.containers:
                if container.process is not None:
                    end(worker, container, container.process)
        return
    worker.is_ending = True
    for container in worker.containers:
        kill(worker, container, f"Stopping container {container.name}", grace_s)
    go_on(worker)


def go_on(worker: "Worker") -> None:
    """Take the pod away once nothing of it runs any more."""
    if any(container.is_running for container in worker.containers):
        return
    worker.has_sandbox = False
    loop = worker.kubelet.parts.loop
    loop.after(worker.random.between(20_000, 400_000), _release, worker)


def _release(worker: "Worker") -> None:
    if not worker.kubelet.is_running:
        return
    worker.write_status()
    if worker.is_ending:
        worker.kubelet.parts.loop.after(worker.random.between(50_000, 800_000), _remove, worker)


def _remove(worker: "Worker") -> None:
    store = worker.kubelet.parts.store
    pod = store.get(worker.ref)
    if pod is not None and pod["metadata"]["uid"] == worker.uid and worker.kubelet.is_running:
        store.delete(worker.ref, "kubelet", grace_s=0)


def vanish(worker: "Worker") -> None:
    """Stop what is left of a pod whose object was taken away."""
    worker.is_ending = True
    for container in worker.containers:
        if container.process is not None:
            kill(worker, container, f"Stopping container {container.name}", 0)


def fail(worker: "Worker", reason: str, message: str, grace_s: int) -> None:
    """End a pod for good; its object stays."""
    if worker.is_ending or worker.fixed or worker.is_done:
        return
    worker.fixed = {"phase": "Failed", "reason": reason, "message": message}
    worker.write_status()
    for container in worker.containers:
        kill(worker, container, f"Stopping container {container.name}", grace_s)
    go_on(worker)


def pass_deadline(worker: "Worker") -> None:
    """End a pod that ran longer than its `activeDeadlineSeconds`."""
    message = "Pod was active on the node longer than the specified deadline"
    if not (worker.is_ending or worker.fixed or worker.is_done):
        worker.emit("DeadlineExceeded", message)
        fail(worker, "DeadlineExceeded", message, worker.pod["spec"].get("terminationGracePeriodSeconds", 30))


def complete(worker: "Worker") -> None:
    """Let the sandbox of a pod go whose containers have all done their work."""
    if worker.is_done:
        return
    worker.is_done = True
    for container in worker.inits:
        kill(worker, container, f"Stopping container {container.name}")
    worker.has_sandbox = False
    worker.kubelet.parts.loop.after(worker.random.between(300_000, 1_500_000), worker.write_status)
