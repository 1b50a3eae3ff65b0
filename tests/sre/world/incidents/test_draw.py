"""Draws of whole incidents: routine operations stand among the changes, whether something waits for them or not."""

from collections import Counter

import pytest

from itbench_sre.world.application.generated import generated
from itbench_sre.world.application.otel_demo import otel_demo
from itbench_sre.world.clock.loop import MINUTE_US
from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.incidents.draw import draw_changes
from itbench_sre.world.mechanisms.catalogue import CATALOGUE
from itbench_sre.world.mechanisms.routine import ROUTINE
from itbench_sre.world.mechanisms.scene import Scene
from itbench_sre.world.store.refs import JsonObject
from itbench_sre.world.world import World


@pytest.mark.soak
@pytest.mark.slow  # Draws many incidents.
def test_each_incident_has_routine_operations_and_no_target_twice() -> None:
    world = World(otel_demo(visits_per_minute=40), 7)
    scene = Scene(world)
    waiting = followed = calm = 0
    for seed in range(60):
        changes = draw_changes(scene, Randomness(seed), world.start_us, world.start_us + 7 * MINUTE_US)
        targets = [change.target for change in changes]
        assert len(set(targets)) == len(targets)
        routine = [change for change in changes if change.family == ROUTINE]
        waits = [change for change in changes if CATALOGUE[change.mechanism].waits]
        assert routine, seed
        if waits:
            waiting += 1
            followed += any(
                operation.at_us > change.at_us
                and (not change.affects or set(operation.affects) & set(change.affects))
                for change in waits
                for operation in routine
            )
        else:
            calm += 1
    assert waiting > 20
    assert calm > 10
    assert followed > waiting // 2


@pytest.mark.soak
def test_most_changes_touch_a_few_workloads_that_work_together() -> None:
    world = World(generated(5, calls_per_minute=50), 7)
    scene = Scene(world)
    counted = []
    for seed in range(40):
        changes = draw_changes(scene, Randomness(seed), world.start_us, world.start_us + 7 * MINUTE_US)
        drawn = [
            {each.target.name, *each.affects} & set(scene.names) for each in changes if each.family != ROUTINE
        ]
        about = Counter(name for names in drawn for name in names if len(names) < 3)
        together = max(_about(scene, body, about) for body in scene.everything)
        counted.append(together / max(about.total(), 1))
    assert sorted(counted)[len(counted) // 2] >= 0.5, counted


def _about(scene: Scene, middle: JsonObject, about: Counter[str]) -> int:
    """Return how many changes are about a workload and the three of those that it calls that most are about."""
    called = sorted((about[body["metadata"]["name"]] for body in scene.callees(middle)), reverse=True)
    return about[middle["metadata"]["name"]] + sum(called[:3])
