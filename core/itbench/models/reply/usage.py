"""How many tokens a reply took, in all the spellings that providers use; what cannot be read is unknown, never 0.

Sources: the providers' API references, as of 2026: OpenAI and Groq (`prompt_tokens_details.cached_tokens`), DeepSeek
(`prompt_cache_hit_tokens`), Moonshot (`usage.cached_tokens`, in a stream within the choice), Mistral
(`num_cached_tokens`), Anthropic (`cache_read_input_tokens`, apart from `input_tokens`), Google and xAI (reasoning
apart from `completion_tokens`, within `total_tokens`).
"""

from collections.abc import Iterator, Sequence

from itbench.interfaces.conversation import TokenUse
from itbench.interfaces.json import JsonObject, JsonValue
from itbench.models.reply.foreign import whole_number

_INPUT = ("prompt_tokens", "input_tokens")
_OUTPUT = ("completion_tokens", "output_tokens")
_INPUT_DETAILS = ("prompt_tokens_details", "input_tokens_details", "prompt_token_details")
_OUTPUT_DETAILS = ("completion_tokens_details", "output_tokens_details", "completion_token_details")
_CACHED = (
    "cached_tokens",
    "prompt_cache_hit_tokens",
    "num_cached_tokens",
    "cache_read_input_tokens",
    "cache_read_tokens",
    "cached_input_tokens",
    "cached_prompt_tokens",
    "cached_prompt_text_tokens",
    "cached_content_token_count",
)
_WRITTEN = (
    "cache_creation_input_tokens",
    "cache_write_tokens",
    "cache_creation_tokens",
    "cache_write_input_tokens",
)
_REASONING = ("reasoning_tokens", "thinking_tokens", "thoughts_tokens")


def read_use(usage: JsonValue, *, is_cache_apart: bool = False) -> TokenUse | None:
    """Return what a provider tells of a reply's tokens; None where it tells nothing that can be read.

    A part that is not mentioned (cached, written to the cache, reasoning) counts as 0; one that is mentioned but
    cannot be read, or contradicts the rest, is unknown.

    Args:
        usage: as it came, of any shape.
        is_cache_apart: whether `input_tokens` leaves out what was read from and written to the cache.
    """
    if not isinstance(usage, dict):
        return None
    inputs, outputs = _first(usage, _INPUT), _first(usage, _OUTPUT)
    cached = _part(usage, _INPUT_DETAILS, _CACHED)
    written = _part(usage, _INPUT_DETAILS, _WRITTEN) if _mentions(usage, _WRITTEN) else _written_by_age(usage)
    reasoning = _part(usage, _OUTPUT_DETAILS, _REASONING)
    if is_cache_apart:
        inputs = None if None in (inputs, cached, written) else (inputs or 0) + (cached or 0) + (written or 0)
    inputs, outputs = _by_total(inputs, outputs, (cached, reasoning), whole_number(usage.get("total_tokens")))
    # No request is of no tokens: a server that says so does not count. Sums may be more than any count.
    inputs, outputs = whole_number(inputs) or None, whole_number(outputs)
    if inputs is None and outputs is None:
        return None
    if inputs is not None and (cached or 0) + (written or 0) > inputs:
        cached = written = None
    if outputs is not None and (reasoning or 0) > outputs:
        reasoning = None
    return TokenUse(
        input_tokens=inputs,
        cached_tokens=cached,
        cache_write_tokens=written,
        output_tokens=outputs,
        reasoning_tokens=reasoning,
    )


def merge_usage(before: JsonValue, more: JsonValue) -> JsonValue:
    """Return what two events of one reply say of its tokens; counts only ever grow, so the larger one is the later."""
    if more is None:
        return before
    if isinstance(before, dict) and isinstance(more, dict):
        return before | {key: merge_usage(before.get(key), value) for key, value in more.items()}
    counts = [count for value in (before, more) if (count := whole_number(value)) is not None]
    if counts:
        return max(counts)
    return before if more is None or isinstance(before, dict) else more


def _by_total(
    inputs: int | None, outputs: int | None, parts: tuple[int | None, int | None], total: int | None
) -> tuple[int | None, int | None]:
    """Return input and output with what follows from the sum: a missing one of both, and a part counted apart."""
    if total is None or (inputs is None and outputs is None):
        return inputs, outputs
    if inputs is None:
        return (total - (outputs or 0) if total >= (outputs or 0) else None), outputs
    if outputs is None:
        return inputs, (total - inputs if total >= inputs else None)
    apart, (cached, reasoning) = total - inputs - outputs, parts
    if apart > 0 and apart == cached and apart != reasoning:
        return inputs + apart, outputs
    return inputs, outputs + apart if apart > 0 and (not reasoning or apart == reasoning) else outputs


def _first(usage: JsonObject, names: Sequence[str]) -> int | None:
    told = [usage[name] for name in names if usage.get(name) is not None]
    return whole_number(told[0]) if told else None


def _part(usage: JsonObject, details: Sequence[str], names: Sequence[str]) -> int | None:
    """Return a part in whatever spelling: 0 where none is used, None where they cannot be read or do not agree."""
    told = list(_told(usage, details, names))
    counts = {count for value in told if (count := whole_number(value)) is not None}
    if len(counts - {0}) > 1 or (told and not counts):
        return None
    return max(counts, default=0)


def _told(usage: JsonObject, details: Sequence[str], names: Sequence[str]) -> Iterator[JsonValue]:
    for name in details:
        inner = usage.get(name)
        if isinstance(inner, dict):
            yield from (inner[key] for key in names if inner.get(key) is not None)
        elif inner is not None:
            yield inner  # Of an unknown shape: what it says cannot be read.
    yield from (usage[key] for key in names if usage.get(key) is not None)


def _mentions(usage: JsonObject, names: Sequence[str]) -> bool:
    return any(usage.get(name) is not None for name in names) or "cache_creation" not in usage


def _written_by_age(usage: JsonObject) -> int | None:
    """Anthropic also tells what was written by how long it is kept."""
    ages = usage["cache_creation"]
    if not isinstance(ages, dict):
        return None if ages is not None else 0
    counts = [whole_number(value) for value in ages.values() if value is not None]
    return None if None in counts else sum(count or 0 for count in counts)
