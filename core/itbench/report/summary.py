"""A run in numbers: recomputed from its trials every time, nothing is a stored counter."""

from collections.abc import Iterator
from dataclasses import dataclass

from itbench.interfaces.json import JsonObject
from itbench.report.plan_notes import plan_warnings
from itbench.report.shown import shown_metrics, shown_values
from itbench.report.stored_metrics import odd_metrics_warning, read_metrics
from itbench.statistics import (
    Estimate,
    Interval,
    MeanOverTasks,
    TrialFacts,
    Values,
    estimate,
    headline,
    mean,
    passes,
    symptoms,
)
from itbench.store.claim import is_claimed
from itbench.store.reader import RunFile

_COSTS = """
SELECT count(*) AS trials, avg(wall_s) AS wall_s, avg(turns) AS turns, avg(tokens) AS tokens,
    avg(cost_usd) AS cost_usd, sum(status = 'leak') AS leaks, sum(status = 'unscored') AS unscored,
    sum(status = 'agent fault') AS agent_faults, sum(replies > 0 AND tokens IS NULL) AS uncounted,
    sum(replies > 0 AND cost_usd IS NULL) AS unpriced
FROM outcome
"""
_BROKEN_OFF = """
SELECT count(*) AS n, min(trial.fault) AS fault FROM outcome JOIN trial ON trial.id = outcome.trial
WHERE trial.fault_stage = 'agent' AND trial.fault_traceback != ''
"""
_FAULTS = "SELECT fault_stage, count(*) AS n FROM outcome WHERE status = 'no score' GROUP BY fault_stage"
_METRICS = """
SELECT outcome.task, score.metrics FROM outcome JOIN latest_score AS score
    ON score.trial = outcome.trial
WHERE outcome.status = 'scored'
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """What one run says.

    Attributes:
        plan: as JSON.
        estimate: of the headline value.
        faults: trials without a score, by stage.
        trials: that ended, whatever became of them.
        agent_faults: trials that count as 0 because the agent failed.
        agent_errors: those of them in which it ended with an error, and not just without a usable answer.
        agent_error: one of these errors; None without any.
        leaks: trials in which the truth was seen.
        unscored: trials that were never scored.
        wall_s, turns: means over trials; None without any.
        tokens, cost_usd: means over the trials of which they are known; None without any.
        uncounted, unpriced: trials with replies of a model of which tokens or cost are not known.
        retried: trials that were attempted more than once.
        values: of each repeat of each planned task.
        shown: estimates of the metrics that stand beside the headline, by title.
        scoring_version: the oldest version of the rules among the scores that count; None without any.
    """

    plan: JsonObject
    estimate: Estimate
    faults: dict[str, int]
    trials: int
    agent_faults: int
    agent_errors: int
    agent_error: str | None
    leaks: int
    unscored: int
    wall_s: float | None
    turns: float | None
    tokens: float | None
    cost_usd: float | None
    uncounted: int
    unpriced: int
    retried: int
    values: Values
    shown: dict[str, Estimate]
    scoring_version: int | None

    @property
    def score(self) -> float | None:
        """The headline value: the mean over repeats, then over tasks; None without a scored trial."""
        return self.estimate.mean

    @property
    def interval(self) -> Interval | None:
        """The 95 % interval of the score; None without a scored trial."""
        return self.estimate.interval

    @property
    def coverage(self) -> float:
        """The share of planned trials that have a score, from 0 to 1."""
        return self.estimate.n_scored / self.estimate.n_planned

    @property
    def passes(self) -> dict[str, MeanOverTasks]:
        """pass@k and pass^k for k = 1 and all repeats, by name; a trial passes with a score of 1."""
        repeats = self.plan["repeats"]
        found = {f"pass@{k}": passes(self.values, k).at_least_one for k in sorted({1, repeats})}
        always = {f"pass^{repeats}": passes(self.values, repeats).all_of_them} if repeats > 1 else {}
        return found | always

    @property
    def headline(self) -> str:
        """Value, error bar, coverage and what is missing, in one line."""
        if self.unscored and self.estimate.n_scored == 0:
            kept = f"not scored: {self.unscored} submissions are kept"
            is_sealed = self.plan.get("suite_seal") is not None and not self.plan["is_scored"]
            return (
                f"{kept}; `itbench submit RUN` hands them in"
                if is_sealed
                else f"{kept}; `itbench score RUN` scores them"
            )
        return headline(self.estimate, self.faults)

    @property
    def has_no_working_agent(self) -> bool:
        """Whether the agent ended with an error in every trial: the run then measures the set-up and not the agent."""
        return 0 < self.trials == self.agent_errors

    @property
    def is_sound(self) -> bool:
        """Whether every planned trial has a valid score, or was not meant to be scored, and the agent worked at all."""
        if self.has_no_working_agent:
            return False
        if self.plan["is_scored"] or self.estimate.n_scored:
            return self.estimate.is_complete and not self.leaks
        return self.unscored == self.estimate.n_planned


def summarise(run: RunFile) -> RunSummary:
    """Compute the summary of a run."""
    costs = run.connection.execute(_COSTS).fetchone()
    errors = run.connection.execute(_BROKEN_OFF).fetchone()
    plan, values = run.plan(), run.values()
    return RunSummary(
        plan=plan,
        estimate=estimate(values),
        values=values,
        faults={row["fault_stage"]: row["n"] for row in run.connection.execute(_FAULTS)},
        trials=costs["trials"],
        agent_faults=costs["agent_faults"] or 0,
        agent_errors=errors["n"],
        agent_error=errors["fault"],
        leaks=costs["leaks"] or 0,
        unscored=costs["unscored"] or 0,
        wall_s=costs["wall_s"],
        turns=costs["turns"],
        tokens=costs["tokens"],
        cost_usd=costs["cost_usd"],
        uncounted=costs["uncounted"] or 0,
        unpriced=costs["unpriced"] or 0,
        retried=run.retried(),
        shown={
            title: estimate({task: [*each.values()] for task, each in found.items()})
            for title, found in shown_values(run, plan).items()
        },
        scoring_version=min(run.scoring_versions().values(), default=None),
    )


def metric_means(run: RunFile) -> dict[str, float | None]:
    """Return each metric's mean over repeats, then over tasks; None where it was measured nowhere."""
    values: dict[str, dict[str, list[float]]] = {}
    for row in run.connection.execute(_METRICS):
        for name, value in read_metrics(row["metrics"]).items():
            of_tasks = values.setdefault(name, {})
            if value is not None:
                of_tasks.setdefault(row["task"], []).append(value)
    return {
        name: mean([mean(repeats) for repeats in of_tasks.values()]) if of_tasks else None
        for name, of_tasks in values.items()
    }


def run_symptoms(run: RunFile) -> list[str]:
    """Return what is systematically wrong with a run, one sentence each."""
    hint = None if is_claimed(run.path) else run.lost_trials_hint()
    return [*filter(None, (hint, odd_metrics_warning(run))), *symptoms(_facts(run))]


def summary_json(summary: RunSummary) -> JsonObject:
    """Return the summary for machines."""
    found = summary.estimate
    return {
        "run": summary.plan["id"],
        "domain": summary.plan["domain"],
        "suite": summary.plan["suite"],
        "suite_version": summary.plan["suite_version"],
        "suite_hash": summary.plan["suite_hash"],
        "scoring_version": summary.scoring_version,
        "agent": summary.plan["agent"],
        "headline": summary.headline,
        "score": found.mean,
        "standard_error": found.standard_error,
        "interval": _interval(found),
        "score_missing_as_zero": found.missing_as_zero,
        "score_missing_as_one": found.missing_as_one,
        "shown_metrics": {
            shown_metrics(summary.plan)[title]: _estimate_json(shown)
            for title, shown in summary.shown.items()
        },
        "trials_scored": found.n_scored,
        "trials_planned": found.n_planned,
        "tasks_scored": found.n_tasks_scored,
        "tasks_planned": found.n_tasks_planned,
        "passes": {name: found.mean for name, found in summary.passes.items()},
        "passes_over_tasks": {name: found.n_tasks for name, found in summary.passes.items()},
        "faults": summary.faults,
        "agent_faults": summary.agent_faults,
        "agent_errors": summary.agent_errors,
        "leaks": summary.leaks,
        "turns": summary.turns,
        "tokens": summary.tokens,
        "trials_without_tokens": summary.uncounted,
        "cost_usd": summary.cost_usd,
        "trials_without_cost": summary.unpriced,
        "trials_tried_again": summary.retried,
        "wall_s": summary.wall_s,
        "sandbox": summary.plan["sandbox"],
        "floor": summary.plan["floor"],
        "plan_warnings": plan_warnings(summary.plan),
    }


def _estimate_json(found: Estimate) -> JsonObject:
    return {"mean": found.mean, "standard_error": found.standard_error, "interval": _interval(found)}


def _interval(found: Estimate) -> list[float] | None:
    return [found.interval.low, found.interval.high] if found.interval else None


def _facts(run: RunFile) -> Iterator[TrialFacts]:
    query = "SELECT * FROM outcome"
    for row in run.connection.execute(query):
        yield TrialFacts(
            task=row["task"],
            value=row["value"],
            fault_stage=row["fault_stage"],
            limit=row["limit_hit"],
            tool_calls=row["tool_calls"],
            failed_tool_calls=row["failed_tool_calls"],
            answer_hash=row["answer_hash"],
            handed_in=bool(row["handed_in"]),
        )
