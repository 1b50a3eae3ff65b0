"""The agents of the SRE domain by name; each is imported when it is asked for."""

from itbench import Agent, AgentRequest, AgentSpec


def _baseline(request: AgentRequest) -> Agent:
    from itbench_sre.agents.baseline import BaselineAgent

    request.refuse_options()
    return BaselineAgent()


def _cheat(request: AgentRequest) -> Agent:
    from itbench_sre.agents.cheats import make_cheat

    request.refuse_options()
    return make_cheat(request.name)


AGENTS: tuple[AgentSpec, ...] = (
    AgentSpec(
        name="baseline",
        summary="Links changes to symptoms by rules, without a model.",
        create=_baseline,
        role="baseline",
        is_in_process=True,
    ),
    AgentSpec(
        name="name-everything",
        summary="Names every entity seen.",
        create=_cheat,
        role="cheat",
        is_in_process=True,
    ),
    AgentSpec(
        name="loudest-alert",
        summary="Names the workload that the most frequent alert is about.",
        create=_cheat,
        role="cheat",
        is_in_process=True,
    ),
    AgentSpec(
        name="last-change",
        summary="Names the object that changed last.",
        create=_cheat,
        role="cheat",
        is_in_process=True,
    ),
    AgentSpec(
        name="any-chaos", summary="Names every chaos object.", create=_cheat, role="cheat", is_in_process=True
    ),
    AgentSpec(
        name="first-error",
        summary="Names the service with the most error spans.",
        create=_cheat,
        role="cheat",
        is_in_process=True,
    ),
    AgentSpec(
        name="loudest-warning",
        summary="Names the object that Warning events name most often, which half of the simulated incidents give away.",
        create=_cheat,
        role="adversary",
        is_in_process=True,
    ),
)
