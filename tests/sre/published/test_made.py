"""Made incidents lie in ITBench-AA's layout, are read like it, and never count as published."""

import json
from itertools import pairwise

import pytest
import yaml

from itbench import DataError, SuiteOptions
from itbench.kit.generated.draw import LARGEST_COUNT
from itbench.kit.published.locate import locate
from itbench_sre.published.made import arrange, truth_text
from itbench_sre.suites.itbench_aa import AA, ITBENCH_AA, AASuite
from itbench_sre.suites.itbench_lite import LiteSuite

IDS = [f"sre-{number:04d}" for number in range(1, 8)]
PUBLISHED_KEYS = {
    "metadata", "fault", "alerts", "groups", "aliases", "propagations", "recommended_actions",
}  # fmt: skip


def truth(task_id):
    """A truth with all that only ours have; its words are of this test."""
    return {
        "canary": f"canary-of-{task_id}",
        "page": {"alert": "TillsClosed", "labels": {}, "at": "2031-03-04T05:06:07Z"},
        "fault": [{"category": "Change", "condition": "yes: no", "entity": {"group_id": "till"}}],
        "alerts": [],
        "groups": [
            {
                "id": "till",
                "kind": "Deployment",
                "namespace": "shop",
                "filter": [r"till\b"],
                "root_cause": True,
            },
            {"id": "door", "kind": "Deployment", "namespace": "shop", "filter": ["door-.*"], "trigger": True},
        ],
        "aliases": [["till", "door"]],
        "propagations": [
            {"source": "till", "target": "door", "condition": "null", "effect": "\u00fcber\n1e3"}
        ],
        "recommended_actions": [{"solution": {"id": "undo", "actions": ["undo it"]}}],
        "changes": [{"role": "root", "names": [{"id": "x", "kind": "Deployment", "filter": ["till"]}]}],
    }


def arranged(root, *, truths=None, ids=IDS, seed=5):
    plain = root / "plain"
    for task_id in ids:
        (plain / "inputs" / task_id).mkdir(parents=True)
        (plain / "inputs" / task_id / "k8s_events_raw.tsv").write_text(f"{task_id}\n")
        (plain / "truths").mkdir(exist_ok=True)
        (plain / "truths" / f"{task_id}.json").write_text(json.dumps(truth(task_id)))
    arrange(plain, ids, seed, root, truths)
    return [json.loads(line) for line in (root / "sre/data.jsonl").read_text().splitlines()]


def opened(data, suite=AASuite):
    return suite().configured(SuiteOptions(data=data))


def test_each_scenario_has_its_files_its_line_and_its_truth(tmp_path):
    lines = arranged(tmp_path)
    assert not (tmp_path / "plain").exists()
    for line in lines:
        number = int(line["scenario_id"].removeprefix("Scenario-"))
        text = (tmp_path / "sre" / line["scenario_id"] / "ground_truth.yaml").read_text()
        assert line == {
            "id_aa": f"it-bench-sre-made-scenario-{number}",
            "scenario_id": f"Scenario-{number}",
            "category": "sre",
            "source_split": "private",
            "scenario_root": "/home/user",
            "ground_truth_yaml": text,
        }
        told = yaml.safe_load(text)
        task_id = (tmp_path / "sre" / line["scenario_id"] / "k8s_events_raw.tsv").read_text().strip()
        assert told.pop("canary") == f"canary-of-{task_id}"
        assert set(told) == PUBLISHED_KEYS
        assert told == {"metadata": {"version": "v1"}} | {
            key: value for key, value in truth(task_id).items() if key in PUBLISHED_KEYS
        }


@pytest.mark.slow  # Lays out as many incidents as there may be.
def test_numbers_are_those_of_no_published_scenario_and_tell_nothing_of_the_order(tmp_path):
    ids = [f"sre-{number:04d}" for number in range(1, LARGEST_COUNT + 1)]
    lines = arranged(tmp_path, ids=ids)
    names = [line["scenario_id"] for line in lines]
    assert len(set(names)) == LARGEST_COUNT
    assert not set(names) & AA.published
    order = [
        (tmp_path / "sre" / name / "k8s_events_raw.tsv").read_text().strip()
        for name in sorted(names, key=lambda name: int(name.removeprefix("Scenario-")))
    ]
    assert order != ids
    assert sum(one < other for one, other in pairwise(order)) < 0.6 * LARGEST_COUNT


def test_the_truths_that_are_read_are_those_that_were_made(tmp_path):
    arranged(tmp_path)
    suite = opened(tmp_path)
    suite.prepare()
    assert len(suite.tasks()) == len(IDS)
    for task in suite.tasks():
        (entry,) = suite.inputs(task.id)
        task_id = entry.source.read_text().strip()
        found = suite.truth(task.id)
        assert found["canary"] == f"canary-of-{task_id}"
        assert found["groups"] == truth(task_id)["groups"]
        assert found["propagations"] == truth(task_id)["propagations"]


def test_truths_that_are_kept_apart_score_and_complete_the_folder(tmp_path):
    folder, kept = tmp_path / "tasks", tmp_path / "kept"
    for path in (folder, kept):
        path.mkdir()
    lines = arranged(folder, truths=kept)
    whole = arranged(tmp_path)
    assert [line["ground_truth_yaml"] for line in lines] == [""] * len(IDS)
    assert not list(folder.rglob("*.yaml"))
    suite = opened(folder)
    suite.prepare()
    for task in suite.tasks():
        with pytest.raises(DataError, match="no truth there, expected ground_truth"):
            suite.truth(task.id)
        assert suite.truth_from(task.id, kept) == opened(tmp_path).truth(task.id)
    assert [json.loads(line) for line in (kept / "sre/data.jsonl").read_text().splitlines()] == whole


@pytest.mark.parametrize("suite", [AASuite, LiteSuite])
def test_made_incidents_are_never_the_published_ones(tmp_path, suite):
    lines = arranged(tmp_path)
    told = "7 of its incidents were made with `itbench make`"
    assert opened(tmp_path, suite).data_warning() == told
    # Nor under the names of published scenarios.
    names = sorted(AA.published)
    for line, name in zip(lines, names, strict=False):
        (tmp_path / "sre" / line["scenario_id"]).rename(tmp_path / "sre" / name)
        line["scenario_id"] = name
    (tmp_path / "sre/data.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    assert opened(tmp_path).data_warning() == told
    assert locate(AA, tmp_path).directory == tmp_path / "sre"


def test_an_incident_in_which_nothing_is_wrong_keeps_that_mark():
    text = truth_text({"groups": [], "nothing_is_wrong": True, "canary": "c", "changes": []})
    assert yaml.safe_load(text) == {
        "metadata": {"version": "v1"}, "groups": [], "nothing_is_wrong": True, "canary": "c",
    }  # fmt: skip


@pytest.mark.soak
@pytest.mark.slow  # It simulates an incident.
def test_the_oracle_is_right_on_made_incidents_without_floor_or_published_results(tmp_path, itbench):
    made = itbench("make", "sre/incidents", "--seed", "77", "--tasks", "1", "--out", "made one")
    assert made.out.endswith("next:\n  itbench run sre/itbench-aa --data 'made one'\n")
    done = itbench("run", "sre/itbench-aa", "--data", "made one", "-a", "oracle")
    assert "score: 1.000" in done.out
    assert "warning: not the published data: 1 of its incidents were made" in done.out
    assert "floor" not in done.out
    (run,) = (tmp_path / "runs").glob("*.itbench")
    board = itbench("leaderboard", run, "--published").out
    assert "not the published data, so no published results" in board
    assert "floor" not in board
    assert ITBENCH_AA.floor is not None
    assert ITBENCH_AA.published()
    refused = itbench("run", "sre/incidents", "--data", "made one")
    assert "is run with sre/itbench-aa --data" in refused.err
