"""What trials took of models, as far as that was told: what nobody counted is None and never 0."""

from dataclasses import dataclass

from itbench.store.reader import RunFile

# `reply` has its use, `model` is the gateway's word of an answer, to which a `usage` belongs if its use was told.
_TOLD = """
SELECT trial,
    sum(kind = 'usage') AS uses,
    sum(kind = 'usage' AND json_extract(data, '$.cost_usd') IS NULL) AS unpriced,
    sum(kind = 'reply' AND json_extract(data, '$.use') IS NULL) AS replies_untold,
    sum(kind = 'reply' AND json_extract(data, '$.use') IS NOT NULL
        AND json_extract(data, '$.cost_usd') IS NULL) AS replies_unpriced,
    sum(kind = 'model' AND json_extract(data, '$.status') = 200) AS answers,
    group_concat(DISTINCT CASE WHEN kind = 'model' THEN json_extract(data, '$.model') END) AS models
FROM event WHERE kind IN ('usage', 'reply', 'model') AND json_valid(data) GROUP BY trial
"""
_TAKEN = "SELECT id, task, repeat, attempt, cost_usd FROM trial"


@dataclass(frozen=True, slots=True)
class Metered:
    """What is known of one trial.

    Attributes:
        has_tokens: whether all tokens were counted.
        cost_usd: US dollars; None where a price is unknown, or nothing was counted.
        models: those that a program asked through the gateway.
    """

    has_tokens: bool = False
    cost_usd: float | None = None
    models: str | None = None


def metered(run: RunFile) -> dict[int, Metered]:
    """Return what is known of each trial, by its number; trials of which nothing was counted are left out."""
    costs = {row["id"]: row["cost_usd"] for row in run.connection.execute(_TAKEN)}
    found = {}
    for row in run.connection.execute(_TOLD):
        has_tokens = row["uses"] > 0 and not row["replies_untold"] and row["answers"] <= row["uses"]
        has_cost = has_tokens and not row["unpriced"] and not row["replies_unpriced"]
        cost = costs[row["trial"]] if has_cost else None
        found[row["trial"]] = Metered(has_tokens, cost, row["models"])
    return found


def costs_of_all_attempts(run: RunFile, known: dict[int, Metered]) -> dict[tuple[str, int], float | None]:
    """Return what all attempts at each task and repeat cost together; None where one of them is not known."""
    total: dict[tuple[str, int], float | None] = {}
    for row in run.connection.execute(_TAKEN):
        key, cost = (row["task"], row["repeat"]), known.get(row["id"], Metered()).cost_usd
        before = total.get(key, 0.0)
        total[key] = None if cost is None or before is None else before + cost
    return total
