"""What each trial waits for, as its trace tells."""

import json
from dataclasses import dataclass

from itbench.interfaces.events import EventKind
from itbench.interfaces.json import JsonObject
from itbench.interfaces.record import TrialKey
from itbench.interfaces.trace import TraceEvent

# A reply that takes longer than this is worth a word.
_SILENT_S = 30.0
# So is a world that is not open by then.
_OPENING_S = 3.0
_AGAIN_S = 20.0
# What a program does while its model is asked.
_BESIDE = frozenset({EventKind.OUTPUT, EventKind.NETWORK})
_MOST_LINES = 3
_LONGEST_TEXT = 160


@dataclass(slots=True)
class _Wait:
    """One wait: since when, until when if that is known, for what, and when a line was last written about it.

    Until it has lasted `quiet_s` seconds, there is nothing to say about one without a known end.
    """

    since_s: float
    until_s: float | None
    what: str
    said_at_s: float | None = None
    quiet_s: float = _SILENT_S

    def text(self, now_s: float) -> str:
        if self.until_s is None:
            return f"has waited {now_s - self.since_s:.0f} s for {self.what}"
        if now_s >= self.until_s:
            return f"waits for {self.what}, asked {now_s - self.until_s:.0f} s ago"
        return f"waits {self.until_s - now_s:.0f} s for {self.what}"


class Waits:
    """Keeps the waits of all trials that run."""

    def __init__(self) -> None:
        self._waits: dict[TrialKey, _Wait] = {}

    def hear(self, key: TrialKey, event: TraceEvent, now_s: float) -> None:
        """Learn from an event of a trial's trace."""
        if event.kind == EventKind.WAITING:
            data = json.loads(event.data)
            wait_s = data.get("wait_s")
            before = self._waits.get(key)
            said_at_s = before.said_at_s if before is not None else None
            until_s = None if wait_s is None else now_s + wait_s
            self._waits[key] = _Wait(now_s, until_s, _what(data), said_at_s)
        elif event.kind == EventKind.REQUEST:
            self._waits[key] = _Wait(now_s, None, "its model to answer")
        elif event.kind not in _BESIDE:
            self._waits.pop(key, None)

    def opening(self, key: TrialKey, text: str, done: int, total: int, now_s: float) -> None:
        """Learn how far the world of a trial is that is being set up."""
        before = self._waits.get(key)
        since_s, said_at_s = (now_s, None) if before is None else (before.since_s, before.said_at_s)
        what = f"its world: {text}" + (f" ({done} of {total})" if total else "")
        self._waits[key] = _Wait(since_s, None, what, said_at_s, quiet_s=_OPENING_S)

    def end(self, key: TrialKey) -> None:
        """Forget a trial that has ended."""
        self._waits.pop(key, None)

    def news(self, now_s: float) -> list[str]:
        """Return a line for each wait that nothing was said about yet, or not for some time; for many, the number only."""
        fresh = [
            (key, wait)
            for key, wait in self._due(now_s)
            if wait.said_at_s is None or now_s - wait.said_at_s >= _AGAIN_S
        ]
        for _, wait in fresh:
            wait.said_at_s = now_s
        lines = [f"{trial_name(key)}: {wait.text(now_s)}" for key, wait in fresh[:_MOST_LINES]]
        more = len(fresh) - _MOST_LINES
        return lines + ([f"{more} more trials wait"] if more > 0 else [])

    def _due(self, now_s: float) -> list[tuple[TrialKey, _Wait]]:
        return [
            (key, wait)
            for key, wait in self._waits.items()
            if wait.until_s is not None or now_s - wait.since_s >= wait.quiet_s
        ]


def trial_name(key: TrialKey) -> str:
    """Return a trial as users name it: its task and repeat, and which attempt it is where that is not the first."""
    return f"{key.task}:{key.repeat}" + (f":{key.attempt}" if key.attempt else "")


def _what(data: JsonObject) -> str:
    model, failure = data.get("model") or "its model", " ".join(str(data.get("failure")).split())
    shown = failure if len(failure) <= _LONGEST_TEXT else f"{failure[:_LONGEST_TEXT]}…"
    attempt, attempts = data.get("attempt"), data.get("attempts")
    count = f", attempt {attempt} of {attempts}" if attempt and attempts else ""
    return f"{model}: {shown}{count}"
