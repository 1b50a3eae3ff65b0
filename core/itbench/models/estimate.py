"""What a conversation of so many turns may take, before anybody has had it."""

from itbench.interfaces.agent import TrialEstimate
from itbench.interfaces.conversation import TokenUse
from itbench.models.model import Model, PricedModel

# Assumptions, within a factor of two or so of what Artificial Analysis publishes for ITBench-AA: 83 turns of Gemini 3.1 Pro
# for 2.23 dollars a task (2.70 by these), 58 of Gemma 4 31B for 0.14.
_CHARS_PER_TOKEN = 4
_SYSTEM_TOKENS = 1_200
_REPLY_TOKENS = 400
_TOOL_TOKENS = 800
_SUMMARY_TOKENS = 1_500


def estimate_trial(
    model: Model, prompt_chars: int, turns: int, window_tokens: int, summarise_at: float
) -> TrialEstimate:
    """Return what one trial with a model may take; the arguments are those of `estimate_use`."""
    use = estimate_use(prompt_chars, turns, window_tokens, summarise_at)
    return TrialEstimate(
        turns=turns,
        input_tokens=use.input_tokens or 0,
        cached_tokens=use.cached_tokens or 0,
        output_tokens=use.output_tokens or 0,
        cost_usd=model.cost_usd(use) if isinstance(model, PricedModel) else None,
    )


def estimate_use(prompt_chars: int, turns: int, window_tokens: int, summarise_at: float) -> TokenUse:
    """Return the tokens of a conversation in which every turn sends all that was said before.

    Args:
        prompt_chars: of what the model is told of the task.
        turns: of the conversation.
        window_tokens: how long it may be.
        summarise_at: share of the window at which it is replaced by a summary.

    Returns:
        Tokens; those sent before count as cached, as with a provider that keeps them.
    """
    first = _SYSTEM_TOKENS + prompt_chars // _CHARS_PER_TOKEN
    context, input_tokens, cached_tokens = first, 0, 0
    known = 0
    for _ in range(turns):
        input_tokens += context
        cached_tokens += known
        known = context
        context += _REPLY_TOKENS + _TOOL_TOKENS
        if context > window_tokens * summarise_at:
            input_tokens += context
            cached_tokens += known
            context, known = first + _SUMMARY_TOKENS, first
    return TokenUse(
        input_tokens=input_tokens,
        cached_tokens=cached_tokens,
        cache_write_tokens=0,
        output_tokens=turns * _REPLY_TOKENS,
    )
