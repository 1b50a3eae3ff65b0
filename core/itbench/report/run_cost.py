"""What all attempts of a run cost together, and not only those that count."""

from collections.abc import Iterable
from dataclasses import dataclass

from itbench.store.reader import RunFile

_COST = """
SELECT sum(cost_usd) AS cost_usd, sum(replies > 0 AND cost_usd IS NULL) AS unknown FROM trial
"""


@dataclass(frozen=True, slots=True)
class RunCost:
    """What attempts cost.

    Attributes:
        usd: US dollars, as far as they are known; None where they are of no attempt.
        unknown: attempts with replies of a model whose cost is not known.
    """

    usd: float | None
    unknown: int

    @property
    def is_none(self) -> bool:
        """Whether nothing was asked that costs anything."""
        return self.usd is None and not self.unknown


def run_cost(run: RunFile) -> RunCost:
    """Return what a run cost."""
    row = run.connection.execute(_COST).fetchone()
    return RunCost(row["cost_usd"], row["unknown"] or 0)


def total_cost(costs: Iterable[RunCost]) -> RunCost:
    """Return what several runs cost together."""
    found = list(costs)
    known = [cost.usd for cost in found if cost.usd is not None]
    return RunCost(sum(known) if known else None, sum(cost.unknown for cost in found))
