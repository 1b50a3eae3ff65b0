"""The embedded tasks are the same bytes everywhere, and their hidden sets tell nothing by their names."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from itbench.errors import DataError
from itbench.interfaces.json import JsonObject
from itbench.kit.generated.digests import digest_of
from itbench_ciso.suites.admission import ADMISSION_SUITE
from itbench_ciso.suites.cis_kubernetes import CIS_KUBERNETES
from itbench_ciso.suites.policy_updates import POLICY_UPDATES

pytestmark = pytest.mark.slow  # Makes many tasks.


SUITES = (CIS_KUBERNETES, ADMISSION_SUITE, POLICY_UPDATES)
_REPOSITORY = Path(__file__).parents[3]
_SOURCES = (_REPOSITORY / "core", _REPOSITORY / "schemas", _REPOSITORY / "domains" / "ciso")
_VERSIONS = (pytest.param("3.12", marks=pytest.mark.soak), "3.13")


def digest(inputs: Path, truth: JsonObject) -> str:
    return digest_of(inputs, truth, inputs.with_name("hidden"))


def test_every_embedded_task_is_pinned() -> None:
    ids = [job.id for suite in SUITES for job in suite.jobs()]
    assert list(CIS_KUBERNETES.pinned()) == ids
    assert [len(suite.jobs()) for suite in SUITES] == [suite.embedded for suite in SUITES]


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.name)
def test_some_tasks_come_out_as_pinned(suite, tmp_path: Path) -> None:
    for job in suite.jobs()[::5]:
        truth = job.make(tmp_path / job.id / "inputs")
        assert digest(tmp_path / job.id / "inputs", truth) == CIS_KUBERNETES.pinned()[job.id], job.id


@pytest.mark.parametrize("version", _VERSIONS)
def test_other_versions_of_python_make_the_same_bytes(version: str, python_of: Callable[[str], Path]) -> None:
    python = python_of(version)
    # Those have no packages of their own; all that is needed here is pure Python.
    code = """
import json
from itbench_ciso.suites.admission import ADMISSION_SUITE
from itbench_ciso.suites.cis_kubernetes import CIS_KUBERNETES
from itbench.kit.generated.pins import made_digest
found = {}
for job in (*CIS_KUBERNETES.jobs()[::3], *ADMISSION_SUITE.jobs()[::5]):
    found[job.id] = made_digest(job)
print(json.dumps(found))
"""
    done = subprocess.run(
        [python, "-c", code],
        env={"PYTHONPATH": ":".join(str(folder) for folder in _SOURCES)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    assert len(found) > 12
    assert found == {name: CIS_KUBERNETES.pinned()[name] for name in found}


def test_a_task_that_comes_out_differently_is_refused(tmp_path: Path) -> None:
    from itbench.kit.generated.jobs import make_one

    job = CIS_KUBERNETES.jobs()[0]
    with pytest.raises(DataError, match="came out with hash"):
        make_one(job, tmp_path, "0" * 64)


def test_a_hidden_file_that_changes_changes_the_hash(tmp_path: Path) -> None:
    job = ADMISSION_SUITE.jobs()[0]
    truth = job.make(tmp_path / "inputs")
    before = digest(tmp_path / "inputs", truth)
    path = next((tmp_path / "hidden").rglob("*.yaml"))
    path.write_bytes(path.read_bytes() + b"\n")
    assert digest(tmp_path / "inputs", truth) != before


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.name)
def test_names_of_hidden_sets_tell_nothing_and_half_of_them_comply(suite, tmp_path: Path) -> None:
    for job in suite.jobs()[::7]:
        truth = job.make(tmp_path / job.id / "inputs")
        folders = sorted(path.name for path in (tmp_path / job.id / "hidden").iterdir())
        numbered = [name for name in folders if re.fullmatch(r"v\d\d\d", name)]
        assert set(folders) - set(numbered) <= {"static-resources-compliant"}
        assert list(truth["sets"]) == numbered
        assert 40 <= len(numbered) <= 250
        complying = sum(each["is_compliant"] for each in truth["sets"].values())
        assert 0.4 <= complying / len(numbered) <= 0.6
        shown = [path.name for path in (tmp_path / job.id / "inputs").rglob("*.yaml")]
        assert all(re.fullmatch(r"manifests-\d\d\.yaml", name) for name in shown)


def test_another_seed_draws_other_names_for_the_same_control() -> None:
    from itbench.kit.generated.draw import Draw
    from itbench_ciso.controls.register import controls
    from itbench_ciso.tasks.cis_kubernetes.task import make_scripted_task
    from itbench_ciso.tasks.draw import control_tasks

    texts = {
        make_scripted_task(spec, "opa").instructions
        for seed in (1, 2)
        for spec in control_tasks("ciso", "cis-kubernetes", list(controls()), Draw(seed, 34))
        if spec.number == "5.2.5"
    }
    assert len(texts) == 2
