"""A model in a loop with a shell, by the protocol of ITBench-AA."""

from collections.abc import Sequence

from itbench.agents.model_driven.description import describe, estimate
from itbench.agents.model_driven.options import ReactOptions
from itbench.agents.model_driven.prompts import VERSION, prompts_hash
from itbench.agents.react.work import Work
from itbench.interfaces.agent import TrialEstimate
from itbench.interfaces.events import EventKind
from itbench.interfaces.json import JsonObject
from itbench.interfaces.task import Task
from itbench.interfaces.trace import Trace
from itbench.interfaces.workspace import Workspace
from itbench.models.find import missing_for
from itbench.models.model import Model


class ReactAgent:
    """Lets a model use tools, turn by turn, until it has handed in its answer or a limit is reached."""

    def __init__(self, model: Model, options: ReactOptions) -> None:
        self.model = model
        self.options = options

    def description(self) -> JsonObject:
        """Return what decides how the agent works: prompts, model and settings; never a secret."""
        return {
            "agent": "react",
            "prompts": VERSION,
            "prompts_hash": prompts_hash(),
            **describe(self.model, self.options),
        }

    def missing(self, *, is_cost_limited: bool) -> list[str]:
        """Return what a run needs and this machine lacks."""
        return missing_for(self.model, is_cost_limited=is_cost_limited)

    def estimate(self, task: Task, turns: int) -> TrialEstimate:
        """Return what a trial of so many turns may take, or of as many as are allowed here."""
        return estimate(self.model, self.options, task, turns)

    @property
    def secrets(self) -> Sequence[str]:
        """The key of the model."""
        return self.model.redactor.values

    async def solve(self, task: Task, workspace: Workspace, trace: Trace) -> None:
        """Work on the task until the answer is handed in, the model gives up, or a limit is reached."""
        trace.record(EventKind.AGENT, **self.description())
        async with self.model.session():
            ended_by = await Work(self.model, self.options, task, workspace, trace).run()
        trace.record(EventKind.END, by=ended_by)
