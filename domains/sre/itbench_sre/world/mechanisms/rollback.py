"""Releases that change an image and a variable together, and are taken back in full, in part, or not at all."""

from typing import Any

from itbench_sre.world.clock.loop import SECOND_US
from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.mechanisms.actions import Action, Edit
from itbench_sre.world.mechanisms.mechanism import Mechanism, Plan
from itbench_sre.world.mechanisms.naming import of_workload
from itbench_sre.world.mechanisms.scene import Scene
from itbench_sre.world.mechanisms.templates import container_path, with_strategy
from itbench_sre.world.store.paths import REMOVED, Item, Path
from itbench_sre.world.store.refs import JsonObject, ref_of


class PartialRollback(Mechanism):
    """Rolls out a version together with the new name of a variable that it reads; then takes both back, one, or none."""

    name = "partial-rollback"
    family = "rollout"
    faults = ("fault 13", "fault 35")

    def plan(self, scene: Scene, random: Randomness, hand: str) -> Plan | None:
        """Pick a workload with such a version, and what is taken back."""
        fits = [(body, *found) for body in scene.workloads if (found := _renamed(scene, body)) is not None]
        if not fits:
            return None
        body, image, old, new = random.pick(fits)
        ref, container = ref_of(body), scene.container(body)
        value = scene.environment(body)[old]
        image_at = container_path(container, "image")
        old_at, new_at = (container_path(container, "env", Item(name)) for name in (old, new))
        release: dict[Path, Any] = {image_at: image, new_at: {"name": new, "value": value}, old_at: REMOVED}
        image_back: dict[Path, Any] = {image_at: container["image"]}
        variable_back: dict[Path, Any] = {old_at: {"name": old, "value": value}, new_at: REMOVED}
        way, back = random.pick(
            [
                ("nothing is taken back", {}),
                ("all is taken back", {**image_back, **variable_back}),
                ("only the image is taken back", image_back),
                ("only the variable is taken back", variable_back),
            ]
        )
        first = Edit(ref, tuple(with_strategy(body, release, random).items()), hand)
        actions: tuple[Action, ...] = (first, Edit(ref, tuple(back.items()), hand)) if back else (first,)
        return Plan(
            target=ref,
            affects=(ref.name,),
            names=of_workload(body, scene.names),
            actions=actions,
            pause_us=random.between(60, 180) * SECOND_US,
            condition=f"it was released as {image} with {new} instead of {old}; {way}",
            solution=f"give {ref.name} the image and the variable that belong together",
        )


def _renamed(scene: Scene, body: JsonObject) -> tuple[str, str, str] | None:
    """Return a version that reads a variable under another name, with the old and the new name."""
    program, environment = scene.program(body), scene.environment(body)
    for image in scene.other_images(body):
        if program is None or image.program is None or image.defects:
            continue
        for key, dependency in program.dependencies.items():
            other = image.program.dependencies.get(key)
            old = dependency.address.variable
            if other is not None and other.address.variable != old and old in environment:
                return image.reference, old, other.address.variable
    return None
