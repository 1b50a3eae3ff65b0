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
    total = whole_number(usage.get("total_tokens"))
    inputs, outputs = _count(usage, _INPUT, total), _count(usage, _OUTPUT, total)
    cached = _part(usage, _INPUT_DETAILS, _CACHED)
    written = _written(usage)
    reasoning = _part(usage, _OUTPUT_DETAILS, _REASONING)
    if is_cache_apart:
        inputs = None if None in (inputs, cached, written) else (inputs or 0) + (cached or 0) + (written or 0)
    if _has(usage, _INPUT) and _has(usage, _OUTPUT):
        # What is told and cannot be read is not made up from the rest.
        total = None if None in (inputs, outputs) else total
    inputs, outputs = _by_total(inputs, outputs, (cached, reasoning), total)
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
    """Return what two events of one reply say of its tokens, in place of the first.

    Counts only ever grow, so the larger one is the later; what a later event says and nobody can read is unknown.
    """
    if more is None or more in ([], ""):
        return before
    if isinstance(more, dict):
        whole = before if isinstance(before, dict) else {}
        for key, value in more.items():
            whole[key] = merge_usage(whole.get(key), value)
        return whole
    if before is None:
        return more
    counts = whole_number(before), whole_number(more)
    return more if None in counts else max(count for count in counts if count is not None)


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
    if 0 < total < inputs + outputs:
        return None, None
    apart, (cached, reasoning) = total - inputs - outputs, parts
    if apart > 0 and apart == cached and apart != reasoning:
        return inputs + apart, outputs
    return inputs, outputs + apart if apart > 0 and (not reasoning or apart == reasoning) else outputs


def _count(usage: JsonObject, names: Sequence[str], total: int | None) -> int | None:
    """Return a count in whatever spelling; None where it cannot be read, or two spellings of it do not agree."""
    counts = {whole_number(usage[name]) for name in names if usage.get(name) is not None}
    if len(counts) > 1 and total:
        # Some servers fill in one spelling and leave 0 in the other; the sum shows that it is so.
        counts -= {0}
    return counts.pop() if len(counts) == 1 else None


def _part(usage: JsonObject, details: Sequence[str], names: Sequence[str]) -> int | None:
    """Return a part in whatever spelling: 0 where none is used, None where they cannot be read or do not agree."""
    counts = {whole_number(value) for value in _told(usage, details, names)}
    known = {count for count in counts if count is not None}
    if None in counts or len(known - {0}) > 1:
        return None
    return max(known, default=0)


def _told(usage: JsonObject, details: Sequence[str], names: Sequence[str]) -> Iterator[JsonValue]:
    for name in details:
        inner = usage.get(name)
        if isinstance(inner, dict):
            yield from (inner[key] for key in names if inner.get(key) is not None)
        elif inner is not None:
            yield inner  # Of an unknown shape: what it says cannot be read.
    yield from (usage[key] for key in names if usage.get(key) is not None)


def _has(usage: JsonObject, names: Sequence[str]) -> bool:
    return any(usage.get(name) is not None for name in names)


def _written(usage: JsonObject) -> int | None:
    """Return what was written to the cache; Anthropic tells it as a sum and by how long it is kept, which have to agree."""
    whole, ages = _part(usage, _INPUT_DETAILS, _WRITTEN), usage.get("cache_creation")
    if ages is None:
        return whole
    if not isinstance(ages, dict):
        return None
    counts = [whole_number(value) for value in ages.values() if value is not None]
    by_age = None if None in counts else sum(count or 0 for count in counts)
    is_told = next(_told(usage, _INPUT_DETAILS, _WRITTEN), None) is not None
    return by_age if not is_told or by_age == whole else None
