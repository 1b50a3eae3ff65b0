"""The agents that can be asked for: of entry points, and of a domain."""

from importlib_metadata import Distribution

from itbench.errors import UsageError
from itbench.interfaces.agent import AgentSpec
from itbench.interfaces.domain import Domain
from itbench.plugins.domains import domain_host
from itbench.plugins.host import PluginHost


def agent_host() -> PluginHost[AgentSpec]:
    """Return the host of the entry-point group `itbench.agents`."""
    return PluginHost("agent", "itbench.agents", _problem)


def find_agent(name: str, domain: Domain) -> AgentSpec:
    """Return an agent of this name: one that the domain brings, or an installed one.

    Raises:
        UsageError: there is none of this name.
        PluginError: it cannot be used.
    """
    for spec in domain.agents:
        if spec.name == name:
            return spec
    return agent_host().get(name, also=[spec.name for spec in domain.agents])


def agent_origin(name: str, domain: Domain) -> str:
    """Return distribution and version that bring the agent which `find_agent` gives."""
    if any(spec.name == name for spec in domain.agents):
        return domain_host().origin(domain.name)
    return agent_host().origin(name)


def agent_distribution(name: str, domain: Domain) -> Distribution | None:
    """Return the distribution that brings the agent which `find_agent` gives."""
    if any(spec.name == name for spec in domain.agents):
        return domain_host().distribution(domain.name)
    return agent_host().distribution(name)


def default_agent(domain: Domain) -> str:
    """Return the name of the domain's first baseline.

    Raises:
        UsageError: it brings none.
    """
    for spec in domain.agents:
        if spec.role == "baseline":
            return spec.name
    raise UsageError(f"domain {domain.name!r} brings no baseline; name an agent with --agent")


def _problem(name: str, value: object) -> str | None:
    if not isinstance(value, AgentSpec):
        return f"its entry point gives a {type(value).__name__}, not an itbench.AgentSpec"
    if value.name != name:
        return f"its entry point is named {name!r} but the agent {value.name!r}"
    return None
