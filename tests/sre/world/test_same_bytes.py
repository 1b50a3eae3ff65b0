"""The same world comes to the same in every way: run again, copied on the way, with another seed of hashes."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache

import pytest

from itbench_sre.world.application.book_info import book_info
from itbench_sre.world.application.generated import generated
from itbench_sre.world.application.model import Application
from itbench_sre.world.application.otel_demo import otel_demo
from itbench_sre.world.clock.loop import MINUTE_US
from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.incidents.draw import draw_changes
from itbench_sre.world.mechanisms.change import Change
from itbench_sre.world.mechanisms.scene import Scene
from itbench_sre.world.world import World

# Each of these tests settles a whole cluster and runs it several times: some seconds of processor time.
pytestmark = pytest.mark.slow

APPLICATIONS: dict[str, Callable[[], Application]] = {
    "demo": lambda: otel_demo(visits_per_minute=30),
    "book-info": lambda: book_info("mysql", visits_per_minute=30),
    "generated": lambda: generated(5, size=16, calls_per_minute=40),
}
MINUTES = 9


@cache
def settled(name: str) -> World:
    return World(APPLICATIONS[name](), 7)


@cache
def changes(name: str) -> tuple[Change, ...]:
    world = settled(name)
    begin_us = world.start_us + MINUTE_US
    return tuple(draw_changes(Scene(world), Randomness(11), begin_us, begin_us + 4 * MINUTE_US))


def begun(name: str) -> World:
    world = settled(name).copy()
    for change in changes(name):
        change.schedule(world)
    return world


def ended(world: World) -> World:
    world.run_until(world.start_us + MINUTES * MINUTE_US)
    return world


def story(world: World) -> Iterator[str]:
    """Yield everything that a world has come to."""
    for kind in world.store.kinds():
        yield from (json.dumps(body) for body in world.store.list(kind))
    meters = world.runtime.meters
    for counted in (meters.series, meters.edges, meters.gauges, world.ruler.fired, world.ruler.active):
        yield from (f"{key} {value}" for key, value in counted.items())
    for process in world.runtime.processes.values():
        counters = process.cpu_us, process.memory, process.memory_peak, process.throttled_us, process.mean_us
        yield f"{process.number} {process.place} {counters}"
    for minute, counts in world.users.minutes.items():
        yield f"{minute} {[getattr(counts, each) for each in counts.__slots__]}"


def digest(world: World) -> str:
    return hashlib.sha256("\n".join(story(world)).encode()).hexdigest()


@pytest.mark.parametrize("name", APPLICATIONS)
def test_a_second_run_and_one_copied_on_the_way_come_to_the_same(name: str) -> None:
    before = digest(settled(name))
    expected = digest(ended(begun(name)))
    assert changes(name)
    assert digest(ended(begun(name))) == expected
    halfway = begun(name)
    halfway.run_until(halfway.start_us + 5 * MINUTE_US)
    copied = halfway.copy()
    assert digest(ended(halfway)) == expected
    assert digest(ended(copied)) == expected
    # What runs of copies did has reached neither the world that they were made of nor what they share with it.
    assert digest(settled(name)) == before


def test_the_seed_of_hashes_does_not_matter() -> None:
    command = [sys.executable, __file__, "book-info"]
    found = [
        subprocess.run(
            command, env={**os.environ, "PYTHONHASHSEED": seed}, check=True, capture_output=True, text=True
        ).stdout
        for seed in ("1", "2")
    ]
    assert found[0] == found[1]
    assert found[0].strip() == digest(ended(begun("book-info")))


if __name__ == "__main__":
    print(digest(ended(begun(sys.argv[1]))))
