"""The environment of one trial, opened, observed and closed within limits, in a thread of its own if it is foreign."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, Protocol, TypeVar

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
from itbench.run.trial.apart import Apart
from itbench.run.trial.forwarded import forwarded

Result = TypeVar("Result")
# More would make run files that nobody can open; whatever is large belongs into a summary of it.
MOST_OBSERVED_BYTES = 4_000_000


class World:
    """An open environment.

    Attributes:
        workspace: the agent's.
    """

    def __init__(
        self, environment: Environment, workspace: Workspace, limits: Limits, call: "_Caller"
    ) -> None:
        self.workspace = workspace
        self._environment = environment
        self._limits = limits
        self._call = call

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
        found: object = await self._call(
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
        async with _kept(FilesEnvironment, setup, _call_here) as world:
            yield world
        return
    apart = Apart()
    try:
        async with _kept(make, setup, apart.call) as world:
            world.workspace = forwarded(world.workspace, apart)
            yield world
    finally:
        await apart.close()


class _Caller(Protocol):
    """Calls into an environment, within a limit."""

    async def __call__(
        self, make: Callable[[], Awaitable[Result]], *, what: str, limit_s: float | None = None
    ) -> Result: ...


async def _call_here(
    make: Callable[[], Awaitable[Result]], *, what: str, limit_s: float | None = None
) -> Result:
    try:
        async with asyncio.timeout(limit_s) as limit:
            return await make()
    except TimeoutError as error:
        if not limit.expired():
            raise
        raise StageError(Stage.ENVIRONMENT, f"{what} took longer than its limit of {limit_s:g} s") from error


@asynccontextmanager
async def _kept(make: EnvironmentFactory, setup: TrialSetup, call: _Caller) -> AsyncIterator[World]:
    """Open and close an environment in one task of its loop, as whatever it opens may ask for."""
    keeper, limits = _Keeper(make, setup), setup.task.limits
    try:
        environment, workspace = await call(
            keeper.open, what="opening the environment", limit_s=limits.open_s
        )
        problem = await call(environment.probe, what="looking at the new world", limit_s=limits.open_s)
        if problem is not None:
            raise StageError(Stage.ENVIRONMENT, f"the world is broken before anybody touched it: {problem}")
        yield World(environment, workspace, limits, call)
    except BaseException:
        # The first error is the one to tell of.
        with suppress(Exception):
            await call(keeper.close, what="closing the environment", limit_s=limits.open_s)
        raise
    await call(keeper.close, what="closing the environment", limit_s=limits.open_s)


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
