"""install-agent."""

from typing import Annotated

import typer

from itbench.cli.output import print_text
from itbench.cli.quick import QuickCommand


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("install-agent", cls=QuickCommand)(install_agent)


def install_agent(
    agent: Annotated[
        str, typer.Argument(help="Name of the agent, such as codex.", metavar="NAME[:version=VERSION]")
    ],
) -> None:
    """Install the program of a named agent.

    Needed only for machines that reach no package registry; other machines install it at the first run.

    Example: itbench install-agent claude-code
    """
    from itbench.cli.waiting import waiting
    from itbench.errors import UsageError
    from itbench.interfaces.agent import AgentRequest
    from itbench.plugins.agents import agent_host
    from itbench.runs.plan.options import parse_agent

    name, options = parse_agent(agent)
    spec = agent_host().get(name)
    if spec.install is None:
        raise UsageError(f"agent {name!r} has nothing to install")
    with waiting() as progress:
        done = spec.install(AgentRequest(name=name, options=options), progress)
    print_text(done)
