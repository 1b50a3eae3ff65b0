"""The environment of one trial, opened, observed and closed within limits, in a thread of its own if it is foreign."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

from itbench.interfaces.environment import (
    Environment,
    EnvironmentFactory,
    FilesEnvironment,
    Observation,
    TrialSetup,
)
from itbench.interfaces.fault import Stage, StageError
from itbench.interfaces.json import json_problem, json_text
from itbench.interfaces.task import Limits
from itbench.interfaces.workspace import Workspace
from itbench.plugins.foreign import is_of_plugin
from itbench.runs.trial.apart import Apart
from itbench.runs.trial.forwarded import forwarded

Result = TypeVar("Result")
# More would make run files that nobody can open; whatever is large belongs in a summary of it.
MOST_OBSERVED_BYTES = 4_000_000
_CLOSING = "closing the environment"


class World:
    """An open world, with files in it and nothing else that could be looked at.

    Attributes:
        workspace: the agent's.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    async def observe(self, files: Mapping[str, bytes]) -> Observation:
        """Return the end state."""
        del files
        return Observation()


class _DomainsWorld(World):
    """An open environment of a domain."""

    def __init__(self, environment: Environment, workspace: Workspace, limits: Limits, apart: Apart) -> None:
        super().__init__(forwarded(workspace, apart))
        self._environment = environment
        self._limits = limits
        self._apart = apart

    async def observe(self, files: Mapping[str, bytes]) -> Observation:
        """Return the end state, which is known to be one that can be stored; where that fails, it is tried once more.

        Raises:
            StageError: of the environment; it took too long, or what it observed cannot be stored.
            Exception: whatever the environment raises.
        """
        try:
            return await self._observe(files)
        except BaseException as error:
            if not is_of_plugin(error):
                raise
            # What failed for a moment must be nobody's fault.
            with suppress(Exception, SystemExit):
                return await self._observe(files)
            raise

    async def _observe(self, files: Mapping[str, bytes]) -> Observation:
        found: object = await self._apart.call(
            lambda: self._environment.observe(files),
            what="looking at the end state",
            limit_s=self._limits.observe_s,
        )
        return _checked(found)


@asynccontextmanager
async def opened(make: EnvironmentFactory | None, setup: TrialSetup) -> AsyncIterator[World]:
    """Open the environment of a trial, and close it.

    Raises:
        StageError: of the environment: something took longer than its limit, or is wrong with the world from the start.
        Exception: whatever the environment raises.
    """
    if make is None:
        async with _files(setup) as workspace:
            yield World(workspace)
        return
    apart = Apart()
    try:
        async with _kept(make, setup, apart) as world:
            yield world
    finally:
        await apart.close()


@asynccontextmanager
async def _files(setup: TrialSetup) -> AsyncIterator[Workspace]:
    """Open and close a workspace with the inputs in it: our own code, in the task of the trial."""
    world, limit_s = FilesEnvironment(setup).open(), setup.task.limits.open_s
    workspace = await _within(limit_s, world.__aenter__(), "opening the environment")
    try:
        yield workspace
    except BaseException:
        # The first error is the one to report.
        with suppress(Exception):
            await _within(limit_s, world.__aexit__(None, None, None), _CLOSING)
        raise
    await _within(limit_s, world.__aexit__(None, None, None), _CLOSING)


async def _within(limit_s: float | None, work: Awaitable[Result], what: str) -> Result:
    try:
        async with asyncio.timeout(limit_s) as limit:
            return await work
    except TimeoutError as error:
        if not limit.expired():
            raise
        raise StageError(Stage.ENVIRONMENT, f"{what} took longer than its limit of {limit_s:g} s") from error


@asynccontextmanager
async def _kept(make: EnvironmentFactory, setup: TrialSetup, apart: Apart) -> AsyncIterator[World]:
    """Open and close an environment in one task of its loop, as whatever it opens may ask for."""
    keeper, limits = _Keeper(make, setup), setup.task.limits
    try:
        environment, workspace = await apart.call(
            keeper.open, what="opening the environment", limit_s=limits.open_s
        )
        problem = await apart.call(environment.probe, what="looking at the new world", limit_s=limits.open_s)
        if problem is not None:
            raise StageError(Stage.ENVIRONMENT, f"the world is broken before anybody touched it: {problem}")
        yield _DomainsWorld(environment, workspace, limits, apart)
    except BaseException:
        # The first error is the one to report.
        with suppress(Exception):
            await apart.call(keeper.close, what=_CLOSING, limit_s=limits.open_s)
        raise
    await apart.call(keeper.close, what=_CLOSING, limit_s=limits.open_s)


class _Keeper:
    """Holds an environment open; all of it runs in the environment's own loop."""

    def __init__(self, make: EnvironmentFactory, setup: TrialSetup) -> None:
        self._make = make
        self._setup = setup
        self._task: asyncio.Task[BaseException | None] | None = None
        self._closing: asyncio.Event | None = None
        self._is_open = False

    async def open(self) -> tuple[Environment, Workspace]:
        """Return when the world is open."""
        found: object = self._make(self._setup)
        if not isinstance(found, Environment):
            raise TypeError(f"the domain made a {type(found).__name__}, and must make an Environment")
        workspace: asyncio.Future[Workspace] = asyncio.get_running_loop().create_future()
        self._closing = asyncio.Event()
        self._task = asyncio.create_task(_keep(found, workspace, self._closing))
        both: set[asyncio.Future[Any]] = {self._task, workspace}
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        if not workspace.done():
            raise self._task.result() or RuntimeError("open() ended without giving a workspace")
        self._is_open = True
        return found, workspace.result()

    async def close(self) -> None:
        """Return when the world is closed; one that is not open yet is given up."""
        task, closing = self._task, self._closing
        self._task = None
        if task is None or closing is None or task.done():
            return
        closing.set()
        if not self._is_open:
            task.cancel()
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            task.cancel()
            raise
        error = RuntimeError("the environment cancelled itself") if task.cancelled() else task.result()
        if self._is_open and error is not None:
            raise error


async def _keep(
    environment: Environment, ready: "asyncio.Future[Workspace]", closing: asyncio.Event
) -> BaseException | None:
    """Hold an environment open, and return what it raises: SystemExit in a task would end its loop."""
    try:
        async with environment.open() as workspace:
            ready.set_result(workspace)
            await closing.wait()
    except asyncio.CancelledError:
        raise
    except BaseException as error:  # noqa: BLE001 - foreign code
        return error
    return None


def _checked(found: object) -> Observation:
    if not isinstance(found, Observation):
        raise StageError(
            Stage.ENVIRONMENT, f"observe() returned a {type(found).__name__}, and must return an Observation"
        )
    if not isinstance(found.state, dict):
        raise StageError(
            Stage.ENVIRONMENT,
            f"the observed state is a {type(found.state).__name__}, and must be a JSON object",
        )
    problem = json_problem(found.state)
    if problem is not None:
        raise StageError(Stage.ENVIRONMENT, f"the observed state is not JSON: {problem}")
    size = len(json_text(found.state).encode())
    if size > MOST_OBSERVED_BYTES:
        raise StageError(
            Stage.ENVIRONMENT,
            f"the observed state has {size} bytes, allowed: {MOST_OBSERVED_BYTES}; observe what the scorer needs",
        )
    return found
