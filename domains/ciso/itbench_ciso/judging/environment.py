"""The world of one task: files in a workspace, and the judging when the agent has stopped."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from itbench import Environment, Input, JsonObject, Sandbox, TestBench, Workspace
from itbench_ciso.judging.tags import ADMISSION, UPDATE, engine_of

if TYPE_CHECKING:
    from itbench import Task


class CisoEnvironment(Environment):
    """Shows the inputs; judges policies over the shown set and the hidden ones."""

    def __init__(self, task: "Task", inputs: Sequence[Input], sandbox: Sandbox) -> None:
        self.task = task
        self._inputs = inputs
        self._sandbox = sandbox
        self._path: str | None = None

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Workspace]:
        """Open a workspace with the inputs in it."""
        async with self._sandbox.open(self._inputs) as workspace:
            # Scripts may name the place where they were written; they are run in another one.
            self._path = str(workspace.path)
            yield workspace

    async def observe(self, files: Mapping[str, bytes], bench: TestBench) -> JsonObject:
        """Run the script over each set in a sandbox of its own, then the policy in a process of its own.

        Raises:
            UsageError: the engine is not there.
            SandboxError: there is no sandbox on this machine, or the engine cannot be installed.
            EngineFaultError: what was not judged is not the submission's doing.
        """
        if ADMISSION in self.task.tags:
            from itbench_ciso.judging.direct import observe_admission

            return await observe_admission(files, self._inputs, bench)
        if UPDATE in self.task.tags:
            from itbench_ciso.judging.direct import observe_update

            return await observe_update(files, self._inputs, bench, engine_of(self.task))
        from itbench_ciso.judging.scripted import observe_scripted

        return await observe_scripted(self.task, files, self._inputs, bench, self._path)
