"""The agents on simulated incidents, scored; slow because it simulates all of them (about a second each)."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from itbench_sre.agents.specs import AGENTS
from itbench_sre.scoring import score_diagnosis
from itbench_sre.simulator import IncidentSpec, draw_specs, embedded_specs, make_incident
from itbench_sre.truth import truth_from_json

CHEATS = [spec.name for spec in AGENTS if spec.role == "cheat"]
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


def evaluate(make: Any, name: str, incidents: list[Incident]) -> float:
    """Run an agent over incidents, print a table of its scores, and return their mean."""
    values = []
    for incident in incidents:
        outcome = make.attempt(name, incident.directory)
        values.append(score_diagnosis(outcome.answer, incident.truth).value)
        named = ", ".join(outcome.names[:3])
        print(f"{name:16} {incident.spec.id} {incident.spec.mechanism:18} {values[-1]:.3f}  {named}")
    mean = sum(values) / len(values)
    print(f"{name:16} mean {mean:.3f} over {len(values)} incidents")
    return mean


@pytest.fixture(scope="session")
def embedded(tmp_path_factory):
    return simulate(embedded_specs(), tmp_path_factory.mktemp("embedded"))


@pytest.mark.slow
@pytest.mark.parametrize("cheat", CHEATS)
def test_a_cheat_stays_near_zero_on_the_embedded_suite(embedded, make, cheat):
    assert evaluate(make, cheat, embedded) < 0.25


@pytest.mark.slow
def test_the_baseline_is_a_yardstick_on_the_embedded_suite(embedded, make):
    assert evaluate(make, "baseline", embedded) >= 0.4


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
