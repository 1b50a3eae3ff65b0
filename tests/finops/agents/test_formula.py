"""The formula that the task states is all that the truth of a fleet holds."""

import json
from pathlib import Path

import pytest

from itbench_finops.agents.fleet import fleet_entries
from itbench_finops.agents.formula import cheapest_size, needs_of, smallest_requests
from itbench_finops.fleets.simulate import draw_specs, make_fleet
from itbench_finops.fleets.truth import workloads
from itbench_finops.scoring.sizing import score_plan


@pytest.mark.slow
@pytest.mark.parametrize("seed", [4, 5, 2**40])
def test_what_a_fleet_needs_follows_from_its_files_and_the_formula_scores_one(
    seed: int, tmp_path: Path
) -> None:
    truth = make_fleet(draw_specs(seed, 1)[0], tmp_path)
    files = (json.loads((tmp_path / name).read_text()) for name in ("workloads.json", "prices.json"))
    fleet = fleet_entries(*files)
    assert [needs_of(entry) for entry in fleet] == [each.needs for each in workloads(truth)]
    assert score_plan({"plan": [cheapest_size(entry) for entry in fleet]}, truth).value == 1.0
    one_line = score_plan({"plan": [smallest_requests(entry) for entry in fleet]}, truth)
    assert (one_line.metrics["breaching"], one_line.value) == (0.0, pytest.approx(0.92, abs=0.07))
