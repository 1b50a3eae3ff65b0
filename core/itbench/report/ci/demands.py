"""What a run must fulfil so that a step of continuous integration passes, beside valid scores."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from itbench.interfaces.json import JsonObject
from itbench.report.ci.drop import Drop, drop
from itbench.report.ci.fail_on import FailOn
from itbench.report.summary import RunSummary
from itbench.report.table import counted
from itbench.store.reader import RunFile

_FAULTS = """
SELECT count(*) AS n, min(trial.fault_stage || ' fault: ' || trial.fault) AS example FROM trial
WHERE trial.fault_stage IS NOT NULL AND trial.fault_stage <> 'agent'
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demands:
    """What is demanded of a run.

    Attributes:
        fail_under: the lowest score; None for any.
        fail_on: the faults that it may not have.
        worse_than: run file of the run than which it may not be worse; None for none.
    """

    fail_under: float | None = None
    fail_on: Sequence[FailOn] = ()
    worse_than: Path | None = None

    def judged(self, run: RunFile, summary: RunSummary) -> "Judged":
        """Return which demands a run does not fulfil.

        Raises:
            ITBenchError: the other run cannot be compared with it.
        """
        found = None if self.worse_than is None else drop(run, self.worse_than)
        unmet = [*self._too_low(summary), *self._faults(run, summary)]
        if found is not None and found.is_worse:
            unmet.append(found.text)
        return Judged(unmet, found)

    def _too_low(self, summary: RunSummary) -> Iterator[str]:
        value = summary.estimate.mean
        if self.fail_under is not None and (value is None or value < self.fail_under):
            score = "there is no score" if value is None else f"the score is {value:.3f}"
            yield f"{score}, with --fail-under {self.fail_under:g}"

    def _faults(self, run: RunFile, summary: RunSummary) -> Iterator[str]:
        if FailOn.FAULT in self.fail_on:
            row = run.connection.execute(_FAULTS).fetchone()
            if row["n"]:
                attempts = counted(row["n"], "attempt")
                yield f"{attempts} failed through no fault of the agent, for example with {row['example']!r}, with --fail-on fault"
        if FailOn.AGENT_FAULT in self.fail_on and summary.agent_faults:
            trials = counted(summary.agent_faults, "trial")
            yield f"the agent failed in {trials}, which count as 0, with --fail-on agent-fault"


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of the demands.

    Attributes:
        unmet: those that are not fulfilled, one sentence each.
        drop: how the run compares with the other one; None without one.
    """

    unmet: Sequence[str]
    drop: Drop | None

    def document(self) -> JsonObject:
        """Return it for machines."""
        compared = None if self.drop is None else self.drop.document()
        return {"unmet": list(self.unmet), "compared": compared}
