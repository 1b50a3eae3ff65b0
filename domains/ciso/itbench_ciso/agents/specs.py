"""The agents of the CISO domain by name; each is imported when it is asked for."""

from itbench import Agent, AgentRequest, AgentSpec


def _baseline(request: AgentRequest) -> Agent:
    from itbench_ciso.agents.baseline import BaselineAgent

    request.refuse_options()
    return BaselineAgent()


def _cheat(request: AgentRequest) -> Agent:
    from itbench_ciso.agents.cheats import make_cheat

    request.refuse_options()
    return make_cheat(request.name)


def _memorised(request: AgentRequest) -> Agent:
    from itbench_ciso.agents.memorised import MemorisedPolicies

    request.refuse_options()
    return MemorisedPolicies()


def _spec(name: str, summary: str) -> AgentSpec:
    return AgentSpec(name=name, summary=summary, create=_cheat, role="cheat", is_in_process=True)


AGENTS: tuple[AgentSpec, ...] = (
    AgentSpec(
        name="baseline",
        summary="Hands in what one would write in a hurry from a control's title alone.",
        create=_baseline,
        role="baseline",
        is_in_process=True,
    ),
    _spec("always-compliant", "Says of every cluster that it complies."),
    _spec("always-violated", "Says of every cluster that it violates."),
    _spec("knows-the-example", "Says of the shown cluster what is right and knows nothing of any other."),
    AgentSpec(
        name="memorised-policies",
        summary="Knows a policy for each control by heart and fills in the names that the task states.",
        create=_memorised,
        role="adversary",
        is_in_process=True,
    ),
)
"""Whatever works on a task."""
