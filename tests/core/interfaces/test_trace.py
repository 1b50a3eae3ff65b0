"""Which methods of a trace go on after a limit, and which do not."""

from collections.abc import Callable

import pytest

from itbench import LimitReached, Limits, Trace, TraceEvent

NOTES: dict[str, Callable[[Trace], object]] = {
    "record": lambda trace: trace.record("note", about="x"),
    "message": lambda trace: trace.message("assistant", "x"),
    "tool_call": lambda trace: trace.tool_call("tool", {}, "x", is_ok=True, duration_s=0.1),
    "add": lambda trace: trace.add(TraceEvent(0.0, "note", "{}")),
}
WORK: dict[str, Callable[[Trace], object]] = {
    "turn": lambda trace: trace.turn(),
    "use": lambda trace: trace.use(input_tokens=1),
    "check": lambda trace: trace.check(),
}
REACHED: dict[str, Callable[[Trace], object]] = {
    "turns": lambda trace: [trace.turn() for _ in range(3)],
    "tokens": lambda trace: trace.use(input_tokens=60, output_tokens=60),
    "cost": lambda trace: trace.use(cost_usd=1.5),
    "context": lambda trace: trace.stop("context"),
}


def at_its_limit(limit: str) -> Trace:
    trace = Trace(limits=Limits(turns=2, tokens=100, cost_usd=1.0))
    with pytest.raises(LimitReached, match=limit):
        REACHED[limit](trace)
    return trace


@pytest.mark.parametrize("limit", REACHED)
@pytest.mark.parametrize("note", NOTES)
def test_whatever_happened_is_recorded_also_after_a_limit(note: str, limit: str) -> None:
    trace = at_its_limit(limit)
    before = len(trace.events)
    NOTES[note](trace)
    assert len(trace.events) == before + 1
    assert trace.limit == limit


@pytest.mark.parametrize("limit", REACHED)
@pytest.mark.parametrize("work", WORK)
def test_no_work_goes_on_after_a_limit_and_the_first_limit_stays(work: str, limit: str) -> None:
    trace = at_its_limit(limit)
    turns = trace.usage.turns
    for _ in range(2):
        with pytest.raises(LimitReached, match=limit):
            WORK[work](trace)
    assert (trace.limit, trace.usage.turns) == (limit, turns)


def test_tokens_that_were_used_after_a_limit_count_all_the_same() -> None:
    trace = at_its_limit("turns")
    with pytest.raises(LimitReached):
        trace.use(input_tokens=7, cost_usd=0.25)
    assert (trace.usage.total("input_tokens"), trace.usage.total("cost_usd")) == (7, 0.25)


@pytest.mark.parametrize("work", WORK)
def test_work_goes_on_up_to_the_limit(work: str) -> None:
    trace = Trace(limits=Limits(turns=2, tokens=2, cost_usd=1.0))
    WORK[work](trace)
    WORK[work](trace)
    assert trace.limit is None
