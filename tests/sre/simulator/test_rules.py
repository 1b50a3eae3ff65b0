"""The alerting rules over samples written by hand."""

from __future__ import annotations

import pytest

from itbench_sre.simulator.rules import (
    RULES,
    Ruler,
    no_requests,
    processor_latency,
    request_error_rate,
    request_latency,
)
from itbench_sre.simulator.scrapes import StateSample
from itbench_sre.simulator.world import World

KEY = ("cart", "uid", "GET", "Server", "UNSET")
ERROR = ("cart", "uid", "GET", "Server", "ERROR")


@pytest.fixture
def world() -> World:
    return World(1)


def _counts(total: int, slow: int = 0) -> tuple[int, ...]:
    fast = total - slow
    return (fast, fast, fast, fast, fast, total, total, total)


def test_latency_is_the_95th_percentile_over_all_series_of_a_service(world: World) -> None:
    world.scrapes.series = {KEY: [(60_000, _counts(10)), (120_000, _counts(30, slow=20))]}
    ((labels, value),) = request_latency(world.scrapes, 120_000)
    assert labels == (("namespace", "otel-demo"), ("service_name", "cart"))
    # All 20 new ones lie between 2000 and 5000 ms; 95 % of them is 2000 + 0.95 * 3000.
    assert value == pytest.approx(4850.0)


def test_a_fast_service_has_no_latency_alert(world: World) -> None:
    world.scrapes.series = {KEY: [(60_000, _counts(10)), (120_000, _counts(30))]}
    assert request_latency(world.scrapes, 120_000) == []


def test_order_processors_have_a_limit_of_their_own(world: World) -> None:
    key = ("accounting", *KEY[1:])
    world.scrapes.series = {key: [(60_000, _counts(10)), (120_000, _counts(30, slow=20))]}
    assert request_latency(world.scrapes, 120_000) == []
    assert processor_latency(world.scrapes, 120_000) == []


def test_one_more_failing_span_is_an_error_rate(world: World) -> None:
    world.scrapes.series = {ERROR: [(60_000, _counts(3)), (120_000, _counts(4))]}
    ((_, value),) = request_error_rate(world.scrapes, 121_000)
    assert value == pytest.approx(1 / 60)


def test_the_first_failing_span_is_not_seen_as_a_rise(world: World) -> None:
    world.scrapes.series = {ERROR: [(120_000, _counts(1))]}
    assert request_error_rate(world.scrapes, 121_000) == []


def test_no_requests_looks_at_successful_spans_only(world: World) -> None:
    world.scrapes.series = {
        KEY: [(60_000, _counts(9)), (120_000, _counts(9))],
        ERROR: [(60_000, _counts(3)), (120_000, _counts(8))],
    }
    assert [value for _, value in no_requests(world.scrapes, 121_000)] == [0.0]


def test_a_service_never_seen_has_no_alert(world: World) -> None:
    assert no_requests(world.scrapes, 121_000) == []


def test_an_alert_fires_once_its_condition_has_held_long_enough(world: World) -> None:
    ruler = Ruler(world.loop, world.scrapes, world.random)
    rule = next(rule for rule in RULES if rule.name == "RequestErrorRate")
    labels = (("namespace", "otel-demo"), ("service_name", "cart"))
    ruler._apply(rule, 0, [(labels, 0.5)])
    assert ruler.firing() == []
    ruler._apply(rule, 59_999_999_999, [(labels, 0.25)])
    assert ruler.firing() == []
    ruler._apply(rule, 60_000_000_000, [(labels, 0.25)])
    assert [alert.item()["value"] for alert in ruler.firing()] == ["2.5e-01"]
    assert ruler.firing()[0].active_ns == 0


def test_an_alert_starts_anew_after_a_pause(world: World) -> None:
    ruler = Ruler(world.loop, world.scrapes, world.random)
    rule = next(rule for rule in RULES if rule.name == "RequestErrorRate")
    labels = (("namespace", "otel-demo"), ("service_name", "cart"))
    for time_s, vector in ((0, [(labels, 1.0)]), (60, [(labels, 1.0)]), (120, []), (180, [(labels, 1.0)])):
        ruler._apply(rule, time_s * 1_000_000_000, vector)
    assert ruler.firing() == []
    assert ruler.active[rule.name, labels].active_ns == 180_000_000_000


def test_a_gauge_is_forgotten_after_five_minutes(world: World) -> None:
    rule = next(rule for rule in RULES if rule.name == "PendingPodsDetected")
    world.scrapes.states = [StateSample(1_000, 2, 0, 0, 0.0)]
    assert rule.expression(world.scrapes, 300_999) == [((("namespace", "otel-demo"),), 2.0)]
    assert rule.expression(world.scrapes, 301_000) == []


def test_the_description_names_the_service_and_the_value(world: World) -> None:
    ruler = Ruler(world.loop, world.scrapes, world.random)
    rule = next(rule for rule in RULES if rule.name == "RequestLatency")
    labels = (("namespace", "otel-demo"), ("service_name", "cart"))
    ruler._apply(rule, 0, [(labels, 4850.0)])
    item = ruler.active[rule.name, labels].item()
    assert item["annotations"] == {
        "description": "Latency in service cart in namespace otel-demo is above 1500ms (current: 4850s)"
    }
    assert item["labels"] == {
        "alertname": "RequestLatency",
        "namespace": "otel-demo",
        "service_name": "cart",
        "severity": "warning",
    }
