"""The plan of a run, written before its first trial."""

from collections.abc import Iterator

from pydantic import Field

from itbench.interfaces.agent import FloorRole, Role
from itbench.interfaces.json import JsonObject
from itbench.interfaces.model import Frozen
from itbench.interfaces.shard import PlannedShard
from itbench.interfaces.task import OtherLimits

# More than any run has; files and memory would not hold them.
MOST_TRIALS = 10_000_000


class PlannedAgent(Frozen):
    """Who works on the tasks."""

    name: str
    role: Role = "agent"
    origin: str | None = Field(
        default=None, description="Distribution and version that brought the agent; null in early run files."
    )
    code: str | None = Field(
        default=None,
        description="Hash of the code of that distribution; null where it is not known.",
    )
    options: dict[str, str] = Field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    description: JsonObject = Field(default_factory=dict, description="What the agent says of itself.")


class PlannedTask(Frozen):
    """One task of the run, and by what it is known again."""

    id: str
    content_hash: str = Field(
        pattern=r"^sha256:[0-9a-f]{64}$",
        description="Of the task, the suite's options and the inputs; with `hash_version` 1 of the task, the inputs and the hidden files.",
    )
    private_hash: str | None = Field(
        default=None,
        pattern=r"^hmac-sha256:[0-9a-f]{64}$",
        description="Of the truth and the hidden files, keyed with the truth's canary; null where truths were not read.",
    )


class PlannedModel(Frozen):
    """A model that plays a role in environments."""

    asked: str = Field(description="As the user named it, without secrets.")
    description: JsonObject = Field(default_factory=dict, description="What the model says of itself.")


class Resumption(Frozen):
    """What was installed when a run was resumed; trials that began later are of these versions."""

    resumed_at: str = Field(description="ISO 8601, UTC.")
    itbench_version: str
    python_version: str
    domain_origin: str
    agent_origin: str
    domain_code: str | None = None
    agent_code: str | None = None


class PlannedFloor(Frozen):
    """What the best known cheat or adversary scores on the suite."""

    agent: str
    value: float
    measured_on: str = Field(default="", description="In words, where that was not all tasks of the suite.")
    role: FloorRole = "cheat"
    tasks: int | None = Field(
        default=None, description="How many tasks the suite has; null in early run files."
    )


class Plan(Frozen):
    """Everything that decides what a run does; enough to do it again."""

    id: str = Field(pattern=r"^[0-9a-z]{6,26}$")
    created_at: str = Field(description="ISO 8601, UTC.")
    itbench_version: str
    python_version: str
    domain: str
    domain_origin: str = Field(description="Distribution and version that brought the domain.")
    domain_code: str | None = Field(
        default=None,
        description="Hash of the code of that distribution; null where it is not known.",
    )
    suite: str
    suite_version: str
    suite_hash: str = Field(pattern=r"^sha256:[0-9a-f]{64}$")
    suite_data: str | None = Field(default=None, description="Directory given with --data.")
    suite_seal: str | None = Field(
        default=None,
        pattern=r"^sha256:[0-9a-f]{64}$",
        description="Of the sealed bundle that the tasks are from; null for any other suite.",
    )
    suite_as_published: bool = False
    suite_extra: dict[str, str] = Field(default_factory=dict)
    suite_secret: dict[str, str] = Field(
        default_factory=dict,
        description="Salted fingerprints of options from which the truth can be made, such as a seed, by their names.",
    )
    suite_settings: JsonObject = Field(default_factory=dict, description="What the suite says of its data.")
    data_warning: str | None = Field(
        default=None, description="Why the data is not what was published under the suite's name."
    )
    hash_version: int = Field(default=1, description="How the hashes of the tasks are made.")
    agent: PlannedAgent
    role_models: dict[str, PlannedModel] = Field(
        default_factory=dict, description="Models that play roles in environments, by role."
    )
    tasks: tuple[PlannedTask, ...]
    repeats: int = Field(ge=1)
    seed: int
    attempts: int = Field(ge=1, description="Attempts per trial when the environment or the provider fails.")
    max_trials: int = Field(ge=1, description="Maximum number of concurrent trials.")
    limits: OtherLimits = Field(
        default=OtherLimits(),
        description="Limits of a trial that the run sets in place of those of its tasks.",
    )
    max_cost_usd: float | None = Field(
        default=None,
        gt=0,
        description="US dollars that the run may cost; once spent, no further trial begins.",
    )
    is_scored: bool = Field(default=True, description="False for a run with --no-score.")
    sandbox: str
    sandbox_warning: str | None = None
    bench_sandbox: str | None = Field(
        default=None, description="Where the domain tries what was handed in, if it does."
    )
    floor: PlannedFloor | None = None
    shown_metrics: dict[str, str] = Field(
        default_factory=dict, description="Metrics beside the headline, by the title of their column."
    )
    data_faults: dict[str, tuple[str, ...]] = Field(
        default_factory=dict,
        description="What is wrong with the data of tasks, by their ids; they get no score.",
    )
    is_faulty_data_allowed: bool = Field(
        default=False, description="True where tasks with faulty data were to be run anyway."
    )
    resumed: tuple[Resumption, ...] = ()
    shard: PlannedShard | None = Field(
        default=None, description="Which part of the trials this file has; null for all of them."
    )
    merged: tuple[str, ...] = Field(
        default=(), description="Ids of the shards from which `itbench merge` made the run, in their order."
    )

    @property
    def faulty(self) -> tuple[str, ...]:
        """The tasks that get no score because their data is faulty."""
        return () if self.is_faulty_data_allowed else tuple(self.data_faults)

    @property
    def planned_trials(self) -> int:
        """How many trials the run file has when it is complete."""
        total = len(self.tasks) * self.repeats
        return total if self.shard is None else self.shard.size(total)

    def trials(self) -> Iterator[tuple[str, int]]:
        """Yield task and repeat of each planned trial, repeat by repeat, so that each task is tried early."""
        for repeat in range(self.repeats):
            for at, task in enumerate(self.tasks):
                if self.shard is None or self.shard.holds(repeat * len(self.tasks) + at):
                    yield task.id, repeat
