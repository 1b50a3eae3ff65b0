"""A kind of IT work, and the plugin that brings it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeAlias

from itbench.interfaces.agent import AgentSpec
from itbench.interfaces.json import JsonObject
from itbench.interfaces.progress import Progress
from itbench.interfaces.scorer import Scorer
from itbench.interfaces.suite import Suite

if TYPE_CHECKING:
    from itbench.interfaces.audit import AuditCases
    from itbench.interfaces.environment import EnvironmentFactory
    from itbench.interfaces.panel import RunPanels, TrialPanels
    from itbench.interfaces.task import Task
    from itbench.interfaces.workspace import Workspace

API_VERSION = 2
"""The version of the interface between the core and plugins."""
Solve: TypeAlias = "Callable[[Task, JsonObject, Workspace], Awaitable[None]]"


class Preparation(Protocol):
    """Something that a domain needs on this machine and that is made once, such as an engine that judges policies."""

    @property
    def name(self) -> str:
        """What `itbench doctor` calls it."""
        ...

    def problem(self) -> str | None:
        """Return what is missing and what to do about it, in one line; None where it is ready."""
        ...

    def prepare(self, progress: Progress) -> None:
        """Make it. Does nothing where it is there, where only the user can install it, or where this machine does not support it.

        What is then missing, `problem` says.

        Raises:
            ITBenchError: making it failed.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Domain:
    """Everything the core needs to run and score one kind of work.

    Attributes:
        name: must equal the name of its entry point in the group `itbench.domains`.
        summary: one line for `itbench list-domains`.
        suites: the first one is the default.
        scorer: the rules.
        solution: the files of a perfect submission, from a task and its truth; makes each task provable.
        solve: does a task perfectly in its workspace, from the task and its truth, where files are not all that counts;
            None where handing in the files of `solution` is.
        environment: makes the environment of a trial; None for a world that is only files in a workspace.
        agents: baselines and cheats that the domain brings; the first baseline is the default agent.
        runs_submissions: whether `Environment.observe` runs what was handed in; a sandbox that isolates is then made
            ready even for agents that need none.
        observes_files_only: whether what `Environment.observe` returns depends on nothing but the files that are handed in, the inputs
            and the hidden data, as far as a task has no `Suite.setup`. Then it can be done again elsewhere, which `itbench seal` needs.
        needs_sandbox: whether environments run commands or services; agents that need no sandbox then get one all the same.
        preparations: what the domain needs on this machine: `itbench sandbox build` makes it, and `itbench doctor` reports on it.
        truth_schema: JSON Schema of a truth; refers to `urn:itbench:truth`.
        shown_metrics: metrics that stand beside the headline in every table, by the title of their column; each from 0 to 1,
            more is better, and 0 where the agent failed.
        scoring_changes: what changed in the rules with each scoring version from 2 on, one sentence for each change; add an
            entry whenever a stored submission can get another score.
        audit: gives the candidates and features of a suite's tasks, for `itbench audit`; None where nobody wrote any.
        trial_panels: gives what the pages show of a trial beside what it shows of every trial; None for nothing.
        run_panels: gives what the pages show of the trials of a run, or of several; None for nothing.
        api_version: of the interface that the plugin was written for.
    """

    name: str
    summary: str
    suites: Sequence[Suite]
    scorer: Scorer
    solution: "Callable[[Task, JsonObject], Mapping[str, bytes]]"
    solve: "Solve | None" = None
    environment: "EnvironmentFactory | None" = None
    runs_submissions: bool = False
    observes_files_only: bool = False
    needs_sandbox: bool = False
    agents: Sequence[AgentSpec] = ()
    preparations: Sequence[Preparation] = ()
    truth_schema: Callable[[], JsonObject] | None = None
    shown_metrics: Mapping[str, str] = field(default_factory=dict)
    scoring_changes: Sequence[Sequence[str]] = ()
    audit: "AuditCases | None" = None
    trial_panels: "TrialPanels | None" = None
    run_panels: "RunPanels | None" = None
    api_version: int = API_VERSION

    @property
    def scoring_version(self) -> int:
        """The version of the rules; every score is stored with it."""
        return 1 + len(self.scoring_changes)
