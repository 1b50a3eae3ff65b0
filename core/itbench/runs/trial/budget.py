"""What a run may cost in all: once it is spent, no further trial begins."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from itbench.interfaces.trace import Trace
from itbench.store.reader import RunFile

# Also of trials that were ended or failed: all attempts cost something.
_SPENT = """
SELECT coalesce(sum(json_extract(data, '$.cost_usd')), 0.0) AS known, count(*) - count(json_extract(data, '$.cost_usd')) AS unknown
FROM event WHERE kind = 'usage' AND json_valid(data)
"""


@dataclass(slots=True)
class Budget:
    """Counts what all trials of a run cost, those that are not over yet included.

    Attributes:
        most_usd: US dollars that the run may cost; None for any amount.
        noun: what it is that may cost so much.
        spent_usd: US dollars of the trials that are over, as far as they are known.
        unknown: replies whose cost is not known.
    """

    most_usd: float | None = None
    noun: str = field(default="run", kw_only=True)
    spent_usd: float = 0.0
    unknown: int = 0
    _running: list[Trace] = field(default_factory=list)

    @contextmanager
    def counting(self, trace: Trace) -> Iterator[None]:
        """Count what a trial costs from now on."""
        self._running.append(trace)
        try:
            yield
        finally:
            self._running.remove(trace)
            self.spent_usd += _spent_usd(trace)
            self.unknown += _unknown(trace)

    def refusal(self) -> str | None:
        """Return why no further trial may begin, or None if one may."""
        if self.most_usd is None:
            return None
        spent_usd = self.spent_usd + sum(map(_spent_usd, self._running))
        if spent_usd >= self.most_usd:
            return f"{_dollars(spent_usd)} is spent, of at most {_dollars(self.most_usd)} for the {self.noun}"
        unknown = self.unknown + sum(map(_unknown, self._running))
        if unknown:
            return (
                f"the {self.noun} may cost at most {_dollars(self.most_usd)}, but what {unknown} of its replies cost is not known; "
                "where the price of the model is not, give it with the option price=INPUT/OUTPUT"
            )
        return None


def _dollars(amount: float) -> str:
    """Return an amount that is never shown as nothing unless it is nothing."""
    return f"${amount:.2f}" if amount >= 0.01 or not amount else f"${amount:.2g}"


def _spent_usd(trace: Trace) -> float:
    return trace.usage.spent_usd + sum(usage.spent_usd for usage in trace.roles.values())


def _unknown(trace: Trace) -> int:
    sums = [usage.sums["cost_usd"] for usage in (trace.usage, *trace.roles.values())]
    return sum(each.left_out for each in sums)


def budget_of(run: RunFile, most_usd: float | None) -> Budget:
    """Return the budget of a run with what all its attempts so far cost."""
    if most_usd is None:
        return Budget()
    row = run.connection.execute(_SPENT).fetchone()
    return Budget(most_usd, row["known"], row["unknown"])
