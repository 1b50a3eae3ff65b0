"""The progress says what each trial waits for, and why, in place of silence."""

import json
from typing import Any

from itbench.interfaces.record import TrialKey
from itbench.interfaces.trace import TraceEvent
from itbench.report.waits import Waits
from itbench.store.live.state import InFlight

ONE, TWO = TrialKey("t3", 0, 0), TrialKey("t4", 1, 2)


class Told:
    """Trials in flight, and what is said of their waits."""

    def __init__(self) -> None:
        self.in_flight, self.waits = InFlight(), Waits()

    def hear(self, key: TrialKey, event: TraceEvent, now: float) -> None:
        if key not in self.in_flight.trials:
            self.in_flight.started(key, now)
        self.in_flight.hears(key, event, now)

    def news(self, now: float) -> list[str]:
        return self.waits.news(self.in_flight.trials.values(), now)


def event(kind: str, **data: Any) -> TraceEvent:
    return TraceEvent(0.0, kind, json.dumps(data))


def failure(wait_s: float | None = 40.0, text: str = "status 429", attempt: int = 4) -> TraceEvent:
    return event("waiting", model="openai/gpt-x", failure=text, wait_s=wait_s, attempt=attempt, attempts=8)


def test_a_wait_is_told_with_its_reason_and_how_much_of_it_is_left() -> None:
    waits = Told()
    waits.hear(ONE, failure(), 100.0)
    assert waits.news(100.0) == ["t3:0: waits 40 s for openai/gpt-x: status 429, attempt 4 of 8"]
    assert waits.news(130.0) == ["t3:0: waits 10 s for openai/gpt-x: status 429, attempt 4 of 8"]
    assert waits.news(155.0) == ["t3:0: waits for openai/gpt-x: status 429, attempt 4 of 8, asked 15 s ago"]
    waits.hear(TWO, failure(1.0, "busy"), 156.0)
    assert [line.partition(",")[0] for line in waits.news(156.0)] == [
        "t4:1:2: waits 1 s for openai/gpt-x: busy"
    ]


def test_a_wait_ends_with_whatever_happens_next() -> None:
    waits = Told()
    waits.hear(ONE, failure(), 0.0)
    waits.hear(ONE, event("reply", text="Hi."), 1.0)
    waits.hear(TWO, failure(), 0.0)
    waits.in_flight.ended(TWO)
    assert waits.news(1.0) == []


def test_a_model_that_says_nothing_is_told_after_a_while() -> None:
    waits = Told()
    waits.hear(ONE, event("request"), 0.0)
    assert waits.news(29.0) == []
    assert waits.news(95.0) == ["t3:0: has waited 95 s for its model to answer"]


def test_a_failure_after_which_nobody_waits_is_told_once_it_has_lasted() -> None:
    waits = Told()
    waits.hear(ONE, failure(None, "status 503"), 0.0)
    assert waits.news(1.0) == []
    assert waits.news(31.0) == ["t3:0: has waited 31 s for openai/gpt-x: status 503, attempt 4 of 8"]


def test_lines_come_once_and_again_only_after_some_time() -> None:
    waits = Told()
    waits.hear(ONE, failure(), 0.0)
    assert [len(waits.news(at)) for at in (0.0, 1.0, 15.0, 21.0, 22.0)] == [1, 0, 0, 1, 0]
    waits.hear(ONE, failure(60.0, attempt=5), 23.0)
    assert waits.news(23.0) == []
    assert waits.news(42.0) == ["t3:0: waits 41 s for openai/gpt-x: status 429, attempt 5 of 8"]


def test_many_waits_are_counted() -> None:
    waits = Told()
    for number in range(64):
        waits.hear(TrialKey("t", number, 0), failure(), 0.0)
    lines = waits.news(0.0)
    assert (len(lines), lines[-1]) == (4, "61 more trials wait")
    assert waits.news(1.0) == []


def test_a_long_or_broken_reason_is_one_short_line() -> None:
    waits = Told()
    waits.hear(ONE, failure(text="no\nway " * 200), 0.0)
    (line,) = waits.news(0.0)
    assert "\n" not in line
    assert len(line) < 260


def test_a_world_that_takes_long_to_open_is_told_with_how_far_it_is() -> None:
    waits = Told()
    waits.in_flight.started(ONE, 0.0)
    assert waits.news(10.0) == []
    waits.in_flight.opens(ONE, "pulls images", 2, 5, 11.0)
    assert waits.news(11.0) == ["t3:0: has waited 11 s for its world: pulls images (2 of 5)"]
