"""What the page of SRE runs shows: whether agents name more than is right, of which kinds, and when they could have stopped."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median
from typing import Final

from itbench import (
    Panel,
    PanelAxis,
    PanelBar,
    PanelBars,
    PanelLine,
    PanelLines,
    PanelPoint,
    PanelScatter,
    PanelTable,
    PanelText,
    ShownTrial,
    Tone,
)
from itbench_sre.panels.answers import count_named
from itbench_sre.panels.curve import Curve, curve_of
from itbench_sre.panels.words import WORDS

# Reading a trace takes a while, and a few dozen tell how a run goes.
_MOST_CURVES: Final = 40
_MOST_POINTS: Final = 5_000
_OUTCOMES: Final[dict[str, Tone]] = {
    "only root causes": "good",
    "all root causes and others": "warning",
    "a root cause is missing": "bad",
}


@dataclass(slots=True)
class _Found:
    """What is known of the trials of one run."""

    trials: int = 0
    looked_at: int = 0
    wrong: Counter[str] = field(default_factory=Counter)
    curves: list[Curve] = field(default_factory=list)
    categories: Counter[str] = field(default_factory=Counter)
    right_categories: Counter[str] = field(default_factory=Counter)


def run_panels(trials: Iterator[ShownTrial]) -> Iterator[Panel]:
    """Yield the panels; each trial is read once, and the traces of the first ones only."""
    runs: dict[str, _Found] = defaultdict(_Found)
    places: dict[tuple[int, int, str], list[str]] = defaultdict(list)
    for trial in trials:
        found = runs[trial.run]
        if trial.score is None:
            continue
        found.trials += 1
        _count(trial, found)
        if trial.turns is not None:
            places[trial.turns, count_named(trial), _outcome(trial)].append(trial.reference)
        if found.looked_at < _MOST_CURVES:
            found.looked_at += 1
            curve = curve_of(trial)
            found.curves += [curve] if curve is not None else []
    if places:
        yield Panel(title="Names against turns", parts=(_names_and_turns(places),))
    if any(found.wrong for found in runs.values()):
        yield Panel(title="Wrong names", parts=(_wrong_names(runs),))
    if any(found.categories for found in runs.values()):
        yield Panel(title="Categories of faults", parts=(_categories(runs),))
    if any(found.curves for found in runs.values()):
        yield Panel(title="When it was seen", parts=(_afterwards(runs), *_cut_scores(runs)))


def _count(trial: ShownTrial, found: _Found) -> None:
    if trial.score is None:
        return
    for kind in WORDS:
        count = trial.score.metrics.get(f"wrong_{kind.value}")
        if count:
            found.wrong[WORDS[kind]] += int(count)
    category = trial.score.details.get("category")
    if isinstance(category, str):
        found.categories[category] += 1
        found.right_categories[category] += trial.value == 1


def _outcome(trial: ShownTrial) -> str:
    metrics = trial.score.metrics if trial.score is not None else {}
    only, others, missing = _OUTCOMES
    if trial.value == 1:
        return only
    is_found = metrics.get("root_cause_entity_recall") == 1 or bool(metrics.get("precision_at_full_recall"))
    return others if is_found else missing


def _names_and_turns(places: dict[tuple[int, int, str], list[str]]) -> PanelScatter:
    """Return one point for all trials of the same turns, names and outcome, the most frequent ones first."""
    common = sorted(places.items(), key=lambda entry: (-len(entry[1]), entry[0]))[:_MOST_POINTS]
    order = list(_OUTCOMES)
    points = [
        PanelPoint(
            x=turns,
            y=names,
            kind=outcome,
            tone=_OUTCOMES[outcome],
            count=len(trials),
            trial=trials[0] if len(trials) == 1 else "",
        )
        for (turns, names, outcome), trials in sorted(common, key=lambda entry: order.index(entry[0][2]))
    ]
    return PanelScatter(
        title="Names handed in against turns",
        x=PanelAxis(label="turns", low=0),
        y=PanelAxis(label="names", low=0),
        points=tuple(points),
    )


def _wrong_names(runs: dict[str, _Found]) -> PanelBars:
    bars = [
        PanelBar(
            label=run, kind=kind, value=found.wrong[kind] / found.trials, note=f"{found.wrong[kind]} names"
        )
        for run, found in runs.items()
        for kind in WORDS.values()
        if found.wrong[kind]
    ]
    return PanelBars(
        title="Wrong names a trial, by kind", axis=PanelAxis(label="names a trial"), bars=tuple(bars)
    )


def _categories(runs: dict[str, _Found]) -> PanelBars:
    bars = [
        PanelBar(
            label=f"{category}, {run}" if len(runs) > 1 else category,
            kind=run if len(runs) > 1 else "",
            value=found.right_categories[category] / count,
            note=f"{found.right_categories[category]} of {count} trials",
        )
        for run, found in runs.items()
        for category, count in sorted(found.categories.items())
    ]
    return PanelBars(
        title="Share of trials with the right first diagnosis",
        axis=PanelAxis(label="share of trials", low=0, high=1, unit="%"),
        bars=tuple(bars),
    )


def _afterwards(runs: dict[str, _Found]) -> PanelTable:
    rows = []
    for run, found in runs.items():
        shown = [curve for curve in found.curves if curve.right_at is not None]
        first = [curve.right_at for curve in shown if curve.right_at is not None]
        after = [curve.turns - at for curve, at in zip(shown, first, strict=True)]
        rows.append(
            (
                run,
                len(found.curves),
                len(shown),
                float(median(first)) if first else None,
                float(median(after)) if after else None,
            )
        )
    return PanelTable(
        title="Turns after a tool's output first showed a root cause",
        columns=(
            "run",
            "trials looked at",
            "trials that show one",
            "median turn of that",
            "median turns after that",
        ),
        rows=tuple(rows),
    )


def _cut_scores(runs: dict[str, _Found]) -> Iterator[PanelText | PanelLines]:
    looked_at = sum(len(found.curves) for found in runs.values())
    last = max(max(curve.turns, *curve.values) for found in runs.values() for curve in found.curves)
    lines = tuple(
        PanelLine(
            label=run,
            points=tuple(
                (float(turn), sum(curve.value_at(turn) for curve in found.curves) / len(found.curves))
                for turn in range(last + 1)
            ),
            is_step=True,
        )
        for run, found in runs.items()
        if found.curves
    )
    yield PanelLines(
        title="Mean score with only the names that were shown by each turn",
        x=PanelAxis(label="turn", low=0, high=max(last, 1)),
        y=PanelAxis(label="score", low=0, high=1),
        lines=lines[:50],
    )
    yield PanelText(
        text=f"Over {looked_at} trials whose traces have outputs of tools, of the first {_MOST_CURVES} of each run. "
        "A later turn can only add names: where the line falls, names were added that are wrong."
    )
