"""What pages show of recorded cases, run by agents that are shipped."""

from collections.abc import Callable, Iterable
from pathlib import Path

from itbench import ShownTrial
from itbench.view.panels.call import run_panels, trial_panels
from itbench_sre.domain import DOMAIN

Shown = Callable[..., list[ShownTrial]]
Text = Callable[[Iterable[str]], str]


def test_a_recorded_case_shows_diagnoses_and_when_they_were_seen(
    clone: Path, shown: Shown, panels_text: Text
) -> None:
    trials = shown("sre/cloud-opsbench", "--data", clone, "-a", "expert")
    pages = {trial.task.id: panels_text(trial_panels(DOMAIN, trial)) for trial in trials}
    assert len(pages) == 3
    assert all("Diagnoses" in page and "diagnosis 1" in page for page in pages.values())
    assert any(
        "A tool&#39;s output first showed a root cause in turn 1; 0 of 1 turns followed" in page
        for page in pages.values()
    )
    page = panels_text(run_panels(DOMAIN, iter(trials)))
    assert "Share of trials with the right first diagnosis" in page
    assert "scheduling_fault" in page.lower()


def test_a_run_without_scores_or_truths_shows_nothing(clone: Path, shown: Shown) -> None:
    (trial, *_) = shown("sre/cloud-opsbench", "--data", clone, "-a", "null", "--no-score")
    assert run_panels(DOMAIN, iter([trial])) == []
