"""What a run would do, without doing it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from itbench.interfaces.agent import EquippedAgent, EstimatingAgent, TrialEstimate
from itbench.interfaces.sandbox import Mount
from itbench.runs.session import Session, missing_for
from itbench.suites.shown import Secrets, shown_inputs

# What models took for a task of ITBench-AA, as Artificial Analysis publishes it (2026-05-28).
FEWEST_TURNS, MOST_TURNS = 31, 83


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A run before it is started.

    Attributes:
        session: that would be started.
        input_files: how many files all tasks show together.
        input_bytes: how large they are.
        hidden_files: how many files only the judging would see.
        mounts: folders of this machine that the agent would see as well.
        estimates: for all trials together, with few and with many turns; none where the agent cannot tell.
        missing: what a run would need and this machine lacks, one thing each.
    """

    session: Session
    input_files: int
    input_bytes: int
    hidden_files: int
    mounts: Sequence[Mount]
    estimates: Sequence[TrialEstimate]
    missing: Sequence[str]


def preview(session: Session) -> Preview:
    """Return what a run would do."""
    suite, agent = session.suite, session.agent
    hidden = [entry for task in session.tasks for entry in suite.hidden(task.id)]
    secrets = Secrets(suite, hidden)
    sizes = [
        entry.source.stat().st_size
        for task in session.tasks
        for entry in shown_inputs(suite, task.id, secrets)
    ]
    estimates: list[TrialEstimate] = []
    if isinstance(agent, EstimatingAgent):
        estimates = [_estimate(session, agent, turns) for turns in (FEWEST_TURNS, MOST_TURNS)]
    return Preview(
        session=session,
        input_files=len(sizes),
        input_bytes=sum(sizes),
        hidden_files=len(hidden),
        mounts=agent.mounts if isinstance(agent, EquippedAgent) else (),
        estimates=estimates,
        missing=missing_for(session),
    )


def _estimate(session: Session, agent: EstimatingAgent, turns: int) -> TrialEstimate:
    trials = [agent.estimate(task, min(turns, task.limits.turns or turns)) for task in session.tasks]
    planned = Counter(task for task, _ in session.plan.trials())
    counted = [(planned[task.id], trial) for task, trial in zip(session.tasks, trials, strict=True)]
    costs = [(times, trial.cost_usd) for times, trial in counted if times]
    return TrialEstimate(
        turns=sum(times * trial.turns for times, trial in counted),
        input_tokens=sum(times * trial.input_tokens for times, trial in counted),
        cached_tokens=sum(times * trial.cached_tokens for times, trial in counted),
        output_tokens=sum(times * trial.output_tokens for times, trial in counted),
        cost_usd=_priced(costs),
    )


def _priced(costs: list[tuple[int, float | None]]) -> float | None:
    """Return the sum of so many times each cost; None where one is not known."""
    known = [times * cost for times, cost in costs if cost is not None]
    return sum(known) if len(known) == len(costs) else None
