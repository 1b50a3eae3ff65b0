"""Draws of whole incidents: routine operations stand among the changes, whether something waits for them or not."""

import pytest

from itbench_sre.world.application.otel_demo import otel_demo
from itbench_sre.world.clock.loop import MINUTE_US
from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.incidents.draw import draw_changes
from itbench_sre.world.mechanisms.catalogue import CATALOGUE
from itbench_sre.world.mechanisms.routine import ROUTINE
from itbench_sre.world.mechanisms.scene import Scene
from itbench_sre.world.world import World


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
