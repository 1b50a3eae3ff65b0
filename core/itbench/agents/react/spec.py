"""The agent `react` by name; what it needs is imported when it is asked for."""

from itbench.interfaces.agent import Agent, AgentRequest, AgentSpec


def _react(request: AgentRequest) -> Agent:
    from itbench.agents.model_driven.options import react_options
    from itbench.agents.react.agent import ReactAgent

    return ReactAgent(*react_options(request))


def _missing() -> str | None:
    from itbench.models.http.library import absent

    missing = absent("openai", "anthropic")
    return f"{missing[0]}; only needed for that provider" if missing else None


REACT = AgentSpec(
    name="react",
    summary="A model with a shell, as in ITBench-AA: --agent react:model=PROVIDER/NAME",
    create=_react,
    missing=_missing,
)
