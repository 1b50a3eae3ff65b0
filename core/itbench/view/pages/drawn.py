"""Charts and the panels of domains as parts of a page."""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec

from markupsafe import Markup

from itbench.interfaces.panel import PanelPart

_RENDER = "itbench.view.panels.render"


def drawer(link: Callable[..., str]) -> Callable[[PanelPart], Markup]:
    """Return a function that draws a part of a panel; the references of its marks are keys of runs, or of trials after a slash."""

    def leads(reference: str) -> str | None:
        run, _, trial = reference.partition("/")
        if not run:
            return None
        return link("trial", run=run, trial=trial) if trial else link("run", run=run)

    def drawn(part: PanelPart) -> Markup:
        if find_spec("itbench.view.panels") is None:
            return Markup()
        found: Markup = import_module(_RENDER).part_html(part, leads)
        return found

    return drawn
