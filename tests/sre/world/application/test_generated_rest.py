"""A generated cluster in which nobody changes anything is quiet."""

import pytest

from itbench_sre.world.application.generated import generated
from itbench_sre.world.application.platform import workers_for
from itbench_sre.world.clock.loop import MINUTE_US
from itbench_sre.world.world import World


@pytest.mark.slow  # Runs three worlds.
@pytest.mark.parametrize("seed", [4, 7, 10])
def test_no_pod_is_preempted_or_evicted_and_none_waits(seed: int) -> None:
    application = generated(seed, calls_per_minute=5)
    world = World(application, seed, workers=workers_for(application))
    before = _warnings(world)
    world.run_until(world.loop.now_us + 20 * MINUTE_US)
    reasons = {event["reason"] for event in world.store.list("Event")}
    assert "Scheduled" in reasons
    assert not reasons & {"Evicted", "FailedScheduling", "Preempted"}
    later = {name: count - before.get(name, 0) for name, count in _warnings(world).items()}
    assert sum(later.values()) < 10
    assert [
        pod["metadata"]["name"] for pod in world.store.list("Pod") if pod["status"]["phase"] == "Pending"
    ] == []


def _warnings(world: World) -> dict[str, int]:
    return {
        event["metadata"]["name"]: event["count"]
        for event in world.store.list("Event")
        if event["type"] == "Warning"
    }
