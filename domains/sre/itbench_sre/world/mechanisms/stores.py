"""What happens inside databases, caches and brokers: locks, dropped indexes, full disks, memory, squatters."""

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.mechanisms.actions import Inside
from itbench_sre.world.mechanisms.depth import above, below, draw_depth
from itbench_sre.world.mechanisms.mechanism import Mechanism, Plan
from itbench_sre.world.mechanisms.naming import of_workload
from itbench_sre.world.mechanisms.scene import Scene
from itbench_sre.world.mechanisms.usage import MIB, asked, used_mib
from itbench_sre.world.store.refs import JsonObject, ref_of

if TYPE_CHECKING:
    from itbench_sre.world.runtime.process import Process


class Deed(Mechanism):
    """Something done inside the containers of a workload."""

    family = "data"
    roles: ClassVar[tuple[str, ...]]

    def plan(self, scene: Scene, random: Randomness, hand: str) -> Plan | None:
        """Pick a workload of such a role, and what is done."""
        fits = [
            body
            for body in scene.workloads
            if (program := scene.program(body)) and program.role in self.roles
        ]
        body = scene.pick(random, fits)
        if body is None:
            return None
        ref = ref_of(body)
        depth = draw_depth(random.fork("depth"))
        what, arguments, condition = self.deed(scene, body, random, depth)
        return Plan(
            target=ref,
            affects=(ref.name,),
            names=of_workload(body, scene.names),
            depth=depth,
            manager="kubectl-exec",
            actions=(Inside(ref, what, tuple(arguments.items())),),
            condition=condition,
            solution=f"undo it in {ref.name}, or restart it",
        )

    @abstractmethod
    def deed(
        self, scene: Scene, body: JsonObject, random: Randomness, depth: int
    ) -> tuple[str, dict[str, Any], str]:
        """Return the deed, its arguments, and a description."""


def _operation(scene: Scene, body: JsonObject, random: Randomness) -> str:
    program = scene.program(body)
    return random.pick(sorted(program.operations)) if program and program.operations else ""


class LockedTable(Deed):
    """Leaves a transaction open that holds a lock, for a moment or without end, on a table that is used or not."""

    name = "locked-table"
    roles = ("database",)

    def deed(
        self, scene: Scene, body: JsonObject, random: Randomness, depth: int
    ) -> tuple[str, dict[str, Any], str]:
        """Lock."""
        # Statements are named by their verb and table; those of drivers that tell no table, by their verb alone.
        used = _operation(scene, body, random).rpartition(" ")[2]
        table = random.pick((used, used, used, "archive_2019", "audit_old"))
        seconds = random.pick((1, 20, 240, None, None))
        arguments = {"table": table} if seconds is None else {"table": table, "seconds": seconds}
        return "lock_table", arguments, f"an open transaction holds a lock that {table} waits for"


class DroppedIndex(Deed):
    """Drops an index, so that some statements take longer."""

    name = "dropped-index"
    roles = ("database",)

    def deed(
        self, scene: Scene, body: JsonObject, random: Randomness, depth: int
    ) -> tuple[str, dict[str, Any], str]:
        """Drop."""
        statement = random.pick([_operation(scene, body, random), "SELECT audit_old"])
        per_cent = above(random.pick((300, 20_000, 600_000)), depth)
        return (
            "drop_index",
            {"statement": statement, "per_cent": per_cent},
            f"an index that {statement!r} needs is gone",
        )


class ReportQuery(Deed):
    """Runs a report that reads whole tables for some minutes, or without end, so that other statements take longer."""

    name = "report-query"
    roles = ("database",)

    def deed(
        self, scene: Scene, body: JsonObject, random: Randomness, depth: int
    ) -> tuple[str, dict[str, Any], str]:
        """Read."""
        per_cent = above(random.pick((150, 5_000, 600_000)), depth)
        return (
            "drop_index",
            {"statement": "", "per_cent": per_cent},
            f"a report reads whole tables; statements take {per_cent} % of their time",
        )


class FullDisk(Deed):
    """Writes a large file to a volume, which leaves much, little or nothing."""

    name = "full-disk"
    roles = ("broker", "database", "cache")

    def deed(
        self, scene: Scene, body: JsonObject, random: Randomness, depth: int
    ) -> tuple[str, dict[str, Any], str]:
        """Fill."""
        left = random.pick((0, below(40 * MIB, depth), 4_000 * MIB))
        return "fill_disk", {"left": left}, f"its disk has {left // MIB} MiB left"


def _unused_mib(scene: Scene, body: JsonObject) -> int:
    """Return what the node of a workload's first pod has left, which bounds a container without a limit."""
    return max((scene.unused_mib(process.place.node) for process in scene.processes(body)[:1]), default=1024)


class MemoryHog(Deed):
    """Starts a process beside a program that takes memory, up to about the container's limit."""

    name = "memory-hog"
    family = "resources"
    faults = ("fault 28",)
    roles = ("cache", "database", "broker", "server", "worker", "proxy")

    def deed(
        self, scene: Scene, body: JsonObject, random: Randomness, depth: int
    ) -> tuple[str, dict[str, Any], str]:
        """Take memory."""
        limit = asked(body, "limits", "memory") // MIB
        room = max(limit - used_mib(scene, body), 16) if limit else _unused_mib(scene, body)
        memory = above(room, depth) * MIB
        return (
            "burn",
            {"memory": memory, "cpu_m": 0},
            f"another process in its container takes {memory // MIB} MiB",
        )


class ProcessorHog(Deed):
    """Starts a process beside a program that burns processor time."""

    name = "processor-hog"
    family = "resources"
    roles = ("cache", "database", "broker", "server", "worker", "proxy")

    def deed(
        self, scene: Scene, body: JsonObject, random: Randomness, depth: int
    ) -> tuple[str, dict[str, Any], str]:
        """Burn."""
        cpu_m = above(random.pick((20, 400, 60_000)), depth)
        return (
            "burn",
            {"cpu_m": cpu_m, "memory": 4 * MIB},
            f"another process in its container uses {cpu_m} thousandths of a core",
        )


class CacheMemory(Deed):
    """Sets how much a cache may keep, and what it does when it is full."""

    name = "cache-memory"
    roles = ("cache",)

    def deed(
        self, scene: Scene, body: JsonObject, random: Randomness, depth: int
    ) -> tuple[str, dict[str, Any], str]:
        """Bound."""
        eviction = random.pick(("noeviction", "noeviction", "allkeys-lru"))
        kept = max((_data(process) for process in scene.processes(body)), default=0)
        size = below(random.pick((max(kept, 2048), max(kept, 2048), 64 * MIB)), depth)
        return (
            "set_memory",
            {"bytes": size, "eviction": eviction},
            f"it keeps {size} bytes, and when full: {eviction}",
        )


def _data(process: "Process") -> int:
    role = process.extra.role if process.extra is not None else None
    return int(getattr(role, "data", 0))


class KilledProcess(Deed):
    """Ends the first process of a container, which is then started again."""

    name = "killed-process"
    family = "startup"
    roles = ("cache", "database", "broker", "server", "worker", "proxy")

    def deed(
        self, scene: Scene, body: JsonObject, random: Randomness, depth: int
    ) -> tuple[str, dict[str, Any], str]:
        """Kill."""
        return "kill", {"signal": "TERM"}, "somebody ended its process"
