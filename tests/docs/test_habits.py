"""What a contributor looks for on the first day is there, and says the same everywhere."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

REPOSITORY = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
TARGETS = set(re.findall(r"^([a-z]+):", (REPOSITORY / "Makefile").read_text(), re.MULTILINE))
FORMS = [*REPOSITORY.glob(".github/**/*.yml"), *REPOSITORY.glob("*.yml"), REPOSITORY / "CITATION.cff"]


def test_the_citation_is_of_this_version() -> None:
    citation = yaml.safe_load((REPOSITORY / "CITATION.cff").read_text())
    assert (citation["title"], citation["version"]) == (PROJECT["name"], PROJECT["version"])
    assert citation["license"] == PROJECT["license"]


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "RELEASING.md", "README.md"])
def test_every_make_command_of_a_page_is_a_target(page: str) -> None:
    named = set(re.findall(r"`make ([a-z]+)`|^make ([a-z]+)", (REPOSITORY / page).read_text(), re.MULTILINE))
    assert {first or second for first, second in named} <= TARGETS
    assert {"lint", "format", "fast", "test", "docs", "bench", "soak", "coverage"} <= TARGETS


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.name)
def test_settings_and_forms_can_be_read(path: Path) -> None:
    assert yaml.safe_load(path.read_text())


def test_ci_runs_the_test_command_of_the_readme_on_every_version_that_is_supported() -> None:
    jobs = yaml.safe_load((REPOSITORY / ".github" / "workflows" / "ci.yml").read_text())["jobs"]
    versions = jobs["test"]["strategy"]["matrix"]["python"]
    named = [entry.rpartition(" ")[2] for entry in PROJECT["classifiers"] if "Python :: 3." in entry]
    assert versions == named
    assert {"run": ".ci/run"} in jobs["test"]["steps"]


def test_pins_fit_the_extra_that_builds_the_docs() -> None:
    pins = dict(line.split("==") for line in (REPOSITORY / "constraints.txt").read_text().splitlines()[1:])
    for wanted in PROJECT["optional-dependencies"]["docs"]:
        name, ranges = re.match(r"([\w-]+)(.*)", wanted).groups()  # type: ignore[union-attr]
        assert re.fullmatch(r">=[\d.]+,<[\d.]+", ranges), wanted
        assert name in pins
