"""What the environment of a trial is told."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from itbench.interfaces.environment import TrialSetup
from itbench.interfaces.events import EventKind
from itbench.interfaces.json import JsonValue, json_text
from itbench.interfaces.role import RoleModel, no_model
from itbench.interfaces.sandbox import Sandbox
from itbench.interfaces.suite import Suite
from itbench.interfaces.task import Task
from itbench.interfaces.trace import Trace, TraceEvent
from itbench.models.model import Model
from itbench.suites.shown import Secrets, shown_inputs


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What all trials of a run give to their environments.

    Attributes:
        suite: that the tasks are of.
        sandbox: that the agent works in.
        bench: where what was handed in is tried.
        options: of the suite.
        role_models: the models that play roles in environments, by role.
        secrets: what no agent may be shown; None for the suite's truths and the hidden data of each task itself.
    """

    suite: Suite
    sandbox: Sandbox
    bench: Sandbox
    options: Mapping[str, str] = field(default_factory=dict)
    role_models: Mapping[str, Model] = field(default_factory=dict)
    secrets: Secrets | None = None

    def setup(
        self,
        task: Task,
        trace: Trace,
        *,
        on_progress: Callable[[str, int, int], object] | None = None,
        model: Callable[[str], RoleModel] = no_model,
    ) -> TrialSetup:
        """Return the setup of one trial.

        Raises:
            DataError: its data cannot be shown, or is not there.
            Exception: whatever the suite raises.
        """
        voice = _Voice(trace, on_progress)
        return TrialSetup(
            task=task,
            inputs=shown_inputs(self.suite, task.id, self.secrets),
            hidden=self.suite.hidden(task.id),
            secret=self.suite.setup(task.id),
            seed=trace.seed,
            repeat=trace.repeat,
            options=self.options,
            sandbox=self.sandbox,
            bench=self.bench,
            progress=voice.progress,
            record=voice.record,
            model=model,
        )


class _Voice:
    """Hears the environment, which lives in another thread, on behalf of the trace."""

    def __init__(self, trace: Trace, on_progress: Callable[[str, int, int], object] | None) -> None:
        self._trace = trace
        self._on_progress = on_progress
        self._loop = asyncio.get_running_loop()

    def record(self, about: str, **data: JsonValue) -> None:
        """Add an event of the environment's to the trace."""
        text = json_text({"about": about, **data})
        event = TraceEvent(self._trace.elapsed_s, EventKind.ENVIRONMENT, text)
        self._loop.call_soon_threadsafe(self._trace.add, event)

    def progress(self, text: str, done: int, total: int) -> None:
        """Tell the user how far the set-up is."""
        if self._on_progress is not None:
            self._loop.call_soon_threadsafe(self._on_progress, text, done, total)
