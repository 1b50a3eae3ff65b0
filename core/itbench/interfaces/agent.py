"""Whatever works on a task."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, runtime_checkable

from itbench.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from itbench.interfaces.json import JsonObject
    from itbench.interfaces.progress import Progress
    from itbench.interfaces.sandbox import Mount
    from itbench.interfaces.task import Task
    from itbench.interfaces.trace import Trace
    from itbench.interfaces.workspace import Workspace

Solver: TypeAlias = "Callable[[Task, Workspace], Awaitable[None]]"
Role: TypeAlias = Literal["agent", "baseline", "cheat", "adversary", "privileged"]
"""What an agent is for; `AgentSpec.role` describes each."""
FloorRole: TypeAlias = Literal["cheat", "adversary"]
"""The roles that can set the floor of a suite."""


class Agent(Protocol):
    """Works on a task in a workspace and leaves its answer there as a file.

    One agent serves all trials of a run, many at a time; what belongs to one trial stays inside `solve`.
    """

    async def solve(self, task: "Task", workspace: "Workspace", trace: "Trace") -> None:
        """Work on the task until done; the runner stops it at a limit and collects what is there."""
        ...


@runtime_checkable
class PrivilegedAgent(Protocol):
    """An agent that is given the solutions; every table marks it."""

    def trust(self, solver: Solver) -> None:
        """Take the function that does a task perfectly in its workspace."""
        ...


@runtime_checkable
class EquippedAgent(Protocol):
    """An agent that needs folders of the host in its sandbox."""

    @property
    def mounts(self) -> "Sequence[Mount]":
        """The folders."""
        ...


@runtime_checkable
class CopyingAgent(Protocol):
    """An agent that puts files of the host into its working directory."""

    @property
    def copied_files(self) -> "Sequence[Path]":
        """The files."""
        ...


@runtime_checkable
class ConnectedAgent(Protocol):
    """An agent that tells how many connections one of its trials may hold open, for the number of concurrent trials."""

    @property
    def connections(self) -> int:
        """The number; each takes two open files, one to the program and one to its peer."""
        ...


@runtime_checkable
class DemandingAgent(Protocol):
    """An agent that can tell, before a run, what it still needs on this machine; a dry run does without."""

    def missing(self, *, is_cost_limited: bool) -> "Sequence[str]":
        """Return what is missing, one thing each, and how to bring it; where the cost is limited, prices too."""
        ...


@runtime_checkable
class DescribedAgent(Protocol):
    """An agent that tells what decides how it works, for the run's plan."""

    def description(self) -> "JsonObject":
        """Return prompts, model and settings; never a secret."""
        ...


@runtime_checkable
class PunctualAgent(Protocol):
    """An agent that ends its work at `Limits.wall_s` by itself, and says why by what it raises; then it has to close what it opened."""

    @property
    def closing_s(self) -> float:
        """How many seconds that may take; the runner stops it only after them."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialEstimate:
    """What one trial may take: tokens, and US dollars or None where the price is unknown.

    Attributes:
        turns: of the model.
        input_tokens: sent, cached ones among them.
        cached_tokens: those read from the provider's cache.
        output_tokens: written by the model.
        cost_usd: US dollars; None where the price is unknown.
    """

    turns: int
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    cost_usd: float | None


@runtime_checkable
class EstimatingAgent(Protocol):
    """An agent that can tell beforehand what a trial may take."""

    def estimate(self, task: "Task", turns: int) -> TrialEstimate:
        """Return what a trial of so many turns may take."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRequest:
    """How an agent was asked for: `--agent NAME:key=value,... -- ARGUMENTS`.

    Attributes:
        name: of the agent.
        options: as text, by name.
        arguments: what stands after `--`.
        seed: of the run.
    """

    name: str
    options: Mapping[str, str] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    seed: int = 0

    def refuse_options(self, *known: str, arguments: bool = False) -> None:
        """Check that nothing was asked for that the agent does not know.

        Raises:
            UsageError: an unknown option, or arguments where there may be none.
        """
        unknown = sorted(set(self.options) - set(known))
        if unknown:
            allowed = ", ".join(known) if known else "none"
            raise UsageError(f"agent {self.name!r} has no option {unknown[0]!r}; it knows: {allowed}")
        if self.arguments and not arguments:
            raise UsageError(f"agent {self.name!r} takes no arguments, found {' '.join(self.arguments)!r}")


@runtime_checkable
class SecretiveAgent(Protocol):
    """An agent that knows secrets, such as the key of a provider."""

    @property
    def secrets(self) -> Sequence[str]:
        """Their values; they are taken out of all that is kept or shown of a run."""
        ...


AgentFactory: TypeAlias = Callable[[AgentRequest], Agent]
"""Makes an agent from what was asked for on the command line; may raise `UsageError`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSpec:
    """An agent that can be asked for by name.

    Attributes:
        name: what stands after `--agent`.
        summary: one line for `itbench list-agents`.
        create: makes the agent; imports what it needs only then.
        role: "agent" for real ones, "baseline" for a yardstick, "cheat" for one that knows nothing and
            tries to score, "adversary" for fixed rules that exploit how the tasks are made, "privileged" for one
            that is shown the solution.
        is_in_process: whether it is all Python code of the plugin itself and starts nothing in the workspace; then
            it needs no sandbox. What a model or an outside program can steer must leave this False.
        missing: returns what the agent still needs on this machine and how to install it, or None; for `itbench doctor`.
        install: installs what the agent runs, unless it is installed, and returns what is installed where; for
            `itbench install-agent`. An agent that can be made ready only then is also `Prepared`, and is so by each run.
    """

    name: str
    summary: str
    create: AgentFactory
    role: Role = "agent"
    is_in_process: bool = False
    missing: "Callable[[], str | None] | None" = None
    install: "Callable[[AgentRequest, Progress], str] | None" = None
