"""All pages by their names."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from itbench.view.pages.compare import compare_page
from itbench.view.pages.heat import heat_page
from itbench.view.pages.leaderboard import leaderboard_page
from itbench.view.pages.live import live_page
from itbench.view.pages.page import Page, Raw
from itbench.view.pages.panels import run_panels_page, trial_panels_page
from itbench.view.pages.parts import check_page, file_page, piece_page, request_page, search_page
from itbench.view.pages.run import run_page
from itbench.view.pages.runs import runs_page
from itbench.view.pages.sides import sides_page
from itbench.view.pages.trial import trial_page

Maker: TypeAlias = Callable[..., Page | Raw]
"""Makes a page of the catalogue, what is asked, and the words in its address."""
MAKERS: Mapping[str, Maker] = {
    "runs": runs_page,
    "leaderboard": leaderboard_page,
    "heat": heat_page,
    "compare": compare_page,
    "sides": sides_page,
    "run": run_page,
    "trial": trial_page,
    "request": request_page,
    "piece": piece_page,
    "search": search_page,
    "check": check_page,
    "file": file_page,
    "live": live_page,
}
PANELS: Mapping[str, Maker] = {"run_panels": run_panels_page, "trial_panels": trial_panels_page}
"""What domains show; the makers are also told where references lead to."""
