"""The display of a run: what it says of each trial in flight, within any terminal."""

import json
from typing import Any

import pytest

from itbench.interfaces.activity import Activity
from itbench.interfaces.record import TrialKey
from itbench.interfaces.trace import TraceEvent
from itbench.report.screen_lines import Paper, RunState, screen_lines
from itbench.store.live.state import InFlight, TrialState
from itbench.text.harmless import width

NOW = 1_000_000.0
STATE = RunState(
    title="sre/incidents",
    done=12,
    total=40,
    time_left="about 12 min left",
    score="score 0.512, 95 % interval 0.35 to 0.67",
    faults="no score: 2 model, 1 environment; agent failed: 1",
)
EVIL = "\x1b[2J\x1b]0;title\x07\u202e中\r" * 30


class Scene:
    """Trials in flight, made of what the runner tells."""

    def __init__(self) -> None:
        self.in_flight = InFlight()

    def trial(self, number: int, turns: int = 0) -> TrialKey:
        key = TrialKey(f"sre-{number:04}", 0, 0)
        self.in_flight.started(key, NOW - 60)
        for _ in range(turns):
            self.event(key, "turn", 50)
        return key

    def event(self, key: TrialKey, kind: str, ago: float, **data: Any) -> None:
        self.in_flight.hears(key, TraceEvent(0.0, kind, json.dumps(data)), NOW - ago)

    def does(self, key: TrialKey, activity: Activity, text: str, ago: float) -> None:
        self.in_flight.does(key, activity, text, NOW - ago)

    @property
    def trials(self) -> list[TrialState]:
        return list(self.in_flight.trials.values())


@pytest.fixture
def scene() -> Scene:
    made = Scene()
    opening, room, tool, model, provider, scoring, unknown = (
        made.trial(number, turns=7 * (number > 1)) for number in range(7)
    )
    made.in_flight.opens(opening, "simulating", 3, 40, NOW - 9)
    made.does(room, Activity.ROOM, "", 12)
    made.does(tool, Activity.TOOL, "kubectl get pods", 3)
    made.does(model, Activity.TOOL, "ls", 30)
    made.event(model, "tool", 20)
    made.event(model, "usage", 19, input_tokens=123456, output_tokens=4321, cost_usd=0.1234)
    made.event(model, "usage", 19, role="user", input_tokens=5, output_tokens=5, cost_usd=5)
    made.event(model, "request", 17)
    made.event(provider, "request", 5)
    made.event(provider, "waiting", 2, model="m/x", failure="status 429", wait_s=40, attempt=4, attempts=8)
    made.does(scoring, Activity.SCORING, "", 1)
    made.event(unknown, "usage", 9, input_tokens=None, output_tokens=7, cost_usd=None)
    made.does(unknown, Activity.AGENT, "./agent", 9)
    return made


def test_each_trial_says_what_it_does_and_has_used(scene: Scene) -> None:
    assert screen_lines(STATE, scene.trials, Paper(100, 40), NOW) == [
        f"sre/incidents  {'━' * 12}{'─' * 28}  12/40  about 12 min left",
        "score 0.512, 95 % interval 0.35 to 0.67",
        "no score: 2 model, 1 environment; agent failed: 1",
        "trial       turn  tokens in/out   cost  waits for",
        "sre-0000:0     -              -      -  environment 60 s: simulating (3 of 40)",
        "sre-0001:0     -              -      -  room on this machine 12 s",
        "sre-0002:0     7              -      -  tool 3 s: kubectl get pods",
        "sre-0003:0     7    123.5k/4.3k  $0.12  model 17 s, after ls",
        "sre-0004:0     7              -      -  provider's wait 38 s left: m/x: status 429, attempt 4 of 8",
        "sre-0005:0     7              -      -  scoring 1 s",
        "sre-0006:0     7            ?/7      ?  agent 9 s: ./agent",
    ]


@pytest.mark.parametrize("columns", [10, 20, 59, 60, 80, 200])
@pytest.mark.parametrize("rows", [1, 2, 3, 4, 5, 6, 9, 23, 300])
@pytest.mark.parametrize("is_ascii", [False, True])
def test_it_fits_any_terminal_and_counts_what_does_not(columns: int, rows: int, is_ascii: bool) -> None:
    scene = Scene()
    for number in range(200):
        key = scene.trial(number, turns=1)
        scene.does(key, Activity.TOOL, EVIL, 3)
    lines = screen_lines(STATE, scene.trials, Paper(columns, rows, is_ascii), NOW)
    assert 0 < len(lines) <= rows
    assert max(map(width, lines)) <= columns
    assert all(line.isprintable() and (line.isascii() or not is_ascii) for line in lines)
    shown = sum(line.startswith("sre-") for line in lines)
    if columns >= 80 and rows >= 2:
        left = "trials" if not shown else "more trials"
        assert shown == 200 or lines[-1] == f"{200 - shown} {left} under way"
    assert shown == (200 if rows == 300 else max(0, rows - 5))


def test_after_the_model_a_tool_that_asked_it_continues() -> None:
    scene = Scene()
    key = scene.trial(0)
    scene.does(key, Activity.TOOL, "ask_customer", 30)
    scene.event(key, "request", 20, role="customer")
    assert scene.trials[0].doing.activity is Activity.MODEL
    scene.event(key, "reply", 10, role="customer")
    assert (scene.trials[0].doing.activity, scene.trials[0].doing.text) == (Activity.TOOL, "ask_customer")
    scene.event(key, "tool", 5)
    scene.event(key, "request", 4)
    scene.event(key, "failed", 3)
    assert scene.trials[0].doing.activity is Activity.AGENT


def test_a_trial_that_is_put_back_is_not_under_way_and_late_events_are_of_nobody() -> None:
    scene = Scene()
    key = scene.trial(0)
    scene.does(key, Activity.PUT_BACK, "", 1)
    scene.event(key, "turn", 1)
    scene.does(key, Activity.AGENT, "", 1)
    assert scene.trials == []


@pytest.mark.parametrize(
    "data", ["", "no JSON", "[1]", '{"wait_s": "x"}', '{"input_tokens": "x"}', "[" * 99999]
)
@pytest.mark.parametrize("kind", ["usage", "waiting", "turn", "request", "reply"])
def test_events_that_an_agent_made_itself_do_no_harm(data: str, kind: str) -> None:
    scene = Scene()
    key = scene.trial(0)
    scene.in_flight.hears(key, TraceEvent(0.0, kind, data), NOW)
    assert scene.trials[0].events == 1
    assert len(screen_lines(STATE, scene.trials, Paper(80, 23), NOW)) == 5
