"""Words of others on a page: HTML takes nothing of them for markup, and what a terminal or a browser obeys is shown as an escape."""

import json
from collections.abc import Callable
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from itbench.text.harmless import many_lines
from itbench.view.pages import words
from itbench.view.pages.drawn import drawer
from itbench.view.pages.families import metric_text

_TAB = "    "


def harmless(text: str) -> str:
    """Return text of which a browser shows every character: no controls, no marks of direction, no piles of accents."""
    return many_lines(text.replace("\r\n", "\n").replace("\t", _TAB))


def _shown(value: Any) -> Any:
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return harmless(value)


def _json_text(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def make_environment(link: Callable[..., str]) -> Environment:
    """Return the environment of all templates; `link(page, **parameters)` gives addresses."""
    environment = Environment(
        loader=PackageLoader("itbench.view"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
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
