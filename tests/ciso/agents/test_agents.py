"""The baseline and the cheats, on one task of each kind, and what the engines make of what they hand in."""

import asyncio
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from itbench.errors import UsageError
from itbench.interfaces.agent import AgentRequest
from itbench.interfaces.task import HandIn, Task
from itbench.interfaces.trace import Trace
from itbench.interfaces.workspace import Input
from itbench.sandbox.plain.sandbox import LocalSandbox
from itbench_ciso.agents.specs import AGENTS
from itbench_ciso.controls.policy_set import policy_path, policy_text
from itbench_ciso.controls.register import controls
from itbench_ciso.controls.texts import BASELINE_FETCH, admission_baseline, baseline_policy
from itbench_ciso.judging.admission.judge import judge_admission
from itbench_ciso.judging.rego.judge import judge_policies
from itbench_ciso.judging.sets import SHOWN, collected, sets_of
from itbench_ciso.judging.tags import ADMISSION, REGO, UPDATE
from itbench_ciso.tasks.admission.make import make_admission
from itbench_ciso.tasks.cis_kubernetes.make import make_scripted
from itbench_ciso.tasks.draw import ControlTask
from itbench_ciso.tasks.policy_updates.make import make_update
from itbench_ciso.tasks.policy_updates.specs import Plan, UpdateTask

pytestmark = pytest.mark.slow  # Makes and judges many tasks.


SPECS = {spec.name: spec for spec in AGENTS}
CHEATS = ("always-compliant", "always-violated", "knows-the-example")
NUMBER = "5.1.10"
GAP, NEW = "5.1.3", "5.2.13"


@dataclass(frozen=True)
class Case:
    """A task with what an agent sees of it, and the inputs of all sets that it is judged on."""

    task: Task
    files: list[Input]
    hidden: list[Input]
    truth: dict

    def shown(self) -> bytes:
        return collected(sets_of(self.files)[SHOWN])

    def others(self) -> list[bytes]:
        return [collected(files) for _, files in sorted(sets_of(self.hidden).items())]


def inputs(folder: Path) -> list[Input]:
    return [
        Input(str(path.relative_to(folder)), path) for path in sorted(folder.rglob("*")) if path.is_file()
    ]


def case(tmp_path: Path, kind: str, make, spec, numbers=(NUMBER,)) -> Case:
    directory = tmp_path / "inputs"
    directory.mkdir()
    truth = make(spec, directory)
    tags = ("ciso", kind, *(f"cis-{number}" for number in numbers))
    task = Task(id="one", title="One", instructions="Do.", hand_in=HandIn(answer=None), tags=tags)
    return Case(task, inputs(directory), inputs(tmp_path / "hidden"), truth)


@pytest.fixture
def scripted(tmp_path: Path) -> Case:
    return case(tmp_path, REGO, make_scripted, ControlTask("one", NUMBER, 5))


@pytest.fixture
def admitted(tmp_path: Path) -> Case:
    return case(tmp_path, ADMISSION, make_admission, ControlTask("one", NUMBER, 5))


@pytest.fixture
def updated(tmp_path: Path) -> Case:
    plan = Plan(("5.2.5", GAP, "5.4.2"), GAP, NEW)
    return case(tmp_path, UPDATE, make_update, UpdateTask("one", plan, 5), (GAP, NEW))


def handed_in(name: str, given: Case) -> dict[str, bytes]:
    """Return the files that an agent adds to its workspace."""
    trace = Trace()

    async def solve() -> dict[str, bytes]:
        async with LocalSandbox(is_in_process=True).open(given.files) as workspace:
            await SPECS[name].create(AgentRequest(name=name)).solve(given.task, workspace, trace)
            known = {entry.path for entry in given.files}
            added = [path for path in await workspace.list_files() if path not in known]
            return {path: await workspace.read_file(path) for path in added}

    files = asyncio.run(solve())
    assert trace.usage.turns == 1
    return files


def rego_verdicts(policies: dict[str, bytes], data: list[bytes]) -> list[str]:
    return [verdict.kind.value for verdict in asyncio.run(judge_policies(policies, data))]


def admission_verdicts(policy: bytes, data: list[bytes]) -> list[str]:
    return [verdict.kind.value for verdict in asyncio.run(judge_admission(policy, data))]


def existing(given: Case) -> dict[str, bytes]:
    prefix = "existing/"
    return {
        entry.path.removeprefix(prefix): entry.source.read_bytes()
        for entry in given.files
        if entry.path.startswith(prefix) and entry.path.endswith(".rego")
    }


def fetched(script: bytes, files: list[Input], folder: Path) -> bytes:
    """Return what a script collects from a set, run as the judging runs it."""
    for entry in files:
        target = folder / SHOWN / entry.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(entry.source.read_bytes())
    (folder / "fetch.sh").write_bytes(script)
    (folder / "fetch.sh").chmod(0o755)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(["./fetch.sh"], cwd=folder, env={"PATH": path}, check=True, timeout=60)
    return (folder / "collected_data.json").read_bytes()


def test_there_are_a_baseline_three_cheats_and_an_adversary_and_all_run_in_process() -> None:
    others = {"baseline": "baseline", "memorised-policies": "adversary"}
    assert {spec.name: spec.role for spec in AGENTS} == others | dict.fromkeys(CHEATS, "cheat")
    assert all(spec.is_in_process for spec in AGENTS)


@pytest.mark.parametrize("name", SPECS)
def test_an_agent_takes_no_options(name: str) -> None:
    with pytest.raises(UsageError, match="has no option 'depth'"):
        SPECS[name].create(AgentRequest(name=name, options={"depth": "2"}))


def test_the_baseline_hands_in_the_hurried_policy_of_the_control(scripted: Case) -> None:
    assert handed_in("baseline", scripted) == {
        "fetch.sh": BASELINE_FETCH.encode(),
        "policy.rego": baseline_policy(controls()[NUMBER]).encode(),
    }


def test_the_baseline_hands_in_the_hurried_admission_policy(admitted: Case) -> None:
    expected = {"policy.yaml": admission_baseline(controls()[NUMBER]).encode()}
    assert handed_in("baseline", admitted) == expected


def test_the_baseline_adds_what_is_new_to_a_set_and_leaves_the_rest(updated: Case, cached: Path) -> None:
    files = handed_in("baseline", updated)
    new = policy_text(NEW, baseline_policy(controls()[NEW])).encode()
    before = existing(updated)
    combining = before["policy.rego"].decode().replace("}\n", "\tdata.policies.cis_5_2_13.result\n}\n")
    assert files == {"policy.rego": combining.encode(), policy_path(NEW): new}
    data = updated.others()
    kept, changed = rego_verdicts(before, data), rego_verdicts(before | files, data)
    added = rego_verdicts(
        {"policy.rego": baseline_policy(controls()[NEW]).encode()},
        data,
    )
    both = [
        "true" if (old, new) == ("true", "true") else "false" for old, new in zip(kept, added, strict=True)
    ]
    assert changed == both
    assert "true" in changed
    assert kept != changed


def test_the_baseline_leaves_a_set_as_it_is_where_nothing_is_new(updated: Case) -> None:
    only_gap = Case(
        updated.task.model_copy(update={"tags": ("ciso", UPDATE, f"cis-{GAP}")}),
        updated.files,
        updated.hidden,
        updated.truth,
    )
    assert handed_in("baseline", only_gap) == {"policy.rego": existing(updated)["policy.rego"]}


def test_the_baseline_hands_in_nothing_for_a_control_that_it_does_not_know(scripted: Case) -> None:
    unknown = scripted.task.model_copy(update={"tags": ("ciso", REGO, "cis-9.9.9")})
    assert handed_in("baseline", Case(unknown, scripted.files, scripted.hidden, scripted.truth)) == {}


@pytest.mark.parametrize(("name", "verdict"), [("always-compliant", "true"), ("always-violated", "false")])
def test_a_cheat_says_the_same_of_every_cluster(
    name: str, verdict: str, scripted: Case, tmp_path: Path, cached: Path
) -> None:
    files = handed_in(name, scripted)
    assert set(files) == {"fetch.sh", "policy.rego"}
    data = fetched(files["fetch.sh"], sets_of(scripted.files)[SHOWN], tmp_path / "work")
    assert json.loads(data) == {}
    policy = {"policy.rego": files["policy.rego"]}
    assert rego_verdicts(policy, [data, scripted.shown()]) == [verdict] * 2


@pytest.mark.parametrize(("name", "verdict"), [("always-compliant", "true"), ("always-violated", "false")])
def test_a_cheat_says_the_same_of_every_object_and_of_every_set(
    name: str, verdict: str, admitted: Case, cached: Path
) -> None:
    files = handed_in(name, admitted)
    assert set(files) == {"policy.yaml"}
    verdicts = admission_verdicts(files["policy.yaml"], [admitted.shown(), *admitted.others()])
    assert set(verdicts) == {verdict}
    as_update = admitted.task.model_copy(update={"tags": ("ciso", UPDATE)})
    files = handed_in(name, Case(as_update, admitted.files, admitted.hidden, admitted.truth))
    assert set(files) == {"policy.rego"}
    assert rego_verdicts(files, [admitted.shown()]) == [verdict]


def test_who_knows_the_example_finds_it_and_nothing_else(
    scripted: Case, tmp_path: Path, cached: Path
) -> None:
    files = handed_in("knows-the-example", scripted)
    sets = {SHOWN: sets_of(scripted.files)[SHOWN]} | sets_of(scripted.hidden)
    names = sorted(sets)[:6]
    data = [fetched(files["fetch.sh"], sets[name], tmp_path / f"work-{name}") for name in names]
    verdicts = rego_verdicts({"policy.rego": files["policy.rego"]}, data)
    assert SHOWN in names
    assert verdicts == ["false" if name == SHOWN else "true" for name in names]


def test_who_knows_the_example_denies_its_objects_and_misses_most_violations(
    admitted: Case, cached: Path
) -> None:
    policy = handed_in("knows-the-example", admitted)["policy.yaml"]
    shown, *others = admission_verdicts(policy, [admitted.shown(), *admitted.others()])
    truth = [admitted.truth["sets"][name]["is_compliant"] for name in sorted(sets_of(admitted.hidden))]
    right = [(verdict == "true") is is_compliant for verdict, is_compliant in zip(others, truth, strict=True)]
    assert shown == "false"
    assert sum(right) < 0.8 * len(right)


def test_who_knows_the_example_turns_the_existing_set_round_for_it_only(updated: Case, cached: Path) -> None:
    before, files = existing(updated), handed_in("knows-the-example", updated)
    assert set(files) == {"policy.rego"}
    data = [updated.shown(), *updated.others()]
    old, new = rego_verdicts(before, data), rego_verdicts(before | files, data)
    assert {old[0], new[0]} == {"true", "false"}
    assert old[1:] == new[1:]
