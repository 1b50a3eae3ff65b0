"""Whatever the code of a domain does, a page has the panels before it, and one that says what failed."""

import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from itbench import Domain, Panel, PanelPoint, PanelScatter, PanelText, ShownTrial, Task, TraceEvent
from itbench.view.panels.call import run_panels, trial_panels

GOOD = Panel(title="Good", parts=(PanelText(text="It works."),))


def trial(events: Callable[[], Iterator[TraceEvent]] = lambda: iter(())) -> ShownTrial:
    return ShownTrial(
        reference="1",
        suite="small",
        run="r",
        agent="a",
        model=None,
        task=Task(id="t-1", title="T", instructions="Do."),
        repeat=0,
        value=1.0,
        score=None,
        fault=None,
        turns=1,
        tokens=None,
        cost_usd=None,
        submission=lambda: None,
        truth=lambda: None,
        events=events,
        inputs=lambda: (),
    )


def domain(make: Callable[[Any], Iterable[Panel]] | None, name: str = "d") -> Domain:
    return Domain(
        name=name,
        summary="s",
        suites=(),
        scorer=object(),  # type: ignore[arg-type]
        solution=lambda _task, _truth: {},
        trial_panels=make,
        run_panels=make,
    )


def shown(make: Callable[[Any], Iterable[Any]], name: str = "d", limit_s: float = 30.0) -> list[str]:
    return [str(html) for html in trial_panels(domain(make, name), trial(), limit_s=limit_s)]


def test_a_domain_without_panels_shows_none() -> None:
    assert trial_panels(domain(None), trial()) == []
    assert run_panels(domain(None), [trial()]) == []


def test_panels_are_shown_in_order() -> None:
    first, second = shown(lambda _trial: [GOOD, Panel(title="Second")])
    assert "It works." in first
    assert "Second" in second


def raising(_trial: ShownTrial) -> Iterator[Panel]:
    yield GOOD
    raise KeyError("cart")


def exiting(_trial: ShownTrial) -> Iterator[Panel]:
    yield GOOD
    sys.exit(3)


def no_panel(_trial: ShownTrial) -> Iterator[Any]:
    yield GOOD
    yield "<b>words</b>"


def endless(_trial: ShownTrial) -> Iterator[Panel]:
    yield GOOD
    for number in count():
        yield Panel(title=f"Number {number}")


def endless_points(_trial: ShownTrial) -> Iterator[Panel]:
    yield GOOD
    yield Panel(title="P", parts=(PanelScatter(points=(PanelPoint(x=n, y=n) for n in count())),))  # type: ignore[arg-type]


def huge(_trial: ShownTrial) -> Iterator[Panel]:
    yield GOOD
    yield Panel(title="Huge", parts=(PanelText(text="<" * 200_000),) * 50)


def not_checked(_trial: ShownTrial) -> Iterator[Panel]:
    yield GOOD
    yield Panel.model_construct(title="Odd", parts=(PanelScatter.model_construct(points=3),))


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (raising, "KeyError: &#39;cart&#39; (test_call.py, line "),
        (exiting, "SystemExit: 3"),
        (no_panel, "a str is given, which is not an itbench.Panel"),
        (endless, "there are more than 20 panels"),
        (endless_points, "PanelScatter.points: Tuple should have at most 10000 items"),
        (huge, "characters as HTML, more than 4000000"),
        (not_checked, "is not iterable"),
    ],
    ids=["raises", "exits", "no panel", "endless", "endless points", "huge", "not checked"],
)
def test_a_panel_that_fails_is_told_with_its_reason(make: Callable[..., Any], reason: str) -> None:
    found = shown(make)
    assert "It works." in found[0]
    assert "panel-failed" in found[-1]
    assert reason in found[-1]
    assert sum("panel-failed" in html for html in found) == 1


def test_what_returns_nothing_to_iterate_fails() -> None:
    (html,) = shown(lambda _trial: None)  # type: ignore[arg-type,return-value]
    assert "TypeError" in html


def test_a_call_that_hangs_is_given_up_and_not_repeated_while_it_hangs() -> None:
    go_on = threading.Event()

    def hanging(_trial: ShownTrial) -> Iterator[Panel]:
        yield GOOD
        go_on.wait()

    first, second = shown(hanging, "hanging", 0.5)
    assert "It works." in first
    assert "it took longer than 0.5 s" in second
    (again,) = shown(hanging, "hanging", 0.5)
    assert "an earlier call has not returned" in again
    go_on.set()
    for thread in threading.enumerate():
        if thread.name == "itbench-panels":
            thread.join()
    assert len(shown(hanging, "hanging")) == 1


def test_what_is_read_of_a_trial_stops_when_the_time_is_over() -> None:
    def forever() -> Iterator[TraceEvent]:
        while True:
            yield TraceEvent(0.0, "note", "{}")

    def reading(shown: ShownTrial) -> Iterator[Panel]:
        yield GOOD
        for _ in shown.events():
            pass

    found = trial_panels(domain(reading, "reading"), trial(forever), limit_s=0.3)
    assert len(found) == 2
    for thread in threading.enumerate():
        if thread.name == "itbench-panels":
            thread.join(60)
            assert not thread.is_alive()


def test_panels_of_a_run_are_made_of_all_its_trials() -> None:
    def counting(trials: Iterator[ShownTrial]) -> Iterator[Panel]:
        repeats = [shown.repeat for shown in trials]
        yield Panel(title=f"{len(repeats)} trials, up to repeat {max(repeats)}")

    trials = (replace(trial(), repeat=number) for number in range(5))
    (html,) = run_panels(domain(counting), trials)
    assert "5 trials, up to repeat 4" in html


def test_of_more_trials_than_can_be_read_the_first_ones_are_shown() -> None:
    def counting(trials: Iterator[ShownTrial]) -> Iterator[Panel]:
        yield Panel(title=f"{sum(1 for _ in trials) > 0} that trials were read")

    note, panel = run_panels(domain(counting), (trial() for _ in count()), limit_s=1.0)
    assert "Made of the first" in note
    assert "True that trials were read" in panel
