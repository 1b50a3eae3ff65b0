"""What the list of runs shows of one run: a few dozen numbers, so that thousands of runs fit into memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from itbench.report.agent_label import agent_label, model_of
from itbench.report.shown import newer_rules
from itbench.report.summary import RunSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """One run in numbers; amounts are means over trials, None where they are not known.

    Attributes:
        id: of the plan.
        reference: `domain/suite`.
        suite_version: of the suite.
        suite_hash: of the tasks.
        agent: its label, with the model in brackets.
        agent_name: of the agent alone.
        model: that it drives.
        role: of the agent.
        created_at: ISO 8601.
        headline: in one line.
        score: the mean; None without one.
        low, high: the 95 % interval.
        missing_as_zero: what ranks it.
        scored, planned, trials: how many trials have a score, are planned, have ended.
        tasks, repeats: of the plan.
        floor: the floor of the plan.
        turns, tokens, cost_usd, wall_s: means.
        uncounted, unpriced: trials of which tokens or cost are not known.
        faults: trials without a score, by stage.
        agent_faults: trials that count as 0 as the agent failed.
        leaks, retried, unscored: trials.
        shown: means of the metrics beside the headline, by title.
        newer_rules: the installed version of the rules, where it is newer than that of the scores.
        is_sound: whether every planned trial has a valid score.
        sandbox: in which the agent worked.
    """

    id: str
    reference: str
    suite_version: str
    suite_hash: str
    agent: str
    agent_name: str
    model: str | None
    role: str
    created_at: str
    headline: str
    score: float | None
    low: float | None
    high: float | None
    missing_as_zero: float | None
    scored: int
    planned: int
    trials: int
    tasks: int
    repeats: int
    floor: float | None
    turns: float | None
    tokens: float | None
    cost_usd: float | None
    wall_s: float | None
    uncounted: int
    unpriced: int
    agent_faults: int
    leaks: int
    retried: int
    unscored: int
    newer_rules: int | None
    is_sound: bool
    sandbox: str
    faults: Mapping[str, int] = field(default_factory=dict)
    shown: Mapping[str, float | None] = field(default_factory=dict)


def run_row(summary: RunSummary) -> RunRow:
    """Return what the list of runs shows of a summary."""
    plan, found = summary.plan, summary.estimate
    agent = plan["agent"]
    return RunRow(
        id=plan["id"],
        reference=f"{plan['domain']}/{plan['suite']}",
        suite_version=plan["suite_version"],
        suite_hash=plan["suite_hash"],
        agent=agent_label(agent),
        agent_name=agent["name"],
        model=model_of(agent),
        role=agent["role"],
        created_at=plan["created_at"],
        headline=summary.headline,
        score=found.mean,
        low=found.interval.low if found.interval else None,
        high=found.interval.high if found.interval else None,
        missing_as_zero=found.missing_as_zero,
        scored=found.n_scored,
        planned=found.n_planned,
        trials=summary.trials,
        tasks=len(plan["tasks"]),
        repeats=plan["repeats"],
        floor=plan["floor"]["value"] if plan["floor"] else None,
        turns=summary.turns,
        tokens=summary.tokens,
        cost_usd=summary.cost_usd,
        wall_s=summary.wall_s,
        uncounted=summary.uncounted,
        unpriced=summary.unpriced,
        agent_faults=summary.agent_faults,
        leaks=summary.leaks,
        retried=summary.retried,
        unscored=summary.unscored,
        newer_rules=newer_rules(plan, summary.scoring_version),
        is_sound=summary.is_sound,
        sandbox=plan["sandbox"],
        faults=summary.faults,
        shown={title: each.mean for title, each in summary.shown.items()},
    )
