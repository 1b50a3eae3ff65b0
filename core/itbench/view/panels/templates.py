"""The templates of panels."""

from functools import cache
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from itbench.view.escaping import escaping_environment


def fill(name: str, **context: Any) -> Markup:
    """Return the template of a name, filled."""
    return Markup(_environment().get_template(f"panels/{name}.html").render(context))  # noqa: S704 - escaped by the template


@cache
def _environment() -> Environment:
    return escaping_environment()
