"""What a domain shows of trials; a page asks for it after it has shown itself, as a domain may take seconds."""

from collections.abc import Iterator
from contextlib import ExitStack

from itbench.interfaces.shown import ShownTrial
from itbench.view.charts.marks import Link
from itbench.view.data.catalogue import Catalogue
from itbench.view.data.chosen import chosen_runs
from itbench.view.data.shown import domain_of, shown_trial, shown_trials
from itbench.view.pages.page import Asked, Page, number_of
from itbench.view.panels.call import run_panels, trial_panels

_TEMPLATE = "panels.html"


def trial_panels_page(catalogue: Catalogue, _asked: Asked, run: str, trial: str, *, leads: Link) -> Page:
    """Return what the domain shows of one trial.

    Raises:
        UsageError: there is no such run.
    """
    with catalogue.open(run) as file:
        domain = domain_of(file.plan())
        shown = shown_trial(file, run, number_of(trial, "trial"))
        found = trial_panels(domain, shown, leads) if domain and shown else []
    return Page(template=_TEMPLATE, title="Panels", context={"panels": found})


def run_panels_page(catalogue: Catalogue, asked: Asked, *, leads: Link) -> Page:
    """Return what the domain shows of all trials of the runs that are asked for.

    Raises:
        UsageError: there is no such run.
    """
    keys = [entry.key for entry in chosen_runs(catalogue, asked.texts("run"), asked.text("suite"))]
    with ExitStack() as open_files:
        files = [(key, open_files.enter_context(catalogue.open(key))) for key in keys]

        def trials() -> Iterator[ShownTrial]:
            for key, file in files:
                yield from shown_trials(file, key)

        domain = domain_of(files[0][1].plan()) if files else None
        found = run_panels(domain, trials(), leads) if domain else []
    return Page(template=_TEMPLATE, title="Panels", context={"panels": found})
