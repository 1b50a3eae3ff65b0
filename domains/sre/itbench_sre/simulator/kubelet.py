"""The life of a pod on its node: scheduled, pulled, started, probed, restarted, stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from itbench_sre.simulator.catalog import ADDRESSES, NAMESPACE, POOLS, READS
from itbench_sre.simulator.pools import Pool, duration_us

if TYPE_CHECKING:
    from itbench_sre.simulator.cluster import Cluster
    from itbench_sre.simulator.pods import Pod

_PROBE_US = 5_000_000
_BACK_OFF_S = (10, 20, 40, 80, 160, 300)


class Kubelet:
    """Scheduler and kubelets of all nodes."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._loop = cluster.loop
        self._random = cluster.random.fork("kubelet")
        self.missing_images: set[str] = set()
        self.missing_commands: set[str] = set()
        self.holds: dict[str, tuple[int, int]] = {}  # workload -> sessions per pod, us between two
        cluster.start_pod = self._start
        cluster.stop_pod = self._stop

    def _emit(self, pod: Pod, reason: str, message: str, *, is_bad: bool = False) -> None:
        self._cluster.events.emit(
            pod.subject(NAMESPACE, is_container=True),
            reason,
            message,
            "kubelet",
            host=pod.node,
            type_="Warning" if is_bad else "Normal",
        )

    def _start(self, pod: Pod) -> None:
        if pod.created_us < self._loop.now_us:
            self._run_long_since(pod)
        else:
            self._loop.after(self._random.between(15_000, 90_000), self._schedule, pod)

    def _bind(self, pod: Pod) -> None:
        node = self._cluster.place()
        pod.node = node.name
        pod.address = f"100.96.{node.subnet}.{self._random.between(20, 250)}"
        pod.scheduled_us = self._loop.now_us

    def _run_long_since(self, pod: Pod) -> None:
        self._bind(pod)
        next(node for node in self._cluster.nodes if node.name == pod.node).images.add(pod.template.image)
        pod.scheduled_us = pod.created_us
        pod.started_us = pod.created_us + 4_000_000
        self._boot(pod)
        self._cluster.set_ready(pod, is_ready=True)
        pod.ready_us = pod.started_us + pod.service.startup_s * 1_000_000

    def _schedule(self, pod: Pod) -> None:
        if pod.is_deleting:
            return
        self._bind(pod)
        pod.version = self._cluster.next_version()
        message = f"Successfully assigned {NAMESPACE}/{pod.name} to {pod.node}"
        self._cluster.events.emit(pod.subject(NAMESPACE), "Scheduled", message, "default-scheduler")
        self._loop.after(self._random.between(300_000, 900_000), self._pull, pod)

    def _pull(self, pod: Pod) -> None:
        if pod.is_deleting:
            return
        image = pod.template.image
        node = next(node for node in self._cluster.nodes if node.name == pod.node)
        if image in node.images:
            self._emit(pod, "Pulled", f'Container image "{image}" already present on machine')
            self._loop.after(self._random.between(40_000, 200_000), self._create, pod)
            return
        self._emit(pod, "Pulling", f'Pulling image "{image}"')
        if image in self.missing_images:
            self._loop.after(self._random.between(400_000, 900_000), self._pull_failed, pod)
            return
        took_us = self._random.between(1_200_000, 3_800_000)
        node.images.add(image)
        self._loop.after(took_us, self._pulled, pod, took_us)

    def _pulled(self, pod: Pod, took_us: int) -> None:
        if pod.is_deleting:
            return
        took = f"{took_us // 1_000_000}.{took_us // 1000 % 1000:03d}s"
        size = self._random.between(30_000_000, 190_000_000)
        message = f'Successfully pulled image "{pod.template.image}" in {took} ({took} including waiting). Image size: {size} bytes.'
        self._emit(pod, "Pulled", message)
        self._create(pod)

    def _pull_failed(self, pod: Pod) -> None:
        if pod.is_deleting:
            return
        image = pod.template.image
        message = (
            f'Failed to pull image "{image}": rpc error: code = NotFound desc = failed to pull and unpack image '
            f'"{image}": failed to resolve reference "{image}": {image}: not found'
        )
        self._emit(pod, "Failed", message, is_bad=True)
        self._emit(pod, "Failed", "Error: ErrImagePull", is_bad=True)
        self._wait(pod, "ErrImagePull", message.partition(": ")[2])
        self._loop.after(self._random.between(9_000_000, 14_000_000), self._pull_back_off, pod)

    def _pull_back_off(self, pod: Pod) -> None:
        if pod.is_deleting:
            return
        message = f'Back-off pulling image "{pod.template.image}"'
        self._emit(pod, "BackOff", message)
        self._emit(pod, "Failed", "Error: ImagePullBackOff", is_bad=True)
        self._wait(pod, "ImagePullBackOff", message)
        self._loop.after(self._back_off_us(pod), self._pull, pod)

    def _wait(self, pod: Pod, reason: str, message: str) -> None:
        pod.waiting, pod.waiting_message = reason, message
        pod.version = self._cluster.next_version()

    def _back_off_us(self, pod: Pod) -> int:
        pod.attempts += 1
        return _BACK_OFF_S[min(pod.attempts, len(_BACK_OFF_S)) - 1] * 1_000_000 + self._random.below(900_000)

    def _create(self, pod: Pod) -> None:
        if pod.is_deleting:
            return
        self._emit(pod, "Created", f"Created container: {pod.container}")
        command = pod.template.command
        if command and command[0] in self.missing_commands:
            self._start_failed(pod, command[0])
            return
        self._emit(pod, "Started", f"Started container {pod.container}")
        pod.phase, pod.waiting = "Running", ""
        pod.started_us = self._loop.now_us
        pod.version = self._cluster.next_version()
        startup_us = pod.service.startup_s * 700_000
        self._loop.after(startup_us + self._random.below(startup_us + 1), self._boot, pod)
        self._loop.after(1_500_000 + self._random.below(800_000), self._probe, pod)

    def _start_failed(self, pod: Pod, program: str) -> None:
        message = (
            "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create "
            f'failed: unable to start container process: error during container init: exec: "{program}": stat '
            f"{program}: no such file or directory: unknown"
        )
        self._emit(pod, "Failed", f"Error: {message}", is_bad=True)
        pod.phase = "Running"
        pod.restarts += pod.attempts > 0
        self._wait(pod, "RunContainerError", message)
        self._loop.after(self._random.between(1_500_000, 4_000_000), self._crash_back_off, pod)

    def _crash_back_off(self, pod: Pod) -> None:
        if pod.is_deleting:
            return
        message = (
            f"Back-off restarting failed container {pod.container} in pod {pod.name}_{NAMESPACE}({pod.uid})"
        )
        self._emit(pod, "BackOff", message, is_bad=True)
        delay_us = self._back_off_us(pod)
        text = f"back-off {delay_us // 1_000_000}s restarting failed container={pod.container} pod={pod.name}_{NAMESPACE}({pod.uid})"
        self._wait(pod, "CrashLoopBackOff", text)
        self._loop.after(delay_us, self._pull, pod)

    def _boot(self, pod: Pod) -> None:
        """Let the process read its settings and listen."""
        if pod.is_deleting:
            return
        name = pod.service.name
        if name in READS and READS[name] in self._cluster.configmaps:
            pod.settings = dict(self._cluster.configmaps[READS[name]].data)
        usual = ADDRESSES.get(name, {})
        pod.overrides = {key: value for key, value in pod.template.environment if usual.get(key) != value}
        for (consumer, server), (_, key) in POOLS.items():
            if consumer == name:
                pod.pools[server] = _pool(pod.settings, key)
        pod.phase, pod.waiting = "Running", ""
        pod.is_serving = True
        pod.version = self._cluster.next_version()
        if name in self.holds:
            self._loop.after(200_000, self._hold, pod, *self.holds[name])

    def _hold(self, pod: Pod, left: int, pause_us: int) -> None:
        """Open the sessions that a workload keeps for itself, a few at a time."""
        servers = self._cluster.endpoints["postgresql"]
        if pod.is_gone or not left:
            return
        if servers:
            server = servers[0]
            if server.connections < int(server.settings["max_connections"]) - 3:
                pool = pod.pools.setdefault("postgresql", Pool(size=left, lifetime_us=0, timeout_us=0))
                pool.open(server, self._loop.now_us)
                left -= 1
        self._loop.after(pause_us, self._hold, pod, left, pause_us)

    def _probe(self, pod: Pod) -> None:
        if pod.is_deleting or pod.phase != "Running" or pod.waiting:
            return
        port = pod.template.readiness_port
        if pod.is_serving and port == pod.service.port:
            self._cluster.set_ready(pod, is_ready=True)
            return
        if pod.version and not pod.is_ready:
            message = f"Readiness probe failed: dial tcp {pod.address}:{port}: connect: connection refused"
            self._emit(pod, "Unhealthy", message, is_bad=True)
        self._loop.after(_PROBE_US, self._probe, pod)

    def _stop(self, pod: Pod) -> None:
        pod.is_serving = False
        for pool in pod.pools.values():
            pool.close_all()


def _pool(settings: dict[str, str], key: str) -> Pool:
    timeout = next(value for name, value in sorted(settings.items()) if name.endswith("_TIMEOUT"))
    return Pool(
        size=int(settings[key]),
        lifetime_us=duration_us(settings.get("DB_CONN_MAX_LIFETIME", "0s")),
        timeout_us=duration_us(timeout),
    )
