"""Scores a plan: the share of the achievable saving, and nothing for a workload that would breach its target."""

from collections import Counter
from fractions import Fraction

from itbench.interfaces.json import JsonObject
from itbench_finops.scoring.parts import ScoreParts
from itbench_finops.sizing.fleet import (
    CPU_STEP_MILLICORES,
    MEMORY_STEP_MIB,
    Size,
    breach,
    cost,
    optimum,
    up_to_step,
)
from itbench_finops.sizing.truth import Workload, workloads

_SHOWN = 10


def score_plan(answer: JsonObject, truth: JsonObject) -> ScoreParts:
    """Weigh each workload by what is at stake: the difference between what it costs now and what it could cost.

    A workload that requests too little now has a target to be mended: at the optimum it counts in full, and less the
    more it costs beyond. One that the plan leaves out stays as it is. Costs beyond today's count against the plan.
    """
    known = workloads(truth)
    sizes, reasons = _planned(answer, {workload.name for workload in known})
    at_stake, earned, breaches = 0, Fraction(0), 0
    for workload in known:
        best = optimum(workload.needs)
        stake = 0 if best is None else abs(cost(workload.needs, workload.now) - cost(workload.needs, best))
        at_stake += stake
        planned = sizes.get(workload.name, workload.now)
        problem = "it is planned twice" if planned is None else breach(workload.needs, planned)
        if problem is not None or planned is None or best is None:
            breaches += workload.name in sizes
            reasons.append(f"{workload.name!r} scores nothing: {problem}")
        else:
            earned += _earned(workload, planned, best, stake)
    value = float(max(Fraction(0), earned / at_stake)) if at_stake else 0.0
    metrics: dict[str, float | None] = {
        "breaching": float(breaches),
        "planned_share": len(sizes.keys()) / len(known),
        "saving_share": value,
    }
    summary = f"{value:.3f} of the achievable saving, {breaches} planned workloads breach a target or a limit"
    more = [f"and {len(reasons) - _SHOWN} more"] if len(reasons) > _SHOWN else []
    return ScoreParts(value, metrics, [summary, *reasons[:_SHOWN], *more])


def _earned(workload: Workload, planned: Size, best: Size, stake: int) -> Fraction:
    """Return the saving that is had, never more than what is at stake nor less than its negative."""
    beyond = cost(workload.needs, planned) - cost(workload.needs, best)
    return Fraction(max(-stake, stake - beyond))


def _planned(answer: JsonObject, known: set[str]) -> tuple[dict[str, Size | None], list[str]]:
    """Return the planned sizes, None for a workload that is planned twice; sizes go up to whole steps."""
    times = Counter(entry["workload"] for entry in answer["plan"])
    unknown = sorted(set(times) - known)
    reasons = [f"{name[:40]!r} is no workload of this fleet" for name in unknown[:_SHOWN]]
    sizes: dict[str, Size | None] = {}
    for entry in answer["plan"]:
        name = entry["workload"]
        if name in known:
            sizes[name] = None if times[name] > 1 else _size(entry)
    return sizes, reasons


def _size(entry: JsonObject) -> Size:
    return Size(
        int(entry["replicas"]),
        up_to_step(int(entry["cpu_request_millicores"]), CPU_STEP_MILLICORES),
        up_to_step(int(entry["memory_request_mib"]), MEMORY_STEP_MIB),
    )
