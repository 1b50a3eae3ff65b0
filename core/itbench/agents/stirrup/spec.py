"""The agent `stirrup` by name; what it needs is imported when it is asked for."""

from itbench.interfaces.agent import Agent, AgentRequest, AgentSpec


def _stirrup(request: AgentRequest) -> Agent:
    from itbench.agents.model_driven.options import react_options
    from itbench.agents.stirrup.installed import require_stirrup

    require_stirrup()
    from itbench.agents.stirrup.agent import StirrupAgent

    return StirrupAgent(*react_options(request))


def _missing() -> str | None:
    from itbench.agents.stirrup.installed import require_stirrup
    from itbench.errors import UsageError

    try:
        require_stirrup()
    except UsageError as error:
        return str(error)
    return None


STIRRUP = AgentSpec(
    name="stirrup",
    summary="The harness of ITBench-AA itself, from Python 3.12 on: --agent stirrup:model=PROVIDER/NAME",
    create=_stirrup,
    missing=_missing,
)
