"""Experiments on pods: killed, failing, or with less of the machine, the disk, the names or the time."""

from typing import Any

from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.mechanisms.depth import above
from itbench_sre.world.mechanisms.experiment import Experiment
from itbench_sre.world.mechanisms.scene import Scene
from itbench_sre.world.mechanisms.usage import MIB, asked, used_mib
from itbench_sre.world.store.refs import JsonObject


class PodKill(Experiment):
    """Kills pods, which come back; again and again where the schedule is short."""

    name = "pod-kill"
    kind, field = "PodChaos", "podChaos"
    faults = ("fault 21", "chaos PodChaos pod-kill")

    def spec(self, scene: Scene, body: JsonObject, random: Randomness, depth: int) -> dict[str, Any]:
        """Kill."""
        return {"action": "pod-kill", "gracePeriod": 0}


class PodFailure(Experiment):
    """Makes pods unable to work for a while."""

    name = "pod-failure"
    kind, field = "PodChaos", "podChaos"
    faults = ("chaos PodChaos pod-failure",)

    def spec(self, scene: Scene, body: JsonObject, random: Randomness, depth: int) -> dict[str, Any]:
        """Fail."""
        return {"action": "pod-failure"}


class ContainerKill(Experiment):
    """Kills a container of pods."""

    name = "container-kill"
    kind, field = "PodChaos", "podChaos"
    faults = ("chaos PodChaos container-kill",)

    def spec(self, scene: Scene, body: JsonObject, random: Randomness, depth: int) -> dict[str, Any]:
        """Kill."""
        return {"action": "container-kill", "containerNames": [scene.container(body)["name"]]}


class CpuStress(Experiment):
    """Burns processor time beside a program."""

    name = "cpu-stress"
    kind, field = "StressChaos", "stressChaos"
    faults = ("fault 21", "chaos StressChaos cpu")

    def spec(self, scene: Scene, body: JsonObject, random: Randomness, depth: int) -> dict[str, Any]:
        """Burn."""
        return {
            "stressors": {
                "cpu": {
                    "workers": random.pick((1, 2, 4, 8)),
                    "load": min(above(random.pick((5, 50, 80)), depth), 100),
                }
            }
        }


class MemoryStress(Experiment):
    """Takes memory beside a program, up to about its limit."""

    name = "memory-stress"
    kind, field = "StressChaos", "stressChaos"
    faults = ("fault 21", "chaos StressChaos memory")

    def spec(self, scene: Scene, body: JsonObject, random: Randomness, depth: int) -> dict[str, Any]:
        """Take."""
        room = asked(body, "limits", "memory") // MIB - used_mib(scene, body)
        return {"stressors": {"memory": {"workers": 1, "size": f"{max(above(max(room, 16), depth), 1)}MB"}}}


class DiskDelay(Experiment):
    """Delays reads and writes of files, or lets them fail."""

    name = "io-chaos"
    kind, field = "IOChaos", "ioChaos"
    faults = ("fault 21", "chaos IOChaos latency", "chaos IOChaos fault")

    def fits(self, scene: Scene, body: JsonObject) -> bool:
        """Whether it writes files that matter."""
        program = scene.program(body)
        return program is not None and program.role in ("database", "cache", "broker", "server", "worker")

    def spec(self, scene: Scene, body: JsonObject, random: Randomness, depth: int) -> dict[str, Any]:
        """Delay or fail."""
        where = {
            "volumePath": "/data",
            "path": "/data/**/*",
            "percent": min(above(random.pick((20, 100)), depth), 100),
        }
        if random.below(2):
            return {"action": "latency", "delay": f"{above(random.pick((5, 200, 1500)), depth)}ms", **where}
        return {"action": "fault", "errno": random.pick((5, 28)), **where}


class DnsError(Experiment):
    """Lets look-ups of names fail for a workload: of all names, or of names that it does not ask for."""

    name = "dns-chaos"
    kind, field = "DNSChaos", "dnsChaos"
    faults = ("chaos DNSChaos error",)

    def spec(self, scene: Scene, body: JsonObject, random: Randomness, depth: int) -> dict[str, Any]:
        """Fail, for some patterns."""
        patterns = [*scene.dependencies(body), "example.*", "*.internal", random.pick(scene.names)]
        return {"action": random.pick(("error", "random")), "patterns": [f"{random.pick(patterns)}*"]}


class ClockSkew(Experiment):
    """Shifts a workload's clock, which matters to certificates, tokens and caches."""

    name = "clock-skew"
    kind, field = "TimeChaos", "timeChaos"
    faults = ("chaos TimeChaos",)

    def candidates(self, scene: Scene, random: Randomness) -> list[JsonObject]:
        """Aim half of the time at those that look at the time."""
        found = [
            body
            for body in scene.workloads
            if (program := scene.program(body)) and "token_life_s" in program.settings
        ]
        return found if found and random.below(2) else scene.workloads

    def spec(self, scene: Scene, body: JsonObject, random: Randomness, depth: int) -> dict[str, Any]:
        """Shift."""
        offset = random.pick(("-30s", "-10m", "10m", "2h", "36h", "1000h", "45000h", "60000h"))
        return {"timeOffset": offset}
