"""The agent `command` by name; what it needs is imported when it is asked for."""

from itbench.errors import UsageError
from itbench.interfaces.agent import Agent, AgentRequest, AgentSpec


def _command(request: AgentRequest) -> Agent:
    from itbench.agents.command.agent import CommandAgent
    from itbench.agents.command.options import command_options

    options = command_options(request)
    if not request.arguments:
        raise UsageError("agent 'command' needs a program: --agent command -- PROGRAM ARGS...")
    return CommandAgent(request.arguments, options)


COMMAND = AgentSpec(
    name="command", summary="Any program: --agent command -- PROGRAM ARGS...", create=_command
)
