"""Who worked in a run, in a few words: the agent, and its model where it drives one."""

from itbench.interfaces.json import JsonObject


def agent_label(agent: JsonObject) -> str:
    """Return `NAME`, or `NAME (MODEL)`, of the agent of a plan."""
    model = model_of(agent)
    return agent["name"] if model is None else f"{agent['name']} ({model})"


def model_of(agent: JsonObject) -> str | None:
    """Return the model that the agent of a plan drives, by what it says of itself, else by its option `model`."""
    described = agent["description"].get("model")
    if isinstance(described, dict) and isinstance(described.get("name"), str):
        return str(described["name"])
    asked: str | None = agent["options"].get("model")
    return asked
