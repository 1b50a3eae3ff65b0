"""What pages show of recorded cases, run by agents that are shipped."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from itbench import ShownTrial
from itbench.view.panels.call import run_panels, trial_panels
from itbench_sre.domain import DOMAIN

Itbench = Callable[..., Any]
Shown = Callable[[Path | str], list[ShownTrial]]


def run(itbench: Itbench, *arguments: str | Path) -> str:
    done = itbench("run", "--json", *arguments)
    assert done.code == 0, done.err
    return str(json.loads(done.out)["path"])


def html(panels: list[Any]) -> str:
    found = "".join(map(str, panels))
    assert "panel-failed" not in found
    return found


def test_a_recorded_case_shows_diagnoses_and_when_they_were_seen(
    clone: Path, itbench: Itbench, shown: Shown
) -> None:
    trials = shown(run(itbench, "sre/cloud-opsbench", "--data", clone, "-a", "expert"))
    pages = {trial.task.id: html(trial_panels(DOMAIN, trial)) for trial in trials}
    assert len(pages) == 3
    assert all("Diagnoses" in page and "diagnosis 1" in page for page in pages.values())
    assert any(
        "A tool&#39;s output first showed a root cause in turn 1; 0 of 1 turns followed" in page
        for page in pages.values()
    )
    page = html(run_panels(DOMAIN, iter(trials)))
    assert "Share of trials with the right first diagnosis" in page
    assert "Scheduling_Fault" in page.replace("scheduling_fault", "Scheduling_Fault")


def test_a_run_without_scores_or_truths_shows_nothing(clone: Path, itbench: Itbench, shown: Shown) -> None:
    (trial, *_) = shown(run(itbench, "sre/cloud-opsbench", "--data", clone, "-a", "null", "--no-score"))
    assert run_panels(DOMAIN, iter([trial])) == []
