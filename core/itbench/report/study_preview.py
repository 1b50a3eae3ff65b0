"""What a study would do and may cost, as text and for machines."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from itbench.interfaces.agent import TrialEstimate
from itbench.interfaces.json import JsonObject
from itbench.report.table import counted, table
from itbench.runs.preview import FEWEST_TURNS, MOST_TURNS, Preview
from itbench.runs.study.entries import Entry

_NUMBERS = ["tasks", "trials", "input tokens", "output tokens", "cost"]


@dataclass(frozen=True, slots=True)
class StudyPreview:
    """A study before it is begun.

    Attributes:
        folder: of its run files.
        runs: each with what it would do.
        max_cost_usd: US dollars that all may cost; None without a limit.
    """

    folder: Path
    runs: Sequence[tuple[Entry, Preview]]
    max_cost_usd: float | None

    @property
    def trials(self) -> int:
        """How many trials all runs have."""
        return sum(found.session.plan.planned_trials for _, found in self.runs)

    @property
    def totals(self) -> list[TrialEstimate]:
        """What all runs may take together, with few and with many turns; none where no agent can tell."""
        pairs = [found.estimates for _, found in self.runs if found.estimates]
        return [_sum([pair[at] for pair in pairs]) for at in (0, 1)] if pairs else []


def study_preview_json(found: StudyPreview) -> JsonObject:
    """Return what would be run, and the estimates."""
    return {
        "folder": str(found.folder),
        "runs": [
            {
                "suite": entry.suite,
                "agent": entry.agent,
                "plan": run.session.plan.model_dump(mode="json"),
                "trials": run.session.plan.planned_trials,
                "estimates": [dataclasses.asdict(estimate) for estimate in run.estimates],
                "missing": list(run.missing),
            }
            for entry, run in found.runs
        ],
        "trials": found.trials,
        "estimates": [dataclasses.asdict(estimate) for estimate in found.totals],
        "max_cost_usd": found.max_cost_usd,
    }


def study_preview_text(found: StudyPreview) -> str:
    """Return a table with a row for each run and their total."""
    rows = [_row(entry, run) for entry, run in found.runs]
    rows.append(["total", counted(len(found.runs), "run"), "", str(found.trials), *_cells(found.totals)])
    lines = [table(["suite", "agent", *_NUMBERS], rows, numbers=_NUMBERS)]
    if found.totals:
        lines.append(
            f"tokens and cost with {FEWEST_TURNS} to {MOST_TURNS} turns a trial, as models took for a task of ITBench-AA; "
            "the estimate is accurate to about a factor of two"
        )
    else:
        lines.append("no agent asks a model that itbench could count beforehand: no tokens are estimated")
    if found.max_cost_usd is not None:
        lines.append(f"cost of the study: at most ${found.max_cost_usd:g}")
    lines.append(f"run files: in {found.folder}")
    missing = dict.fromkeys((entry.agent, thing) for entry, run in found.runs for thing in run.missing)
    return "\n".join(lines + [f"to run {agent}, this is missing: {thing}" for agent, thing in missing])


def _row(entry: Entry, run: Preview) -> list[str]:
    plan = run.session.plan
    return [entry.suite, entry.agent, str(len(plan.tasks)), str(plan.planned_trials), *_cells(run.estimates)]


def _cells(estimates: Sequence[TrialEstimate]) -> list[str]:
    if not estimates:
        return ["-", "-", "-"]
    low, high = estimates
    return [
        f"{low.input_tokens / 1e6:.2f} M to {high.input_tokens / 1e6:.2f} M",
        f"{low.output_tokens / 1e6:.2f} M to {high.output_tokens / 1e6:.2f} M",
        "unknown"
        if low.cost_usd is None or high.cost_usd is None
        else f"${low.cost_usd:.2f} to ${high.cost_usd:.2f}",
    ]


def _sum(estimates: Sequence[TrialEstimate]) -> TrialEstimate:
    costs = [estimate.cost_usd for estimate in estimates if estimate.cost_usd is not None]
    return TrialEstimate(
        turns=sum(estimate.turns for estimate in estimates),
        input_tokens=sum(estimate.input_tokens for estimate in estimates),
        cached_tokens=sum(estimate.cached_tokens for estimate in estimates),
        output_tokens=sum(estimate.output_tokens for estimate in estimates),
        cost_usd=sum(costs) if len(costs) == len(estimates) else None,
    )
