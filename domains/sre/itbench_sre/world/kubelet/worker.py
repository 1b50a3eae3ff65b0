"""The life of one pod on its node: looked after as the kubelet's `syncPod` does, one look after another.

A look (`sync`) writes the status, then starts what should run and does not. The next one comes when something changed
or, after a failure, ten to fifteen seconds later; between them nothing happens, so that a pod at rest costs nothing.
"""

from typing import TYPE_CHECKING

from itbench_sre.world.clock.loop import MINUTE_US, SECOND_US
from itbench_sre.world.clock.randomness import Randomness, mixed
from itbench_sre.world.clock.times import kubernetes_text
from itbench_sre.world.controllers.attachments import awaits_attachment
from itbench_sre.world.kubelet import ending, starting, texts
from itbench_sre.world.kubelet.backoff import BackOff
from itbench_sre.world.kubelet.container import Container
from itbench_sre.world.kubelet.probing import Prober
from itbench_sre.world.kubelet.resources import cpu_m, memory, memory_limit_of_pod
from itbench_sre.world.kubelet.statuses import Facts, pod_status
from itbench_sre.world.kubelet.volumes import mount_problem, references
from itbench_sre.world.runtime.process import Process
from itbench_sre.world.store.refs import JsonObject, ref_of

if TYPE_CHECKING:
    from itbench_sre.world.kubelet.kubelet import Kubelet

_SMALLEST_SANDBOX = 6 << 20
_FIRST_MOUNT_US = 500_000
_LONGEST_MOUNT_US = 122 * SECOND_US
_MOUNT_PATIENCE_US = 2 * MINUTE_US + 3 * SECOND_US


class Worker:
    """Looks after one pod.

    Attributes:
        pod: as it was last seen.
        containers: all of them, `inits` before `mains`.
        address: of its sandbox; empty before there is one.
        fixed: phase, reason and message of a pod that was ended for good, by an eviction or a deadline.
        mounts: ConfigMaps and Secrets that its volumes hold.
        scratch: volume -> path -> text of what containers wrote into an emptyDir.
        is_ending: it is being deleted.
    """

    def __init__(self, kubelet: "Kubelet", pod: JsonObject) -> None:
        self.kubelet = kubelet
        self.pod = pod
        self.ref = ref_of(pod)
        self.uid: str = pod["metadata"]["uid"]
        self.random = Randomness(mixed(kubelet.parts.seed, f"pod {self.uid}"))
        self.inits = [self._container(spec, is_init=True) for spec in pod["spec"].get("initContainers") or ()]
        self.mains = [self._container(spec, is_init=False) for spec in pod["spec"]["containers"]]
        self.containers = (*self.inits, *self.mains)
        self.address = ""
        self.has_sandbox = self.was_networked = self.is_mounted = False
        self.fixed: JsonObject = {}
        self.mounts = references(pod)
        self.scratch: dict[str, dict[str, str]] = {}
        self.is_ending = self.is_done = False
        self.started = ""
        self.prober = Prober(self)
        self._is_syncing = self._wants_sync = self.has_failed = self._has_started = False
        self._queue: list[Container] = []
        self._look = 0
        self._mount_tries = 0
        self._mount_since_us = 0

    def _container(self, spec: JsonObject, *, is_init: bool) -> Container:
        random = Randomness(mixed(self.kubelet.parts.seed, f"container {self.uid} {spec['name']}"))
        return Container(spec=spec, random=random, is_init=is_init)

    @property
    def policy(self) -> str:
        """Return the restart policy."""
        return str(self.pod["spec"].get("restartPolicy", "Always"))

    def emit(
        self, reason: str, message: str, container: Container | None = None, *, warn: bool = False
    ) -> None:
        """Report something about the pod or one of its containers."""
        self.kubelet.emit(
            self.pod,
            reason,
            message,
            type_="Warning" if warn else "Normal",
            field_path=container.field_path if container else "",
        )

    def admit(self) -> None:
        """Take the pod on."""
        if self.is_ending:
            return
        self.started = kubernetes_text(self.kubelet.parts.loop.now_us)
        refusal = self.kubelet.pressure.refusal(self.pod)
        if refusal:
            self.fixed = {"phase": "Failed", "reason": "Evicted", "message": f"Pod was rejected: {refusal}"}
            self.emit("Evicted", refusal, warn=True)
            self.write_status()
            return
        deadline_s = self.pod["spec"].get("activeDeadlineSeconds")
        if deadline_s:
            self.kubelet.parts.loop.after(deadline_s * SECOND_US, ending.pass_deadline, self)
        self.sync()

    def write_status(self) -> None:
        """Write the status where it differs from what is there."""
        store = self.kubelet.parts.store
        pod = store.get(self.ref)
        if pod is None or pod["metadata"]["uid"] != self.uid:
            return
        facts = Facts(
            inits=self.inits,
            mains=self.mains,
            pod_ip=self.address,
            host_ip=self.kubelet.host_ip,
            has_sandbox=self.has_sandbox,
            start=self.started,
            fixed=self.fixed,
            now_us=self.kubelet.parts.loop.now_us,
        )
        status = pod_status(pod, facts)
        self.pod = store.edit(self.ref, {("status",): status}, "kubelet", subresource="status")

    # One look after another.

    def sync(self) -> None:
        """Look after the pod now, or once the look that is going on is over."""
        if self.is_ending or self.is_done or self.fixed or not self.kubelet.is_running:
            return
        if self._is_syncing:
            self._wants_sync = True
            return
        self._look += 1
        self._is_syncing, self._wants_sync, self.has_failed, self._has_started = True, False, False, False
        self.write_status()
        if self.pod.get("status", {}).get("phase") in ("Succeeded", "Failed"):
            self._is_syncing = False
            ending.complete(self)
        elif self.is_mounted:
            self._make_sandbox()
        else:
            self._mount_tries, self._mount_since_us = 0, self.kubelet.parts.loop.now_us
            self._mount()

    def sync_soon(self) -> None:
        """Look after the pod once the lifecycle event generator has noticed a change, within a second."""
        self.kubelet.parts.loop.after(self.random.between(100_000, 1_000_000), self.sync)

    def _resync(self, look: int) -> None:
        if look == self._look and not self._is_syncing:
            self.sync()

    def _mount(self) -> None:
        if self._is_over():
            return
        loop = self.kubelet.parts.loop
        if awaits_attachment(self.pod, self.kubelet.parts.store):
            loop.after(300_000 << min(self._mount_tries, 4), self._mount)
            self._mount_tries += 1
            return
        problem = mount_problem(self.pod, self.kubelet.parts.store)
        if problem is None:
            self.is_mounted = True
            self._make_sandbox()
            return
        volume, message = problem
        self.emit("FailedMount", f'MountVolume.SetUp failed for volume "{volume}" : {message}', warn=True)
        if loop.now_us - self._mount_since_us > _MOUNT_PATIENCE_US:
            self._mount_since_us = loop.now_us
            self.emit(
                "FailedMount",
                f"Unable to attach or mount volumes: unmounted volumes=[{volume}], unattached volumes=[], "
                "failed to process volumes=[]: context deadline exceeded",
                warn=True,
            )
        delay_us = min(_FIRST_MOUNT_US << min(self._mount_tries, 10), _LONGEST_MOUNT_US)
        self._mount_tries += 1
        loop.after(delay_us + self.random.below(100_000), self._mount)

    def _make_sandbox(self) -> None:
        if self.has_sandbox:
            self._plan()
            return
        loop = self.kubelet.parts.loop
        if self.was_networked:
            self.emit("SandboxChanged", "Pod sandbox changed, it will be killed and re-created.")
        problem = f"Failed to create pod sandbox: {texts.SOCKET}" if self.kubelet.is_runtime_down else ""
        if 0 < memory_limit_of_pod(self.pod["spec"]) < _SMALLEST_SANDBOX:
            problem = problem or texts.SANDBOX_KILLED
        if problem:
            loop.after(self.random.between(100_000, 700_000), self._sandbox_failed, problem)
        else:
            loop.after(self.random.between(300_000, 900_000), self._sandbox_made)

    def _sandbox_failed(self, problem: str) -> None:
        if not self._is_over():
            self.emit("FailedCreatePodSandBox", problem, warn=True)
            self.has_failed = True
            self._finish()

    def _sandbox_made(self) -> None:
        if self._is_over():
            return
        spec = self.pod["spec"]
        self.address = self.kubelet.host_ip if spec.get("hostNetwork") else self.kubelet.new_address(self.uid)
        self.has_sandbox = self.was_networked = self._wants_sync = True
        self._plan()

    def _plan(self) -> None:
        self._queue = list(self._startable())
        if self._queue:
            starting.tell_missing_secrets(self)
        self.next()

    def _startable(self) -> list[Container]:
        made = []
        for container in self.inits:
            if container.is_sidecar:
                if not container.is_running:
                    made.append(container)
                if not container.is_started:
                    return made
            elif not container.has_succeeded:
                return made if container.is_running else [*made, container]
        return [*made, *(each for each in self.mains if self._should_run(each))]

    def _should_run(self, container: Container) -> bool:
        if container.is_running:
            return False
        if not container.terminated or self.policy == "Always":
            return True
        return self.policy == "OnFailure" and not container.has_succeeded

    def next(self) -> None:
        """Go on with the next container of this look, or end it."""
        if self._is_over():
            return
        while self._queue:
            container = self._queue.pop(0)
            if not container.is_running:
                starting.begin(self, container)
                return
        self._finish()

    def failed(self, container: Container, reason: str, message: str) -> None:
        """Note why a container could not be started, and go on with the next."""
        container.waiting = (reason, message)
        self.has_failed = True
        self.next()

    def has_begun(self, container: Container) -> None:
        """Note that a container was started, and go on with the next."""
        self._has_started = True
        if not container.is_init or container.is_sidecar:
            self.prober.begin(container)
        self.next()

    def _finish(self) -> None:
        self._is_syncing = False
        loop = self.kubelet.parts.loop
        if self._wants_sync or self._has_started:
            self._wants_sync = False
            self.sync_soon()
        if self.has_failed:
            loop.after(self.random.between(10 * SECOND_US, 15 * SECOND_US), self._resync, self._look)

    def _is_over(self) -> bool:
        if self.is_ending or self.is_done or self.fixed or not self.kubelet.is_running:
            self._is_syncing = False
            self._queue = []
            return True
        return False

    # What others tell.

    def seen(self, pod: JsonObject) -> None:
        """Take note of a change of the pod's object."""
        old, self.pod = self.pod, pod
        if not self.kubelet.is_running or self.kubelet.is_runtime_down:
            return
        metadata = pod["metadata"]
        if "deletionTimestamp" in metadata:
            ending.delete(self, metadata.get("deletionGracePeriodSeconds", 0))
        elif pod["spec"] is not old["spec"]:
            self._respecify()

    def _respecify(self) -> None:
        specs = {
            spec["name"]: spec
            for key in ("initContainers", "containers")
            for spec in self.pod["spec"].get(key) or ()
        }
        has_changed = False
        for container in self.containers:
            spec = specs.get(container.name, container.spec)
            is_other = spec["image"] != container.spec["image"]
            is_resized = spec.get("resources") != container.spec.get("resources")
            container.spec = spec
            if is_resized:
                self._resize(container)
            if not is_other:
                continue
            has_changed = True
            container.crash, container.pull = BackOff(), BackOff()
            if container.is_running:
                ending.kill(
                    self, container, f"Container {container.name} definition changed, will be restarted"
                )
        if has_changed:
            self.sync_soon()

    def _resize(self, container: Container) -> None:
        if container.process is not None:
            limits = {"cpu_limit_m": cpu_m(container.spec, "limits")}
            limits["memory_limit"] = memory(container.spec, "limits")
            self.kubelet.parts.runtime.limit(container.process, **limits)
            self.sync_soon()

    def ended(self, process: Process, exit_code: int, reason: str) -> None:
        """Take note that a process has ended."""
        container = next((each for each in self.containers if each.process is process), None)
        if container is None:
            return
        container.end(exit_code, reason, self.kubelet.parts.loop.now_us)
        if self.is_ending or self.fixed:
            ending.go_on(self)
        elif self.kubelet.is_running:
            self.sync_soon()

    def lose(self) -> None:
        """Forget sandbox and processes, as after a restart of the node."""
        for container in self.containers:
            process = container.process
            if process is not None:
                container.end(255, "Unknown", self.kubelet.parts.loop.now_us)
                self.kubelet.parts.runtime.lose(process)
        self.has_sandbox = self._is_syncing = False
        self._queue = []
