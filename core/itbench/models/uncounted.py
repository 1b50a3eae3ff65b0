"""What is done about limits where a provider does not tell what a reply took."""

from itbench.interfaces.conversation import TokenUse
from itbench.interfaces.task import Limits

# English and code have about four characters to a token; a limit is rather reached too early than too late.
_CHARACTERS_PER_TOKEN = 3


def unknown_cost(limits: Limits, model: str, use: TokenUse | None, cost_usd: float | None) -> str | None:
    """Return why a limit of cost cannot be kept, if so: a reply whose cost is not known would pass any."""
    if limits.cost_usd is None or cost_usd is not None:
        return None
    if use is None or use.input_tokens is None or use.output_tokens is None:
        return f"{model} does not tell its tokens, but their cost is limited"
    if use.cached_tokens is None or use.cache_write_tokens is None:
        return f"{model} does not tell which tokens were cached, but their cost is limited"
    return f"the cost is limited, but the price of {model} is unknown; give it with the option price=INPUT/OUTPUT"


def estimated_tokens(characters: int) -> int:
    """Return about how many tokens a request and its reply of so many characters took, for a limit of tokens."""
    return -(-characters // _CHARACTERS_PER_TOKEN)
