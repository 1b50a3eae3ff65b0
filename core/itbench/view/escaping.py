"""Words of others on a page: HTML takes nothing of them for markup, and what a terminal or a browser obeys is shown as an escape."""

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from itbench.text.harmless import many_lines

_TAB = "    "


def harmless(text: str) -> str:
    """Return text of which a browser shows every character: no controls, no marks of direction, no piles of accents."""
    if text.isascii() and text.isprintable():
        return text
    return many_lines(text.replace("\r\n", "\n").replace("\t", _TAB))


def escaping_environment() -> Environment:
    """Return an environment of templates that makes all text harmless and escapes it."""
    return Environment(
        loader=PackageLoader("itbench.view"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _shown(value: Any) -> Any:
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return harmless(value)
