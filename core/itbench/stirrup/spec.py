"""The agent `stirrup` by name; what it needs is imported when it is asked for."""

from itbench.interfaces.agent import Agent, AgentRequest, AgentSpec


def _stirrup(request: AgentRequest) -> Agent:
    from itbench.react.options import react_options
    from itbench.stirrup.installed import require_stirrup

    require_stirrup()
    from itbench.stirrup.agent import StirrupAgent

    return StirrupAgent(*react_options(request))


STIRRUP = AgentSpec(
    name="stirrup",
    summary="The harness of ITBench-AA itself, from Python 3.12 on: --agent stirrup:model=PROVIDER/NAME",
    create=_stirrup,
)
