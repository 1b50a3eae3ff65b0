"""Rules about scores: the solution scores 1, nothing scores 0, and those who know nothing score next to nothing."""

from collections.abc import Iterator

from itbench.agents.builtin.echo import EchoAgent
from itbench.interfaces.agent import Agent, AgentRequest
from itbench.interfaces.record import TrialRecord
from itbench.statistics import estimate
from itbench.validation.case import Case
from itbench.validation.finding import Finding, Skipped

CHEATS_BELOW = 0.25
# A mean over fewer tasks says nothing of a guess that now and then is right.
_FEWEST_TASKS = 8


def oracle_is_right(case: Case) -> Iterator[Finding | Skipped]:
    """Every task that is done as the domain itself does it scores exactly 1."""
    for record in case.perfect(case.open_tasks):
        problem = _solution_problem(record)
        if problem is not None:
            yield Finding(
                "oracle-is-right", f"task {record.key.task}", problem, "fix the solution or the scorer"
            )


def nothing_is_zero(case: Case) -> Iterator[Finding | Skipped]:
    """Doing nothing scores 0; where an answer is asked for, the framework sees to that."""
    fix = "score 0 where nothing was done"
    for record in case.idle([task for task in case.open_tasks if task.hand_in.answer is None]):
        place = f"task {record.key.task}"
        fault = _fault(record)
        if record.value is None:
            yield Finding("nothing-is-zero", place, fault or "it has no score", fix)
        elif record.value != 0.0:
            problem = f"doing nothing scores {record.value}, allowed: 0.0"
            yield Finding("nothing-is-zero", place, problem, fix)


def cheats_stay_low(case: Case) -> Iterator[Finding | Skipped]:
    """The echo and the domain's own cheats stay below 0.25 on average."""
    if len(case.open_tasks) < _FEWEST_TASKS:
        reason = f"a mean over {len(case.open_tasks)} tasks says nothing; it needs {_FEWEST_TASKS}"
        yield Skipped("cheats-stay-low", reason)
        return
    agents: dict[str, Agent] = {"echo": EchoAgent()}
    for spec in case.domain.agents:
        if spec.role == "cheat":
            agents[spec.name] = spec.create(AgentRequest(name=spec.name))
    for name, agent in agents.items():
        values = {record.key.task: [record.value] for record in case.trials(case.open_tasks, agent)}
        mean = estimate(values).mean
        if mean is not None and mean >= CHEATS_BELOW:
            problem = f"it scores {mean:.3f} on average, allowed: less than {CHEATS_BELOW}"
            fix = "make the tasks differ, or the rules stricter, until knowing nothing is worth nothing"
            yield Finding("cheats-stay-low", f"agent {name}", problem, fix)


def _solution_problem(record: TrialRecord) -> str | None:
    fault = _fault(record)
    if fault is not None:
        return f"its own solution has no score: {fault}"
    if record.scoring is not None and record.scoring.is_leak:
        return "its own solution holds the canary of its truth"
    if record.value == 1.0:
        return None
    score = record.scoring.score if record.scoring is not None else None
    reasons = "; ".join(score.reasons) if score is not None else ""
    return f"its own solution scores {record.value}, allowed: 1.0 ({reasons or 'no reason given'})"


def _fault(record: TrialRecord) -> str | None:
    if record.fault is not None:
        return f"{record.fault.stage}: {record.fault.message}"
    fault = record.scoring.fault if record.scoring is not None else None
    return None if fault is None else f"{fault.stage}: {fault.message}"
