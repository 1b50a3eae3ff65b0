"""Probes that ask another path or port, or have less patience."""

from abc import abstractmethod
from typing import Any, ClassVar

from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.mechanisms.depth import below, draw_depth
from itbench_sre.world.mechanisms.mechanism import Mechanism, Plan
from itbench_sre.world.mechanisms.naming import of_workload
from itbench_sre.world.mechanisms.scene import Scene
from itbench_sre.world.mechanisms.templates import container_path, edit, with_strategy
from itbench_sre.world.store.refs import JsonObject, ref_of


class _Probe(Mechanism):
    """Adds or changes a probe of a workload's first container."""

    family = "startup"
    probe: ClassVar[str]

    def plan(self, scene: Scene, random: Randomness, hand: str) -> Plan | None:
        """Pick a workload with a port, and a probe."""
        fits = [body for body in scene.workloads if scene.container(body).get("ports")]
        body = scene.pick(random, fits)
        if body is None:
            return None
        ref, container = ref_of(body), scene.container(body)
        depth = draw_depth(random.fork("depth"))
        probe = self.made(scene, body, random, depth)
        changes = with_strategy(body, {container_path(container, self.probe): probe}, random)
        return Plan(
            target=ref,
            affects=(ref.name,),
            names=of_workload(body, scene.names),
            depth=depth,
            actions=edit(body, changes, hand),
            condition=f"its {self.probe} is {probe}",
            solution=f"give {ref.name} its old {self.probe} again",
        )

    @abstractmethod
    def made(self, scene: Scene, body: JsonObject, random: Randomness, depth: int) -> JsonObject:
        """Return the probe."""


def _asks(container: JsonObject, random: Randomness) -> JsonObject:
    """Return what a probe asks: a port that listens, by number or name, or one that does not."""
    port = random.pick(container["ports"])
    number = port["containerPort"]
    spellings: list[Any] = [number, port.get("name") or number, number + 1, number + 1]
    return {"tcpSocket": {"port": random.pick(spellings)}}


class ReadinessProbe(_Probe):
    """Lets the readiness probe ask a port: the right one, another spelling of it, or one where nothing listens."""

    name = "readiness-probe"
    faults = ("fault 12",)
    probe = "readinessProbe"

    def made(self, scene: Scene, body: JsonObject, random: Randomness, depth: int) -> JsonObject:
        """Ask a port."""
        container = scene.container(body)
        return {
            **_asks(container, random),
            "periodSeconds": random.pick((5, 10)),
            "timeoutSeconds": 1,
            "successThreshold": 1,
            "failureThreshold": 3,
        }


class LivenessProbe(_Probe):
    """Gives the liveness probe a port or a patience: less than a start takes, and the container never comes up."""

    name = "liveness-probe"
    probe = "livenessProbe"

    def made(self, scene: Scene, body: JsonObject, random: Randomness, depth: int) -> JsonObject:
        """Ask a port, with a patience about as long as the program takes to start."""
        container, program = scene.container(body), scene.program(body)
        start_s = (program.startup_us if program else 3_000_000) * 3 // 2_000_000 + 2
        patience_s = below(start_s, depth)
        return {
            **_asks(container, random),
            "initialDelaySeconds": patience_s // 2,
            "periodSeconds": max(patience_s // 4, 1),
            "timeoutSeconds": 1,
            "successThreshold": 1,
            "failureThreshold": 2,
        }
