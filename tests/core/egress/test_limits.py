"""However many requests are concurrent, no limit is passed by more than one of them, and whatever is answered counts."""

import asyncio
from typing import Any

import pytest

from itbench.egress.gateway.reservations import MOST_AT_ONCE, estimate
from itbench.interfaces.conversation import TokenUse
from itbench.interfaces.task import Limits
from itbench.testing.model_server import Answer, Asked, ModelServer, Status, script

HI = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}
ANSWER = Answer(text="x", input_tokens=500, output_tokens=100, delay_s=0.02)


async def _many(program: Any, count: int, body: Any = HI) -> list[int]:
    replies = await asyncio.gather(*(program.ask(body) for _ in range(count)))
    return [reply.status for reply in replies]


@pytest.mark.slow
@pytest.mark.parametrize("body", [HI, HI | {"max_tokens": 1}, HI | {"max_tokens": 100_000}])
def test_sixty_requests_at_once_pass_a_limit_of_tokens_by_no_more_than_one(within: Any, body: Any) -> None:
    async def steps(program: Any) -> None:
        statuses = await _many(program, 60, body)
        assert statuses.count(200) == 9
        assert set(statuses) <= {200, 403, 0}

    with ModelServer(script(ANSWER)) as server:
        done = within(server, steps, limits=Limits(tokens=5_000))
        assert len(server.requests) == 9
    assert (done.trace.usage.turns, done.trace.usage.replies, done.trace.limit) == (9, 9, "tokens")
    assert done.trace.usage.spent_tokens == 5_400
    assert done.gateway.stopped.is_set()


@pytest.mark.slow
def test_requests_of_different_size_pass_a_limit_by_no_more_than_the_largest(within: Any) -> None:
    def react(asked: Asked) -> Any:
        return Answer(text="x", input_tokens=200 * (1 + asked.number % 7), output_tokens=100, delay_s=0.01)

    async def steps(program: Any) -> None:
        await _many(program, 60)

    with ModelServer(react) as server:
        done = within(server, steps, limits=Limits(tokens=20_000))
        assert done.trace.usage.replies == len(server.requests)
    assert 20_000 < done.trace.usage.spent_tokens <= 20_000 + 1_500


@pytest.mark.slow
def test_dollars_are_kept_as_tokens_are(within: Any) -> None:
    async def steps(program: Any) -> None:
        await _many(program, 40)

    with ModelServer(script(ANSWER)) as server:
        # One reply costs 0.0006 dollars.
        done = within(server, steps, limits=Limits(cost_usd=0.005))
        assert len(server.requests) == 9
    assert (done.trace.limit, done.trace.usage.spent_usd) == ("cost", pytest.approx(0.0054))


def test_turns_are_exactly_kept_and_failed_ones_given_back(within: Any) -> None:
    def react(asked: Asked) -> Any:
        return Status(code=500) if asked.number % 3 == 0 else ANSWER

    async def steps(program: Any) -> None:
        statuses = await _many(program, 30)
        assert statuses.count(200) == 7

    with ModelServer(react) as server:
        done = within(server, steps, limits=Limits(turns=7), attempts=4)
    assert (done.trace.usage.turns, done.trace.limit, done.gateway.failure) == (7, "turns", None)


@pytest.mark.slow
def test_no_more_than_a_few_are_at_the_provider_at_once(within: Any) -> None:
    inside, most = 0, 0

    async def answered() -> None:
        nonlocal inside
        await asyncio.sleep(0.03)
        inside -= 1

    def react(asked: Asked) -> Any:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        leaving.add(asyncio.get_running_loop().create_task(answered()))
        return Answer(text="x", delay_s=0.05)

    async def steps(program: Any) -> None:
        assert set(await _many(program, 25)) == {200}

    leaving: set[Any] = set()
    with ModelServer(react) as server:
        done = within(server, steps)
    assert done.trace.usage.turns == 25
    assert 1 < most <= MOST_AT_ONCE


@pytest.mark.slow
def test_all_that_was_answered_counts_when_a_limit_ends_the_trial_meanwhile(within: Any) -> None:
    def react(asked: Asked) -> Any:
        # The second is slow; while it is on its way, the third reaches the limit.
        return Answer(
            text="x",
            input_tokens=10_000 if asked.number == 2 else 10,
            delay_s=0.4 if asked.number == 1 else 0,
        )

    async def steps(program: Any) -> None:
        assert (await program.ask()).status == 200
        slow = asyncio.create_task(program.ask())
        await program.until(lambda: len(server.requests) == 2)
        await program.ask()
        assert program.gateway.stopped.is_set()
        assert (await program.ask()).status == 403
        slow.cancel()

    with ModelServer(react) as server:
        done = within(server, steps, limits=Limits(tokens=5_000))
        assert len(server.requests) == 3
    assert (done.trace.usage.turns, done.trace.usage.replies) == (3, 3)
    assert done.trace.usage.spent_tokens == 10_050


def test_what_a_request_may_take_is_estimated_from_its_size_and_what_it_asks_for() -> None:
    def price(use: TokenUse) -> float | None:
        return (use.input_tokens or 0) * 1e-6 + (use.output_tokens or 0) * 1e-5

    assert estimate({"max_tokens": 100}, 1_000, price).tokens == 1_100
    assert estimate({"max_output_tokens": 5}, 10, price).cost_usd == pytest.approx(6e-5)
    assert estimate({"max_completion_tokens": 1e300}, 10, price).tokens == 10_000_010
    assert estimate({"max_tokens": -5}, 10, lambda _: None).tokens == 10
    assert estimate({"max_tokens": None}, 10, price).tokens == 10 + 16_384


@pytest.mark.slow  # One request holds up the others for more than a second.
def test_a_request_that_waited_for_others_and_is_not_wanted_any_more_is_not_sent(within: Any) -> None:
    async def steps(program: Any) -> None:
        first = asyncio.create_task(program.ask())
        await program.until(lambda: server.requests)
        left = [asyncio.create_task(program.ask()) for _ in range(5)]
        await asyncio.sleep(0.3)
        for each in left:
            each.cancel()
        assert (await first).status == 200
        assert (await program.ask()).status == 200

    with ModelServer(script(Answer(text="slow", delay_s=1.6), Answer(text="x"))) as server:
        done = within(server, steps, limits=Limits(tokens=1_000_000))
        assert len(server.requests) == 2
    assert done.trace.usage.turns == 2
