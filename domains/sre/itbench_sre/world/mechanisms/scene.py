"""What a mechanism sees of a cluster when it draws: the objects, who calls whom, and who could have done it."""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.store.paths import value_at
from itbench_sre.world.store.refs import JsonObject, Ref, ref_of

if TYPE_CHECKING:
    from itbench_sre.world.application.model import Application, Image, Program
    from itbench_sre.world.store.store import Store
    from itbench_sre.world.world import World

WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet")
# Who edits objects of an application, and how often: the same for every mechanism, so that a hand tells nothing.
HANDS = (
    ("argocd-controller", 30),
    ("helm", 24),
    ("kubectl-edit", 14),
    ("kubectl-client-side-apply", 12),
    ("kubectl-patch", 10),
    ("terraform-provider-kubernetes", 10),
)


class Scene:
    """A cluster as a mechanism sees it, at the moment before the first change."""

    def __init__(self, world: "World") -> None:
        self.world = world

    @property
    def store(self) -> "Store":
        """The objects."""
        return self.world.store

    @property
    def application(self) -> "Application":
        """What runs here."""
        return self.world.application

    @property
    def namespace(self) -> str:
        """Where the application lives."""
        return self.world.application.namespace

    @cached_property
    def workloads(self) -> list[JsonObject]:
        """The application's workloads, in order of creation."""
        return [body for kind in WORKLOADS for body in self.store.list(kind, self.namespace)]

    @cached_property
    def images(self) -> "dict[str, Image]":
        """What the registry holds for the application, by reference."""
        return {image.reference: image for image in self.application.images}

    def container(self, workload: JsonObject) -> JsonObject:
        """Return the first container of a workload's pods."""
        found: JsonObject = workload["spec"]["template"]["spec"]["containers"][0]
        return found

    def program(self, workload: JsonObject) -> "Program | None":
        """Return what a workload runs."""
        image = self.images.get(self.container(workload)["image"])
        return image.program if image else None

    def other_images(self, workload: JsonObject) -> "list[Image]":
        """Return other versions of what a workload runs, in the registry's order."""
        now = self.container(workload)["image"]
        name = now.rsplit(":", 1)[0]
        program = self.program(workload)
        return [
            image
            for reference, image in self.images.items()
            if reference != now and image.program and program and image.program.name == program.name
            and reference.rsplit(":", 1)[0] == name
        ]  # fmt: skip

    def value(self, ref: Ref, *path: Any, default: Any = None) -> Any:
        """Return a place of an object, or `default`."""
        body = self.store.get(ref)
        return default if body is None else value_at(body, path, default)

    def pick(self, random: Randomness, found: Sequence[JsonObject]) -> JsonObject | None:
        """Return any of the objects, each as likely as another; None of none."""
        return random.pick(found) if found else None

    def behind(self, service: JsonObject) -> list[JsonObject]:
        """Return the workloads whose pods a Service selects."""
        selector = service["spec"].get("selector") or {}
        return [
            body
            for body in self.workloads
            if selector.items() <= body["spec"]["template"]["metadata"].get("labels", {}).items()
        ]

    def dependencies(self, workload: JsonObject) -> list[str]:
        """Return the names of the Services that a workload's program asks, as its settings say now."""
        return self.world.runtime.hosts_of(ref_of(workload))

    def called_services(self) -> set[str]:
        """Return the names of the Services that something in the application asks."""
        found = {name for body in self.workloads for name in self.dependencies(body)}
        return found | {self.application.entrance.partition(":")[0]}

    def hand(self, random: Randomness) -> str:
        """Return who makes an edit."""
        place = random.below(sum(weight for _, weight in HANDS))
        for name, weight in HANDS:
            place -= weight
            if place < 0:
                return name
        raise AssertionError("weights are positive")
