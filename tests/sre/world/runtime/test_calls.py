"""Calls between processes: what they cost, how they fail, and what failing does to others."""

from collections.abc import Callable
from dataclasses import replace

from itbench_sre.world.application.model import Call, Image, Operation, Protocol, Work
from itbench_sre.world.runtime.process import Process

from .conftest import Town, on, server

Pair = Callable[..., tuple[Process, Process]]


def durations(town: Town, name: str) -> list[int]:
    return [frame.ended_us - frame.began_us for frame in town.ears.frames if frame.process.name == name]


def test_a_call_takes_the_time_of_its_server_within_that_of_its_caller(town: Town, pair: Pair) -> None:
    front, _ = pair(server("back", 10_000))
    town.ask(front, "Get", 50)
    town.run(10)
    assert len(town.ended) == 50
    assert all(frame.failure is None for frame in town.ended)
    for attempt in town.ears.attempts:
        inner = next(frame for frame in town.ears.frames if frame.parent_span == attempt.span_id)
        assert attempt.frame.began_us <= attempt.began_us < inner.began_us < inner.ended_us < attempt.ended_us
        assert attempt.ended_us <= attempt.frame.ended_us
    mean = sum(durations(town, "back")) // 50
    assert 8_000 < mean < 12_500


def test_a_queue_is_worked_off_and_more_than_it_holds_is_refused(town: Town, pair: Pair) -> None:
    front, back = pair(server("back", 0, wait_us=1_000_000, slots=2, queue=3), timeout_us=60_000_000)
    town.ask(front, "Get", 10, every_us=0)
    town.run(30)
    assert town.failures() == ["RESOURCE_EXHAUSTED"] * 5
    assert back.refused == 5
    assert (
        sorted(frame.queued_us > 500_000 for frame in town.ears.frames if frame.process is back)
        == [False] * 2 + [True] * 3
    )


def test_a_call_that_is_not_answered_in_time_fails_while_the_server_works_on(town: Town, pair: Pair) -> None:
    front, back = pair(server("back", 0, wait_us=3_000_000), timeout_us=1_000_000)
    town.ask(front, "Get")
    town.run(2)
    assert town.failures() == ["DEADLINE_EXCEEDED"]
    assert town.messages() == ["context deadline exceeded"]
    assert town.ears.attempts[0].ended_us - town.ears.attempts[0].began_us == 1_000_000
    assert back.busy == 1
    town.run(10)
    assert back.busy == 0


def test_a_failed_call_is_tried_again_with_growing_pauses(town: Town, pair: Pair) -> None:
    front, back = pair(retries=3, backoff_us=1_000_000)
    town.runtime.stop(back, is_killed=True)
    town.ask(front, "Get")
    town.run(60)
    attempt = town.ears.attempts[0]
    assert attempt.tries == 4
    assert 3_500_000 < attempt.ended_us - attempt.began_us < 10_500_000


def test_a_retry_storm_outlives_its_cause(town: Town, pair: Pair) -> None:
    """Every call is tried so often that the server never catches up; without retries it does."""
    for retries, still_fails in ((6, True), (0, False)):
        town.__init__()  # type: ignore[misc] # the same town once more, empty
        slow = server("back", 0, wait_us=90_000, slots=4, queue=1000, protocol=Protocol.HTTP)
        call = Call(dependency="back", operation="Get")
        needs = {"back": on("back", Protocol.HTTP, retries=retries, timeout_us=2_000_000, backoff_us=10_000)}
        front = town.up(server("front", 500, call, needs=needs))
        back = town.up(slow)
        town.run(3)
        town.ask(front, "Get", 3600, every_us=33_000)
        town.run(5)
        assert town.failures() == []
        back.plans["Get"].steps[0].wait_us = 2_500_000  # type: ignore[union-attr]
        town.run(20)
        back.plans["Get"].steps[0].wait_us = 90_000  # type: ignore[union-attr]
        town.run(60)
        before = len(town.failures())
        town.run(20)
        assert (len(town.failures()) > before) is still_fails


def test_an_optional_call_that_fails_is_survived(town: Town) -> None:
    call = Call(dependency="gone", operation="Get", is_optional=True)
    front = town.up(server("front", 500, call, needs={"gone": on("gone")}))
    town.run(3)
    town.ask(front, "Get")
    town.run(2)
    assert len(town.failures()) == 1
    assert town.ended[0].failure is None


def test_a_kept_answer_serves_until_it_is_old(town: Town) -> None:
    call = Call(dependency="back", operation="Get", is_cached=True)
    front = town.up(server("front", 500, call, needs={"back": on("back")}, cache_us=10_000_000))
    town.up(server("back"))
    town.run(3)
    town.ask(front, "Get", 25, every_us=1_000_000)
    town.run(30)
    assert len(town.ears.attempts) == 3


def test_killing_a_server_resets_what_it_works_on(town: Town, pair: Pair) -> None:
    front, back = pair(server("back", 0, wait_us=2_000_000))
    town.ask(front, "Get")
    town.run(1)
    town.runtime.stop(back, is_killed=True)
    town.run(1)
    assert town.messages() == ["error reading from server: EOF"]


def test_a_lost_server_leaves_its_callers_waiting(town: Town, pair: Pair) -> None:
    front, back = pair(server("back", 0, wait_us=2_000_000), timeout_us=4_000_000)
    town.ask(front, "Get")
    town.run(1)
    town.runtime.lose(back)
    town.run(2)
    assert town.failures() == []
    town.run(3)
    assert town.failures() == ["DEADLINE_EXCEEDED"]


def test_a_version_that_fails_says_so_in_its_own_words(town: Town) -> None:
    back = server("back")
    image = Image(
        reference="back:2",
        program=back,
        defects={"failure_per_million": 1_000_000},
        words={"failure_per_million": "INVALID_ARGUMENT: Payment request failed. Invalid token."},
    )
    call = Call(dependency="back", operation="Get")
    front = town.up(server("front", 500, call, needs={"back": on("back")}, language="nodejs"))
    town.serve(back, town.start(back, image=image))
    town.run(3)
    town.ask(front, "Get")
    town.run(1)
    failure = town.ended[0].failure
    assert failure is not None
    assert (
        failure.message == "failed to call back: 3 INVALID_ARGUMENT: Payment request failed. Invalid token."
    )


def test_operations_that_nobody_knows_are_unimplemented(town: Town) -> None:
    call = Call(dependency="back", operation="Other")
    front = town.up(server("front", 500, call, needs={"back": on("back")}))
    town.up(server("back"))
    town.run(3)
    town.ask(front, "Get")
    town.run(1)
    assert town.failures() == ["UNIMPLEMENTED"]


def test_envoy_names_its_flags(town: Town) -> None:
    route = Operation(
        name="GET /", protocol=Protocol.HTTP, steps=(Work(300), Call(dependency="back", operation="GET /"))
    )
    proxy = replace(
        server("proxy", needs={"back": on("back", Protocol.HTTP, retries=1)}, language="envoy"),
        operations={"GET /": route},
    )
    front = town.up(proxy)
    back = server("back", protocol=Protocol.HTTP, operation="GET /")
    town.serve(back)
    town.run(3)
    town.ask(front, "GET /")
    town.run(3)
    assert town.failures() == ["503 UH,URX"]
    assert town.messages() == ["no healthy upstream"]
