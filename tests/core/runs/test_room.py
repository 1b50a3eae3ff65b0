"""Worlds fit on the machine, who came first goes first, and slow worlds are opened ahead."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given, settings, strategies as st

from itbench.interfaces.needs import Needs
from itbench.runs.trial.room import Machine, Room, Turns

MACHINE = Machine(cores=4, memory_mb=1000)
needs = st.builds(
    Needs,
    cores=st.sampled_from([0.0, 0.5, 1.0, 3.0, 9.0]),
    memory_mb=st.sampled_from([0, 100, 600, 5000]),
    is_exclusive=st.booleans(),
)


def run(work: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(work(), 20))  # type: ignore[arg-type]


@pytest.mark.slow  # Opens many worlds.
@settings(max_examples=300, deadline=None)
@given(worlds=st.lists(st.tuples(needs, st.integers(0, 3), st.booleans()), max_size=25))
def test_no_more_worlds_are_open_than_fit_and_all_get_their_turn(
    worlds: list[tuple[Needs, int, bool]],
) -> None:
    """Some are given up while they wait or are open; nothing is left over at the end."""
    room, now, done = Room(MACHINE), [], []

    async def world(number: int, need: Needs, steps: int) -> None:
        async with room.taken(need):
            now.append(need)
            total = [sum(each.cores for each in now), sum(each.memory_mb for each in now)]
            assert len(now) == 1 or (total[0] <= MACHINE.cores and total[1] <= MACHINE.memory_mb)
            assert len(now) == 1 or not any(each.is_exclusive for each in now)
            try:
                for _ in range(steps):
                    await asyncio.sleep(0)
            finally:
                now.remove(need)
        done.append(number)

    async def work() -> None:
        tasks = [asyncio.create_task(world(at, need, steps)) for at, (need, steps, _) in enumerate(worlds)]
        await asyncio.sleep(0)
        given_up = [task for task, (_, _, is_given_up) in zip(tasks, worlds, strict=True) if is_given_up]
        for task in given_up:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert not [each for each in results if isinstance(each, AssertionError)]
        assert set(done) >= {at for at, (_, _, is_given_up) in enumerate(worlds) if not is_given_up}
        async with asyncio.timeout(1), room.taken(Needs(is_exclusive=True)):
            pass

    run(work)


def test_small_worlds_do_not_keep_a_large_one_waiting_for_ever() -> None:
    room, order = Room(MACHINE), []

    async def world(name: str, cores: float) -> None:
        async with room.taken(Needs(cores=cores)):
            order.append(name)
            await asyncio.sleep(0.01)

    async def work() -> None:
        async with asyncio.TaskGroup() as group:
            for name, cores in [("a", 3), ("large", 4), ("b", 1), ("c", 1)]:
                group.create_task(world(name, cores))

    run(work)
    assert order == ["a", "large", "b", "c"]


@pytest.mark.parametrize(("took_s", "is_worth"), [([0.01] * 5, False), ([0.01, 2.0], True)])
def test_worlds_are_opened_ahead_where_opening_takes_long(took_s: list[float], is_worth: bool) -> None:
    async def work() -> None:
        turns = Turns(3, lambda: None)
        waiting = asyncio.create_task(turns.worth_opening_ahead())
        for each in took_s:
            turns.opened(each)
        await asyncio.sleep(0)
        turns.stop_waiting()
        assert await waiting is is_worth

    run(work)


def test_so_many_agents_work_at_a_time_and_none_begins_once_the_budget_is_spent() -> None:
    spent: list[str] = []

    async def work() -> None:
        turns, working, most, let_in = Turns(2, lambda: spent[0] if spent else None), 0, 0, []

        async def agent(number: int) -> None:
            nonlocal working, most
            async with turns.turn() as may_begin:
                let_in.append(may_begin)
                working += 1
                most = max(most, working)
                await asyncio.sleep(0.01)
                if number == 3:
                    spent.append("$1 is spent")
                working -= 1

        await asyncio.gather(*(agent(number) for number in range(6)))
        assert most == 2
        assert let_in == [True] * 4 + [False] * 2

    run(work)
