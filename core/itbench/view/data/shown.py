"""Stored trials as the panels of a domain see them; what is large is read when it is asked for."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from itbench.interfaces.fault import Fault, Stage
from itbench.interfaces.json import JsonObject
from itbench.interfaces.shown import ShownTrial
from itbench.interfaces.task import Task
from itbench.report.agent_label import agent_label, model_of
from itbench.report.stored_parts import stored_events, stored_score, stored_submission
from itbench.store.reader import RunFile
from itbench.view.data.truth import SuiteOfRun, Suites

_TRIALS = """
SELECT outcome.*, task.document AS document, score.value AS score_value, score.metrics AS metrics, score.reasons AS reasons,
    score.details AS details, score.fault_stage AS score_fault
FROM outcome JOIN task ON task.id = outcome.task LEFT JOIN latest_score AS score ON score.trial = outcome.trial
"""
_ORDER = "ORDER BY task.position, outcome.repeat"


def shown_trials(run: RunFile, key: str, suites: Suites = SuiteOfRun) -> Iterator[ShownTrial]:
    """Yield all trials of a run that ended, in the order of the plan."""
    plan = run.plan()
    suite = suites(plan)
    for row in run.connection.execute(f"{_TRIALS} {_ORDER}"):
        yield _shown(run, key, plan, suite, row)


def shown_trial(run: RunFile, key: str, number: int, suites: Suites = SuiteOfRun) -> ShownTrial | None:
    """Return one trial; None where it is not the latest attempt, or is not there."""
    row = run.connection.execute(f"{_TRIALS} WHERE outcome.trial = ?", (number,)).fetchone()
    plan = run.plan()
    return None if row is None else _shown(run, key, plan, suites(plan), row)


def _shown(run: RunFile, key: str, plan: JsonObject, suite: SuiteOfRun, row: Any) -> ShownTrial:
    agent, task = plan["agent"], row["task"]
    fault = None if row["fault"] is None else Fault(Stage(row["fault_stage"]), row["fault"])
    return ShownTrial(
        reference=f"{key}/{row['trial']}",
        suite=plan["suite"],
        run=f"{agent_label(agent)}, {plan['id']}",
        agent=agent["name"],
        model=model_of(agent),
        task=Task.model_validate_json(row["document"]),
        repeat=row["repeat"],
        value=row["value"],
        score=stored_score(row),
        fault=fault,
        turns=row["turns"],
        tokens=row["tokens"],
        cost_usd=row["cost_usd"],
        submission=partial(stored_submission, run, row["trial"]),
        truth=partial(_truth, suite, task),
        events=partial(stored_events, run, row["trial"]),
        inputs=partial(suite.inputs, task),
    )


def _truth(suite: SuiteOfRun, task: str) -> JsonObject | None:
    found = suite.truth(task)
    return None if isinstance(found, str) else found
