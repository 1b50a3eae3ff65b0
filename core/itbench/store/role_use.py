"""What the models in roles of the environments took, which is no part of what the agent took."""

from dataclasses import dataclass

from itbench.store.reader import RunFile

# A sum is NULL where one of its parts is unknown.
_SQL = """
WITH used AS (
    SELECT json_extract(data, '$.role') AS role, json_extract(data, '$.input_tokens') AS input,
        json_extract(data, '$.output_tokens') AS output, json_extract(data, '$.cost_usd') AS cost
    FROM event WHERE kind = 'usage' AND json_valid(data)
)
SELECT role, count(*) AS replies,
    CASE WHEN count(*) = count(input) THEN sum(input) END AS input_tokens,
    CASE WHEN count(*) = count(output) THEN sum(output) END AS output_tokens,
    CASE WHEN count(*) = count(cost) THEN sum(cost) END AS cost_usd
FROM used WHERE role IS NOT NULL GROUP BY role ORDER BY role
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleUse:
    """What one role took over all attempts of a run; tokens and US dollars are None where a reply did not tell them."""

    role: str
    replies: int
    input_tokens: int | None
    output_tokens: int | None
    cost_usd: float | None


def role_use(run: RunFile) -> list[RoleUse]:
    """Return what each role took; empty where the plan names none."""
    if not run.plan().get("role_models"):
        return []
    return [RoleUse(**dict(row)) for row in run.connection.execute(_SQL)]
