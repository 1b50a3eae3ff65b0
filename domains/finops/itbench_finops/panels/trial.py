"""What the page of a FinOps trial shows."""

from collections.abc import Iterator

from itbench import JsonObject, Panel, PanelAxis, PanelBar, PanelBars, PanelTable, ShownTrial
from itbench_finops.panels.bill import bill_lines
from itbench_finops.panels.verdicts import Blamed, blamed_resources

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
    if lines is not None:
        yield Panel(title="The bill", parts=(lines,))


def _causes(found: list[Blamed]) -> PanelTable:
    rows = tuple(
        (
            each.verdict,
            each.name,
            each.type,
            each.cause,
            each.details.get("since"),
            each.details.get("excess_usd"),
            each.details.get("excess_so_far_usd"),
        )
        for each in found[:_MOST_ROWS]
    )
    return PanelTable(
        title="Resources to blame, and resources that were named",
        columns=("verdict", "name", "type", "cause", "since", "excess of the day ($)", "excess so far ($)"),
        rows=rows,
    )


def _plan(trial: ShownTrial, truth: JsonObject) -> Iterator[Panel]:
    """Yield what each workload adds to the score, those with most at stake first."""
    from itbench_finops.fleets.truth import workloads
    from itbench_finops.scoring.sizing import judge, planned_sizes

    submission = trial.submission()
    known = workloads(truth)
    answer = submission.answer if submission is not None else {"plan": []}
    sizes, _ = planned_sizes(answer, {workload.name for workload in known})
    verdicts = [found for each in known if (found := judge(each, sizes.get(each.name, each.now))) is not None]
    at_stake = sum(verdict.stake for verdict in verdicts)
    if not at_stake:
        return
    bars = tuple(
        PanelBar(
            label=each.name,
            value=each.value / at_stake,
            kind="breaches a target or a limit" if each.problem else "keeps its targets",
            tone="bad" if each.problem else "good",
            note="; ".join(
                filter(
                    None,
                    (
                        f"{each.stake / at_stake:.1%} of the saving is at stake",
                        "" if each.name in sizes else "not planned",
                        each.problem,
                    ),
                )
            ),
        )
        for each in sorted(verdicts, key=lambda each: (-each.stake, each.name))[:_MOST_ROWS]
    )
    axis = PanelAxis(label="share of the achievable saving", unit="%")
    yield Panel(
        title="The plan",
        parts=(PanelBars(title="What each workload adds to the score", axis=axis, bars=bars),),
    )
