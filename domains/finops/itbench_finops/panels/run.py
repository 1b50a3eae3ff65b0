"""What the page of FinOps runs shows: which causes are missed, and how often a resource is blamed for nothing."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from itbench import Panel, PanelAxis, PanelBar, PanelBars, PanelCell, PanelGrid, PanelText, ShownTrial
from itbench_finops.panels.verdicts import blamed_resources

_MOST_TRIALS = 5_000


@dataclass(slots=True)
class _Found:
    """What became of the resources in the trials of one run."""

    trials: int = 0
    named: Counter[str] = field(default_factory=Counter)
    true: Counter[str] = field(default_factory=Counter)
    others: int = 0
    breaching: float = 0.0
    plans: int = 0


def run_panels(trials: Iterator[ShownTrial]) -> Iterator[Panel]:
    """Yield the panels, from trials that were scored and whose truth is at hand."""
    runs: dict[str, _Found] = defaultdict(_Found)
    count = 0
    for trial in trials:
        if trial.score is None:
            continue
        breaching = trial.score.metrics.get("breaching")
        if breaching is not None:
            runs[trial.run].plans += 1
            runs[trial.run].breaching += breaching
            continue
        truth = trial.truth() if count < _MOST_TRIALS else None
        if truth is not None and "resource" in truth:
            count += 1
            _count(trial, truth, runs[trial.run])
    explained = {run: found for run, found in runs.items() if found.trials}
    if explained:
        yield Panel(title="Causes", parts=(_causes(explained), _others(explained), _told(count)))
    planned = {run: found for run, found in runs.items() if found.plans}
    if planned:
        yield Panel(title="Breaches", parts=(_breaches(planned),))


def _count(trial: ShownTrial, truth: dict[str, object], found: _Found) -> None:
    found.trials += 1
    for each in blamed_resources(trial, truth):
        if each.is_to_blame:
            found.true[each.cause] += 1
            found.named[each.cause] += each.is_named
        else:
            found.others += 1


def _causes(runs: dict[str, _Found]) -> PanelGrid:
    causes = sorted({cause for found in runs.values() for cause in found.true})
    return PanelGrid(
        title="Share of the resources to blame that were named, by cause",
        rows=tuple(causes),
        columns=tuple(runs)[:200],
        cells=tuple(tuple(_cell(found, cause) for found in list(runs.values())[:200]) for cause in causes),
    )


def _cell(found: _Found, cause: str) -> PanelCell | None:
    true, named = found.true[cause], found.named[cause]
    if not true:
        return None
    return PanelCell(value=named / true, label=f"{named} of {true}", note=f"{true - named} missed")


def _others(runs: dict[str, _Found]) -> PanelBars:
    bars = tuple(
        PanelBar(
            label=run, value=found.others / found.trials, note=f"{found.others} in {found.trials} trials"
        )
        for run, found in runs.items()
    )
    axis = PanelAxis(label="resources a trial", low=0)
    return PanelBars(title="Named resources that are not to blame", axis=axis, bars=bars[:500])


def _breaches(runs: dict[str, _Found]) -> PanelBars:
    bars = tuple(
        PanelBar(label=run, value=found.breaching / found.plans, note=f"{found.plans} plans")
        for run, found in runs.items()
    )
    axis = PanelAxis(label="workloads a plan", low=0)
    return PanelBars(title="Workloads that breach a target or a limit", axis=axis, bars=bars[:500])


def _told(count: int) -> PanelText:
    return PanelText(text=f"Over {count} trials that have a score and whose truth is at hand.")
