"""Chaos experiments on a schedule: running or paused, on pods that matter or not, gentle or harsh."""

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.mechanisms.actions import Create
from itbench_sre.world.mechanisms.depth import draw_depth
from itbench_sre.world.mechanisms.mechanism import Mechanism, Plan
from itbench_sre.world.mechanisms.naming import exact, generated
from itbench_sre.world.mechanisms.scene import Scene
from itbench_sre.world.store.refs import JsonObject, Ref

if TYPE_CHECKING:
    from itbench_sre.world.mechanisms.change import Name

CHAOS_NAMESPACE = "chaos-mesh"
_TEAMS = ("team-a", "team-b", "platform", "storefront-crew", "sre-guild", "backend")
_TOPICS = ("resilience", "gameday", "steady-state", "weekly-drill", "readiness", "failover")
_API = "chaos-mesh.org/v1alpha1"
_HAND = "kubectl-client-side-apply"


class Experiment(Mechanism):
    """Schedules an experiment of one kind; its name says neither what it does nor what it is about."""

    family = "chaos"
    kind: ClassVar[str]
    field: ClassVar[str]

    def plan(self, scene: Scene, random: Randomness, hand: str) -> Plan | None:
        """Pick a workload, how strong, how long, and whether the schedule is paused."""
        body = scene.pick(random, self.candidates(scene, random))
        if body is None:
            return None
        name = f"{random.pick(_TEAMS)}-{random.pick(_TOPICS)}-{random.between(1, 29)}"
        ref = Ref("Schedule", CHAOS_NAMESPACE, name)
        if scene.store.get(ref) is not None:
            return None
        depth = draw_depth(random.fork("depth"))
        spec = {
            "selector": {
                "namespaces": [scene.namespace],
                "labelSelectors": dict(body["spec"]["selector"]["matchLabels"]),
            },
            "mode": "all" if random.below(2) else "one",
            "duration": f"{random.pick((20, 90, 180, 300, 600, 900))}s",
            **self.spec(scene, body, random, depth),
        }
        metadata: JsonObject = {"name": name, "namespace": CHAOS_NAMESPACE}
        if random.fork("paused").below(7) == 0:
            metadata["annotations"] = {"experiment.chaos-mesh.org/pause": "true"}
        schedule = {
            "apiVersion": _API,
            "kind": "Schedule",
            "metadata": metadata,
            "spec": {
                "schedule": f"@every {random.pick(('1m', '1m', '2m', '3m', '5m'))}",
                "historyLimit": 5,
                "concurrencyPolicy": "Forbid",
                "type": self.kind,
                self.field: spec,
            },
        }
        spawned = Ref(self.kind, CHAOS_NAMESPACE, name)
        names: tuple[Name, ...] = (exact(ref), generated(spawned, name))
        return Plan(
            target=ref,
            affects=(body["metadata"]["name"],),
            names=names,
            depth=depth,
            manager=_HAND,
            actions=(Create(schedule, _HAND),),
            condition=f"it spawns {self.kind} experiments: {self.words(spec)}",
            solution=f"pause or delete the Schedule {name}",
        )

    def candidates(self, scene: Scene, random: Randomness) -> list[JsonObject]:
        """Return the workloads that it may be aimed at."""
        return [each for each in scene.workloads if self.fits(scene, each)]

    def fits(self, scene: Scene, body: JsonObject) -> bool:
        """Whether a workload can be a target."""
        return True

    @abstractmethod
    def spec(self, scene: Scene, body: JsonObject, random: Randomness, depth: int) -> dict[str, Any]:
        """Return what is special about the experiment."""

    def words(self, spec: JsonObject) -> str:
        """Say what an experiment does."""
        shown = {key: value for key, value in spec.items() if key not in ("selector", "mode", "duration")}
        return ", ".join(f"{key} {value}" for key, value in shown.items())
