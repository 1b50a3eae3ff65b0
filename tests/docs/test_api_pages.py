"""The pages of the Python API hold every public name, and every public name is explained."""

import ast
import dataclasses
import importlib
import inspect
import re
import textwrap
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PAGES = sorted((REPOSITORY / "docs" / "reference" / "api").glob("*.md"))
DOORS = ("itbench", "itbench.kit", "itbench.models", "itbench.sandboxes", "itbench.testing")
DIRECTIVE = re.compile(r"^::: (?P<name>[\w.]+)$", re.MULTILINE)


def public_names() -> list[str]:
    return [f"{door}.{name}" for door in DOORS for name in importlib.import_module(door).__all__]


def test_every_public_name_is_on_exactly_one_page() -> None:
    shown = Counter(name for page in PAGES for name in DIRECTIVE.findall(page.read_text()))
    names = public_names()
    assert len(names) > 100
    assert sorted(set(names) - set(shown)) == [], (
        "put `::: NAME` on the page of its idea in docs/reference/api"
    )
    assert sorted(set(shown) - set(names)) == [], "no longer public: remove it from docs/reference/api"
    assert [name for name, count in shown.items() if count > 1] == []


def test_every_public_name_has_a_docstring_and_so_have_its_methods() -> None:
    griffe = pytest.importorskip("griffe", reason="needs the extra 'docs': pip install '.[docs]'")
    loader = griffe.GriffeLoader(search_paths=[REPOSITORY / "core"])
    loader.load("itbench")
    loader.resolve_aliases(implicit=True, external=False)
    missing = []
    for name in public_names():
        found = loader.modules_collection[name]
        if not found.has_docstring:
            missing.append(name)
        if found.is_class:
            missing += [
                f"{name}.{member.name}"
                for member in found.members.values()
                if member.is_function and not member.name.startswith("_") and not member.has_docstring
            ]
    assert missing == []


def test_every_field_of_a_public_dataclass_is_explained() -> None:
    """There, or at the public class that it has the field from."""
    values = {}
    for name in public_names():
        door, _, short = name.rpartition(".")
        values[name] = getattr(importlib.import_module(door), short)
    public = [value for value in values.values() if inspect.isclass(value)]
    unsaid = []
    for name, value in values.items():
        if inspect.isclass(value) and dataclasses.is_dataclass(value):
            fields = [field.name for field in dataclasses.fields(value) if not field.name.startswith("_")]
            said = "\n".join(base.__doc__ or "" for base in value.__mro__ if base in public)
            unsaid += [f"{name}.{field}" for field in fields if not re.search(rf"\b{field}\b", said)]
    assert unsaid == []


def test_what_a_public_function_raises_itself_is_in_its_docstring() -> None:
    unsaid = []
    for name, function in functions():
        raised = sorted(raised_by(function))
        said = re.findall(r"^ +(\w+):", (function.__doc__ or "").partition("Raises:")[2], re.MULTILINE)
        unsaid += [f"{name} raises {error}" for error in raised if not covers(said, error)]
    assert unsaid == []


def functions() -> Iterator[tuple[str, Any]]:
    """Yield the public functions and methods of the doors, as far as they are defined in this project."""
    for name in public_names():
        door, _, short = name.rpartition(".")
        value = getattr(importlib.import_module(door), short)
        if inspect.isfunction(value):
            yield name, value
        elif inspect.isclass(value):
            for member, function in vars(value).items():
                if not member.startswith("_") and inspect.isfunction(function):
                    yield f"{name}.{member}", function


def raised_by(function: Any) -> set[str]:
    """Return the names of the exceptions that a function raises in its own body."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(inspect.unwrap(function))))
    raised = [node.exc for node in ast.walk(tree) if isinstance(node, ast.Raise)]
    calls = [node.func for node in raised if isinstance(node, ast.Call)]
    return {node.id for node in calls if isinstance(node, ast.Name)} - {"AssertionError"}


def covers(said: list[str], error: str) -> bool:
    """Tell whether a docstring names an error, or `ITBenchError` for any of its kinds."""
    kinds = {"UsageError", "DataError", "PluginError", "RunFileError", "StorageError"}
    return error in said or (error in kinds and "ITBenchError" in said)
