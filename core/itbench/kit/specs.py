"""Agents that stand in a list and are imported when they are asked for."""

from collections.abc import Callable, Mapping

from itbench.errors import PluginError
from itbench.interfaces.agent import Agent, AgentFactory, AgentRequest, AgentSpec, Role


def lazy_agent(
    name: str, summary: str, home: str, *, role: Role = "agent", is_in_process: bool = False
) -> AgentSpec:
    """Return an agent without options, made by a class that is imported only then.

    Args:
        name: what stands after `--agent`.
        summary: one line for `itbench list-agents`.
        home: `module:Class`; the class is called without arguments.
        role: as in `AgentSpec`.
        is_in_process: whether it is all Python code of the plugin; what a model can steer must leave this False.

    Raises:
        PluginError: when the agent is made: `home` cannot be imported.
        UsageError: when the agent is made: options or arguments were given.
    """

    def create(request: AgentRequest) -> Agent:
        request.refuse_options()
        found: Agent = _imported(home, name)()
        return found

    return AgentSpec(name=name, summary=summary, create=create, role=role, is_in_process=is_in_process)


def lazy_agents(
    summaries: Mapping[str, str], home: str, *, role: Role, is_in_process: bool = False
) -> tuple[AgentSpec, ...]:
    """Return agents without options that one function makes, each by its name.

    Args:
        summaries: one line for `itbench list-agents`, by the agent's name.
        home: `module:function`; the function is called with the name.
        role: of all of them.
        is_in_process: whether they are all Python code of the plugin; what a model can steer must leave this False.

    Raises:
        PluginError: when an agent is made: `home` cannot be imported.
        UsageError: when an agent is made: options or arguments were given.
    """

    def create(request: AgentRequest) -> Agent:
        request.refuse_options()
        found: Agent = _imported(home, request.name)(request.name)
        return found

    factory: AgentFactory = create
    return tuple(
        AgentSpec(name=name, summary=summary, create=factory, role=role, is_in_process=is_in_process)
        for name, summary in summaries.items()
    )


def _imported(home: str, agent: str) -> Callable[..., Agent]:
    from importlib import import_module

    module, _, attribute = home.partition(":")
    try:
        found: Callable[..., Agent] = getattr(import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise PluginError(
            f"agent {agent!r} cannot be imported from {home!r}, expected 'module:name': {error}"
        ) from error
    return found
