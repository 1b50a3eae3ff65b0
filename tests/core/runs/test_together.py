"""Scorers are called in threads, those of one turn of the loop in one."""

import asyncio
import threading

import pytest

from itbench.runs.trial.together import Together


def test_calls_of_one_turn_share_a_thread_that_is_not_the_loops() -> None:
    async def work() -> list[int]:
        together = Together()
        return await asyncio.gather(*(together.call(threading.get_ident) for _ in range(4)))

    threads = set(asyncio.run(work()))
    assert len(threads) == 1
    assert threading.get_ident() not in threads


def test_a_call_that_blocks_does_not_hold_up_the_loop_or_later_calls() -> None:
    async def work() -> list[str]:
        together, go_on, told = Together(), threading.Event(), list[str]()

        async def asked(name: str, wait: bool) -> None:
            await together.call(lambda: go_on.wait() if wait else True)
            told.append(name)

        blocked = asyncio.create_task(asked("blocks", True))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await asked("later", False)
        go_on.set()
        await blocked
        return told

    assert asyncio.run(work()) == ["later", "blocks"]


def test_what_one_call_raises_reaches_only_whoever_asked_for_it() -> None:
    def wrong() -> str:
        raise ValueError("wrong")

    async def work() -> list[str | BaseException]:
        together = Together()
        calls = (together.call(wrong), together.call(lambda: "right"))
        return list(await asyncio.gather(*calls, return_exceptions=True))

    error, value = asyncio.run(work())
    assert (str(error), value) == ("wrong", "right")


def test_a_call_whose_trial_was_interrupted_does_not_disturb_the_others() -> None:
    async def work() -> str:
        together, begun, go_on = Together(), threading.Event(), threading.Event()

        def slow() -> str:
            begun.set()
            go_on.wait()
            return "interrupted"

        interrupted = asyncio.create_task(together.call(slow))
        kept = asyncio.create_task(together.call(lambda: "kept"))
        await asyncio.to_thread(begun.wait)
        interrupted.cancel()
        with pytest.raises(asyncio.CancelledError):
            await interrupted
        go_on.set()
        return await kept

    assert asyncio.run(work()) == "kept"
