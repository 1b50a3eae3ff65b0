"""The plan of a run, written before its first trial."""

from pydantic import Field

from itbench.interfaces.agent import FloorRole, Role
from itbench.interfaces.json import JsonObject
from itbench.interfaces.model import Frozen


class PlannedAgent(Frozen):
    """Who works on the tasks."""

    name: str
    role: Role = "agent"
    options: dict[str, str] = Field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    description: JsonObject = Field(default_factory=dict, description="What the agent says of itself.")


class PlannedTask(Frozen):
    """One task of the run, and the hash of all that an agent sees of it."""

    id: str
    content_hash: str = Field(pattern=r"^sha256:[0-9a-f]{64}$")


class PlannedFloor(Frozen):
    """What the best known cheat or adversary scores on the suite."""

    agent: str
    value: float
    role: FloorRole = "cheat"


class Plan(Frozen):
    """Everything that decides what a run does; enough to do it again."""

    id: str = Field(pattern=r"^[0-9a-z]{6,26}$")
    created_at: str = Field(description="ISO 8601, UTC.")
    itbench_version: str
    python_version: str
    domain: str
    domain_origin: str = Field(description="Distribution and version that brought the domain.")
    suite: str
    suite_version: str
    suite_hash: str = Field(pattern=r"^sha256:[0-9a-f]{64}$")
    suite_data: str | None = Field(default=None, description="Directory given with --data.")
    suite_as_published: bool = False
    suite_extra: dict[str, str] = Field(default_factory=dict)
    suite_settings: JsonObject = Field(default_factory=dict, description="What the suite says of its data.")
    agent: PlannedAgent
    tasks: tuple[PlannedTask, ...]
    repeats: int = Field(ge=1)
    seed: int
    attempts: int = Field(ge=1, description="Attempts per trial when the environment or the provider fails.")
    max_trials: int = Field(ge=1, description="Maximum number of concurrent trials.")
    is_scored: bool = Field(default=True, description="False for a run with --no-score.")
    sandbox: str
    sandbox_warning: str | None = None
    bench_sandbox: str | None = Field(
        default=None, description="Where the domain tries what was handed in, if it does."
    )
    floor: PlannedFloor | None = None

    @property
    def planned_trials(self) -> int:
        """How many trials a complete run has."""
        return len(self.tasks) * self.repeats
