"""One container of a pod, as its kubelet knows it."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.clock.times import kubernetes_text
from itbench_sre.world.kubelet.backoff import BackOff
from itbench_sre.world.store.refs import JsonObject

if TYPE_CHECKING:
    from itbench_sre.world.kubelet.probes import Probe
    from itbench_sre.world.runtime.process import Process


@dataclass(slots=True, eq=False)
class Container:
    """A container of a pod.

    Attributes:
        spec: as in the pod; `image` is the one that the running process was started from.
        is_init: it runs before the others; with `is_sidecar` it stays.
        process: that runs; None before the first start and after an end.
        terminated: the state of the last run, once that is over; empty before.
        earlier: the state of the run before, `lastState`.
        waiting: (reason, message) why it is not running, as found by the last look.
        is_killed: the kubelet has asked it to stop.
        is_started: its startup probe, or its start where it has none, has succeeded.
    """

    spec: JsonObject
    random: Randomness
    is_init: bool = False
    process: "Process | None" = None
    started_us: int = 0
    finished_us: int = 0
    restarts: int = 0
    container_id: str = ""
    image: str = ""
    image_id: str = ""
    terminated: JsonObject = field(default_factory=dict)
    earlier: JsonObject = field(default_factory=dict)
    waiting: tuple[str, str] | None = None
    is_killed: bool = False
    is_started: bool = False
    is_ready: bool = False
    crash: BackOff = field(default_factory=BackOff)
    pull: BackOff = field(default_factory=BackOff)
    pull_problem: str = ""
    probes: list["Probe"] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Return its name."""
        return str(self.spec["name"])

    @property
    def field_path(self) -> str:
        """Return where events say that it is."""
        return f"spec.{'initContainers' if self.is_init else 'containers'}{{{self.name}}}"

    @property
    def is_running(self) -> bool:
        """Return whether its process runs."""
        return self.process is not None

    @property
    def is_sidecar(self) -> bool:
        """Return whether it is an init container that stays."""
        return self.is_init and self.spec.get("restartPolicy") == "Always"

    @property
    def has_succeeded(self) -> bool:
        """Return whether its last run ended well."""
        return not self.is_running and bool(self.terminated) and self.terminated["exitCode"] == 0

    def begin(self, process: "Process", image_id: str, now_us: int) -> None:
        """Note that it was started."""
        if self.terminated:
            self.earlier = self.terminated
            self.restarts += 1
        self.terminated = {}
        self.waiting = None
        self.process = process
        self.image = str(self.spec["image"])
        self.image_id = image_id
        self.started_us = now_us
        self.is_killed = self.is_started = self.is_ready = False
        self.container_id = f"containerd://{self.random.hexadecimal(32)}{self.random.hexadecimal(32)}"

    def end(self, exit_code: int, reason: str, now_us: int, message: str = "") -> None:
        """Note that its run is over."""
        is_unborn = reason == "StartError"
        state: JsonObject = {
            "containerID": self.container_id,
            "exitCode": exit_code,
            "finishedAt": kubernetes_text(now_us),
            "reason": reason,
            "startedAt": "1970-01-01T00:00:00Z" if is_unborn else kubernetes_text(self.started_us),
        }
        if message:
            state = dict(sorted({**state, "message": message}.items()))
        self.terminated = state
        self.process = None
        self.finished_us = now_us
        self.is_started = self.is_ready = False
        self.probes = []

    def state(self) -> tuple[JsonObject, JsonObject]:
        """Return (state, lastState) as the API shows them."""
        if self.process is not None:
            return {"running": {"startedAt": kubernetes_text(self.started_us)}}, _terminated(self.earlier)
        if self.waiting is not None:
            reason, message = self.waiting
            waiting = {"message": message, "reason": reason} if message else {"reason": reason}
            return {"waiting": waiting}, _terminated(self.terminated or self.earlier)
        return _terminated(self.terminated), _terminated(self.earlier)


def _terminated(state: JsonObject) -> JsonObject:
    return {"terminated": state} if state else {}
