"""The built-in agents by name; each is imported when it is asked for."""

from itbench.interfaces.agent import Agent, AgentRequest, AgentSpec


def _oracle(request: AgentRequest) -> Agent:
    from itbench.agents.builtin.oracle import OracleAgent

    request.refuse_options()
    return OracleAgent()


def _null(request: AgentRequest) -> Agent:
    from itbench.agents.builtin.null import NullAgent

    request.refuse_options()
    return NullAgent()


def _echo(request: AgentRequest) -> Agent:
    from itbench.agents.builtin.echo import EchoAgent

    request.refuse_options()
    return EchoAgent()


def _replay(request: AgentRequest) -> Agent:
    from itbench.agents.builtin.replay import replay_agent

    return replay_agent(request)


ORACLE = AgentSpec(
    name="oracle",
    summary="Hands in the solution; must score 1.",
    create=_oracle,
    role="privileged",
    is_in_process=True,
)
NULL = AgentSpec(
    name="null", summary="Hands in nothing; must score 0.", create=_null, role="cheat", is_in_process=True
)
ECHO = AgentSpec(
    name="echo", summary="Hands the task back as its answer.", create=_echo, role="cheat", is_in_process=True
)
REPLAY = AgentSpec(
    name="replay",
    summary="Hands in again what another run did: --agent replay -- RUN",
    create=_replay,
    is_in_process=True,
)
