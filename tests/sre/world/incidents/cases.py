"""Incidents made by hand, one for each application: a root, and innocent changes beside it."""

from dataclasses import dataclass
from pathlib import Path

from itbench_sre.world.application.book_info import book_info
from itbench_sre.world.application.generated import generated
from itbench_sre.world.application.model import Application
from itbench_sre.world.application.otel_demo import otel_demo
from itbench_sre.world.clock.loop import MINUTE_US
from itbench_sre.world.incidents.label import Label, label
from itbench_sre.world.incidents.probes import Probes
from itbench_sre.world.incidents.variants import Variants
from itbench_sre.world.mechanisms.actions import Action, Delete, Edit
from itbench_sre.world.mechanisms.change import Change
from itbench_sre.world.mechanisms.naming import exact
from itbench_sre.world.recorder.recorder import Recorder
from itbench_sre.world.store.refs import Ref
from itbench_sre.world.world import World

MINUTES = 13


def change(world: World, ref: Ref, minute: int, *actions: Action, affects: tuple[str, ...] = ()) -> Change:
    """Return a change of an object, so many minutes after recording began."""
    return Change(
        mechanism="by-hand", family="by hand", target=ref, affects=affects or (ref.name,), names=(exact(ref),),
        manager="kubectl-edit", at_us=world.start_us + minute * MINUTE_US, depth=1000, actions=actions,
        condition=f"{ref.name} is not as it was", solution=f"undo the change of {ref.name}",
    )  # fmt: skip


def scaled(world: World, ref: Ref, replicas: int, minute: int) -> Change:
    """Return a change of how many replicas a workload has."""
    edit = Edit(ref, ((("spec", "replicas"), replicas),), "kubectl-edit")
    return change(world, ref, minute, edit)


@dataclass(frozen=True)
class Case:
    """An incident with its label.

    Attributes:
        root: what the truth must name.
    """

    world: World
    variants: Variants
    label: Label
    root: str

    def run(self, *left_out: int) -> World:
        """Return the world at the end, without the changes of these places."""
        world = self.world.copy()
        for place, each in enumerate(self.variants.changes):
            if place not in left_out:
                each.schedule(world)
        world.run_until(world.start_us + MINUTES * MINUTE_US)
        return world

    def record(self, directory: Path, *, is_quiet: bool = False) -> None:
        """Write what a recorder sees, with all changes or with none."""
        world = self.world.copy()
        recorder = Recorder.of(world)
        recorder.start(world.start_us + 9 * MINUTE_US)
        for each in () if is_quiet else self.variants.changes:
            each.schedule(world)
        world.run_until(world.start_us + MINUTES * MINUTE_US)
        recorder.write(directory)


def case(application: Application, root: Ref, innocent: Ref, *, is_deleted: bool = False) -> Case:
    """Return the incident in which `root` is deleted or scaled to nothing, and `innocent` scaled up before it."""
    world = World(application, 7)
    first = scaled(world, innocent, 2, 1)
    second = change(world, root, 2, Delete(root, "kubectl-edit")) if is_deleted else scaled(world, root, 0, 2)
    variants = Variants(world, [first, second], world.start_us + MINUTES * MINUTE_US)
    found = label(variants, Probes(variants))
    assert found is not None
    return Case(world, variants, found, str(root))


def otel_case() -> Case:
    """Return the demo without the cache of its carts."""
    return case(
        otel_demo(visits_per_minute=40),
        Ref("Deployment", "otel-demo", "valkey-cart"),
        Ref("Deployment", "otel-demo", "ad"),
    )


def book_case() -> Case:
    """Return the book shop without the Service of its details."""
    return case(
        book_info(visits_per_minute=120),
        Ref("Service", "bookinfo", "details"),
        Ref("Deployment", "bookinfo", "reviews-v1"),
        is_deleted=True,
    )


def generated_case() -> Case:
    """Return a generated application without its database."""
    return case(
        generated(11, size=12),
        Ref("StatefulSet", "prod-eborough", "register-db"),
        Ref("Deployment", "prod-eborough", "ingress-proxy"),
    )
