"""Scores a plan: the share of the achievable saving, less what breaches cost.

Only the fleet that the plan leads to counts, however it was written down: a workload that is not planned stays as it is.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from itbench import JsonObject
from itbench_finops.fleets.fleet import (
    CPU_STEP_MILLICORES,
    MEMORY_STEP_MIB,
    Size,
    breach,
    cost,
    optimum,
    up_to_step,
)
from itbench_finops.fleets.truth import Workload, workloads
from itbench_finops.scoring.parts import ScoreParts

BREACH_FACTOR = 2
"""A breach costs so many times what the workload costs, now or at its optimum, whichever is more.

That is never less than twice the stake. So a gamble that breaches one time in three earns nothing, however much it saves.
"""

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one workload adds to the score, in the units of `cost`.

    Attributes:
        stake: the difference between what it costs now and at its optimum.
        penalty: what a breach costs.
        earned: the saving, of a workload that keeps its target; negative where it costs more than now.
        problem: in which way it breaches its target or a limit; None if it does not.
    """

    name: str
    stake: int
    penalty: int
    earned: int
    problem: str | None

    @property
    def value(self) -> int:
        """The saving, or the price of the breach."""
        return self.earned if self.problem is None else -self.penalty


def score_plan(answer: JsonObject, truth: JsonObject) -> ScoreParts:
    """Return the saving less the price of the breaches, as a share of the achievable saving; cut at 0."""
    known = workloads(truth)
    sizes, reasons = _planned(answer, {workload.name for workload in known})
    verdicts = _judged(known, sizes)
    breaches = [verdict for verdict in verdicts if verdict.problem is not None]
    total, at_stake = sum(each.value for each in verdicts), sum(each.stake for each in verdicts)
    # Where nothing can be saved, a plan is right that loses nothing.
    share = Fraction(total, at_stake) if at_stake else Fraction(total >= 0)
    value = float(max(Fraction(0), share))
    summary = f"{value:.3f} of the achievable saving; {len(breaches)} workloads breach a target or a limit"
    if share < 0:
        summary += f", which costs more than is saved ({float(share):.3f}, cut at 0)"
    reasons += _breach_reasons(breaches, sizes)
    more = [f"and {len(reasons) - _SHOWN} more"] if len(reasons) > _SHOWN else []
    metrics = _metrics(verdicts) | {
        "planned_share": len(sizes) / len(known),
        "share_before_cut": float(share),
    }
    return ScoreParts(value, metrics, [summary, *reasons[:_SHOWN], *more])


def judged_workloads(answer: JsonObject, truth: JsonObject) -> tuple[list[Verdict], set[str]]:
    """Return what each workload adds to the score, and the names of those that the plan gives a size."""
    known = workloads(truth)
    sizes, _ = _planned(answer, {workload.name for workload in known})
    return _judged(known, sizes), set(sizes)


def _judged(known: Sequence[Workload], sizes: Mapping[str, Size]) -> list[Verdict]:
    return [found for each in known if (found := judge(each, sizes.get(each.name, each.now))) is not None]


def _metrics(verdicts: Sequence[Verdict]) -> dict[str, float | None]:
    breaches = [verdict for verdict in verdicts if verdict.problem is not None]
    at_stake = sum(verdict.stake for verdict in verdicts)
    lost = sum(verdict.penalty for verdict in breaches)
    saved = sum(verdict.value for verdict in verdicts) + lost
    return {
        "breaching": float(len(breaches)),
        "saving_share": saved / at_stake if at_stake else None,
        "breach_cost_share": lost / at_stake if at_stake else None,
    }


def judge(workload: Workload, size: Size) -> Verdict | None:
    """Return what a workload of a size adds to the score; None for one that no size lets keep its target."""
    needs, best = workload.needs, optimum(workload.needs)
    if best is None:
        return None
    now, least = cost(needs, workload.now), cost(needs, best)
    stake, penalty = abs(now - least), BREACH_FACTOR * max(now, least)
    # However dear a size that keeps the target is, it is never worth less than a breach.
    earned = max(-penalty, stake - (cost(needs, size) - least))
    return Verdict(workload.name, stake, penalty, earned, breach(needs, size))


def _breach_reasons(breaches: Sequence[Verdict], sizes: dict[str, Size]) -> Iterator[str]:
    for verdict in breaches:
        left = "" if verdict.name in sizes else ", as it did before"
        yield f"{verdict.name!r} breaches its target or a limit{left}: {verdict.problem}"


def _planned(answer: JsonObject, known: set[str]) -> tuple[dict[str, Size], list[str]]:
    """Return the planned sizes, and what is wrong with the plan; a workload that is planned twice is not planned."""
    times = Counter(entry["workload"] for entry in answer["plan"])
    reasons = [f"{name[:40]!r} is no workload of this fleet" for name in sorted(set(times) - known)]
    reasons += [
        f"{name!r} is planned {times[name]} times, so it stays as it is"
        for name in sorted(known)
        if times[name] > 1
    ]
    sizes = {
        entry["workload"]: _size(entry)
        for entry in answer["plan"]
        if entry["workload"] in known and times[entry["workload"]] == 1
    }
    return sizes, reasons


def _size(entry: JsonObject) -> Size:
    return Size(
        int(entry["replicas"]),
        up_to_step(int(entry["cpu_request_millicores"]), CPU_STEP_MILLICORES),
        up_to_step(int(entry["memory_request_mib"]), MEMORY_STEP_MIB),
    )
