"""What pages show of real trials of agents that are shipped: bills with their causes, plans by workload."""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from itbench import ShownTrial, Submission
from itbench.view.panels.call import run_panels, trial_panels
from itbench_finops.domain import DOMAIN
from itbench_finops.panels.bill import bill_lines
from itbench_finops.panels.verdicts import blamed_resources

pytestmark = pytest.mark.usefixtures("finops")

Shown = Callable[..., list[ShownTrial]]
Text = Callable[[Iterable[str]], str]


def test_a_bill_shows_its_causes_and_what_was_named(lite: Path, shown: Shown, panels_text: Text) -> None:
    named = shown("finops/itbench-lite", "--data", lite, "-a", "name-everything")
    nothing = shown("finops/itbench-lite", "--data", lite, "-a", "newest-resource")
    assert len(named) == 3
    for trial in named:
        page = panels_text(trial_panels(DOMAIN, trial))
        assert "to blame, named" in page
        assert "named, not to blame" in page
        assert "All of the account in question, day by day" in page
        assert "the day in question" in page
    page = panels_text(run_panels(DOMAIN, iter([*named, *nothing])))
    assert "Share of the resources to blame that were named, by cause" in page
    assert "Named resources that are not to blame" in page
    assert "Over 6 trials" in page


def test_the_lines_of_a_bill_are_those_of_its_table(lite: Path, shown: Shown) -> None:
    trial = shown("finops/itbench-lite", "--data", lite, "-a", "oracle")[0]
    truth = trial.truth()
    assert truth is not None
    found = blamed_resources(trial, truth)
    assert all(each.verdict == "to blame, named" for each in found)
    everything, culprits = bill_lines(trial.inputs(), found)
    days = everything.x.names
    assert len(days) >= 75
    (line,) = everything.lines
    source = next(entry.source for entry in trial.inputs() if entry.path == "data.csv")
    account = json.loads(next(e.source for e in trial.inputs() if e.path == "anomaly.json").read_text())[
        "account_id"
    ]
    rows = [row.split(",") for row in source.read_text().splitlines()[1:]]
    wanted = sum(float(row[8]) for row in rows if row[0] == days[40] and row[1] == account)
    assert line.points[40][1] == pytest.approx(wanted, abs=0.01)
    assert len(culprits.lines) == len(found)


def test_without_inputs_or_answer_the_causes_stand_alone(lite: Path, shown: Shown, panels_text: Text) -> None:
    trial = shown("finops/itbench-lite", "--data", lite, "-a", "null")[0]
    bare = replace(trial, inputs=lambda: (), submission=lambda: None)
    page = panels_text(trial_panels(DOMAIN, bare))
    assert "to blame, missed" in page
    assert "day by day" not in page
    assert trial_panels(DOMAIN, replace(trial, truth=lambda: None)) == []


@pytest.mark.parametrize("answer", [None, 3, {}, {"resource": "x"}, {"resource": [3, {"name": "x"}]}])
def test_an_answer_that_names_nothing_readable_misses_all_causes(
    lite: Path, shown: Shown, panels_text: Text, answer: Any
) -> None:
    (null,) = shown("finops/itbench-lite", "--data", lite, "-a", "null", "-n", "1")
    trial = replace(null, submission=lambda: Submission(answer=answer))
    truth = trial.truth()
    assert truth is not None
    page = panels_text(trial_panels(DOMAIN, trial))
    assert page.count("<td>to blame, missed</td>") == len(truth["resource"])
    assert "named, not to blame" not in page
    assert "All of the account in question, day by day" in page


@pytest.mark.slow
def test_a_plan_shows_what_each_workload_adds(made: Path, shown: Shown, panels_text: Text) -> None:
    """Slow: makes the embedded fleets."""
    trials = shown("finops/right-sizing", "-a", "halve-everything", "-n", "2")
    page = panels_text(trial_panels(DOMAIN, trials[0]))
    assert "breaches a target or a limit" in page
    assert "Workloads that breach a target or a limit" in panels_text(run_panels(DOMAIN, iter(trials)))
