"""Every mutant of a reference policy is killed by a variant, or is equivalent for a reason that is written down.

Each run is a process of its own, because the engines cannot share one.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from itbench_ciso.controls.register import controls

RUN = Path(__file__).with_name("run.py")
# The tests between edits try one of so many mutants, the soak all of them.
SHARE = 20
LANGUAGES = ("rego", "cel")
CASES = [
    pytest.param(language, number, id=f"{language}-{number}")
    for language in LANGUAGES
    for number, control in controls().items()
    if language == "rego" or control.is_admission
]


def tried(language: str, *arguments: str) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, str(RUN), language, *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode in {0, 1}, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert found, done.stderr
    return found


@pytest.fixture
def engines(opa: Path) -> None:
    """Both engines, OPA's in the cache that the processes inherit."""
    pytest.importorskip("re2")


def surviving(found: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the mutants of each control that survive, after a check that those of every control were tried and counted."""
    for each in found:
        assert each["made"] == each["killed"] + each["equivalent"] + len(each["surviving"])
        assert each["killed"] > 0, each
    return {each["control"]: each["surviving"] for each in found if each["surviving"]}


@pytest.mark.usefixtures("engines")
@pytest.mark.slow  # Tries some 500 mutants in Rego and 300 in CEL, each on up to a hundred clusters.
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_mutant_of_a_seeded_twentieth_survives(language: str) -> None:
    found = tried(language, "--share", str(SHARE))
    numbers = [number for number, control in controls().items() if language == "rego" or control.is_admission]
    assert [each["control"] for each in found] == numbers
    assert surviving(found) == {}


@pytest.mark.usefixtures("engines")
@pytest.mark.soak
@pytest.mark.timeout(3 * 3600)  # Equivalent mutants are tried on 2,000 clusters.
@pytest.mark.parametrize(("language", "number"), CASES)
def test_no_mutant_survives(language: str, number: str) -> None:
    assert surviving(tried(language, number, "--soak")) == {}
