"""Texts with places such as `{user}`, taken apart once and filled in often."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

Parts = tuple[tuple[str, str], ...]
"""Literals, each with the name of the field that follows it, or with none."""


@lru_cache(maxsize=8192)
def split(text: str) -> Parts:
    """Return a text taken apart at its places."""
    parts: list[tuple[str, str]] = []
    rest = text
    while rest:
        literal, brace, after = rest.partition("{")
        name, closing, tail = after.partition("}")
        if not brace or not closing or not name.isidentifier():
            if brace and closing and name:
                parts.append((f"{literal}{{", ""))
                rest = after
                continue
            parts.append((rest, ""))
            break
        parts.append((literal, name))
        rest = tail
    return tuple(parts)


@lru_cache(maxsize=8192)
def places(text: str) -> tuple[str, ...]:
    """Return the names of a text's places."""
    return tuple(name for _, name in split(text) if name) if "{" in text else ()


def value_of(name: str, fields: Mapping[str, Any]) -> str | None:
    """Return a field as text; a route's `{productId}` is the field `product`. None where nobody knows it."""
    value = fields.get(name)
    if value is None and name.endswith("Id"):
        value = fields.get(name[:-2])
    return None if value is None else str(value)


def filled(text: str, fields: Mapping[str, Any]) -> str:
    """Return a text with its places filled in; those that nobody knows stay, as in .NET's templates."""
    if "{" not in text:
        return text
    made = []
    for literal, name in split(text):
        made.append(literal)
        if name:
            value = value_of(name, fields)
            made.append(f"{{{name}}}" if value is None else value)
    return "".join(made)


def is_known(text: str, fields: Mapping[str, Any]) -> bool:
    """Tell whether every place of a text can be filled in."""
    return all(not name or value_of(name, fields) is not None for _, name in split(text))
