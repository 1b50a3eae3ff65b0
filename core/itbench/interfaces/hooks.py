"""What a plugin can hear of a run.

A plugin is any object or module with functions of these names, marked with `hookimpl`, in the entry-point
group `itbench.plugins`.
"""

from collections.abc import Awaitable
from pathlib import Path

import pluggy

from itbench.interfaces.activity import Activity
from itbench.interfaces.plan import Plan
from itbench.interfaces.record import TrialKey, TrialRecord
from itbench.interfaces.trace import TraceEvent

PROJECT = "itbench"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)
"""The decorator that marks a plugin's functions as implementations of hooks."""


class RunHooks:
    """What a plugin can hear of a run. Any hook may return an awaitable; the run waits for it."""

    @hookspec
    def run_started(self, plan: Plan, path: Path, done: int) -> Awaitable[None] | None:
        """A run starts or is resumed; `done` of its trials are finished already."""

    @hookspec
    def trial_started(self, key: TrialKey) -> Awaitable[None] | None:
        """A trial begins."""

    @hookspec
    def trial_progress(self, key: TrialKey, text: str, done: int, total: int) -> None:
        """The world of a trial is being set up; must return at once."""

    @hookspec
    def trial_activity(self, key: TrialKey, activity: Activity, text: str) -> None:
        """A trial is busy with something else from now on; the text says more, if anything does; must return at once.

        What its events tell, such as that a model is asked, is not told again.
        """

    @hookspec
    def trace_event(self, key: TrialKey, event: TraceEvent) -> None:
        """Something happened in a trial; must return at once."""

    @hookspec
    def trial_finished(self, record: TrialRecord) -> Awaitable[None] | None:
        """A trial ended."""

    @hookspec
    def run_finished(self, plan: Plan, path: Path, is_complete: bool) -> Awaitable[None] | None:
        """A run ended, or was interrupted."""
