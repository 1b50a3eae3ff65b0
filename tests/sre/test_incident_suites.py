"""The embedded incidents: pinned bytes and truths, and nothing about them that tells the answer."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from itbench import Submission, SuiteOptions, UsageError
from itbench.kit import digest_of
from itbench_sre.domain import DOMAIN
from itbench_sre.scoring import score_diagnosis
from itbench_sre.suites.incidents import INCIDENTS, INCIDENTS_FULL, INCIDENTS_LARGE, INCIDENTS_QUICK
from itbench_sre.truth import solution, truth_from_json
from itbench_sre.world.incidents.deep import misjudged
from itbench_sre.world.incidents.pins import pinned
from itbench_sre.world.incidents.specs import drawn_specs, make_incident, pinned_specs
from itbench_sre.world.mechanisms.catalogue import CATALOGUE

SUITES = (INCIDENTS_QUICK, INCIDENTS, INCIDENTS_FULL)


def ids(suite):
    return [job.id for job in suite.jobs()]


def roles(truth, role):
    return [change for change in truth["changes"] if change["role"] == role]


def test_smaller_suites_are_in_larger_ones_and_all_tasks_are_pinned():
    assert [len(ids(suite)) for suite in (*SUITES, INCIDENTS_LARGE)] == [8, 40, 150, 10]
    assert [suite.embedded for suite in (*SUITES, INCIDENTS_LARGE)] == [8, 40, 150, 10]
    assert ids(INCIDENTS_FULL) == [f"sre-{number:04d}" for number in range(1, 151)]
    assert ids(INCIDENTS) == ids(INCIDENTS_FULL)[:40]
    assert ids(INCIDENTS_QUICK) == ids(INCIDENTS)[:8]
    assert set(INCIDENTS.pinned()) == {*ids(INCIDENTS_FULL), *ids(INCIDENTS_LARGE)}


@pytest.mark.slow  # reads and scores 160 truths
def test_every_pinned_truth_is_solved_by_its_own_names_and_says_why():
    for number, entry in enumerate(pinned(), 1):
        truth = truth_from_json(entry.truth, source=f"incident {number}")
        assert score_diagnosis(solution(truth), truth).value == 1.0
        is_calm = not entry.label.roots
        assert entry.truth.get("nothing_is_wrong", False) is is_calm
        assert score_diagnosis({"contributing_factors": []}, truth).value == float(is_calm)
        assert len(roles(entry.truth, "root")) == len(entry.label.roots) <= 2
        assert len(roles(entry.truth, "innocent")) >= 2
        assert entry.truth["page"]["alert"] == entry.label.page.alert[0]
        if not is_calm:
            assert sum(entry.truth["evidence"]["counts"].values()) >= len(entry.truth["evidence"]["rows"]) > 0
            assert entry.truth["difficulty"]["delay_s"] >= 0


@pytest.mark.parametrize("suite", SUITES[1:], ids=lambda suite: suite.name)
def test_no_root_and_no_answer_is_a_favourite(suite):
    truths = [pinned()[int(task[-4:]) - 1].truth for task in ids(suite)]
    count = len(truths)
    mechanisms = Counter(change["mechanism"] for truth in truths for change in roles(truth, "root"))
    objects = Counter(
        (change["names"][0]["kind"], change["names"][0]["filter"][0])
        for truth in truths
        for change in roles(truth, "root")
    )
    calm = sum(not roles(truth, "root") for truth in truths)
    assert max(mechanisms.values()) <= 0.15 * count
    assert max(objects.values()) <= 0.15 * count
    assert 0 < calm <= 0.1 * count
    assert sum(len(roles(truth, "root")) == 2 for truth in truths) <= 0.25 * count


def test_what_is_guilty_in_one_incident_is_innocent_in_another():
    truths = [pinned()[int(task[-4:]) - 1].truth for task in ids(INCIDENTS_FULL)]
    guilty = Counter(change["mechanism"] for truth in truths for change in roles(truth, "root"))
    innocent = Counter(change["mechanism"] for truth in truths for change in roles(truth, "innocent"))
    assert len(guilty) >= 40
    assert set(guilty) <= set(CATALOGUE)
    assert sum(innocent[name] > 0 for name in guilty) >= 0.9 * len(guilty)
    for kind in ("manager", "family"):
        sides = [
            {change[kind] for truth in truths for change in roles(truth, role)}
            for role in ("root", "innocent")
        ]
        assert sides[0] <= sides[1]


def test_the_proportions_of_the_published_tasks_are_an_option():
    suite = INCIDENTS_FULL.configured(SuiteOptions(extra={"mix": "aa"}))
    families = Counter(
        change["family"]
        for task in ids(suite)
        for change in roles(pinned()[int(task[-4:]) - 1].truth, "root")[:1]
    )
    assert families["flags"] >= len(ids(suite)) // 3
    assert families["chaos"] >= len(ids(suite)) // 3
    with pytest.raises(UsageError, match="takes mix=aa only with `seed`"):
        INCIDENTS.configured(SuiteOptions(extra={"mix": "aa"}))
    fresh = INCIDENTS.configured(SuiteOptions(extra={"mix": "aa", "seed": "7", "count": "20"}))
    assert len(fresh.jobs()) == 20
    drawn = Counter(spec.family for spec in drawn_specs(7, 40, is_aa=True))
    assert (drawn["flags"], drawn["chaos"], drawn[""]) == (14, 14, 12)


def test_another_scale_is_another_variant_that_nothing_pins(tmp_path, monkeypatch):
    monkeypatch.setenv("ITBENCH_CACHE", str(tmp_path))
    suite = INCIDENTS_QUICK.configured(SuiteOptions(extra={"scale": "3"}))
    assert suite.settings() == {"tasks": "embedded", "variant": "scale 3"}
    assert [(job.id, job.make.args[0].scale) for job in suite.jobs()][:2] == [
        ("sre-0001", 3),
        ("sre-0002", 3),
    ]
    large = INCIDENTS_LARGE.configured(SuiteOptions(extra={"scale": "3"}))
    assert {job.make.args[0].scale for job in large.jobs()} == {30}
    assert all(job.id.startswith("sre-large-") for job in large.jobs())


@pytest.mark.slow  # needs embedded incidents
def test_embedded_incidents_have_their_pinned_bytes(incident_cache, monkeypatch):
    monkeypatch.setenv("ITBENCH_CACHE", str(incident_cache))
    assert len(ids(INCIDENTS_QUICK)) == 8
    for task_id in ids(INCIDENTS_QUICK):
        assert INCIDENTS_QUICK.check(task_id) == []
        size = sum(entry.source.stat().st_size for entry in INCIDENTS_QUICK.inputs(task_id))
        assert 2_000_000 < size < 100_000_000


@pytest.mark.slow  # records an incident
def test_a_run_makes_the_incidents_that_it_has_and_no_others(itbench, tmp_path):
    done = itbench("run", "sre", "-a", "oracle", "-t", "sre-0002", "--json")
    assert json.loads(done.out)["score"] == 1.0
    for command in ("score", "resume"):
        assert itbench(command, "latest").code == 0
    (root,) = (tmp_path / "cache/sre").iterdir()
    for part in ("inputs", "truths", "records"):
        assert [path.name.partition(".")[0] for path in (root / part).iterdir()] == ["sre-0002"]


@pytest.mark.soak  # records an incident
@pytest.mark.parametrize("number", range(9, 151))
def test_an_incident_has_its_pinned_bytes(number, tmp_path):
    (spec,) = [spec for spec in pinned_specs("incidents-full") if spec.id == f"sre-{number:04d}"]
    truth = make_incident(spec, tmp_path / "made")
    assert digest_of(tmp_path / "made", truth) == INCIDENTS.pinned()[spec.id]
    size = sum(path.stat().st_size for path in (tmp_path / "made").rglob("*") if path.is_file())
    assert 2_000_000 < size < 100_000_000


@pytest.mark.slow  # does the runs again that found an incident
@pytest.mark.parametrize(
    "place", [1, *(pytest.param(n, marks=pytest.mark.soak) for n in range(150) if n != 1)]
)
def test_the_runs_say_again_what_is_pinned(place):
    assert list(misjudged(place)) == []


@pytest.mark.slow  # searches for an incident, where no other test has
def test_a_fresh_incident_is_found_from_a_seed_and_its_evidence_suffices(incident_cache, monkeypatch):
    monkeypatch.setenv("ITBENCH_CACHE", str(incident_cache))
    fresh = INCIDENTS.configured(SuiteOptions(extra={"seed": "20260117", "count": "1"}))
    fresh.prepare()
    (task_id,) = ids(fresh)
    truth = fresh.truth(task_id)
    assert truth["page"]["alert"]
    assert "k8s_objects_raw.tsv" in {entry.path for entry in fresh.inputs(task_id)}
    assert score_diagnosis(solution(truth_from_json(truth)), truth_from_json(truth)).value == 1.0


@pytest.mark.soak  # records an incident with each Python
@pytest.mark.parametrize("version", ["3.12", "3.13"])
def test_another_python_makes_the_same_bytes(version, python_of):
    code = (
        "import tempfile; from pathlib import Path\n"
        "from itbench.kit.generated.digests import digest_of\n"
        "from itbench_sre.world.incidents.making import make_incident\n"
        "from itbench_sre.world.incidents.specs import pinned_specs\n"
        "for spec in pinned_specs('incidents-quick'):\n"
        "    with tempfile.TemporaryDirectory() as name:\n"
        "        truth = make_incident(spec, Path(name) / 'made')\n"
        "        print(spec.id, digest_of(Path(name) / 'made', truth))\n"
    )
    root = Path(__file__).parents[2]
    sources = os.pathsep.join(str(root / part) for part in ("core", "domains/sre", "schemas"))
    environment = {"PYTHONPATH": sources, "PYTHONHASHSEED": "123", "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    done = subprocess.run(
        [python_of(version), "-c", code], capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 0, done.stderr
    said = dict(line.split() for line in done.stdout.splitlines())
    assert said == {task: INCIDENTS.pinned()[task] for task in ids(INCIDENTS_QUICK)}


def test_listing_the_tasks_runs_nothing():
    program = (
        "import sys\nfrom itbench_sre.suites.incidents import INCIDENTS\n"
        "print(len(INCIDENTS.tasks()), 'itbench_sre.world.world' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.stdout.split() == ["40", "False"]


def test_pins_keep_nothing_that_only_choosing_needs():
    for entry in pinned():
        assert not entry.bins
        assert not entry.marks
        assert json.loads(entry.line())["suites"]


def test_family_and_difficulty_are_told_beside_a_score():
    task = INCIDENTS.tasks()[0]
    entry = next(each for each in pinned() if each.label.roots)
    scored = DOMAIN.scorer.score(task, Submission(answer={"contributing_factors": []}), entry.truth)
    assert scored.value == 0.0
    assert scored.details["family"] == entry.truth["family"]
    assert scored.details["difficulty"] == entry.truth["difficulty"]
