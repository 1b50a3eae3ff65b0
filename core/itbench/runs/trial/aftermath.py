"""Whose doing it was that a world failed after an agent had worked in it: a fresh world of the same task tells.

An environment that fails whatever is done in it gives no score, and the trial is tried again. One that fails only in the world that
the agent had is a result: otherwise a program that is about to fail would break its world, and be tried again as often as it likes.
"""

import json
from collections.abc import Iterator, Sequence

from itbench.host.faults import HostError, is_shortage
from itbench.interfaces.environment import EnvironmentFactory, TrialSetup
from itbench.interfaces.events import EventKind
from itbench.interfaces.fault import Fault, Stage, StageError
from itbench.interfaces.trace import Trace, TraceEvent
from itbench.models.faults import ModelError
from itbench.plugins.foreign import is_of_plugin
from itbench.runs.trial.blame import fault_of
from itbench.runs.trial.tools import Trouble, fault_in
from itbench.runs.trial.world import opened
from itbench.sandbox.errors import SandboxEndedError

# A program that was cut off at a limit has no event of its command.
_WORK = frozenset({EventKind.TOOL, EventKind.TURN, EventKind.OUTPUT})


def can_be_of_agent(error: BaseException, trace: Trace) -> bool:
    """Tell whether an error of an environment in which an agent has worked may come of that.

    It does not where the agent did nothing, where the machine was short of something or ended a sandbox, and where the model of a role
    failed.
    """
    if not is_of_plugin(error) or not has_worked(trace):
        return False
    return not any(map(_is_of_machine, _causes(error)))


def has_worked(trace: Trace) -> bool:
    """Tell whether an agent has done anything in its world."""
    return any(map(_is_work, trace.events))


async def fault_of_tools(
    make: EnvironmentFactory | None, setup: TrialSetup, troubles: Sequence[Trouble]
) -> Fault | None:
    """Try what tools did not carry through in a fresh world."""
    if not troubles:
        return None
    async with opened(make, setup) as fresh:
        return await fault_in(troubles, fresh.workspace, setup.task.limits.tool_s)


async def fault_of_world(
    make: EnvironmentFactory | None, setup: TrialSetup, trouble: BaseException, *, is_observed: bool
) -> Fault | None:
    """Return the fault for a world that failed after the agent's work; None if it had been observed, and only its end failed.

    Args:
        make: the environment.
        setup: of the trial.
        trouble: how the agent's world failed.
        is_observed: whether it was observed before.

    Raises:
        BaseException: `trouble`, where a fresh world fails as well.
    """
    try:
        async with opened(make, setup) as fresh:
            await fresh.observe({})
    except BaseException as error:
        if not is_of_plugin(error):
            raise
        raise trouble from error
    if is_observed:
        return None
    told = fault_of(trouble, Stage.ENVIRONMENT)
    message = f"the agent broke its world: {told.message}; a fresh world of this task can be observed"
    return Fault(Stage.AGENT, message, told.traceback)


def _is_work(event: TraceEvent) -> bool:
    """Tell whether an event is the agent's doing; what an environment asks of a model in a role is not."""
    if event.kind == EventKind.REQUEST:
        return "role" not in json.loads(event.data)
    return event.kind in _WORK


def _is_of_machine(error: BaseException) -> bool:
    if isinstance(error, HostError | MemoryError) or is_shortage(error):
        return True
    if isinstance(error, SandboxEndedError):
        return error.stage is Stage.ENVIRONMENT
    if isinstance(error, ModelError) and error.is_provoked:
        return False
    return isinstance(error, StageError) and error.stage is not Stage.ENVIRONMENT


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error, the members of a group, and what they came of."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        each = waiting.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        waiting += [each.__cause__, each.__context__]
        if isinstance(each, BaseExceptionGroup):
            waiting += each.exceptions
