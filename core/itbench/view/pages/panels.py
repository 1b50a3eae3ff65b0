"""What takes seconds, so that a page asks for it after it has shown itself: statistics of runs together, and what domains show."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack

from markupsafe import Markup

from itbench.interfaces.shown import ShownTrial
from itbench.report.boards.panels import board_panels
from itbench.report.leaderboard import boards_of
from itbench.view.charts.marks import Link
from itbench.view.data.catalogue import Catalogue, RunEntry
from itbench.view.data.chosen import chosen_runs
from itbench.view.data.shown import shown_trial, shown_trials
from itbench.view.data.truth import SuiteOfRun, Suites
from itbench.view.pages.page import Asked, Page, number_of
from itbench.view.panels.call import RUN_LIMIT_S, TRIAL_LIMIT_S, run_panels, trial_panels
from itbench.view.panels.render import panel_html

_TEMPLATE = "panels.html"


def trial_panels_page(
    catalogue: Catalogue,
    asked: Asked,
    run: str,
    trial: str,
    *,
    leads: Link,
    limit_s: float = TRIAL_LIMIT_S,
    suites: Suites = SuiteOfRun,
) -> Page:
    """Return what the domain shows of one trial.

    Raises:
        UsageError: there is no such run.
    """
    with catalogue.open(run) as file:
        domain = suites(file.plan()).domain if asked.setting.has_truth else None
        shown = shown_trial(file, run, number_of(trial, "trial"), suites) if domain else None
        found = trial_panels(domain, shown, leads, limit_s=limit_s) if domain and shown else []
    return Page(template=_TEMPLATE, title="Panels", context={"panels": found})


def run_panels_page(
    catalogue: Catalogue,
    asked: Asked,
    *,
    leads: Link,
    limit_s: float = RUN_LIMIT_S,
    suites: Suites = SuiteOfRun,
) -> Page:
    """Return what the runs that are asked for say together, and what the domain shows of all their trials.

    Raises:
        UsageError: there is no such run.
    """
    entries = chosen_runs(catalogue, asked.texts("run"), asked.text("suite"))
    keys = [entry.key for entry in entries]
    together = _together(catalogue, entries, leads)
    with ExitStack() as open_files:
        files = [(key, open_files.enter_context(catalogue.open(key))) for key in keys]

        def trials() -> Iterator[ShownTrial]:
            for key, file in files:
                yield from shown_trials(file, key, suites)

        domain = suites(files[0][1].plan()).domain if files and asked.setting.has_truth else None
        found = run_panels(domain, trials(), leads, limit_s=limit_s) if domain else []
    return Page(template=_TEMPLATE, title="Panels", context={"panels": [*together, *found]})


def _together(catalogue: Catalogue, entries: Sequence[RunEntry], leads: Link) -> list[Markup]:
    by_path = {entry.path: entry.key for entry in entries}
    boards = boards_of([(path, catalogue.summary(key)) for path, key in by_path.items()], skipped=[])
    return [panel_html(panel, leads) for board in boards for panel in board_panels(board, by_path)]
