"""The templates of pages, and what stands in them beside what a page gives them."""

import json
from collections.abc import Callable
from typing import Any

from jinja2 import Environment

from itbench.view.escaping import escaping_environment
from itbench.view.pages import words
from itbench.view.pages.drawn import drawer
from itbench.view.pages.families import metric_text


def make_environment(link: Callable[..., str]) -> Environment:
    """Return the environment of all templates; `link(page, **parameters)` gives addresses."""
    environment = escaping_environment()
    environment.globals |= {"drawn": drawer(link), "link": link}
    environment.filters |= {
        "cost": words.cost_text,
        "metric": metric_text,
        "moment": words.moment_text,
        "tojson_text": _json_text,
        "size": words.size_text,
        "time": words.time_text,
        "tokens": words.tokens_text,
    }
    return environment


def _json_text(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
