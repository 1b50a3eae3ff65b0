"""Chaos Mesh as far as it shows: events about schedules and the experiments they spawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from itbench_sre.simulator.events import Subject

if TYPE_CHECKING:
    from collections.abc import Sequence

    from itbench_sre.simulator.world import World

CHAOS_NAMESPACE = "chaos-mesh"
_TEAMS = ("team-a", "team-b", "platform", "checkout-crew", "sre-guild")
_TOPICS = ("resilience", "gameday", "steady-state", "weekly-drill", "readiness")
_API = "chaos-mesh.org/v1alpha1"


class ChaosMesh:
    """Reports what the chaos controller does; its objects are not among those the recorder pulls."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._random = world.random.fork("chaos")
        self._names = [f"{team}-{topic}" for team in _TEAMS for topic in _TOPICS]

    def draw_name(self) -> str:
        """Return a schedule's name that tells neither what is done nor to which workload; each is drawn once."""
        stem = self._names.pop(self._random.below(len(self._names)))
        return f"{stem}-{self._random.between(1, 19)}"

    def _subject(self, kind: str, name: str) -> Subject:
        cluster = self._world.cluster
        return Subject(
            kind=kind,
            name=name,
            namespace=CHAOS_NAMESPACE,
            uid=self._random.uid(),
            api_version=_API,
            version=cluster.next_version(),
        )

    def _emit(self, subject: Subject, reason: str, message: str, component: str) -> None:
        self._world.cluster.events.emit(subject, reason, message, component)

    def spawn(self, schedule: str, kind: str, pods: Sequence[str]) -> Subject:
        """Create a schedule and its first experiment, and apply it to `pods` (namespace/name)."""
        parent = self._subject("Schedule", schedule)
        child = self._subject(kind, f"{schedule}-{self._random.suffix()}")
        controller = kind.lower()
        self._emit(parent, "Spawned", f"Create new object: {child.name}", "schedule-cron")
        self._emit(child, "FinalizerInited", "Finalizer has been inited", f"initFinalizers-{controller}")
        self._emit(
            child, "Updated", "Successfully update finalizer of resource", f"initFinalizers-{controller}"
        )
        self._emit(child, "Started", "Experiment has started", f"desiredphase-{controller}")
        self._emit(
            child, "Updated", "Successfully update desiredPhase of resource", f"desiredphase-{controller}"
        )
        for pod in pods:
            self._emit(child, "Applied", f"Successfully apply chaos for {pod}", f"records-{controller}")
        self._emit(child, "Updated", "Successfully update records of resource", f"records-{controller}")
        return child

    def recover(self, child: Subject, pods: Sequence[str]) -> None:
        """End an experiment: its time is up, everything is as it was."""
        controller = child.kind.lower()
        self._emit(child, "TimeUp", "Time up according to the duration", f"desiredphase-{controller}")
        for pod in pods:
            self._emit(child, "Recovered", f"Successfully recover chaos for {pod}", f"records-{controller}")
        self._emit(child, "Updated", "Successfully update records of resource", f"records-{controller}")

    def pause(self, schedule: str) -> None:
        """Create a schedule that is paused at once and so never spawns anything."""
        parent = self._subject("Schedule", schedule)
        self._emit(parent, "Paused", "Schedule has been paused", "schedule-pause")
        self._emit(parent, "Updated", "Successfully update annotation of resource", "schedule-pause")
