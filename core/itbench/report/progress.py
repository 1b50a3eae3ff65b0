"""How far a run is, and what it waits for: a bar with the running score on a terminal, plain lines elsewhere."""

import asyncio
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn
from rich.text import Text

from itbench.interfaces.hooks import hookimpl
from itbench.interfaces.plan import Plan
from itbench.interfaces.record import TrialKey, TrialRecord
from itbench.interfaces.trace import TraceEvent
from itbench.report.time_left import TimeLeft
from itbench.report.waits import Waits
from itbench.store.reader import RunFile
from itbench.text.harmless import one_line

_LINE_EVERY_S = 10.0
_LOOK_EVERY_S = 1.0


class RunProgress:
    """The console as a plugin of the run; it writes to standard error only."""

    def __init__(self) -> None:
        self._values: dict[str, list[float]] = {}
        self._faults: set[tuple[str, int]] = set()
        self._done: set[tuple[str, int]] = set()
        self._before = self._total = 0
        self._bar: Progress | None = None
        self._time_left = TimeLeft(concurrent=1)
        self._last_line = time.monotonic()
        self._waits = Waits()
        self._looking: asyncio.Task[None] | None = None

    @hookimpl
    def run_started(self, plan: Plan, path: Path, done: int) -> None:
        """Show the bar."""
        self._before, self._total = done, plan.planned_trials
        self._time_left.concurrent = plan.max_trials
        self._values = _values(path)
        console = Console(stderr=True)
        if console.is_terminal:
            self._bar = Progress(
                TextColumn("{task.description}", markup=False),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[state]}", markup=False),
                _TimeLeftColumn(self._time_left),
                console=console,
                transient=True,
            )
            name = f"{plan.domain}/{plan.suite}"
            self._bar.add_task(name, total=self._total, completed=done, state="")
            self._bar.start()
        if plan.sandbox_warning:
            self._say(f"warning: {plan.sandbox_warning}")
        self._looking = _task(self)

    @hookimpl
    def trace_event(self, key: TrialKey, event: TraceEvent) -> None:
        """Learn what a trial waits for."""
        self._waits.hear(key, event, time.monotonic())

    @hookimpl
    def trial_progress(self, key: TrialKey, text: str, done: int, total: int) -> None:
        """Learn how far the set-up of a trial's world is."""
        self._waits.opening(key, text, done, total, time.monotonic())

    def show_waits(self) -> None:
        """Show what trials wait for: all in the bar, what is new or has lasted as lines."""
        now = time.monotonic()
        if self._bar is not None:
            waits = self._waits.now(now)
            state = ", ".join(
                [self._state(), *waits[:1], *([f"{len(waits) - 1} more wait"] if waits[1:] else [])]
            )
            self._bar.update(self._bar.task_ids[0], state=one_line(state))
        else:
            for line in self._waits.news(now):
                self._say(line)

    @hookimpl
    def trial_finished(self, record: TrialRecord) -> None:
        """Move the bar on."""
        self._waits.end(record.key)
        key = (record.key.task, record.key.repeat)
        self._done.add(key)
        self._time_left.add(record.wall_s, time.monotonic())
        value = record.value
        self._faults.discard(key)
        if value is not None:
            self._values.setdefault(record.key.task, []).append(value)
        elif record.fault is not None:
            self._faults.add(key)
        if self._bar is not None:
            done = self._before + len(self._done)
            self._bar.update(self._bar.task_ids[0], completed=done, state=self._state())
        elif time.monotonic() - self._last_line > _LINE_EVERY_S:
            self._say_state()

    @hookimpl
    def run_finished(self, is_complete: bool) -> None:
        """Take the bar away."""
        if self._looking is not None:
            self._looking.cancel()
        if self._bar is not None:
            self._bar.stop()
        if not is_complete:
            self._say_state()

    def _state(self) -> str:
        means = [sum(values) / len(values) for values in self._values.values()]
        score = f"score {sum(means) / len(means):.3f}" if means else "no score yet"
        return score + (f", {len(self._faults)} faults" if self._faults else "")

    def _say_state(self) -> None:
        self._last_line = time.monotonic()
        done = self._before + len(self._done)
        left = self._time_left.text(self._total - done, self._last_line)
        self._say(", ".join(filter(None, [f"{done} of {self._total} trials", self._state(), left])))

    def _say(self, text: str) -> None:
        sys.stderr.write(f"{one_line(text)}\n")


def _task(progress: RunProgress) -> asyncio.Task[None] | None:
    """Return a task that shows waits as time goes by; None where nothing runs that could."""

    async def look() -> None:
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            progress.show_waits()

    try:
        return asyncio.get_running_loop().create_task(look())
    except RuntimeError:
        return None


class _TimeLeftColumn(ProgressColumn):
    """Time left by our own estimate: that of rich needs trials less than 30 s apart."""

    def __init__(self, time_left: TimeLeft) -> None:
        super().__init__()
        self._time_left = time_left

    def render(self, task: Task) -> Text:
        """Return the words for the bar."""
        return Text(self._time_left.text(round(task.remaining or 0), time.monotonic()))


def _values(path: Path) -> dict[str, list[float]]:
    """Return the values that a resumed run has already; the trials without one are those that are done now."""
    with RunFile(path) as run:
        scored = {
            task: [value for value in values if value is not None] for task, values in run.values().items()
        }
    return {task: values for task, values in scored.items() if values}
