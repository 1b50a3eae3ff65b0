"""Routine operations: each makes new pods of a workload, which does no harm where nothing is wrong with new pods."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from itbench_sre.world.clock.loop import MINUTE_US
from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.mechanisms.actions import Action, DeletePods, Drain, Edit, Restart
from itbench_sre.world.mechanisms.change import Change
from itbench_sre.world.mechanisms.mechanism import Mechanism, Plan
from itbench_sre.world.mechanisms.naming import exact, of_workload
from itbench_sre.world.mechanisms.rollouts import NODE_ARCHITECTURE
from itbench_sre.world.mechanisms.scene import Scene
from itbench_sre.world.mechanisms.templates import container_path, edit, with_strategy
from itbench_sre.world.mechanisms.usage import replicas
from itbench_sre.world.store.paths import REMOVED
from itbench_sre.world.store.refs import JsonObject, Ref, ref_of

ROUTINE = "routine"
_KEEPERS = ("database", "cache", "broker")


class RoutineOperation(Mechanism):
    """Something that is done every day.

    Attributes:
        weight: how often it is done, compared with the others.
    """

    family = ROUTINE
    weight = 1

    def plan(self, scene: Scene, random: Randomness, hand: str) -> Plan | None:
        """Pick a workload."""
        fits = [body for body in scene.workloads if self.is_possible(scene, body) and not _keeps(scene, body)]
        body = scene.pick(random, fits)
        return None if body is None else self.done(scene, body, random, hand)

    def draw_on(self, scene: Scene, names: Sequence[str], random: Randomness, at_us: int) -> Change | None:
        """Return such an operation on one of these workloads, or None where it is possible on none of them.

        Parameters:
            names: of the workloads; none for any but those that keep data, which nobody stops without a reason.
        """
        if not names:
            return self.draw(scene, random, at_us)
        fits = [
            body
            for body in scene.everything
            if body["metadata"]["name"] in names and self.is_possible(scene, body)
        ]
        body = scene.pick(random, fits)
        if body is None:
            return None
        hand = scene.hand(random.fork("hand"))
        return self.change(self.done(scene, body, random, hand), hand, at_us)

    def is_possible(self, scene: Scene, body: JsonObject) -> bool:
        """Whether it can be done to a workload."""
        return True

    @abstractmethod
    def done(self, scene: Scene, body: JsonObject, random: Randomness, hand: str) -> Plan:
        """Return what is done to a workload."""


class _NewPods(RoutineOperation):
    """Lets a workload have new pods that are as the old ones were.

    Attributes:
        manager: who does it.
        words: what is then so of the workload `{name}`.
    """

    manager: ClassVar[str]
    words: ClassVar[str]

    def done(self, scene: Scene, body: JsonObject, random: Randomness, hand: str) -> Plan:
        """Let its pods be made anew."""
        ref = ref_of(body)
        return Plan(
            target=ref,
            affects=(ref.name,),
            names=of_workload(body, scene.names),
            manager=self.manager,
            actions=(self.action(ref),),
            condition=self.words.format(name=ref.name),
            solution="none needed: new pods are as the old ones were",
        )

    @abstractmethod
    def action(self, ref: Ref) -> Action:
        """Return what is done."""


class RoutineRestart(_NewPods):
    """Restarts a workload, as `kubectl rollout restart` does."""

    name = "routine-restart"
    weight = 3
    manager = "kubectl-rollout"
    words = "{name} was restarted"

    def action(self, ref: Ref) -> Action:
        """Restart it."""
        return Restart(ref)


class DeletedPods(_NewPods):
    """Deletes the pods of a workload, so that its controller makes new ones."""

    name = "pods-deleted"
    weight = 5
    manager = "kubectl-delete"
    words = "the pods of {name} were deleted, and new ones were made"

    def action(self, ref: Ref) -> Action:
        """Delete its pods."""
        return DeletePods(ref)


class GoodRollout(RoutineOperation):
    """Rolls out another version that is as good as the one before."""

    name = "routine-rollout"
    weight = 2

    def is_possible(self, scene: Scene, body: JsonObject) -> bool:
        """Whether there is such a version."""
        return bool(_good_versions(scene, body))

    def done(self, scene: Scene, body: JsonObject, random: Randomness, hand: str) -> Plan:
        """Set the image."""
        ref, container = ref_of(body), scene.container(body)
        image = random.pick(_good_versions(scene, body))
        changes = with_strategy(body, {container_path(container, "image"): image}, random)
        return Plan(
            target=ref,
            affects=(ref.name,),
            names=of_workload(body, scene.names),
            actions=edit(body, changes, hand),
            condition=f"its image is {image}, a good version",
            solution=f"none needed; {container['image']} was as good",
        )


class NodeMaintenance(RoutineOperation):
    """Drains a node of a workload's pods (`--pod-selector`), and uncordons it some minutes later."""

    name = "node-maintenance"
    weight = 2

    def is_possible(self, scene: Scene, body: JsonObject) -> bool:
        """Whether its pods run on nodes that take ordinary pods."""
        return bool(body["kind"] != "DaemonSet" and _workers_of(scene, body))

    def done(self, scene: Scene, body: JsonObject, random: Randomness, hand: str) -> Plan:
        """Drain one of its nodes."""
        node = Ref("Node", "", random.pick(_workers_of(scene, body)))
        name = body["metadata"]["name"]
        labels = tuple(body["spec"]["selector"]["matchLabels"].items())
        return Plan(
            target=node,
            affects=(name,),
            names=(exact(node),),
            manager="kubectl-drain",
            actions=(
                Drain(node, labels),
                Edit(node, ((("spec", "unschedulable"), REMOVED),), "kubectl-uncordon"),
            ),
            pause_us=random.between(2, 4) * MINUTE_US,
            condition=f"the node {node.name} was drained of {name}, and later uncordoned",
            solution="none needed: it takes pods again",
        )


class OnePodMore(RoutineOperation):
    """Scales a workload up by one pod."""

    name = "scaled-by-one"

    def is_possible(self, scene: Scene, body: JsonObject) -> bool:
        """Whether its number of pods is set."""
        return bool(body["kind"] != "DaemonSet")

    def done(self, scene: Scene, body: JsonObject, random: Randomness, hand: str) -> Plan:
        """Scale it."""
        ref, now = ref_of(body), replicas(body)
        return Plan(
            target=ref,
            affects=(ref.name,),
            names=of_workload(body, scene.names),
            actions=(Edit(ref, ((("spec", "replicas"), now + 1),), hand),),
            condition=f"it has {now + 1} replicas and no longer {now}",
            solution=f"none needed; {now} were enough",
        )


ROUTINES: tuple[RoutineOperation, ...] = (
    RoutineRestart(),
    DeletedPods(),
    GoodRollout(),
    NodeMaintenance(),
    OnePodMore(),
)


def _keeps(scene: Scene, body: JsonObject) -> bool:
    """Whether a workload keeps what others need: a database, a cache or a broker."""
    program = scene.program(body)
    is_keeper = program is not None and program.role in _KEEPERS
    return is_keeper or bool(body["kind"] == "StatefulSet")


def _good_versions(scene: Scene, body: JsonObject) -> list[str]:
    """Return the other versions that read the same settings and have no defect."""
    return [
        image.reference
        for image in scene.other_images(body)
        if image.program is not None
        and image.program == scene.program(body)
        and not image.defects
        and NODE_ARCHITECTURE in image.architectures
    ]


def _workers_of(scene: Scene, body: JsonObject) -> list[str]:
    held = scene.nodes_of(body["metadata"]["name"])
    return [name for node in scene.workers if (name := node["metadata"]["name"]) in held]
