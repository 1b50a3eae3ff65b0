"""Rollouts: another version of an image, one that does not exist or is for other machines, another command."""

from abc import abstractmethod
from typing import ClassVar

from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.mechanisms.mechanism import Mechanism, Plan
from itbench_sre.world.mechanisms.naming import of_workload
from itbench_sre.world.mechanisms.scene import Scene
from itbench_sre.world.mechanisms.templates import container_path, edit, with_strategy
from itbench_sre.world.store.refs import JsonObject, ref_of

NODE_ARCHITECTURE = "amd64"


class _Rollout(Mechanism):
    """Sets another image of a workload's first container."""

    family = "rollout"

    def plan(self, scene: Scene, random: Randomness, hand: str) -> Plan | None:
        """Pick a workload that has such an image, and the image."""
        fits = [(body, found) for body in scene.workloads if (found := self.references(scene, body, random))]
        if not fits:
            return None
        body, references = random.pick(fits)
        reference = random.pick(references)
        ref, container = ref_of(body), scene.container(body)
        changes = with_strategy(body, {container_path(container, "image"): reference}, random)
        return Plan(
            target=ref,
            affects=(ref.name,),
            names=of_workload(body, scene.names),
            actions=edit(body, changes, hand),
            condition=f"its image is {reference}, {self.condition(scene, reference)}",
            solution=f"roll {ref.name} back to {container['image']}",
        )

    @abstractmethod
    def references(self, scene: Scene, body: JsonObject, random: Randomness) -> list[str]:
        """Return the images that a workload may get."""

    @abstractmethod
    def condition(self, scene: Scene, reference: str) -> str:
        """Say what is special about an image."""


class MissingImage(_Rollout):
    """Rolls out a tag that the registry does not have."""

    name = "image-missing"
    faults = ("fault 15", "fault 38")

    def references(self, scene: Scene, body: JsonObject, random: Randomness) -> list[str]:
        """Misspell the tag that runs, or one that exists."""
        now = scene.container(body)["image"]
        known = [image.reference for image in scene.other_images(body)]
        mistakes = [f"{reference}-rc1" for reference in (now, *known[:2])] + [now.replace(":", ":v")]
        return [reference for reference in mistakes if reference not in scene.images]

    def condition(self, scene: Scene, reference: str) -> str:
        """Say that there is none."""
        return "which the registry does not have"


class OtherArchitecture(_Rollout):
    """Rolls out an image that is built for other machines."""

    name = "image-architecture"
    faults = ("fault 26",)

    def references(self, scene: Scene, body: JsonObject, random: Randomness) -> list[str]:
        """Take those that do not run on the nodes, and as many that do."""
        images = [image for image in scene.other_images(body) if image.program and not image.defects]
        other = [image.reference for image in images if NODE_ARCHITECTURE not in image.architectures]
        same = [image.reference for image in images if NODE_ARCHITECTURE in image.architectures]
        return [*other, *random.fork("same").shuffled(same)[: len(other)]]

    def condition(self, scene: Scene, reference: str) -> str:
        """Say for which it is built."""
        return f"which is built for {', '.join(scene.images[reference].architectures)}"


class NewVersion(_Rollout):
    """Rolls out another version: as good as the old one, or worse in the way that the mechanism is named after."""

    effects: ClassVar[tuple[str, ...]]

    def references(self, scene: Scene, body: JsonObject, random: Randomness) -> list[str]:
        """Take versions with such a defect, and as many without any."""
        versions = [image for image in scene.other_images(body) if NODE_ARCHITECTURE in image.architectures]
        worse = [image.reference for image in versions if self._is_worse(image.defects)]
        good = [image.reference for image in versions if image.program is not None and not image.defects]
        return [*worse, *random.fork("good").shuffled(good)[: len(worse)]]

    def _is_worse(self, defects: object) -> bool:
        return any(str(name).partition("|")[0] in self.effects for name in defects)  # type: ignore[attr-defined]  # mapping

    def condition(self, scene: Scene, reference: str) -> str:
        """Say what is wrong with it."""
        defects = scene.images[reference].defects
        return f"which has {', '.join(defects)}" if defects else "a good version"


class FailingVersion(NewVersion):
    """Rolls out a version some of whose requests fail."""

    name = "version-failing"
    effects = ("failure_per_million", "crash_per_million", "no_cache")


class SlowVersion(NewVersion):
    """Rolls out a version that is slower or needs more of the processor."""

    name = "version-slow"
    effects = ("cpu_per_cent", "wait_us", "lines_per_request")


class LeakingVersion(NewVersion):
    """Rolls out a version that leaks memory with each request."""

    name = "version-leaking-memory"
    effects = ("leaked_bytes_per_request", "leaked_bytes_per_second")


class ConnectionLeakingVersion(NewVersion):
    """Rolls out a version that does not give back all connections of a pool."""

    name = "version-leaking-connections"
    effects = ("leaked_connections_per_million",)


class StartingVersion(NewVersion):
    """Rolls out a version that starts slowly, or not at all."""

    name = "version-not-starting"
    effects = ("startup_per_cent", "startup_failure")


class RetryingVersion(NewVersion):
    """Rolls out a version that repeats failing calls at once and often, which turns a hiccup into a storm."""

    name = "version-retrying"
    effects = ("retries",)


class OtherKeyVersion(_Rollout):
    """Rolls out a version that reads a setting under another name, as half of a change of which the other half is missing."""

    name = "version-with-other-keys"

    def references(self, scene: Scene, body: JsonObject, random: Randomness) -> list[str]:
        """Take versions with other settings, and as many with the same."""
        program = scene.program(body)
        versions = [image for image in scene.other_images(body) if image.program and not image.defects]
        other = [image.reference for image in versions if image.program != program]
        same = [image.reference for image in versions if image.program == program]
        return [*other, *random.fork("same").shuffled(same)[: len(other)]]

    def condition(self, scene: Scene, reference: str) -> str:
        """Say what it reads."""
        return "whose settings have the names that this version reads, or other ones"


class MissingCommand(Mechanism):
    """Changes the command of a container: to one that does the same, or to one that is not in the image."""

    name = "command-missing"
    family = "rollout"
    faults = ("fault 9",)

    def plan(self, scene: Scene, random: Randomness, hand: str) -> Plan | None:
        """Pick a workload and a command."""
        fits = [body for body in scene.workloads if scene.program(body) is not None]
        body = scene.pick(random, fits)
        if body is None:
            return None
        ref, container = ref_of(body), scene.container(body)
        own = container.get("command")
        harmless = [own] if own else [["/bin/sh", "-c", f"exec ./{ref.name}"]]
        command = random.pick([*harmless, ["/usr/local/bin/run-service"], ["/opt/start.sh"]])
        changes = with_strategy(body, {container_path(container, "command"): command}, random)
        return Plan(
            target=ref,
            affects=(ref.name,),
            names=of_workload(body, scene.names),
            actions=edit(body, changes, hand),
            condition=f"its container starts {' '.join(command)!r}",
            solution=f"give {ref.name} its old command again",
        )
