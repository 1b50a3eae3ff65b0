"""Whether the limits of a task can be kept with what a provider tells of a reply."""

from itbench.interfaces.task import Limits
from itbench.models.conversation import TokenUse


def uncounted(limits: Limits, model: str, use: TokenUse | None, cost_usd: float | None) -> str | None:
    """Return why a limit cannot be kept, if so: a reply that is not counted would pass any."""
    if use is None or use.input_tokens is None or use.output_tokens is None:
        if limits.tokens is None and limits.cost_usd is None:
            return None
        return f"{model} does not tell its tokens, but the task limits them or their cost"
    if cost_usd is None and limits.cost_usd is not None:
        if use.cached_tokens is None or use.cache_write_tokens is None:
            return f"{model} does not tell which tokens were cached, but the task limits the cost"
        return f"the task limits the cost, but the price of {model} is unknown; give it with the option price=INPUT/OUTPUT"
    return None
