"""The agents of the FinOps domain by name; each is imported when it is asked for."""

from itbench.interfaces.agent import Agent, AgentRequest, AgentSpec


def _baseline(request: AgentRequest) -> Agent:
    from itbench_finops.agents.baseline import BaselineAgent

    request.refuse_options()
    return BaselineAgent()


def _cheat(request: AgentRequest) -> Agent:
    from itbench_finops.agents.cheats import make_cheat

    request.refuse_options()
    return make_cheat(request.name)


def _spec(name: str, summary: str) -> AgentSpec:
    return AgentSpec(name=name, summary=summary, create=_cheat, role="cheat", is_in_process=True)


AGENTS: tuple[AgentSpec, ...] = (
    AgentSpec(
        name="baseline",
        summary="Compares with the same weekday, or sizes by a rule of thumb, without a model.",
        create=_baseline,
        role="baseline",
        is_in_process=True,
    ),
    _spec("largest-absolute-rise", "Names what costs most dollars more than in the week before."),
    _spec("largest-relative-rise", "Names what costs most times as much as in the week before."),
    _spec("newest-resource", "Names what appeared last."),
    _spec("name-everything", "Names every resource of the account."),
    _spec("halve-everything", "Halves every request of a fleet."),
    _spec("request-the-median", "Requests what each workload of a fleet uses half the time."),
)
