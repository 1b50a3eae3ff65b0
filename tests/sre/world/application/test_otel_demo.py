"""The OpenTelemetry demo: as the published samples show it, and sound in itself."""

import json
from pathlib import Path
from typing import Any

import pytest

from itbench_sre.world.application.flags import read_flags
from itbench_sre.world.application.flows import noon_rates
from itbench_sre.world.application.model import Program
from itbench_sre.world.application.otel_demo import PROGRAMS, otel_demo
from itbench_sre.world.application.otel_demo.sizes import SIZES
from itbench_sre.world.application.soundness import faults, targets
from itbench_sre.world.store.quantities import thousandths, units

_SAMPLES = Path(__file__).parents[4] / "../shared/reference/itbench/snapshot_samples"
APPLICATION = otel_demo()


def _object(kind: str, name: str) -> Any:
    (found,) = (
        body for body in APPLICATION.objects if (body["kind"], body["metadata"]["name"]) == (kind, name)
    )
    return found


def _sample(name: str) -> Any:
    path = _SAMPLES / name
    if not path.exists():
        pytest.skip(f"the published samples are not at {_SAMPLES}")
    return json.loads(path.read_text())["observations"][0]["spec"]


def _without_server_fields(body: Any) -> Any:
    """Return an object without what the API server and controllers add."""
    metadata = {
        key: value
        for key, value in body["metadata"].items()
        if key in ("annotations", "labels", "name", "namespace", "generation")
    }
    metadata["annotations"] = {
        key: value for key, value in metadata["annotations"].items() if not key.startswith("deployment.")
    }
    return {**{key: value for key, value in body.items() if key != "status"}, "metadata": metadata}


def test_cart_is_the_deployment_of_the_samples() -> None:
    sample = _without_server_fields(_sample("scenario2_get_k8_spec_Deployment_cart.json"))
    assert _object("Deployment", "cart") == sample


def test_flagd_is_the_deployment_of_the_samples_but_for_its_restart_and_its_key() -> None:
    sample = _without_server_fields(_sample("scenario2_get_k8_spec_Deployment_flagd.json"))
    del sample["spec"]["template"]["metadata"]["annotations"]["kubectl.kubernetes.io/restartedAt"]
    ours = json.loads(json.dumps(_object("Deployment", "flagd")))
    for body in (sample, ours):
        body["metadata"]["generation"] = 1
        for variable in body["spec"]["template"]["spec"]["containers"][1]["env"]:
            if variable["name"] == "SECRET_KEY_BASE":
                variable["value"] = ""
    assert ours == sample


def test_the_flags_are_those_of_the_samples() -> None:
    sample = _sample("scenario2_get_k8_spec_ConfigMap_flagd-config.json")
    assert _object("ConfigMap", "flagd-config")["data"] == sample["data"]


def test_every_flag_acts_on_some_program() -> None:
    flags = read_flags(_object("ConfigMap", "flagd-config")["data"]["demo.flagd.json"]).flags
    acting = {name for image in APPLICATION.images for name in image.flags}
    assert acting == set(flags)
    assert len(flags) == 12


def test_there_are_21_workloads() -> None:
    names = {body["metadata"]["name"] for body in APPLICATION.objects if body["kind"] == "Deployment"}
    assert names == set(PROGRAMS) - {"flagd-ui"}
    assert len(names) == 21


def test_it_is_sound() -> None:
    assert faults(APPLICATION) == []


def test_no_container_uses_more_than_its_limits_at_noon() -> None:
    rates = noon_rates(APPLICATION, targets(APPLICATION), "frontend-proxy")
    for name, program in PROGRAMS.items():
        _, _, cpu_limit, memory_limit = SIZES[name]
        used_m = program.idle_cpu_m + _busy_m(program, rates)
        if cpu_limit:
            assert used_m < thousandths(cpu_limit) * 7 // 10, name
        most = max((operation.memory for operation in program.operations.values()), default=0)
        assert program.memory + 4 * most < units(memory_limit), name


def _busy_m(program: Program, rates: dict[tuple[str, str], int]) -> int:
    """Return thousandths of a core that a program's work takes."""
    used_us = sum(
        rates.get((program.name, name), 0) * sum(getattr(step, "cpu_us", 0) for step in operation.steps)
        for name, operation in program.operations.items()
    )
    return used_us // 1000 // 60_000


def test_one_to_three_per_cent_of_what_users_ask_for_fails_at_noon() -> None:
    programs = {program.name: program for program in PROGRAMS.values()}
    leads = targets(APPLICATION)
    asked = failed = 0
    for journey in APPLICATION.journeys:
        for operation in journey.operations:
            asked += journey.weight
            failed += journey.weight * _failing(programs, leads, "frontend-proxy", operation)
    assert 10_000 < failed // asked < 30_000


def _failing(programs: dict[str, Program], leads: dict[tuple[str, str], str], name: str, key: str) -> int:
    """Return failures per million of an operation with all that it needs; small shares, so their sum will do."""
    operation = programs[name].operations[key]
    total = operation.failure_per_million
    for step in operation.steps:
        if hasattr(step, "dependency") and not step.is_optional:
            total += step.count * _failing(programs, leads, leads[name, step.dependency], step.operation)
    return total
