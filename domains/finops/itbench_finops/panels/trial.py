"""What the page of a FinOps trial shows."""

from collections.abc import Iterator

from itbench import JsonObject, Panel, PanelAxis, PanelBar, PanelBars, PanelTable, ShownTrial
from itbench_finops.panels.bill import bill_lines
from itbench_finops.panels.verdicts import Blamed, blamed_resources
from itbench_finops.scoring.sizing import Verdict, judged_workloads

_MOST_ROWS = 200


def trial_panels(trial: ShownTrial) -> Iterator[Panel]:
    """Yield the bill with its causes and with what was named, or the plan by workload; nothing without the truth."""
    truth = trial.truth()
    if truth is None:
        return
    if "workloads" in truth:
        yield from _plan(trial, truth)
        return
    found = blamed_resources(trial, truth)
    yield Panel(title="Causes", parts=(_causes(found),))
    lines = bill_lines(trial.inputs(), found)
    if lines:
        yield Panel(title="The bill", parts=tuple(lines))


def _causes(found: list[Blamed]) -> PanelTable:
    rows = tuple(
        (
            each.verdict,
            each.name,
            each.type,
            each.cause,
            each.details.get("since"),
            _dollars(each.details.get("excess_usd")),
            _dollars(each.details.get("excess_so_far_usd")),
        )
        for each in found[:_MOST_ROWS]
    )
    return PanelTable(
        title="Resources to blame, and resources that were named",
        columns=("verdict", "name", "type", "cause", "since", "excess of the day ($)", "excess so far ($)"),
        rows=rows,
    )


def _dollars(text: object) -> float | None:
    return float(text) if isinstance(text, str) else None


def _plan(trial: ShownTrial, truth: JsonObject) -> Iterator[Panel]:
    """Yield what each workload adds to the score, those with most at stake first."""
    submission = trial.submission()
    answer = submission.answer if submission is not None else {"plan": []}
    verdicts, planned = judged_workloads(answer, truth)
    at_stake = sum(verdict.stake for verdict in verdicts)
    if not at_stake:
        return
    listed = sorted(verdicts, key=lambda each: (-each.stake, each.name))[:_MOST_ROWS]
    bars = tuple(bar for each in listed for bar in _bars(each, at_stake, is_planned=each.name in planned))
    axis = PanelAxis(label="share of the achievable saving", unit="%")
    yield Panel(
        title="The plan",
        parts=(
            PanelBars(
                title="What each workload adds to the score, and what it could have added",
                axis=axis,
                bars=bars,
            ),
        ),
    )


def _bars(verdict: Verdict, at_stake: int, *, is_planned: bool) -> Iterator[PanelBar]:
    """Yield what a workload adds to the score, and what it could have added besides."""
    note = "" if is_planned else "not planned"
    if verdict.problem is not None:
        yield PanelBar(
            label=verdict.name,
            value=verdict.value / at_stake,
            kind="breaches a target or a limit",
            tone="bad",
            note="; ".join(filter(None, (verdict.problem, note))),
        )
        return
    yield PanelBar(label=verdict.name, value=verdict.value / at_stake, kind="saved", tone="good", note=note)
    if verdict.stake > verdict.earned:
        left = (verdict.stake - max(0, verdict.earned)) / at_stake
        yield PanelBar(label=verdict.name, value=left, kind="not saved", tone="muted", note=note)
