"""Stirrup works on a task: its loop, summaries, turn counting and prompts; our workspace, models, limits and trace."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version

from stirrup import Agent
from stirrup.core.exceptions import ContextOverflowError, OutputTokenLimitError

from itbench.agents.model_driven.description import describe, estimate
from itbench.agents.model_driven.options import ReactOptions
from itbench.agents.model_driven.toolbox import Toolbox
from itbench.agents.stirrup.client import ModelClient
from itbench.agents.stirrup.prompt import prompt_hash, task_prompt
from itbench.agents.stirrup.shell import WorkspaceShell
from itbench.agents.stirrup.tools import domain_tools, finish_tool
from itbench.agents.stirrup.watcher import Watcher
from itbench.interfaces.agent import TrialEstimate
from itbench.interfaces.events import EventKind
from itbench.interfaces.json import JsonObject
from itbench.interfaces.task import Task
from itbench.interfaces.trace import Trace
from itbench.interfaces.workspace import Workspace
from itbench.models.find import missing_for
from itbench.models.model import SEED_RANGE, Model, ModelSettings

# Stirrup cannot do without a number of turns, and tells it to the model.
_UNLIMITED_TURNS = 1_000_000


class StirrupAgent:
    """Has Stirrup work with a model until it finishes or a limit is reached."""

    def __init__(self, model: Model, options: ReactOptions) -> None:
        self.model = model
        self.options = options
        # Without a handler Python prints what Stirrup warns of, in the midst of our tables.
        logger = logging.getLogger("stirrup")
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())

    def description(self) -> JsonObject:
        """Return what decides how the agent works: harness, prompts, model and settings; never a secret."""
        return {
            "agent": "stirrup",
            "stirrup": version("stirrup"),
            "prompts_hash": prompt_hash(),
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
        """Work on the task until Stirrup finishes or a limit is reached."""
        trace.record(EventKind.AGENT, **self.description())
        async with self.model.session():
            client = ModelClient(self.model, self._settings(trace), trace)
            is_finished = await self._work(client, task, workspace, trace)
        if not is_finished:
            trace.stop("turns")
        trace.record(EventKind.END, by="finish")

    def _agent(self, client: ModelClient, task: Task, workspace: Workspace, trace: Trace) -> Agent:
        options, clean = self.options, self.model.redactor.text
        shell = WorkspaceShell(workspace, task.limits.command_s, clean)
        toolbox = Toolbox(task, workspace, trace, self.model.redactor, options.output_chars)
        limits = [limit for limit in (task.limits.turns, options.turns) if limit is not None]
        return Agent(
            client=client,
            name="itbench",
            max_turns=min(limits, default=_UNLIMITED_TURNS),
            tools=[shell, *domain_tools(list(workspace.tools), toolbox)],
            finish_tool=finish_tool(task.hand_in, shell),
            context_summarization_cutoff=options.summarise_at,
            logger=Watcher(trace),
        )

    def _settings(self, trace: Trace) -> ModelSettings:
        seed = trace.seed % SEED_RANGE if self.options.sends_seed else None
        return replace(self.options.settings, seed=seed, draw=trace.draw)

    async def _work(self, client: ModelClient, task: Task, workspace: Workspace, trace: Trace) -> bool:
        """Run to the end, and return whether that was `finish`."""
        agent = self._agent(client, task, workspace, trace)
        try:
            # Stirrup's own cache would keep conversations in the user's home, and its signal handler would take ours away.
            async with agent.session(clear_cache_on_success=False, cache_on_interrupt=False) as session:
                finished, _, _ = await session.run(task_prompt(task, workspace))
        except ContextOverflowError:
            await client.give_up()
        except OutputTokenLimitError as error:
            trace.record(EventKind.CUT, message=str(error))
            trace.stop("output")
        return finished is not None
