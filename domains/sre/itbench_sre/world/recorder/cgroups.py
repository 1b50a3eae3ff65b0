"""Control groups of pods as the kubelet and containerd name them, and the sandbox that holds each pod."""

from dataclasses import dataclass
from typing import Self

from itbench_sre.world.clock.randomness import Randomness, mixed
from itbench_sre.world.store.refs import JsonObject

_PREFIX = "containerd://"
_PAGE = 4096


@dataclass(frozen=True, slots=True)
class Sandbox:
    """The pause container of a pod.

    Attributes:
        cgroup: its name at containerd.
        memory: its working set.
        cpu_us: processor time that it takes in all its life.
    """

    cgroup: str
    memory: int
    cpu_us: int

    @classmethod
    def of(cls, seed: int, uid: str) -> Self:
        """Return the sandbox of a pod."""
        random = Randomness(mixed(seed, f"sandbox {uid}"))
        cgroup = random.hexadecimal(32) + random.hexadecimal(32)
        return cls(cgroup, (55 + random.pick((0, 1, 1, 1, 2, 2))) * _PAGE, random.between(21_000, 68_000))


def slice_of(pod: JsonObject) -> str:
    """Return the control group of a pod: by its quality of service, but for `Guaranteed` at the top."""
    uid = pod["metadata"]["uid"].replace("-", "_")
    quality = pod["status"].get("qosClass", "Burstable").lower()
    if quality == "guaranteed":
        return f"/kubepods.slice/kubepods-pod{uid}.slice"
    return f"/kubepods.slice/kubepods-{quality}.slice/kubepods-{quality}-pod{uid}.slice"


def container_ids(pod: JsonObject) -> dict[tuple[str, int], str]:
    """Return the names at containerd of what the kubelet says to run, by container and how often it was restarted."""
    return {
        (status["name"], status["restartCount"]): status["containerID"].removeprefix(_PREFIX)
        for status in pod["status"].get("containerStatuses", ())
        if status.get("containerID")
    }
