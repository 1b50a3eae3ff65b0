"""The world of one task, from set-up to tear-down."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TypeAlias

from itbench.interfaces.json import JsonObject
from itbench.interfaces.task import Task
from itbench.interfaces.workspace import Input, Sandbox, Workspace


@dataclass(frozen=True, slots=True)
class TestBench:
    """What an environment may use to try what was handed in.

    Attributes:
        sandbox: makes fresh workspaces, in which nothing of the agent still runs; isolates if the domain says that
            it runs submissions (`Domain.runs_submissions`), whatever the agent itself worked in.
        hidden: test data that no agent ever sees (`Suite.hidden`).
    """

    # Its name begins like that of a test class, which it is not.
    __test__ = False

    sandbox: Sandbox
    hidden: Sequence[Input] = ()


class Environment(ABC):
    """Opens the workspace of one trial and looks at the end state after the agent stopped."""

    @abstractmethod
    def open(self) -> AbstractAsyncContextManager[Workspace]:
        """Set the world up, yield the agent's workspace, and tear everything down."""

    async def observe(self, files: Mapping[str, bytes], bench: TestBench) -> JsonObject:
        """Return the end state as JSON; called once, between the agent's end and the tear-down.

        Whatever was handed in and has to be run for scoring is run here, in a sandbox of the test bench.
        """
        del files, bench
        return {}


EnvironmentFactory: TypeAlias = Callable[[Task, Sequence[Input], Sandbox], Environment]
"""Makes the environment of one trial from its task, the files that the agent may read, and the sandbox of the run."""


class FilesEnvironment(Environment):
    """The environment of a domain that needs no more than its input files in a workspace."""

    def __init__(self, task: Task, inputs: Sequence[Input], sandbox: Sandbox) -> None:
        self.task = task
        self._inputs = inputs
        self._sandbox = sandbox

    def open(self) -> AbstractAsyncContextManager[Workspace]:
        """Open a workspace with the inputs in it."""
        return self._sandbox.open(self._inputs)
