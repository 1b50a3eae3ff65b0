"""Laws that hold in any run of the shop: nothing gets lost, causes come before effects."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from itbench_sre.simulator.catalog import SERVICES
from itbench_sre.simulator.specs import embedded_specs
from itbench_sre.simulator.world import World


@pytest.fixture(scope="module")
def quiet() -> World:
    """A run without fault or decoy, driven until the last request is through."""
    world = World(42)
    world.run()
    world.gap_us = 10**13
    world.loop.run_until(world.end_us + 90_000_000)
    return world


@pytest.mark.slow
def test_every_request_is_answered_or_failed(quiet: World) -> None:
    counts = quiet.mesh.arrived
    assert counts["begun"] > 2_000
    assert counts["begun"] == counts["answered"] + counts["failed"]


@pytest.mark.slow
def test_a_healthy_shop_has_few_errors(quiet: World) -> None:
    assert 0 < quiet.mesh.arrived["failed"] < quiet.mesh.arrived["begun"] // 50


@pytest.mark.slow
def test_nothing_is_left_in_any_queue(quiet: World) -> None:
    for pod in quiet.cluster.all_pods:
        assert (pod.active, len(pod.queue), len(pod.frames)) == (0, 0, 0), pod.name


def test_connections_are_counted_alike_on_both_sides(quiet: World) -> None:
    opened: Counter[str] = Counter()
    for pod in quiet.cluster.all_pods:
        for server, pool in pod.pools.items():
            opened[server] += len(pool.opened)
    assert opened
    for server, count in opened.items():
        assert quiet.cluster.endpoints[server][0].connections == count


def test_every_order_reaches_both_readers_of_the_log(quiet: World) -> None:
    edges = quiet.telemetry.edges
    orders = edges["checkout", "kafka"][0]
    for consumer in ("accounting", "fraud-detection"):
        handled = sum(pod.handled for pod in quiet.cluster.all_pods if pod.service.name == consumer)
        assert handled == orders


def test_counters_never_go_down(quiet: World) -> None:
    for key, points in quiet.scrapes.series.items():
        for (_, before), (_, after) in pairwise(points):
            assert all(low <= high for low, high in zip(before, after, strict=True)), key


def test_buckets_are_cumulative(quiet: World) -> None:
    for points in quiet.scrapes.series.values():
        for _, counts in points:
            assert list(counts) == sorted(counts)


def test_processor_time_never_goes_down(quiet: World) -> None:
    for samples in quiet.scrapes.pods.values():
        used = [sample.cpu_us for sample in samples]
        assert used == sorted(used)


def test_memory_stays_within_its_limit(quiet: World) -> None:
    limits = {service.name: service.memory_limit << 20 for service in SERVICES}
    for name, samples in quiet.scrapes.pods.items():
        limit = limits[quiet.scrapes.owners[name].service.name]
        assert max(sample.memory for sample in samples) <= limit


def test_a_span_begins_after_its_parent(quiet: World) -> None:
    spans = {span.span_id: span for span in quiet.telemetry.spans}
    assert len(spans) == len(quiet.telemetry.spans)
    children = 0
    for span in spans.values():
        parent = spans.get(span.parent_id)
        if parent is None:
            continue
        children += 1
        assert parent.trace_id == span.trace_id
        assert parent.began_us <= span.began_us
        if parent.kind != "Producer":
            assert span.began_us <= parent.began_us + parent.duration_us
    assert children > len(spans) // 2


def test_a_healthy_call_ends_before_its_caller(quiet: World) -> None:
    spans = {span.span_id: span for span in quiet.telemetry.spans}
    for span in spans.values():
        parent = spans.get(span.parent_id)
        if parent is not None and parent.kind != "Producer" and parent.failure is None:
            assert span.began_us + span.duration_us <= parent.began_us + parent.duration_us


def test_only_the_proxy_alerts_in_a_healthy_shop(quiet: World) -> None:
    fired = {(name, dict(labels).get("service_name")) for name, labels in quiet.ruler.fired}
    assert fired == {("RequestErrorRate", "frontend-proxy")}


@pytest.mark.slow
def test_equal_seeds_give_equal_runs() -> None:
    seed = embedded_specs()[0].seed
    runs = [World(seed) for _ in range(2)]
    for world in runs:
        world.loop.run_until(world.start_us + 60_000_000)
    first, second = runs
    assert first.mesh.arrived == second.mesh.arrived
    assert [log.body for log in first.telemetry.logs] == [log.body for log in second.telemetry.logs]
