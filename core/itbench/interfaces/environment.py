"""The world of one task, from set-up to tear-down."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from itbench.interfaces.json import JsonObject, JsonValue
from itbench.interfaces.progress import Progress, no_progress
from itbench.interfaces.role import RoleModel, no_model
from itbench.interfaces.sandbox import Sandbox
from itbench.interfaces.task import Task
from itbench.interfaces.workspace import Input, Workspace


class Recorder(Protocol):
    """Writes events of kind `environment` into the trace of a trial."""

    def __call__(self, about: str, **data: JsonValue) -> None:
        """Record something; the data must be JSON.

        Raises:
            TypeError: something in the data is not JSON.
        """
        ...


def no_record(about: str, **data: JsonValue) -> None:
    """Record nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialSetup:
    """What an environment is told of the trial that it is for; an agent never sees it.

    Attributes:
        task: with the limits of this run.
        inputs: what the agent may read, to be mounted read-only.
        hidden: data that no agent ever sees (`Suite.hidden`), to plant and to observe with.
        secret: what else to plant (`Suite.setup`); a JSON object.
        seed: for anything random: of this repeat of this task, the same when it is done again.
        repeat: which repeat of the task this is, counted from 0.
        options: of the suite, as the user gave them (`--suite-option`).
        sandbox: makes the agent's workspace, and services beside it.
        bench: makes fresh workspaces for what was handed in, in which nothing of the agent still runs; isolates if the
            domain says that it runs submissions (`Domain.runs_submissions`), whatever the agent itself works in.
        progress: tells the user how far the set-up is.
        record: writes events into the trace, as the environment.
        model: returns the model that plays a role, such as a simulated user; it is metered apart from the agent's.
            Raises NoRoleModelError where the run names none.
    """

    task: Task
    inputs: Sequence[Input] = ()
    hidden: Sequence[Input] = ()
    secret: JsonObject = field(default_factory=dict)
    seed: int = 0
    repeat: int = 0
    options: Mapping[str, str] = field(default_factory=dict)
    sandbox: Sandbox
    bench: Sandbox
    progress: Progress = no_progress
    record: Recorder = no_record
    model: Callable[[str], RoleModel] = no_model


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """The end state of a world, as the scorer will see it.

    Attributes:
        state: a JSON object.
        broken_by_agent: what the agent did to its world so that it cannot be observed, in one clause; that is a result,
            with the value 0. A world that broke without the agent's doing is an exception of `observe` instead.
    """

    state: JsonObject = field(default_factory=dict)
    broken_by_agent: str | None = None


class Environment(ABC):
    """Opens the workspace of one trial and looks at the end state after the agent stopped.

    It lives in an event loop of its own, in a thread of its own: code in it that blocks keeps no other trial waiting.
    Each of its methods has a limit (`Limits.open_s`, `observe_s`, `tool_s`). What it raises is a fault of the environment, unless it
    fails only in the world in which the agent worked, and a fresh world of the same task can be opened, observed and closed.
    """

    @abstractmethod
    def open(self) -> AbstractAsyncContextManager[Workspace]:
        """Set the world up, yield the agent's workspace, and tear everything down."""

    async def probe(self) -> str | None:
        """Return what is wrong with the world that was just opened, in one clause; None if it works.

        It is called before the agent has done anything: what is wrong then is a fault of the environment.
        """
        return None

    async def observe(self, files: Mapping[str, bytes]) -> Observation:
        """Return the end state; called for each attempt whose `open` succeeded, also where nothing was handed in.

        It is called once, and once more where that failed. Where it fails again and a fresh world can be observed, the agent broke its
        world, which is a result with the value 0.

        It is called between the agent's end and the tear-down; no command and no session of the agent still runs then.
        Whatever was handed in and has to be run for scoring is run here, in a sandbox of the setup's `bench`.

        Args:
            files: what was handed in, by path below the workspace.
        """
        del files
        return Observation()


EnvironmentFactory: TypeAlias = Callable[[TrialSetup], Environment]
"""Makes the environment of one trial from its setup."""


class FilesEnvironment(Environment):
    """The environment of a domain that needs no more than its input files in a workspace."""

    def __init__(self, setup: TrialSetup) -> None:
        self.setup = setup

    def open(self) -> AbstractAsyncContextManager[Workspace]:
        """Open a workspace with the inputs in it."""
        return self.setup.sandbox.open(self.setup.inputs)
