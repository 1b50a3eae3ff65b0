"""The oracle, the experts, the cheats and the baseline on the published cases, and `itbench validate` over them."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from itbench_sre.suites.cloud_opsbench import CLOUD_OPSBENCH

# 50 cases of a megabyte each are read for each agent: some seconds.
pytestmark = pytest.mark.slow

# Measured; a rule that finds more raises them. By agent: accuracy@1, precision at full recall.
MEASURED = {
    "constant": (0.04, 0.08),
    "first-unready": (0.02, 0.5),
    "first-alert": (0.0, 0.033),
    "first-warning": (0.0, 0.063),
    "null": (0.0, 0.0),
    "baseline": (0.72, 0.68),
}


def rows(itbench: Callable[..., Any], data: Path, agent: str, *more: str) -> list[dict[str, Any]]:
    done = itbench("run", "sre/cloud-opsbench", "--data", data, "--agent", agent, *more)
    assert done.code in {0, 1}, done.err
    shown = itbench("export", "latest", "--to", "jsonl", "--output", "rows.jsonl")
    assert shown.code == 0, shown.err
    return [json.loads(line) for line in Path("rows.jsonl").read_text().splitlines()]


QUICK = {"constant", "baseline"}


@pytest.mark.parametrize(
    "agent", [pytest.param(name, marks=[] if name in QUICK else pytest.mark.soak) for name in MEASURED]
)
def test_cheats_and_baseline_reach_what_was_measured(
    published: Path, itbench: Callable[..., Any], agent: str
) -> None:
    found = rows(itbench, published, agent)
    assert len(found) == 50
    means = [
        sum(row["metrics"].get(name) or 0.0 for row in found) / 50
        for name in ("accuracy_at_1", "precision_at_full_recall")
    ]
    assert means == pytest.approx(MEASURED[agent], abs=0.001)


def test_the_experts_calls_win_and_cover_their_paths(published: Path, itbench: Callable[..., Any]) -> None:
    found = rows(itbench, published, "expert")
    assert {row["value"] for row in found} == {1.0}
    assert {row["metrics"]["coverage_by_workload"] for row in found} == {1.0}
    # By the letter, four paths name a ReplicaSet or a claim as no call can.
    uncovered = [row["task"] for row in found if row["metrics"]["coverage"] < 1]
    assert len(uncovered) == 4
    assert {row["metrics"]["invalid_actions"] for row in found} == {0.0}


def test_an_experts_call_that_was_wrong_is_made_all_the_same(
    clone: Path, itbench: Callable[..., Any]
) -> None:
    for path in clone.glob("golden-trajectory/*/*/*/path1.json"):
        trace = json.loads(path.read_text())
        wrong = "tool_name='GetResources' arguments={namespace: 'boutique', resource_type: ''}"
        trace["diagnostic_trace"].append({"tool_name": "", "calling": wrong, "output": ""})
        path.write_text(json.dumps(trace))
        path.with_name("path2.json").write_text(json.dumps(trace))
    found = rows(itbench, clone, "expert")
    assert {(row["value"], row["metrics"]["invalid_actions"]) for row in found} == {(1.0, 1.0)}


@pytest.mark.soak
def test_validate_finds_nothing_wrong_with_the_published_cases(
    published: Path, itbench: Callable[..., Any]
) -> None:
    done = itbench("validate", "sre/cloud-opsbench", "--data", published)
    assert done.code == 0, done.out + done.err


def test_validate_finds_nothing_wrong_with_made_up_cases(clone: Path, itbench: Callable[..., Any]) -> None:
    done = itbench("validate", "sre/cloud-opsbench", "--data", clone)
    assert done.code == 0, done.out + done.err


def test_what_is_joined_after_scoring_stands_in_the_export(clone: Path, itbench: Callable[..., Any]) -> None:
    found = rows(itbench, clone, "oracle")
    assert {row["details"]["category"] for row in found} == {"Scheduling_Fault", "Runtime_Fault"}
    assert {row["details"]["fault"] for row in found} == {"node_cordon_mismatch", "db_read_only"}
    assert {row["metrics"]["difficulty"] for row in found} == {2.0}


def test_no_part_of_a_run_that_an_agent_sees_holds_the_truth(
    clone: Path, itbench: Callable[..., Any]
) -> None:
    shown = itbench("run", "sre/cloud-opsbench", "--data", clone, "--agent", "echo", "--dry-run")
    listed = itbench("list-tasks", "sre/cloud-opsbench", "--data", clone)
    for text in (shown.out, listed.out):
        assert not re.search(r"scheduling|admission|runtime/|node_cordon_mismatch\b.*app/cart\b", text)


def test_no_cheat_passes_the_floor_of_the_whole_dataset() -> None:
    floor = CLOUD_OPSBENCH.floor
    assert floor is not None
    cheats = {name: value for name, (value, _) in MEASURED.items() if name not in {"baseline", "null"}}
    assert floor.agent in cheats
    assert max(cheats.values()) <= floor.value < 0.05
