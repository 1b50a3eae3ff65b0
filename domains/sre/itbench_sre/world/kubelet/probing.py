"""Making the probes of a pod's containers, and acting on what they find."""

from typing import TYPE_CHECKING

from itbench_sre.world.clock.loop import SECOND_US
from itbench_sre.world.kubelet import ending
from itbench_sre.world.kubelet.container import Container
from itbench_sre.world.kubelet.probes import Probe, next_slip, probes_of, timed_out
from itbench_sre.world.runtime.process import Process

if TYPE_CHECKING:
    from itbench_sre.world.kubelet.worker import Worker


class Prober:
    """Probes the containers of one pod."""

    __slots__ = ("_worker",)

    def __init__(self, worker: "Worker") -> None:
        self._worker = worker

    def begin(self, container: Container) -> None:
        """Begin with a container that was just started."""
        process = container.process
        if process is None:
            return
        container.probes = probes_of(container.spec, container.random)
        startup = [probe for probe in container.probes if probe.kind == "startup"]
        if startup:
            self._schedule(container, startup[0], process)
        else:
            self._has_started(container, process)

    def again(self) -> None:
        """Go on after the kubelet was away."""
        for container in self._worker.containers:
            process = container.process
            if process is None:
                continue
            for probe in container.probes:
                if container.is_started is (probe.kind != "startup"):
                    self._schedule(container, probe, process)

    def _has_started(self, container: Container, process: Process) -> None:
        container.is_started = True
        others = [probe for probe in container.probes if probe.kind != "startup"]
        container.is_ready = all(probe.kind != "readiness" for probe in others)
        for probe in others:
            self._schedule(container, probe, process)

    def _schedule(self, container: Container, probe: Probe, process: Process) -> None:
        loop = self._worker.kubelet.parts.loop
        first_us = container.random.between(200_000, min(probe.period_us, 10 * SECOND_US))
        at_us = max(container.started_us + probe.delay_us, loop.now_us) + first_us
        loop.at(at_us, self._check, container, probe, process)

    def _check(self, container: Container, probe: Probe, process: Process) -> None:
        worker = self._worker
        if container.process is not process or container.is_killed or not worker.kubelet.is_running:
            return
        loop = worker.kubelet.parts.loop
        if probe.kind == "startup" and container.is_started:
            return
        loop.after(probe.period_us, self._check, container, probe, process)
        failure = worker.kubelet.parts.runtime.probe(process, probe.spec)
        message = failure.message if failure is not None else ""
        probe.until_slip -= 1
        if probe.until_slip == 0:
            probe.until_slip = next_slip(container.random)
            message = message or timed_out(probe.spec, worker.address)
        if not message and probe.was_good and probe.in_row >= probe.successes:
            return
        if message:
            worker.emit(
                "Unhealthy", f"{probe.kind.capitalize()} probe failed: {message}", container, warn=True
            )
        result = probe.note(not message)
        if result is not None:
            self._act(container, probe, process, is_good=result)

    def _act(self, container: Container, probe: Probe, process: Process, *, is_good: bool) -> None:
        worker = self._worker
        if probe.kind == "readiness":
            if container.is_ready is not is_good:
                container.is_ready = is_good
                worker.write_status()
        elif not is_good:
            grace_s = probe.spec.get("terminationGracePeriodSeconds")
            message = f"Container {container.name} failed {probe.kind} probe, will be restarted"
            ending.kill(worker, container, message, grace_s)
        elif probe.kind == "startup" and not container.is_started:
            self._has_started(container, process)
            worker.write_status()
            worker.sync_soon()
