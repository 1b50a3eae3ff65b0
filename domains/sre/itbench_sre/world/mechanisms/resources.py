"""Requests and limits of containers: too small, gone, or larger than any node."""

from abc import abstractmethod
from typing import Any

from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.mechanisms.depth import above, below, draw_depth
from itbench_sre.world.mechanisms.mechanism import Mechanism, Plan
from itbench_sre.world.mechanisms.naming import of_workload
from itbench_sre.world.mechanisms.scene import Scene
from itbench_sre.world.mechanisms.templates import container_path, edit, with_strategy
from itbench_sre.world.mechanisms.usage import MIB, asked, used_cpu_m, used_mib
from itbench_sre.world.store.paths import REMOVED, Path
from itbench_sre.world.store.refs import JsonObject, ref_of


class _Resources(Mechanism):
    """Changes the resources of a workload's first container."""

    family = "resources"

    def plan(self, scene: Scene, random: Randomness, hand: str) -> Plan | None:
        """Pick a workload and amounts."""
        body = scene.pick(random, scene.workloads)
        if body is None:
            return None
        ref, container = ref_of(body), scene.container(body)
        depth = draw_depth(random.fork("depth"))
        resources = self.resources(scene, body, depth)
        changes: dict[Path, Any] = {
            container_path(container, "resources", *path): value for path, value in resources.items()
        }
        words = ", ".join(
            f"{'.'.join(path)}={'none' if value is REMOVED else value}" for path, value in resources.items()
        )
        return Plan(
            target=ref,
            affects=(ref.name,),
            names=of_workload(body, scene.names),
            depth=depth,
            actions=edit(body, with_strategy(body, changes, random), hand),
            condition=f"its container now has {words}",
            solution=f"give {ref.name} its old requests and limits again",
        )

    @abstractmethod
    def resources(self, scene: Scene, body: JsonObject, depth: int) -> dict[tuple[str, ...], Any]:
        """Return places below `resources` with their new values."""


class MemoryLimit(_Resources):
    """Lowers the memory limit to about what is used."""

    name = "memory-limit"
    faults = ("fault 8", "fault 28")

    def resources(self, scene: Scene, body: JsonObject, depth: int) -> dict[tuple[str, ...], Any]:
        """Set limit and request."""
        limit = below(used_mib(scene, body) * 21 // 20 + 1, depth)
        request = min(limit, max(asked(body, "requests", "memory") // MIB, 1))
        return {("limits", "memory"): f"{limit}Mi", ("requests", "memory"): f"{request}Mi"}


class CpuLimit(_Resources):
    """Lowers the processor limit to about what is used at peaks."""

    name = "cpu-limit"

    def resources(self, scene: Scene, body: JsonObject, depth: int) -> dict[tuple[str, ...], Any]:
        """Set limit and request."""
        limit = below(used_cpu_m(scene, body) * 2, depth)
        request = min(limit, max(asked(body, "requests", "cpu"), 1))
        return {("limits", "cpu"): f"{limit}m", ("requests", "cpu"): f"{request}m"}


class LimitsRemoved(_Resources):
    """Takes the limits away, which matters where something then takes what others need."""

    name = "limits-removed"
    faults = ("fault 24",)

    def resources(self, scene: Scene, body: JsonObject, depth: int) -> dict[tuple[str, ...], Any]:
        """Leave the requests."""
        return {("limits",): REMOVED}


class LargeRequests(_Resources):
    """Asks for so much that the pods fit beside fewer others, or on no node."""

    name = "requests-too-large"
    family = "scheduling"
    faults = ("fault 37",)

    def resources(self, scene: Scene, body: JsonObject, depth: int) -> dict[tuple[str, ...], Any]:
        """Ask for about what the emptiest node has left."""
        free = max(scene.free_mib().values(), default=1024)
        wanted = above(free, depth)
        return {
            ("requests", "memory"): f"{wanted}Mi",
            ("limits", "memory"): f"{max(wanted, asked(body, 'limits', 'memory') // MIB)}Mi",
        }
