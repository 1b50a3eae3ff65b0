"""A town or world that is copied in mid-run goes on as the one it was copied from."""

import pickle

import pytest

from itbench_sre.world.application.model import Call, Protocol
from itbench_sre.world.runtime.effects import LinkEffect
from itbench_sre.world.runtime.process import Process

from .conftest import Town, on, server


def story(town: Town) -> list[tuple[object, ...]]:
    """Return all that anybody could see of what happened."""
    frames = [
        (f.operation.name, f.span_id, f.began_us, f.ended_us, f.queued_us, f.failure)
        for f in town.ears.frames
    ]
    attempts = [(a.span_id, a.tries, a.began_us, a.ended_us, a.failure) for a in town.ears.attempts]
    processes = [
        (p.name, p.cpu_us, p.memory, p.throttled_us, p.busy, p.connections)
        for p in town.runtime.processes.values()
    ]
    series = [(key, tuple(counts)) for key, counts in town.runtime.meters.series.items()]
    edges = [(key, tuple(counts)) for key, counts in town.runtime.meters.edges.items()]
    return [*frames, *attempts, *processes, *series, *edges]


def busy(town: Town) -> tuple[Process, Process]:
    """Run something with queues, pools, retries, time limits, lost packets and a limit."""
    calls = (
        Call(dependency="db", operation="SELECT"),
        Call(dependency="back", operation="Get", is_optional=True),
    )
    needs = {
        "db": on("db", Protocol.SQL, pool=3, pool_wait_us=300_000),
        "back": on("back", retries=2, timeout_us=400_000),
    }
    front = town.up(server("front", 3_000, *calls, needs=needs, slots=100), cpu_limit_m=300)
    town.up(server("back", 1_000, wait_us=100_000, slots=3, queue=20))
    town.up(server("db", 500, protocol=Protocol.SQL, operation="SELECT", wait_us=30_000, role="database"))
    town.run(3)
    back = next(each for each in town.runtime.processes.values() if each.name == "back")
    effect = LinkEffect(
        sources=(front.place.uid,), targets=(back.place.uid,), loss_per_million=100_000, jitter_us=9_000
    )
    town.runtime.effects.put("loss", effect)
    town.ask(front, "Get", 3_000, every_us=15_000)
    return front, back


@pytest.mark.slow  # Runs worlds twice.
def test_a_copy_in_mid_run_goes_on_alike(town: Town) -> None:
    busy(town)
    town.run(20)
    copied: Town = pickle.loads(pickle.dumps(town, pickle.HIGHEST_PROTOCOL))
    town.run(30)
    copied.run(30)
    assert len(town.ears.attempts) > 3_000
    assert len({attempt.failure.kind for attempt in town.ears.attempts if attempt.failure}) >= 2
    assert story(copied) == story(town)


@pytest.mark.slow  # Runs worlds twice.
def test_a_copy_with_an_action_more_differs_from_then_on_only(town: Town) -> None:
    busy(town)
    town.run(20)
    before = len(town.ears.attempts)
    copied: Town = pickle.loads(pickle.dumps(town, pickle.HIGHEST_PROTOCOL))
    back = next(each for each in copied.runtime.processes.values() if each.name == "back")
    copied.runtime.stop(back, is_killed=True)
    town.run(10)
    copied.run(10)
    ours, theirs = town.ears.attempts, copied.ears.attempts
    assert [a.span_id for a in ours[:before]] == [a.span_id for a in theirs[:before]]
    failed = [a for a in theirs[before + 50 :] if a.call.dependency == "back"]
    assert failed
    assert all(a.failure is not None for a in failed)


@pytest.mark.slow  # Runs worlds twice.
def test_the_same_town_tells_the_same_story_again() -> None:
    stories = []
    for _ in range(2):
        town = Town()
        busy(town)
        town.run(30)
        stories.append(story(town))
    assert stories[0] == stories[1]
