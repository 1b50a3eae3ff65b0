"""Charts and the panels of domains as parts of a page."""

from collections.abc import Callable

from markupsafe import Markup

from itbench.interfaces.panel import PanelPart
from itbench.view.charts.marks import Link
from itbench.view.panels.render import part_html


def leads_by(link: Callable[..., str]) -> Link:
    """Return where references lead to, given what gives addresses of pages.

    A reference is the key of a run, or that and a trial after a slash.
    """

    def leads(reference: str) -> str | None:
        run, _, trial = reference.partition("/")
        if not run:
            return None
        return link("trial", run=run, trial=trial) if trial else link("run", run=run)

    return leads


def drawer(link: Callable[..., str]) -> Callable[[PanelPart], Markup]:
    """Return a function that draws a part of a panel."""
    leads = leads_by(link)

    def drawn(part: PanelPart) -> Markup:
        return part_html(part, leads)

    return drawn
