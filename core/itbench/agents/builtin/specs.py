"""The built-in agents by name; each is imported when it is asked for."""

from itbench.interfaces.agent import Agent, AgentRequest, AgentSpec
from itbench.kit.specs import lazy_agent


def _replay(request: AgentRequest) -> Agent:
    from itbench.agents.builtin.replay import replay_agent

    return replay_agent(request)


_HOME = "itbench.agents.builtin"
ORACLE = lazy_agent(
    "oracle",
    "Hands in the solution; must score 1.",
    f"{_HOME}.oracle:OracleAgent",
    role="privileged",
    is_in_process=True,
)
NULL = lazy_agent(
    "null",
    "Hands in nothing; must score 0.",
    f"{_HOME}.null:NullAgent",
    role="cheat",
    is_in_process=True,
)
ECHO = lazy_agent(
    "echo",
    "Hands the task back as its answer.",
    f"{_HOME}.echo:EchoAgent",
    role="cheat",
    is_in_process=True,
)
REPLAY = AgentSpec(
    name="replay",
    summary="Hands in again what another run did: --agent replay -- RUN",
    create=_replay,
    is_in_process=True,
)
