"""The templates of panels: all that is put into them is made harmless and escaped."""

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from itbench.text.harmless import many_lines


def fill(name: str, **context: Any) -> Markup:
    """Return the template of a name, filled."""
    return Markup(_environment().get_template(f"panels/{name}.html").render(context))  # noqa: S704 - escaped by the template


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("itbench.view"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _shown(value: object) -> object:
    """Return what stands in a template: text of others without control characters and marks of direction."""
    return many_lines(value) if isinstance(value, str) and not isinstance(value, Markup) else value
