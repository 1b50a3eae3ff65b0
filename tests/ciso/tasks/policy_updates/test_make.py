"""Sets of policies: what is wrong with them is there to be seen, and nothing else is."""

from itertools import combinations
from pathlib import Path

import pytest

from itbench_ciso.controls.overlaps import overlaps
from itbench_ciso.controls.policy_set import COMBINING, combining_text, policy_path, policy_text
from itbench_ciso.controls.register import controls
from itbench_ciso.suites.policy_updates import POLICY_UPDATES
from itbench_ciso.tasks.policy_updates.make import make_update, numbers_of
from itbench_ciso.tasks.policy_updates.specs import PLANS, update_tasks
from itbench_ciso.tasks.policy_updates.task import make_update_task


def test_a_violation_of_one_control_of_a_plan_is_never_one_of_another() -> None:
    for plan in PLANS:
        assert not any(overlaps(one, other) for one, other in combinations(numbers_of(plan), 2)), plan
        assert plan.repaired is None or plan.repaired in plan.existing
        assert plan.added not in plan.existing
        assert plan.repaired or plan.added


def test_all_three_kinds_of_work_are_asked_for() -> None:
    kinds = [(plan.repaired is not None, plan.added is not None) for plan in PLANS]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        (True, False): 4,
        (False, True): 4,
        (True, True): 4,
    }


@pytest.mark.slow
def test_a_task_shows_the_set_and_says_what_to_change(tmp_path: Path, opa: Path) -> None:
    spec = update_tasks(None)[2]
    truth = make_update(spec, tmp_path / "inputs")
    shown = sorted(
        path.relative_to(tmp_path / "inputs").as_posix() for path in (tmp_path / "inputs").rglob("*.*")
    )
    assert [path for path in shown if path.startswith("existing/")] == [
        "existing/fetch.sh",
        "existing/policies/cis_5_1_5.rego",
        "existing/policies/cis_5_2_12.rego",
        "existing/policies/cis_5_5_1.rego",
        "existing/policy.rego",
    ]
    assert sorted(truth["solution"]) == ["policies/cis_5_1_1.rego", "policies/cis_5_2_12.rego", COMBINING]
    task = make_update_task(spec, "opa")
    assert task.tags == ("ciso", "update", "gap", "new", "cis-5.2.12", "cis-5.1.1")
    assert task.title == "Fix 5.2.12 and add 5.1.1 in a set of policies"
    assert set(truth["solution"]) <= set(task.hand_in.optional_files)
    ways = {each["way"] for each in truth["sets"].values()}
    for number in ("5.1.1", "5.2.12"):
        assert {way.name for way in controls()[number].ways if not way.is_compliant} <= ways
    assert set(truth["solution"].values()).isdisjoint(
        path.read_text() for path in (tmp_path / "inputs").rglob("*.rego")
    )


def test_the_parts_of_a_set_are_packages_of_their_own() -> None:
    assert policy_path("5.1.10") == "policies/cis_5_1_10.rego"
    assert (
        policy_text("5.1.10", "package check\nresult := true\n")
        == "package policies.cis_5_1_10\nresult := true\n"
    )
    assert "\tdata.policies.cis_5_1_10.result\n" in combining_text(["5.1.10"])
    with pytest.raises(ValueError, match="names the package `check` not just once"):
        policy_text("5.1.10", "package other\n")


def test_drawn_tasks_go_through_all_plans_before_one_comes_twice() -> None:
    from itbench.kit.generated.draw import Draw

    drawn = update_tasks(Draw(77, 24))
    assert {spec.plan for spec in drawn[:12]} == set(PLANS)
    assert len({spec.seed for spec in drawn}) == 24
    assert POLICY_UPDATES.embedded == len(PLANS)
