"""All pages by their names."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from itbench.view.pages.page import Page
from itbench.view.pages.run import run_page
from itbench.view.pages.runs import runs_page

Maker: TypeAlias = Callable[..., Page]
"""Makes a page of the catalogue, what is asked, and the words in its address."""
MAKERS: Mapping[str, Maker] = {
    "runs": runs_page,
    "run": run_page,
}
