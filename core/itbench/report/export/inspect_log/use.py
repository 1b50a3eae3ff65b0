"""Tokens and dollars as Inspect counts them: its input tokens are without those from the cache."""

from itbench.interfaces.json import JsonObject
from itbench.report.transcript.fields import number_of


def model_use(told: JsonObject, cost_usd: float | None) -> JsonObject | None:
    """Return what was used; None where it is not known, as 0 would be a claim."""
    amounts = {
        name: number_of(told.get(f"{name}_tokens")) for name in ("input", "cached", "output", "reasoning")
    }
    inputs, outputs = amounts["input"], amounts["output"]
    if inputs is None or outputs is None:
        return None
    cached = amounts["cached"]
    use = {
        "input_tokens": int(inputs - (cached or 0)),
        "output_tokens": int(outputs),
        "total_tokens": int(inputs + outputs),
        "input_tokens_cache_read": None if cached is None else int(cached),
        "reasoning_tokens": None if amounts["reasoning"] is None else int(amounts["reasoning"]),
        "total_cost": cost_usd,
    }
    return {name: value for name, value in use.items() if value is not None}


def add_use(sums: dict[str, JsonObject], model: str, use: JsonObject) -> None:
    """Add to the sum of a model; what one of them does not tell is missing in the sum as well."""
    if model not in sums:
        sums[model] = dict(use)
        return
    found = sums[model]
    sums[model] = {name: found[name] + use[name] for name in found if name in use}
