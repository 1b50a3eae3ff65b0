"""A model in a loop with a shell, by the protocol of ITBench-AA."""

from itbench.interfaces.agent import TrialEstimate
from itbench.interfaces.json import JsonObject, json_text
from itbench.interfaces.task import Task
from itbench.interfaces.trace import Trace
from itbench.interfaces.workspace import Workspace
from itbench.models.model import Model
from itbench.react.options import UNKNOWN_WINDOW_TOKENS, ReactOptions
from itbench.react.prompts import VERSION, prompts_hash
from itbench.react.work import Work


class ReactAgent:
    """Lets a model use tools, turn by turn, until it has handed in its answer or a limit is reached."""

    def __init__(self, model: Model, options: ReactOptions) -> None:
        self.model = model
        self.options = options

    def description(self) -> JsonObject:
        """Return what decides how the agent works: prompts, model and settings; never a secret."""
        settings = self.options.settings
        return {
            "agent": "react",
            "prompts": VERSION,
            "prompts_hash": prompts_hash(),
            "model": self.model.description(),
            "temperature": settings.temperature,
            "effort": settings.effort,
            "max_tokens": settings.max_tokens,
            "sends_seed": self.options.sends_seed,
            "summarise_at": self.options.summarise_at,
            "turns": self.options.turns,
            "output_chars": self.options.output_chars,
        }

    def estimate(self, task: Task, turns: int) -> TrialEstimate:
        """Return what a trial of so many turns may take, or of as many as are allowed here."""
        from itbench.models.estimate import estimate_trial

        turns = min(turns, self.options.turns or turns)
        chars = len(task.instructions) + len(json_text(task.hand_in.answer_schema))
        window_tokens = self.model.window_tokens or UNKNOWN_WINDOW_TOKENS
        return estimate_trial(self.model, chars, turns, window_tokens, self.options.summarise_at)

    async def solve(self, task: Task, workspace: Workspace, trace: Trace) -> None:
        """Work on the task until the answer is handed in, the model gives up, or a limit is reached."""
        trace.redact = self.model.redactor.text
        trace.record("agent", **self.description())
        async with self.model.session():
            ended_by = await Work(self.model, self.options, task, workspace, trace).run()
        trace.record("end", by=ended_by)
