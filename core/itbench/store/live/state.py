"""What each trial in flight does now, as its events and the runner tell; for the terminal and for the live file alike."""

import json
from dataclasses import dataclass, field

from itbench.interfaces.activity import Activity
from itbench.interfaces.events import EventKind
from itbench.interfaces.json import JsonObject
from itbench.interfaces.record import TrialKey
from itbench.interfaces.sums import Sum, possible
from itbench.interfaces.trace import TraceEvent

LONGEST_TEXT = 300
_LONGEST_FAILURE = 160
COUNTED = ("input_tokens", "output_tokens", "cost_usd")
"""What is counted of the replies of models, in the order of the columns of the live file."""
# What ends a request to a model.
_ANSWERED = frozenset({EventKind.REPLY, EventKind.FAILED, EventKind.TOO_LONG})


@dataclass(frozen=True, slots=True)
class Doing:
    """What a trial is busy with.

    Attributes:
        activity: what kind of thing.
        since: seconds of the epoch.
        text: more about it; a command, for example.
        until: seconds of the epoch when it is known to end, as the wait that a provider asked for; None otherwise.
    """

    activity: Activity
    since: float
    text: str = ""
    until: float | None = None


@dataclass(slots=True)
class TrialState:
    """One trial in flight.

    Attributes:
        key: which trial.
        started: seconds of the epoch.
        doing: what it is busy with.
        turn: the number of its latest turn, 0 before the first.
        last_tool: the command or tool that was begun last, if any.
        events: how many there were.
        last_event: seconds of the epoch of the latest one; of the start before there is one.
        replies: how many replies of models were counted.
        sums: of the tokens and dollars that the agent's replies took.
    """

    key: TrialKey
    started: float
    doing: Doing
    turn: int = 0
    last_tool: str | None = None
    events: int = 0
    last_event: float = 0.0
    replies: int = 0
    sums: dict[str, Sum] = field(default_factory=lambda: {name: Sum() for name in COUNTED})
    _before: Doing | None = None

    def total(self, name: str) -> float | None:
        """Return what all replies took of tokens or dollars; None where that is not known."""
        return self.sums[name].total

    def does(self, activity: Activity, text: str, now: float) -> None:
        """Learn what the trial is busy with."""
        text = text[:LONGEST_TEXT]
        self.doing = Doing(activity, now, text)
        if activity is Activity.TOOL:
            self.last_tool = text

    def opens(self, text: str, done: int, total: int, now: float) -> None:
        """Learn how far the world is that is being set up."""
        since = self.doing.since if self.doing.activity is Activity.ENVIRONMENT else now
        share = f" ({done} of {total})" if total else ""
        self.doing = Doing(Activity.ENVIRONMENT, since, f"{text[:LONGEST_TEXT]}{share}")

    def hears(self, event: TraceEvent, now: float) -> None:
        """Learn from an event."""
        self.events += 1
        self.last_event = now
        kind = event.kind
        if kind == EventKind.TURN:
            self.turn += 1
        elif kind == EventKind.REQUEST:
            self._before = self.doing
            self.doing = Doing(Activity.MODEL, now)
        elif kind == EventKind.USAGE:
            self._count(_object(event.data))
        elif kind == EventKind.WAITING:
            self._waits(_object(event.data), now)
        elif kind in _ANSWERED:
            self._answered(now)
        elif kind == EventKind.TOOL and self.doing.activity is Activity.TOOL:
            self.doing = Doing(Activity.AGENT, now)

    def _answered(self, now: float) -> None:
        """Go on with what was done before the model was asked: a tool may ask one too."""
        before, self._before = self._before, None
        is_tool = before is not None and before.activity is Activity.TOOL
        self.doing = before if is_tool and before is not None else Doing(Activity.AGENT, now)

    def _count(self, data: JsonObject) -> None:
        if "role" in data:
            return  # It is the environment's, which is metered apart.
        self.replies += 1
        for name, total in self.sums.items():
            total.add(possible(data.get(name)))

    def _waits(self, data: JsonObject, now: float) -> None:
        wait_s = possible(data.get("wait_s"))
        attempt, attempts = data.get("attempt"), data.get("attempts")
        count = f", attempt {attempt} of {attempts}" if attempt and attempts else ""
        failure = " ".join(f"{data.get('failure')}".split())
        shown = failure if len(failure) <= _LONGEST_FAILURE else f"{failure[:_LONGEST_FAILURE]}…"
        text = f"{data.get('model') or 'its model'}: {shown}{count}"[:LONGEST_TEXT]
        self.doing = Doing(Activity.PROVIDER, now, text, None if wait_s is None else now + wait_s)


class InFlight:
    """The trials in flight, in the order in which they were started.

    Attributes:
        trials: by their keys.
    """

    def __init__(self) -> None:
        self.trials: dict[TrialKey, TrialState] = {}

    def started(self, key: TrialKey, now: float) -> None:
        """Take in a trial that begins."""
        doing = Doing(Activity.ENVIRONMENT, now)
        self.trials[key] = TrialState(key, now, doing, last_event=now)

    def does(self, key: TrialKey, activity: Activity, text: str, now: float) -> None:
        """Learn what a trial is busy with; one that is put back is not in flight any more."""
        if activity is Activity.PUT_BACK:
            self.ended(key)
        elif key in self.trials:
            self.trials[key].does(activity, text, now)

    def opens(self, key: TrialKey, text: str, done: int, total: int, now: float) -> None:
        """Learn how far the world of a trial is that is being set up."""
        if key in self.trials:
            self.trials[key].opens(text, done, total, now)

    def hears(self, key: TrialKey, event: TraceEvent, now: float) -> None:
        """Learn from an event of a trial."""
        if key in self.trials:
            self.trials[key].hears(event, now)

    def ended(self, key: TrialKey) -> None:
        """Forget a trial."""
        self.trials.pop(key, None)


def _object(data: str) -> JsonObject:
    """Return the data of an event; nothing where an agent made one of its own that holds no object."""
    try:
        found = json.loads(data)
    except (ValueError, TypeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
