"""What all attempts at a trial cost together, and which models their agents asked."""

from itbench.store.reader import RunFile

# An attempt without a reply cost nothing; one of whose replies it is not known makes the sum unknown.
_COSTS = """
SELECT task, repeat,
    CASE WHEN NOT sum(replies > 0 AND cost_usd IS NULL) THEN sum(cost_usd) END AS cost_usd
FROM trial GROUP BY task, repeat
"""
# In files of earlier versions, what a program asked was an event `model`.
_MODELS = """
SELECT trial, group_concat(DISTINCT json_extract(data, '$.model')) AS models
FROM event WHERE kind IN ('request', 'model') AND json_valid(data) AND json_extract(data, '$.role') IS NULL GROUP BY trial
"""


def costs_of_all_attempts(run: RunFile) -> dict[tuple[str, int], float | None]:
    """Return US dollars by task and repeat; None where they are not known, or there was no reply at all."""
    return {(row["task"], row["repeat"]): row["cost_usd"] for row in run.connection.execute(_COSTS)}


def asked_models(run: RunFile) -> dict[int, str]:
    """Return the models that an agent asked, with commas between, by the number of the trial."""
    return {row["trial"]: row["models"] for row in run.connection.execute(_MODELS)}
