"""The baseline on fresh incidents, scored; slow because it simulates them (about a second each)."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from itbench_sre.scoring import score_diagnosis
from itbench_sre.simulator import IncidentSpec, draw_specs, make_incident
from itbench_sre.truth import truth_from_json

# Not looked at while the baseline was written.
HELD_OUT_SEED = 271_828


@dataclass
class Incident:
    """A simulated incident on disk."""

    spec: IncidentSpec
    directory: Path
    truth: Any


def simulate(specs: list[IncidentSpec], root: Path) -> list[Incident]:
    made = []
    for spec in specs:
        directory = root / spec.id
        truth = make_incident(spec, directory)
        made.append(Incident(spec, directory, truth_from_json(truth)))
    return made


@pytest.mark.slow
@pytest.mark.parametrize("number", range(4))
def test_the_baseline_works_on_a_fresh_incident_of_each_family(tmp_path, make, number):
    (incident,) = simulate(draw_specs(HELD_OUT_SEED, 4)[number : number + 1], tmp_path)
    first, second = (make.attempt("baseline", incident.directory) for _ in range(2))
    assert first.answer == second.answer
    assert 1 <= len(first.names) <= 2
    assert first.trace.usage.turns <= 100
    assert '"fault_count":0' in first.notes
    print(incident.spec.mechanism, score_diagnosis(first.answer, incident.truth).value, first.names)
