"""The world of one task: files in a workspace, and the judging when the agent has stopped."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from itbench import Environment, JsonObject, Observation, TrialSetup, Workspace
from itbench_ciso.judging.tags import ADMISSION, UPDATE, engine_of


class CisoEnvironment(Environment):
    """Shows the inputs; judges policies over the shown set and the hidden ones."""

    def __init__(self, setup: TrialSetup) -> None:
        self._setup = setup
        self._path: str | None = None

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Workspace]:
        """Open a workspace with the inputs in it."""
        async with self._setup.sandbox.open(self._setup.inputs) as workspace:
            # Scripts may name the place where they were written; they are run in another one.
            self._path = str(workspace.path)
            yield workspace

    async def observe(self, files: Mapping[str, bytes]) -> Observation:
        """Run the script over each set in a sandbox of its own, then the policy in a process of its own.

        Raises:
            UsageError: the engine is not there.
            SandboxError: there is no sandbox on this machine, or the engine cannot be installed.
            EngineFaultError: what was not judged is not the submission's doing.
        """
        return Observation(state=await self._judged(files))

    async def _judged(self, files: Mapping[str, bytes]) -> JsonObject:
        setup = self._setup
        if ADMISSION in setup.task.tags:
            from itbench_ciso.judging.direct import observe_admission

            return await observe_admission(files, setup)
        if UPDATE in setup.task.tags:
            from itbench_ciso.judging.direct import observe_update

            return await observe_update(files, setup, engine_of(setup.task))
        from itbench_ciso.judging.scripted import observe_scripted

        return await observe_scripted(files, setup, self._path)
