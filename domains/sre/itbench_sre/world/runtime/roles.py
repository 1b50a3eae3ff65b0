"""The states that roles bring, the disks they write to, and what becomes of a process as it runs."""

from typing import TYPE_CHECKING

from itbench_sre.world.runtime.brokers import Broker, Topic
from itbench_sre.world.runtime.caches import Cache
from itbench_sre.world.runtime.databases import Database
from itbench_sre.world.runtime.gateways import Gateway
from itbench_sre.world.store.refs import JsonObject

if TYPE_CHECKING:
    from itbench_sre.world.runtime.process import Process
    from itbench_sre.world.runtime.runtime import Runtime
    from itbench_sre.world.runtime.special import Special

_USUAL_DISK = 8 << 30
_COLLECTION_US = 350_000  # a full collection of a heap that is nearly full


class Disk:
    """What a container's data lie on.

    Attributes:
        size, used: bytes.
        is_claimed: it is a claim's volume, not the container's own.
        topics: of a broker.
        dropped: tables of a database that are no longer there; `""` stands for all.
    """

    def __init__(self, size: int = _USUAL_DISK, *, is_claimed: bool = False) -> None:
        self.size = size
        self.is_claimed = is_claimed
        self.used = 0
        self.topics: dict[str, Topic] = {}
        self.dropped: list[str] = []

    def write(self, count: int) -> bool:
        """Use `count` bytes more; False where there is no room."""
        if self.used + count > self.size:
            return False
        self.used += count
        return True


class Disks:
    """All disks: a claim's outlives the pod, a container's own ends with the container."""

    def __init__(self) -> None:
        self._of: dict[str, Disk] = {}
        self._names: dict[int, str] = {}

    def of(self, process: "Process") -> Disk:
        """Return the disk that a process writes to."""
        return self._of[self._names[process.number]]

    def give(self, process: "Process", spec: JsonObject) -> Disk:
        """Give a process the volume that its pod's specification mounts for it, else its container's own."""
        place = process.place
        claim = _claim(spec, place.container)
        own = f"{place.uid} {place.container} {place.restart}"
        name = f"{place.pod.namespace}/{claim}" if claim else own
        self._names[process.number] = name
        if name not in self._of:
            self._of[name] = Disk(is_claimed=bool(claim))
        return self._of[name]


def _claim(spec: JsonObject, container: str) -> str:
    """Return the claim whose volume a container mounts, or nothing."""
    claims = {
        volume["name"]: volume["persistentVolumeClaim"]["claimName"]
        for volume in spec.get("volumes") or ()
        if "persistentVolumeClaim" in volume
    }
    mounts = next(
        (each.get("volumeMounts") for each in spec.get("containers") or () if each["name"] == container), ()
    )
    return next((claims[mount["name"]] for mount in mounts or () if mount["name"] in claims), "")


def role_of(process: "Process", disks: Disks, spec: JsonObject) -> Database | Cache | Broker | Gateway | None:
    """Return the state that a process' role brings; None for roles without any."""
    match process.program.role if process.program else "":
        case "database":
            return Database(process, disks.give(process, spec))
        case "cache":
            return Cache(process)
        case "broker":
            return Broker(process, disks.give(process, spec))
    return Gateway(process) if process.number_of("rate_per_second") else None


def age(runtime: "Runtime", process: "Process", special: "Special", second: int) -> None:
    """Let a second pass for a process: what it leaks, what its heap comes to, what stops it."""
    lost = special.has("leaked_bytes_per_second") if special.ages else 0
    process.leaked += lost
    process.memory += lost
    if special.gc_us and second % 10 == 0:
        special.stop(special.gc_us)
    heap = process.number_of("heap_mib") << 20
    if heap and process.language in ("java", "kafka") and process.program is not None:
        # About a third of a program's memory is its heap once it has started; the rest is code and threads.
        used = process.program.memory // 3 + process.memory - process.program.memory
        if used > heap:
            runtime.calls.crash(process, "java.lang.OutOfMemoryError: Java heap space")
        elif used * 10 > heap * 9:
            special.stop(_COLLECTION_US)
    if process.special is not None or special.stopped_until_us:
        process.special = special if special.is_needed else None
