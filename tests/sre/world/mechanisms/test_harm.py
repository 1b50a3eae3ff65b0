"""Each mechanism has draws that call an engineer and draws that do not."""

from collections.abc import Mapping

import pytest

from itbench_sre.world.clock.loop import MINUTE_US
from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.incidents.page import paging
from itbench_sre.world.mechanisms.catalogue import CATALOGUE, NOT_DRAWN
from itbench_sre.world.mechanisms.routine import ROUTINE, DeletedPods
from itbench_sre.world.mechanisms.scene import Scene

from .conftest import settled
from .test_draws import drawn

PINS: Mapping[str, tuple[str, int, int]] = {
    "address-variable": ("demo", 5, 6),
    "ambient-mode": ("book", 9, 5),
    "anti-affinity": ("demo", 11, 5),
    "api-surge": ("book", 5, 6),
    "authorization-policy": ("book", 8, 5),
    "autoscaler": ("book", 9, 5),
    "cache-memory": ("demo", 7, 5),
    "call-time-limit": ("generated", 0, 3),
    "clock-skew": ("generated", 5, 6),
    "cluster-dns-configuration": ("book", 12, 5),
    "cluster-dns-scaled": ("book", 3, 0),
    "command-missing": ("book", 0, 1),
    "config-map-edit": ("demo", 0, 1),
    "connection-squatter": ("generated", 8, 5),
    "container-kill": ("demo", 1, 0),
    "cordoned-nodes": ("book", 1, 0),
    "cpu-limit": ("book", 6, 5),
    "cpu-stress": ("demo", 9, 0),
    "disk-neighbour": ("book", 0, 1),
    "disruption-budget": ("demo", 7, 0),
    "dns-chaos": ("book", 5, 0),
    "dns-policy": ("book", 5, 6),
    "drained-nodes": ("book", 6, 5),
    "dropped-index": ("book", 7, 5),
    "environment-reference": ("demo", 0, 1),
    "feature-flag": ("demo", 3, 0),
    "full-disk": ("demo", 5, 0),
    "heap-size": ("demo", 12, 0),
    "http-abort": ("book", 2, 0),
    "http-delay": ("book", 6, 0),
    "http-tamper": ("book", 8, 0),
    "image-architecture": ("book", 5, 0),
    "image-missing": ("book", 0, 2),
    "image-pull-secret": ("book", 8, 5),
    "init-container-crashing": ("book", 8, 5),
    "init-container-hanging": ("book", 5, 6),
    "io-chaos": ("generated", 7, 5),
    "jvm-exception": ("book", 0, 1),
    "jvm-stress": ("book", 5, 0),
    "killed-process": ("demo", 2, 0),
    "limit-range": ("book", 1, 0),
    "liveness-probe": ("book", 4, 0),
    "locked-table": ("book", 0, 4),
    "memory-hog": ("demo", 4, 0),
    "memory-limit": ("book", 1, 0),
    "memory-neighbour": ("demo", 8, 0),
    "memory-stress": ("book", 1, 0),
    "mutual-tls": ("book", 0, 2),
    "network-corruption": ("book", 0, 1),
    "network-delay": ("book", 4, 0),
    "network-loss": ("book", 0, 1),
    "network-partition": ("book", 2, 0),
    "network-policy-egress": ("book", 5, 8),
    "network-policy-ingress": ("book", 5, 10),
    "node-selector": ("book", 1, 0),
    "noisy-neighbour": ("demo", 7, 0),
    "partial-rollback": ("demo", 0, 1),
    "persistent-volume-claim": ("book", 2, 0),
    "pod-failure": ("book", 1, 0),
    "pod-kill": ("book", 8, 0),
    "priority-preemption": ("demo", 10, 5),
    "processor-hog": ("demo", 5, 0),
    "readiness-probe": ("book", 5, 0),
    "report-query": ("demo", 6, 0),
    "requests-too-large": ("book", 0, 1),
    "resource-quota": ("book", 3, 0),
    "route": ("book", 6, 5),
    "scaled-workload": ("book", 1, 0),
    "secret-value": ("generated", 0, 3),
    "server-certificate": ("book", 3, 0),
    "server-connections": ("generated", 7, 5),
    "server-password": ("demo", 9, 0),
    "service-deleted": ("book", 1, 0),
    "service-selector": ("book", 4, 0),
    "service-target-port": ("book", 0, 5),
    "tainted-nodes": ("book", 0, 1),
    "traffic-campaign": ("demo", 0, 5),
    "user-count": ("demo", 0, 5),
    "version-failing": ("book", 7, 5),
    "version-leaking-connections": ("demo", 0, 1),
    "version-leaking-memory": ("demo", 4, 0),
    "version-not-starting": ("book", 6, 0),
    "version-retrying": ("demo", 6, 0),
    "version-slow": ("book", 0, 1),
    "version-with-other-keys": ("book", 4, 0),
}
"""Mechanism -> application, a seed that harms within a quarter of an hour, and one that does not."""

MET = frozenset(
    {
        "config-map-edit",
        "cordoned-nodes",
        "limit-range",
        "resource-quota",
        "secret-value",
        "server-connections",
    }
)
"""Mechanisms that only new pods meet: the pods of a workload that they concern are deleted a minute later."""


def is_harmful(application: str, name: str, seed: int) -> bool:
    """Whether a draw alone, or with the operation that meets it, calls somebody within fourteen minutes."""
    settled_world = settled(application)
    change = drawn(CATALOGUE[name], Scene(settled_world), seed)
    assert change is not None
    world = settled_world.copy()
    change.schedule(world)
    if name in MET:
        later = DeletedPods().draw_on(
            Scene(settled_world), change.affects, Randomness(seed), change.at_us + MINUTE_US
        )
        assert later is not None
        later.schedule(world)
    for minute in range(3, 16):
        world.run_until(world.start_us + minute * MINUTE_US)
        if paging(world.ruler):
            return True
    return False


def test_nobody_is_called_where_nothing_changes() -> None:
    world = settled("demo").copy()
    world.run_until(world.start_us + 15 * MINUTE_US)
    assert paging(world.ruler) == {}


def test_every_mechanism_that_can_harm_alone_is_pinned() -> None:
    routine = {mechanism.name for mechanism in CATALOGUE.values() if mechanism.family == ROUTINE}
    assert PINS.keys() | NOT_DRAWN | routine == CATALOGUE.keys()
    assert {name for name, mechanism in CATALOGUE.items() if mechanism.waits} >= MET


@pytest.mark.slow  # Runs worlds.
@pytest.mark.parametrize("name", sorted(PINS)[::15])
def test_mechanisms_have_harmful_and_harmless_draws(name: str) -> None:
    application, harmful, harmless = PINS[name]
    assert is_harmful(application, name, harmful)
    assert not is_harmful(application, name, harmless)


@pytest.mark.soak
@pytest.mark.parametrize("name", sorted(PINS))
def test_all_mechanisms_have_harmful_and_harmless_draws(name: str) -> None:
    application, harmful, harmless = PINS[name]
    assert is_harmful(application, name, harmful)
    assert not is_harmful(application, name, harmless)
