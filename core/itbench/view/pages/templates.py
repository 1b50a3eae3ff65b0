"""The templates of pages, and what stands in them beside what a page gives them."""

from collections.abc import Callable

from jinja2 import Environment

from itbench.report.transcript.fields import text_of
from itbench.view.escaping import escaping_environment
from itbench.view.pages import words
from itbench.view.pages.drawn import drawer


def make_environment(link: Callable[..., str]) -> Environment:
    """Return the environment of all templates; `link(page, **parameters)` gives addresses."""
    environment = escaping_environment()
    environment.globals |= {"drawn": drawer(link), "link": link}
    environment.filters |= {
        "cost": words.cost_text,
        "metric": words.metric_text,
        "moment": words.moment_text,
        "size": words.size_text,
        "text": text_of,
        "time": words.time_text,
        "tokens": words.tokens_text,
    }
    return environment
