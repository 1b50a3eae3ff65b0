"""The embedded suite as a whole: pinned bytes, sizes, nothing that tells the answer."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from itbench.kit.generated.digests import digest_of
from itbench_sre.simulator import draw_specs, embedded_specs, make_incident
from itbench_sre.simulator.incident import Run
from itbench_sre.simulator.specs import FAMILIES
from itbench_sre.suites.incidents import INCIDENTS

pytestmark = pytest.mark.slow  # each incident takes about a second to make

IDS = [spec.id for spec in embedded_specs()]


def test_the_manifest_pins_every_task() -> None:
    assert list(INCIDENTS.pinned()) == IDS


@pytest.mark.parametrize("number", range(16))
def test_an_incident_has_its_pinned_bytes(incidents, number):
    made = incidents.by_spec(embedded_specs()[number])
    assert digest_of(made.path, made.truth) == INCIDENTS.pinned()[made.spec.id]


@pytest.mark.parametrize("change", ["file", "truth"])
def test_neither_a_file_nor_the_truth_can_change_without_another_hash(incidents, tmp_path, change):
    made = incidents.by_spec(embedded_specs()[0])
    shutil.copytree(made.path, tmp_path / "copy")
    truth = dict(made.truth)
    if change == "file":
        with (tmp_path / "copy" / "otel_logs_raw.tsv").open("ab") as file:
            file.write(b"\n")
    else:
        truth["groups"] = truth["groups"][::-1]
    assert digest_of(tmp_path / "copy", truth) != INCIDENTS.pinned()[made.spec.id]


def test_an_incident_is_the_same_twice(incidents, tmp_path):
    spec = embedded_specs()[0]
    truth = make_incident(spec, tmp_path / "again")
    assert truth == incidents.by_spec(spec).truth
    assert digest_of(tmp_path / "again", truth) == INCIDENTS.pinned()[spec.id]


@pytest.mark.parametrize(
    "version", [pytest.param("3.12", marks=pytest.mark.soak), pytest.param("3.13", marks=pytest.mark.soak)]
)
def test_another_python_makes_the_same_bytes(version, python_of):
    if sys.version_info[:2] == tuple(map(int, version.split("."))):
        pytest.skip(f"this is Python {version} already")
    python = python_of(version)
    code = (
        "import sys, tempfile; from pathlib import Path\n"
        "from itbench_sre.simulator import embedded_specs, make_incident\n"
        "from itbench.kit.generated.digests import digest_of\n"
        "with tempfile.TemporaryDirectory() as name:\n"
        "    truth = make_incident(embedded_specs()[3], Path(name) / 'made')\n"
        "    print(digest_of(Path(name) / 'made', truth))\n"
    )
    root = Path(__file__).parents[3]
    sources = os.pathsep.join(str(root / part) for part in ("core", "domains/sre", "schemas"))
    environment = {"PYTHONPATH": sources, "PYTHONHASHSEED": "123", "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == INCIDENTS.pinned()[IDS[3]]


def test_sizes_stay_within_bounds(incidents):
    for spec in embedded_specs():
        files = (path for path in incidents.by_spec(spec).path.rglob("*") if path.is_file())
        assert 4_000_000 <= sum(path.stat().st_size for path in files) <= 20_000_000


def test_names_and_texts_do_not_tell_the_mechanism(incidents):
    words = {*FAMILIES, *(mechanism for family in FAMILIES.values() for mechanism in family)}
    for spec in embedded_specs():
        made = incidents.by_spec(spec)
        for path in made.path.rglob("*"):
            name = path.relative_to(made.path).as_posix()
            assert not any(word in name for word in words - {"pool"})
        for name in ("k8s_events_raw.tsv", "k8s_objects_raw.tsv", "otel_logs_raw.tsv"):
            text = (made.path / name).read_text(encoding="utf-8")
            assert not any(f"{word}" in text for word in words - set(FAMILIES))


def test_all_tasks_have_the_same_kinds_of_objects(incidents):
    kinds = {
        spec.id: {body["kind"] for body in incidents.by_spec(spec).objects()} for spec in embedded_specs()[:6]
    }
    assert len({frozenset(found) for found in kinds.values()}) == 1


def test_a_drawn_incident_hurts_someone():
    for spec in draw_specs(20260101, 3):
        run = Run(spec, is_fault_injected=True, is_recorded=False)
        assert run.world.mesh.arrived["failed"] > 60, spec
