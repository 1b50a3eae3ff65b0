"""Draws of every mechanism: nobody refuses them, chance alone decides them, and their hands and names tell nothing."""

from collections import Counter
from dataclasses import replace

import pytest

from itbench_sre.world.clock.loop import MINUTE_US
from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.mechanisms.catalogue import CATALOGUE
from itbench_sre.world.mechanisms.change import Change
from itbench_sre.world.mechanisms.extra import new_ref
from itbench_sre.world.mechanisms.mechanism import Mechanism
from itbench_sre.world.mechanisms.scene import HANDS, Scene
from itbench_sre.world.world import World

from .conftest import APPLICATIONS, OTHERS, settled

pytestmark = pytest.mark.slow  # Copies worlds, and runs them for a minute.

_TOOLS = {
    "kubectl-cordon",
    "kubectl-delete",
    "kubectl-drain",
    "kubectl-rollout",
    "kubectl-taint",
    "kubectl-exec",
    "kubectl-client-side-apply",
}
_SAMPLE = sorted(CATALOGUE)[::8]


def drawn(mechanism: Mechanism, scene: Scene, seed: int) -> Change | None:
    """Return the change of a seed, a minute after the beginning."""
    stream = Randomness(1000 + seed).fork(mechanism.name)
    return mechanism.draw(scene, stream, scene.world.start_us + MINUTE_US)


def refusals(world: World, change: Change) -> list[str]:
    """Return what the API server says against a change, on a copy."""
    copied = world.copy()
    found = []
    for number, action in enumerate(change.actions):
        copied.run_until(change.at_us + number * change.pause_us)
        said = action.do(copied)
        found += [said] if said else []
    return found


def refused(world: World, name: str, seeds: int) -> list[tuple[int, str, list[str]]]:
    """Draw a mechanism with several seeds, do each draw, and return those that the API server refuses, with what it says."""
    changes = [(seed, drawn(CATALOGUE[name], Scene(world), seed)) for seed in range(seeds)]
    said = [(seed, change.condition, refusals(world, change)) for seed, change in changes if change]
    return [each for each in said if each[2]]


@pytest.mark.parametrize("name", _SAMPLE)
def test_no_draw_is_refused(world: World, name: str) -> None:
    assert refused(world, name, 2) == []


@pytest.mark.soak
@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_no_draw_of_any_mechanism_is_refused(world: World, name: str) -> None:
    assert refused(world, name, 12) == []


def test_a_draw_that_the_api_server_refuses_is_found(world: World) -> None:
    scene = Scene(world)
    change = next(found for seed in range(9) if (found := drawn(CATALOGUE["noisy-neighbour"], scene, seed)))
    assert refusals(world, replace(change, actions=change.actions * 2)) != []


def test_the_same_seed_draws_the_same_change_on_a_copied_world(world: World) -> None:
    scene, copied = Scene(world), Scene(world.copy())
    for mechanism in CATALOGUE.values():
        for seed in (1, 2):
            assert drawn(mechanism, scene, seed) == drawn(mechanism, copied, seed), mechanism.name


def test_every_mechanism_has_something_to_act_on_somewhere() -> None:
    missing = set(CATALOGUE)
    for application in (*APPLICATIONS, *OTHERS):
        scene = Scene(settled(application))
        missing -= {name for name in missing if any(drawn(CATALOGUE[name], scene, seed) for seed in range(4))}
    assert missing == set()


def test_each_change_is_made_by_a_usual_hand_or_by_the_tool_that_does_such_things(world: World) -> None:
    scene = Scene(world)
    usual = {name for name, _ in HANDS}
    for mechanism in CATALOGUE.values():
        managers = {change.manager for seed in range(6) if (change := drawn(mechanism, scene, seed))}
        assert managers <= usual or (len(managers) == 1 and managers <= _TOOLS), mechanism.name


def test_the_names_of_new_workloads_come_from_one_pool(world: World) -> None:
    scene = Scene(world)
    pool = {new_ref(scene, Randomness(seed)).name.rstrip("-23456789") for seed in range(4000)}
    made: Counter[str] = Counter()
    for mechanism in CATALOGUE.values():
        for seed in range(6):
            change = drawn(mechanism, scene, seed)
            if (
                change is not None
                and change.target.kind == "Deployment"
                and change.target.name not in scene.names
            ) and change.target.namespace == scene.namespace:
                assert change.target.name.rstrip("-23456789") in pool, mechanism.name
                made[mechanism.name] += 1
    assert len(made) > 4
