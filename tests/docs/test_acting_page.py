"""What the page about domains says of the parts of a domain that acts is what the code has."""

import inspect
import re
from dataclasses import fields
from pathlib import Path

import pytest

import itbench
from itbench.agents.model_driven.toolbox import FINISH, SHELL

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = REPOSITORY / "docs" / "how-to" / "writing-a-domain.md"
SECTION = PAGE.read_text().partition("## A domain that acts\n")[2].partition("\n## ")[0]
METHODS = re.findall(r"`([A-Z]\w+)\.(\w+)\(([^)]*)\)`", SECTION)
RECORDS = ("ServiceLimits", "Program", "Needs")


@pytest.mark.parametrize(("owner", "name", "shown"), METHODS, ids=lambda part: part)
def test_a_signature_is_that_of_the_code(owner: str, name: str, shown: str) -> None:
    if (owner, name) == ("Domain", "solve"):  # A field, with a function of this signature.
        return
    parameters = list(inspect.signature(getattr(getattr(itbench, owner), name)).parameters.values())[1:]
    words = [parameter.name for parameter in parameters]
    kinds = [parameter.kind for parameter in parameters]
    if inspect.Parameter.KEYWORD_ONLY in kinds:
        words.insert(kinds.index(inspect.Parameter.KEYWORD_ONLY), "*")
    assert shown == ", ".join(words)


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_has_the_fields_that_the_page_lists(name: str) -> None:
    (shown,) = set(re.findall(rf"`{name}\((\w+(?:, \w+)*)\)`", SECTION))
    assert shown == ", ".join(field.name for field in fields(getattr(itbench, name)))


@pytest.mark.parametrize("owner", ["TrialSetup", "Tool"])
def test_every_field_is_explained(owner: str) -> None:
    missing = [
        field.name for field in fields(getattr(itbench, owner)) if not re.search(rf"`{field.name}\b", SECTION)
    ]
    assert missing == []


@pytest.mark.parametrize("owner", ["Environment", "Service", "Workspace", "Session"])
def test_no_method_is_left_out(owner: str) -> None:
    own = {name for name, value in vars(getattr(itbench, owner)).items() if inspect.isfunction(value)}
    left_out = {"read_file", "write_file", "list_files"} if owner == "Workspace" else set()
    shown = {name for who, name, _ in METHODS if who == owner}
    assert {name for name in own if not name.startswith("_")} - left_out <= shown


def test_the_limits_and_the_names_that_are_taken_are_named() -> None:
    limits = {name for name in itbench.Limits.model_fields if name.endswith("_s")}
    assert [name for name in sorted(limits) if f"`{name}`" not in SECTION] == []
    assert [name for name in (FINISH, SHELL) if f"`{name}`" not in SECTION] == []


def test_the_larger_example_is_there_and_about_as_long_as_the_page_says() -> None:
    ((folder, lines),) = re.findall(
        r"`(tests/plugins/\w+)` in the repository is such a domain in about (\d+) lines", SECTION
    )
    files = [
        path for path in (REPOSITORY / folder / "src").rglob("*.*") if path.suffix in {".py", ".sql", ".json"}
    ]
    assert sum(path.read_text().count("\n") for path in files) == pytest.approx(int(lines), rel=0.1)
