"""The gate never lets in more than its limit, halves when it should, and forgets nobody."""

import asyncio
import gc
from contextlib import suppress

import pytest
from hypothesis import given, settings, strategies as st

from itbench.models.faults import PassingError
from itbench.models.http.gate import AdaptiveGate, gate_of

RATE = PassingError("429", is_rate_limit=True)
OTHER = PassingError("500")
ENDINGS = st.sampled_from(["ok", "rate", "other", "cancel"])


@pytest.mark.slow
@settings(deadline=None, max_examples=80)
@given(start=st.integers(1, 6), larger=st.integers(0, 4), endings=st.lists(ENDINGS, max_size=30))
def test_nobody_is_forgotten_and_never_too_many_are_inside(
    start: int, larger: int, endings: list[str]
) -> None:
    gate, largest = AdaptiveGate(start, start + larger), start + larger
    served, inside = asyncio.run(_crowd(gate, endings))
    assert all(0 < count <= largest for count in inside)
    assert gate.inside == 0
    assert 1 <= gate.limit <= largest
    assert served >= sum(ending != "cancel" for ending in endings)


async def _crowd(gate: AdaptiveGate, endings: list[str]) -> tuple[int, list[int]]:
    """Return how many visits were served, and how many were inside at the beginning of each."""
    inside = []
    served = 0

    async def visit(ending: str) -> None:
        nonlocal served
        async with gate.pass_through():
            inside.append(gate.inside)
            await asyncio.sleep(0)
            served += 1
            if ending == "rate":
                raise RATE
            if ending == "other":
                raise OTHER

    tasks = [asyncio.create_task(visit(ending)) for ending in endings]
    await asyncio.sleep(0)
    for task, ending in zip(tasks, endings, strict=True):
        if ending == "cancel":
            task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return served, inside


def limits_after(start: int, *endings: PassingError | None) -> list[int]:
    """Return the limit after each of some visits, one after the other."""

    async def visit_all() -> list[int]:
        gate, limits = AdaptiveGate(start, largest=start + 2), []
        for ending in endings:
            with suppress(PassingError):
                async with gate.pass_through():
                    if ending is not None:
                        raise ending
            limits.append(gate.limit)
        return limits

    return asyncio.run(visit_all())


def test_a_rate_limit_halves_down_to_one() -> None:
    assert limits_after(10, *[RATE] * 5) == [5, 2, 1, 1, 1]


def test_a_full_round_of_successes_adds_one_up_to_the_largest() -> None:
    assert limits_after(4, *[None] * 5)[3:] == [4, 5]
    assert limits_after(2, *[None] * 50)[-1] == 4


def test_another_failure_changes_nothing() -> None:
    assert limits_after(8, OTHER, OTHER) == [8, 8]


def test_complaints_about_one_burst_halve_once() -> None:
    async def burst() -> int:
        gate = AdaptiveGate(16)
        all_in = asyncio.Barrier(16)

        async def visit() -> None:
            async with gate.pass_through():
                await all_in.wait()
                raise RATE

        await asyncio.gather(*(visit() for _ in range(16)), return_exceptions=True)
        return gate.limit

    assert asyncio.run(burst()) == 8


def test_one_who_gives_up_waiting_takes_no_place() -> None:
    async def give_up() -> tuple[int, int]:
        gate = AdaptiveGate(1, largest=1)
        async with gate.pass_through():
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(gate.pass_through().__aenter__(), 0.01)
            inside = gate.inside
        async with gate.pass_through():
            return inside, gate.inside

    assert asyncio.run(give_up()) == (1, 1)


@pytest.mark.slow
def test_an_endpoint_has_one_gate_as_long_as_it_is_used() -> None:
    gate = gate_of("https://one.invalid m")
    assert gate_of("https://one.invalid m") is gate
    assert gate_of("https://two.invalid m") is not gate
    del gate
    gc.collect()
    assert gate_of("https://one.invalid m").limit > 1
