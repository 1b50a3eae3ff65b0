"""A whole world: it settles, serves its users, and a copy goes on as the original."""

import json
from functools import cache

import pytest

from itbench_sre.world.application.otel_demo import otel_demo
from itbench_sre.world.clock.loop import MINUTE_US
from itbench_sre.world.store.refs import Ref
from itbench_sre.world.world import World

# Each of these tests settles or runs a whole cluster for some minutes: about a second of processor time.
pytestmark = pytest.mark.slow


@cache
def settled() -> World:
    return World(otel_demo(60), 3, is_flat=True)


def story(world: World) -> list[str]:
    """Return all objects, counters and alerts, as text."""
    found = [json.dumps(body, sort_keys=True) for kind in ("Pod", "Deployment", "Event", "Endpoints", "Node")
             for body in world.store.list(kind)]  # fmt: skip
    meters = world.runtime.meters
    found += [f"{key} {counts}" for key, counts in (*meters.series.items(), *meters.edges.items())]
    found += [
        f"{process.name} {process.cpu_us} {process.memory}" for process in world.runtime.processes.values()
    ]
    found += [f"{minute} {[getattr(counts, name) for name in counts.__slots__]}"
              for minute, counts in world.users.minutes.items()]  # fmt: skip
    return [*found, str(world.ruler.fired)]


def test_a_settled_world_serves_its_users() -> None:
    world = settled().copy()
    world.run_until(world.start_us + 5 * MINUTE_US)
    minutes = world.users.minutes.values()
    calls, failed = sum(each.calls for each in minutes), sum(each.failed_calls for each in minutes)
    assert calls > 400
    assert failed * 100 < calls * 3
    phases = {pod["status"].get("phase") for pod in world.store.list("Pod")}
    assert phases <= {"Running", "Succeeded"}


def test_a_copy_of_a_world_goes_on_as_the_original() -> None:
    first = settled().copy()
    first.run_until(first.start_us + 2 * MINUTE_US)
    second = first.copy()
    for world in (first, second):
        world.run_until(world.start_us + 6 * MINUTE_US)
    assert story(first) == story(second)


def test_what_breaks_can_be_repaired() -> None:
    """A wrong port of a Service fails its callers, once old connections are gone; setting it right heals them."""
    world = settled().copy()
    service = Ref("Service", "otel-demo", "product-catalog")
    path = ("spec", "ports", 0, "targetPort")
    right = world.store.expect(service)["spec"]["ports"][0]["targetPort"]
    world.store.edit(service, {path: 9999}, "kubectl-edit")
    world.run_until(world.start_us + 10 * MINUTE_US)
    broken = [each.failed_calls for each in world.users.minutes.values()]
    assert sum(broken[-4:]) > 10
    world.store.edit(service, {path: right}, "kubectl-edit")
    world.run_until(world.start_us + 20 * MINUTE_US)
    healed = [each.failed_calls for each in world.users.minutes.values()]
    assert sum(healed[-4:]) < sum(broken[-4:]) // 3
