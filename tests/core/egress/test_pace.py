"""One trial cannot take all of the processor or of the provider's rate limit."""

import asyncio
import json
import time
from functools import partial
from typing import Any

import pytest

from itbench.egress.exchange import BadRequestError
from itbench.egress.gateway.pace import FairShare, LookUpPace
from itbench.interfaces.task import Limits
from itbench.testing.model_server import Answer, Asked, ModelServer, Status, script

POISON = {"model": "gpt-4o", "messages": [{"role": "user", "content": "poison"}]}


def busy(seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


@pytest.mark.slow
def test_others_get_most_of_the_time_beside_a_trial_that_works_without_end() -> None:
    async def run() -> tuple[int, int]:
        share, done, ticks = FairShare(), 0, 0

        async def worker() -> None:
            nonlocal done
            while True:
                await share.work(lambda: busy(0.05))
                done += 1

        workers = [asyncio.create_task(worker()) for _ in range(5)]
        end = time.monotonic() + 1.0
        while time.monotonic() < end:
            await asyncio.sleep(0.01)
            ticks += 1
        for each in workers:
            each.cancel()
        return done, ticks

    done, ticks = asyncio.run(run())
    # A fifth of a second in twentieths, and the rest for the others.
    assert 1 <= done <= 6
    assert ticks > 15


@pytest.mark.slow
def test_look_ups_have_a_gap_an_end_and_two_places() -> None:
    inside, most = 0, 0

    async def look_up(pace: LookUpPace) -> None:
        nonlocal inside, most
        async with pace.place():
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.2)
            inside -= 1

    async def run() -> float:
        pace = LookUpPace(most=4, gap_s=0.05)
        started = time.monotonic()
        await asyncio.gather(*(look_up(pace) for _ in range(4)))
        with pytest.raises(BadRequestError, match="4 times"):
            await look_up(pace)
        return time.monotonic() - started

    assert asyncio.run(run()) >= 0.4
    assert most == 2


def _has_more(program: Any, kind: str, before: int) -> bool:
    return program.trace.limit is not None or len(program.events(kind)) > before


@pytest.mark.slow  # Forty requests are broken off, one after another.
def test_requests_that_fail_and_are_left_have_an_end_too(within: Any) -> None:
    def react(asked: Asked) -> Any:
        return Status(code=500) if "poison" in json.dumps(asked.body) else Answer(text="yes")

    async def steps(program: Any) -> None:
        for _ in range(40):
            for kind, act in (("waiting", True), ("model_check", False)):
                before = len(program.events(kind))
                if act:
                    asking = asyncio.create_task(program.ask(POISON))
                await program.until(partial(_has_more, program, kind, before))
                asking.cancel()

    with ModelServer(react) as server:
        done = within(server, steps, attempts=50, limits=Limits(turns=10))
    assert (done.trace.limit, done.gateway.failure) == ("turns", None)


def test_pieces_of_a_few_bytes_are_refused(within: Any) -> None:
    async def steps(program: Any) -> None:
        head = f"POST /v1/responses HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {program.own_key}\r\ntransfer-encoding: chunked\r\n\r\n"
        said = await program.raw(head.encode() + b"1\r\nx\r\n" * 3_000)
        assert said.startswith(b"HTTP/1.1 400 ")
        assert b"pieces of less than 256 bytes" in said

    with ModelServer(script(Answer())) as server:
        within(server, steps)
