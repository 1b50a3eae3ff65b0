"""The templates of pages, and what stands in them beside what a page gives them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from jinja2 import Environment
from markupsafe import Markup

from itbench.report.transcript.fields import text_of
from itbench.view.escaping import escaping_environment
from itbench.view.pages import words
from itbench.view.pages.drawn import drawer
from itbench.view.pages.page import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What pages stand in, as the one who shows them knows it.

    Attributes:
        link: gives addresses, `link(page, **parameters)`.
        later: gives what stands in place of a part that takes long, in the same way: the part, or what asks for it.
        source: the script by which the other scripts get what is not on a page.
        scripts: more scripts that stand before those of a page.
        changes: the address that tells of changes; empty where nothing does.
        policy: the content security policy, where no server gives one.
        about: lines at the end of each page.
    """

    link: Callable[..., str]
    later: Callable[..., Markup]
    source: str
    scripts: Sequence[str] = ()
    changes: str = ""
    policy: str = ""
    about: Sequence[str] = ()


def make_environment(around: Surroundings) -> Environment:
    """Return the environment of all templates."""
    environment = escaping_environment()
    environment.globals |= {
        "around": around,
        "drawn": drawer(around.link),
        "later": around.later,
        "link": around.link,
    }
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


def page_html(environment: Environment, name: str, page: Page) -> str:
    """Return a page as HTML."""
    common = {"title": page.title, "page": name, "trail": page.trail, "scripts": page.scripts}
    return environment.get_template(page.template).render({**common, **page.context})
