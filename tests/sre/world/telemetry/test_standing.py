"""Alerts of every healthy cluster: which come together, and what they name."""

from tests.sre.world.mechanisms.conftest import settled

from itbench_sre.world.clock.loop import MINUTE_US
from itbench_sre.world.store.refs import JsonObject
from itbench_sre.world.telemetry.standing import StandingAlerts
from itbench_sre.world.world import World


def _named(world: World, seed: int) -> dict[str, JsonObject]:
    alerts = StandingAlerts(seed, world.start_us, world.store)
    return {item["labels"]["alertname"]: item for item in alerts.items(world.start_us + 20 * MINUTE_US)}


def test_throttling_is_told_where_alerts_of_level_info_are_held_back() -> None:
    world = settled("book")
    found = [_named(world, seed) for seed in range(60)]
    throttled = [items for items in found if "CPUThrottlingHigh" in items]
    assert 20 < len(throttled) < 55
    for items in throttled:
        labels = items["CPUThrottlingHigh"]["labels"]
        assert labels["severity"] == "info"
        assert labels["pod"] == items["InfoInhibitor"]["labels"]["pod"]
        assert labels["pod"] in items["CPUThrottlingHigh"]["annotations"]["description"]
        assert 0.25 < float(items["CPUThrottlingHigh"]["value"]) < 0.6
