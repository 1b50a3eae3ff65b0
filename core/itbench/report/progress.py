"""How far a run is, and what its trials do and wait for: drawn anew once a second on a terminal, plain lines elsewhere."""

import asyncio
import sys
import time
from pathlib import Path

from itbench.host.terminal import can_be_redrawn
from itbench.interfaces.activity import Activity
from itbench.interfaces.hooks import hookimpl
from itbench.interfaces.plan import Plan
from itbench.interfaces.record import TrialKey, TrialRecord
from itbench.interfaces.trace import TraceEvent
from itbench.report.screen import Screen
from itbench.report.screen_lines import RunState, screen_lines
from itbench.report.tally import Tally
from itbench.report.time_left import TimeLeft
from itbench.report.waits import Waits
from itbench.store.live.state import InFlight
from itbench.text.harmless import one_line

_LINE_EVERY_S = 10.0
_LOOK_EVERY_S = 1.0


class RunProgress:
    """The console as a plugin of the run; it writes to standard error only."""

    def __init__(self) -> None:
        self._title = ""
        self._before = self._total = 0
        self._tally = Tally()
        self._time_left = TimeLeft(concurrent=1)
        self._screen: Screen | None = None
        self._in_flight = InFlight()
        self._waits = Waits()
        self._last_line = time.monotonic()
        self._looking: asyncio.Task[None] | None = None

    @hookimpl
    def run_started(self, plan: Plan, path: Path, done: int) -> None:
        """Show how far the run is."""
        self._title = f"{plan.domain}/{plan.suite}"
        self._before, self._total = done, plan.planned_trials
        self._time_left.concurrent = plan.max_trials
        self._tally.read(path)
        if can_be_redrawn():
            self._screen = Screen()
            self.show()
        if plan.sandbox_warning:
            self._say(f"warning: {plan.sandbox_warning}")
        self._looking = _task(self)

    @hookimpl
    def trial_started(self, key: TrialKey) -> None:
        """Take in a trial that begins."""
        self._in_flight.started(key, time.time())

    @hookimpl
    def trial_activity(self, key: TrialKey, activity: Activity, text: str) -> None:
        """Learn what a trial is busy with."""
        self._in_flight.does(key, activity, text, time.time())

    @hookimpl
    def trial_progress(self, key: TrialKey, text: str, done: int, total: int) -> None:
        """Learn how far the set-up of a trial's world is."""
        self._in_flight.opens(key, text, done, total, time.time())

    @hookimpl
    def trace_event(self, key: TrialKey, event: TraceEvent) -> None:
        """Learn what a trial does and waits for."""
        self._in_flight.hears(key, event, time.time())

    @hookimpl
    def trial_finished(self, record: TrialRecord) -> None:
        """Count a trial that has ended."""
        self._in_flight.ended(record.key)
        self._tally.add(record)
        now = time.monotonic()
        self._time_left.add(record.wall_s, now)
        if self._screen is None and now - self._last_line > _LINE_EVERY_S:
            self._say_state()

    @hookimpl
    def run_finished(self, is_complete: bool) -> None:
        """Leave the terminal as it was."""
        if self._looking is not None:
            self._looking.cancel()
        if self._screen is not None:
            self._screen.stop()
        if not is_complete:
            self._say_state()

    def show(self) -> None:
        """Draw the screen anew; elsewhere, say what trials wait for that is new or has lasted."""
        trials = list(self._in_flight.trials.values())
        if self._screen is None:
            for line in self._waits.news(trials, time.time()):
                self._say(line)
            return
        state = self._state()
        self._screen.show(lambda paper: screen_lines(state, trials, paper, time.time()))

    def _state(self) -> RunState:
        return RunState(
            title=self._title,
            done=self._done,
            total=self._total,
            time_left=self._time_left.text(self._total - self._done, time.monotonic()),
            score=self._tally.score,
            faults=self._tally.faults,
        )

    @property
    def _done(self) -> int:
        return self._before + len(self._tally.done)

    def _say_state(self) -> None:
        self._last_line = time.monotonic()
        left = self._time_left.text(self._total - self._done, self._last_line)
        self._say(", ".join(filter(None, [f"{self._done} of {self._total} trials", self._tally.line, left])))

    def _say(self, text: str) -> None:
        sys.stderr.write(f"{one_line(text)}\n")


def _task(progress: RunProgress) -> asyncio.Task[None] | None:
    """Return a task that shows things as time goes by; None where nothing runs that could."""

    async def look() -> None:
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            progress.show()

    try:
        return asyncio.get_running_loop().create_task(look())
    except RuntimeError:
        return None
