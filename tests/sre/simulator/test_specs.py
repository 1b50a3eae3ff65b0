"""Which incidents there are."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from itbench.errors import DataError, UsageError
from itbench_sre.simulator import IncidentSpec, draw_specs, embedded_specs, make_incident
from itbench_sre.simulator.specs import FAMILIES

if TYPE_CHECKING:
    from pathlib import Path

FAMILY = {mechanism: family for family, mechanisms in FAMILIES.items() for mechanism in mechanisms}


def test_the_embedded_suite_has_four_incidents_of_each_family() -> None:
    specs = embedded_specs()
    assert [spec.id for spec in specs] == [f"sre-{number:04d}" for number in range(1, 17)]
    assert Counter(FAMILY[spec.mechanism] for spec in specs) == dict.fromkeys(FAMILIES, 4)
    assert len({spec.mechanism for spec in specs}) == 16
    assert len({spec.seed for spec in specs}) == 16


def test_numbers_do_not_follow_the_families() -> None:
    families = [FAMILY[spec.mechanism] for spec in embedded_specs()]
    changes = sum(one != other for one, other in pairwise(families))
    assert changes > 8


def test_an_equal_seed_draws_an_equal_suite() -> None:
    assert draw_specs(99, 10) == draw_specs(99, 10)
    assert draw_specs(99, 10) != draw_specs(98, 10)


@pytest.mark.parametrize("count", [1, 4, 7, 16, 40])
def test_a_drawn_suite_is_balanced(count: int) -> None:
    specs = draw_specs(2026, count)
    assert len({spec.id for spec in specs}) == count
    families = Counter(FAMILY[spec.mechanism] for spec in specs)
    assert max(families.values()) - min(families.get(family, 0) for family in FAMILIES) <= 1


@pytest.mark.parametrize("specs", [embedded_specs(), draw_specs(2026, 16), draw_specs(2027, 40)])
def test_a_third_of_a_suite_is_easy_a_third_hard(specs: list[IncidentSpec]) -> None:
    levels = Counter(spec.difficulty for spec in specs)
    assert set(levels) == {0, 1, 2}
    assert max(levels.values()) - min(levels.values()) <= 1


def test_numbers_do_not_follow_the_difficulty() -> None:
    levels = [spec.difficulty for spec in embedded_specs()]
    assert levels != sorted(levels)
    assert len({tuple(levels[start::3]) for start in range(3)}) == 3


def test_an_unknown_mechanism_is_named(tmp_path: Path) -> None:
    spec = IncidentSpec(id="sre-1", seed=1, mechanism="meteor", target="cart")
    with pytest.raises(UsageError, match="unknown mechanism 'meteor'"):
        make_incident(spec, tmp_path / "new")


def test_a_directory_with_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(DataError, match="not empty"):
        make_incident(embedded_specs()[0], tmp_path)


def test_listing_the_incidents_imports_no_engine() -> None:
    code = (
        "import sys; from itbench_sre.simulator import embedded_specs; embedded_specs(); "
        "print([name for name in sys.modules if name.startswith('itbench_sre.simulator.')])"
    )
    environment = {"PYTHONPATH": ":".join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.strip() == "['itbench_sre.simulator.randomness', 'itbench_sre.simulator.specs']"
