"""The JSON Schemas (2020-12) of the envelopes that every domain extends, and of study files, read offline.

A domain refers to them by their ids: `{"$ref": "urn:itbench:truth"}`.
"""

import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from referencing import Registry

NAMES = ("run", "score", "study", "submission", "task", "truth")

__all__ = ["NAMES", "load", "registry"]


@cache
def load(name: str) -> dict[str, Any]:
    """Return one schema; `name` is one of NAMES."""
    value: dict[str, Any] = json.loads(files(__name__).joinpath(f"{name}.json").read_text("utf-8"))
    return value


@cache
def registry() -> "Registry[Any]":
    """Return a registry that resolves `urn:itbench:*` and never asks a network."""
    from referencing import Registry, Resource

    resources = [(f"urn:itbench:{name}", Resource.from_contents(load(name))) for name in NAMES]
    empty: Registry[Any] = Registry()
    return empty.with_resources(resources)
