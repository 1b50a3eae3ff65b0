"""ITBench-Lite's CISO directories, as they were published and as they may be spoilt."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from itbench.errors import DataError, UsageError
from itbench.interfaces.suite import SuiteOptions
from itbench.kit.published.locate import locate
from itbench_ciso.suites.itbench_lite import ITBENCH_LITE, LITE, LiteSuite

pytestmark = pytest.mark.slow  # Runs scripts and engines in the sandbox.


NAMES = ("k8s-opa-static-cis-5.1.6", "k8s-opa-static-cis-5.1.1", "k8s-opa-static-cis-5.1.10")
FETCH = """#!/bin/bash
python3 -c '
import glob, json, yaml
json.dump([d for p in sorted(glob.glob("static-resources/*")) for d in yaml.safe_load_all(open(p))], open("collected_data.json", "w"))'
"""
POLICY = "package check\nimport rego.v1\ndefault result := false\nresult if count([d | some d in input; d.bad]) == 0\n"


@pytest.fixture
def lite(tmp_path: Path) -> Path:
    """Lay three tasks out as ITBench-Lite does; one of them has further violating sets."""
    root = tmp_path / "lite"
    for name in NAMES:
        write_task(root / "snapshots" / "ciso" / "v0.1" / name)
    more = root / "snapshots" / "ciso" / "v0.1" / NAMES[1]
    for number in (1, 2):
        write(more / f"static-resources-violation-{number}" / "pod.yaml", f"kind: Pod\nbad: {number}\n")
    return root


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def write_task(folder: Path) -> None:
    write(folder / "problem.md", f"# {folder.name}\n\nNo object may be bad.\n")
    write(folder / "static-resources" / "pod.yaml", "kind: Pod\nbad: true\n")
    write(folder / "static-resources-compliant" / "pod.yaml", "kind: Pod\n")
    write(folder / "ground-truth" / "fetch.sh", FETCH)
    write(folder / "ground-truth" / "policy.rego", POLICY)


def suite(data: Path, **extra: str) -> LiteSuite:
    return ITBENCH_LITE.configured(SuiteOptions(data=data, extra=extra))


def test_tasks_stand_in_the_order_of_their_controls_with_the_publishers_words(lite: Path) -> None:
    tasks = suite(lite).tasks()
    assert [task.id for task in tasks] == [NAMES[1], NAMES[0], NAMES[2]]
    assert tasks[0].instructions.startswith(f"# {NAMES[1]}\n\nNo object may be bad.")
    assert tasks[0].hand_in.files == ("fetch.sh", "policy.rego")
    assert "cis-5.1.1" in tasks[0].tags


def test_agents_see_the_shown_set_and_nothing_else(lite: Path) -> None:
    found = suite(lite)
    assert [entry.path for entry in found.inputs(NAMES[1])] == ["static-resources/pod.yaml"]
    assert [entry.path for entry in found.hidden(NAMES[1])] == [
        "static-resources-compliant/pod.yaml",
        "static-resources-violation-1/pod.yaml",
        "static-resources-violation-2/pod.yaml",
    ]
    truth = found.truth(NAMES[1])
    assert truth["violation_sets"] == ["static-resources-violation-1", "static-resources-violation-2"]
    assert truth["solution"]["policy.rego"] == POLICY
    assert found.truth(NAMES[0])["canary"] != truth["canary"]


@pytest.mark.parametrize(
    "place",
    [".", "snapshots/ciso/v0.1", "..", "as ciso"],
    ids=["root", "the folder itself", "beside others", "in ciso/"],
)
def test_the_dataset_is_found_where_it_may_lie(place: str, lite: Path) -> None:
    if place == "as ciso":
        shutil.move(lite / "snapshots" / "ciso" / "v0.1", lite / "ciso")
        assert locate(LITE, lite).directory == lite / "ciso"
        return
    if place == "..":
        lite = lite.rename(lite.with_name("ITBench-Lite"))
        assert locate(LITE, lite.parent).directory == lite / "snapshots/ciso/v0.1"
        return
    assert locate(LITE, lite / place).directory == lite / "snapshots/ciso/v0.1"
    assert (
        locate(LITE, environment={"ITBENCH_DATA": str(lite / place), "HF_HOME": "/nowhere"}).directory.name
        == "v0.1"
    )


def test_the_cache_of_the_hub_is_looked_into_and_its_links_are_followed(lite: Path, tmp_path: Path) -> None:
    folder = tmp_path / "hub" / "datasets--ibm-research--ITBench-Lite"
    snapshot = folder / "snapshots" / ("a" * 40)
    shutil.copytree(lite, snapshot)
    (folder / "blobs").mkdir()
    manifest = snapshot / "snapshots/ciso/v0.1" / NAMES[0] / "static-resources" / "pod.yaml"
    shutil.move(manifest, folder / "blobs" / "b1")
    manifest.symlink_to(os.path.relpath(folder / "blobs" / "b1", manifest.parent))
    write(folder / "refs" / "main", "a" * 40)
    for revision in (None, "main"):
        location = locate(LITE, revision=revision, environment={"HF_HUB_CACHE": str(tmp_path / "hub")})
        assert location.revision == "a" * 40
    found = suite(tmp_path / "hub")
    assert [entry.source.read_text() for entry in found.inputs(NAMES[0])] == ["kind: Pod\nbad: true\n"]


@pytest.mark.parametrize(
    ("spoil", "ask", "told"),
    [
        (lambda task: shutil.rmtree(task / "static-resources"), "inputs", "static-resources: no such directory; bring it with `itbench fetch`"),
        (lambda task: shutil.rmtree(task / "static-resources-compliant"), "hidden", "static-resources-compliant: no such directory; bring it"),
        (lambda task: shutil.rmtree(task / "ground-truth"), "truth", "no truth there, expected ground-truth; fetch the dataset again"),
        (lambda task: (task / "ground-truth" / "policy.rego").write_bytes(b"\xff"), "truth", "policy.rego: not UTF-8 at byte 0"),
        (lambda task: (task / "static-resources" / "x.yaml").symlink_to("/etc/passwd"), "inputs", "a symbolic link out of its directory"),
        (lambda task: (task / "static-resources" / "x.yaml").symlink_to("../ground-truth/policy.rego"), "inputs", "a symbolic link out of its directory"),
        (lambda task: (task / "static-resources" / "x.yaml").symlink_to("nothing"), "inputs", "a symbolic link to nothing"),
        (lambda task: (task / "static-resources" / "x.yaml").symlink_to("x.yaml"), "inputs", "a symbolic link to nothing"),
    ],
    ids=["nothing shown", "no compliant set", "no solution", "a binary solution", "a link out", "a link to the solution", "a dead link", "a loop"],
)  # fmt: skip
def test_a_spoilt_directory_is_told_of(spoil: Callable[[Path], Any], ask: str, told: str, lite: Path) -> None:
    spoil(lite / "snapshots/ciso/v0.1" / NAMES[0])
    with pytest.raises(DataError) as caught:
        getattr(suite(lite), ask)(NAMES[0])
    assert told in str(caught.value)


def test_more_tasks_than_were_published_are_not_the_published_ones(lite: Path) -> None:
    assert suite(lite).data_warning() is None
    for number in range(20, 33):
        write_task(lite / "snapshots/ciso/v0.1" / f"k8s-opa-static-cis-5.2.{number}")
    assert "ITBench-Lite has 15 tasks, " in suite(lite).data_warning()


def test_a_task_without_words_is_told_of(lite: Path) -> None:
    write(lite / "snapshots/ciso/v0.1" / NAMES[0] / "problem.md", " \n")
    with pytest.raises(DataError, match=r"problem\.md: it is empty"):
        suite(lite).tasks()


@pytest.mark.parametrize(
    ("folder", "data", "told"),
    [
        ("static-resources", b"kind: [", "pod.yaml: not YAML: "),
        ("static-resources-compliant", b"a: 1\n  b: 2\n", "pod.yaml: not YAML: "),
        ("static-resources-compliant", b"kind: \xff", "pod.yaml: not UTF-8 at byte 6"),
        ("static-resources", b"kind: \x01", "pod.yaml: not YAML: "),
    ],
    ids=["shown", "hidden", "no text", "a control character"],
)
def test_a_manifest_that_cannot_be_read_is_a_fault_of_the_data(
    folder: str, data: bytes, told: str, lite: Path, ciso: None, itbench: Callable[..., Any]
) -> None:
    (lite / "snapshots/ciso/v0.1" / NAMES[0] / folder / "pod.yaml").write_bytes(data)
    assert [suite(lite).check(name) != [] for name in NAMES] == [True, False, False]
    assert told in suite(lite).check(NAMES[0])[0]
    checked = itbench("validate", "ciso/itbench-lite", "--data", lite)
    assert (checked.code, f"data-sound: task {NAMES[0]}: " in checked.out) == (1, True)


@pytest.mark.parametrize("secret", ["ground-truth/policy.rego", "static-resources-compliant/pod.yaml"])
@pytest.mark.parametrize("owner", NAMES[:2], ids=["of the task", "of another one"])
def test_a_hard_link_of_a_solution_or_of_hidden_data_is_refused(
    secret: str, owner: str, lite: Path, ciso: None, itbench: Callable[..., Any]
) -> None:
    root = lite / "snapshots/ciso/v0.1"
    (root / NAMES[0] / "static-resources" / "notes.yaml").hardlink_to(root / owner / secret)
    done = itbench("run", "ciso/itbench-lite", "--data", lite, "--dry-run")
    assert done.code == 3
    assert "static-resources/notes.yaml: another name of " in done.err


def test_what_is_not_there_is_told_with_what_to_do(lite: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for call, error, told in (
        (
            lambda: locate(LITE, tmp_path / "empty"),
            DataError,
            "bring it with `itbench fetch ciso/itbench-lite`",
        ),
        (
            lambda: locate(LITE, tmp_path / "none"),
            DataError,
            "no such directory; fix --data or ITBENCH_DATA",
        ),
        (lambda: locate(LITE, environment={"HF_HOME": str(tmp_path)}), DataError, "were not found in"),
        (lambda: locate(LITE, lite, "main"), DataError, "of no known revision, but 'main' is asked for"),
        (
            lambda: suite(lite).truth("k8s-opa-static-cis-9.9.9"),
            UsageError,
            "has no task 'k8s-opa-static-cis-9.9.9'",
        ),
        (lambda: suite(lite, colour="red"), UsageError, "it knows: engine, revision"),
        (
            lambda: suite(lite, engine="kyverno"),
            UsageError,
            "has no engine 'kyverno'; it knows: opa, opa-program",
        ),
        (lambda: ITBENCH_LITE.fetch(["../x"]), UsageError, "has no task '../x'"),
    ):
        with pytest.raises(error) as caught:
            call()
        assert told in str(caught.value)


def test_two_versions_have_to_be_told_apart(lite: Path) -> None:
    write_task(lite / "snapshots/ciso/v0.2" / NAMES[0])
    with pytest.raises(DataError, match=r"several versions: v0\.1, v0\.2"):
        locate(LITE, lite)


def test_truths_may_lie_elsewhere(lite: Path, tmp_path: Path) -> None:
    truth = suite(lite).truth(NAMES[0])
    write(tmp_path / "apart" / f"{NAMES[0]}.json", json.dumps(truth))
    assert suite(lite).truth_from(NAMES[0], tmp_path / "apart") == truth
    assert suite(lite).truth_from(NAMES[0], lite / "snapshots/ciso/v0.1") == truth


def test_the_published_tasks_run_and_keep_all_rules(
    lite: Path, ciso: None, bench_cache: Path, cached: Path, itbench: Callable[..., Any]
) -> None:
    from itbench.testing import check_domain
    from itbench_ciso.domain import DOMAIN

    (report,) = check_domain(DOMAIN, "itbench-lite", SuiteOptions(data=lite))
    assert report.tasks == 3
    for agent, score in (("oracle", 1.0), ("null", 0.0), ("always-compliant", 0.0), ("always-violated", 0.0)):
        done = itbench("run", "--json", "ciso/itbench-lite", "--data", lite, "-a", agent)
        assert done.code == 0, done.err
        assert json.loads(done.out)["score"] == score
