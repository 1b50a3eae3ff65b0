"""The environment: what is run, in which order, and what is taken down."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from itbench.interfaces.environment import TrialSetup
from itbench.interfaces.json import JsonObject
from itbench.interfaces.sandbox import Sandbox
from itbench.interfaces.task import HandIn, Task
from itbench.interfaces.workspace import Input
from itbench.sandbox.plain.sandbox import LocalSandbox
from itbench_ciso.controls.texts import FETCH
from itbench_ciso.judging.environment import CisoEnvironment
from itbench_ciso.judging.fetching.fetch import Fetcher
from itbench_ciso.judging.sets import collected, sets_of

pytestmark = pytest.mark.slow  # Runs scripts and engines in the sandbox.


POLICY = """\
package check
import rego.v1
default result := false
result if every r in input.resources { not r.bad }
""".replace("every r in input.resources { not r.bad }", "{ every r in input.resources { not r.bad } }")
SCRIPT = """\
python3 - <<'END'
import glob, json, yaml
found = [d for p in sorted(glob.glob("static-resources/*")) for d in yaml.safe_load_all(open(p))]
json.dump({"resources": found}, open("collected_data.json", "w"))
END
"""
OBJECT = "apiVersion: test.example/v1\nkind: Thing\n"
GOOD, BAD = OBJECT, f"{OBJECT}bad: true\n"
Observe = Callable[..., JsonObject]


@pytest.fixture
def observe(bench: Sandbox, manifests: Callable[..., list[Input]]) -> Observe:
    """Return a function that observes files that were handed in for a task with these tags and sets."""

    def run(files: Mapping[str, str], sets: Mapping[str, str], *tags: str, shown: str = BAD) -> JsonObject:
        task = Task(
            id="t", title="t", instructions="t", hand_in=HandIn(answer=None, files=tuple(files)), tags=tags
        )
        inputs = manifests(
            {
                "static-resources/a.yaml": shown,
                **{n: t for n, t in files.items() if n.startswith("existing/")},
            },
            "shown",
        )
        hidden = manifests({f"{name}/a.yaml": text for name, text in sets.items()}, "hidden")
        environment = CisoEnvironment(
            TrialSetup(
                task=task, inputs=inputs, hidden=hidden, sandbox=LocalSandbox(is_in_process=True), bench=bench
            )
        )
        given = {name: text.encode() for name, text in files.items() if not name.startswith("existing/")}
        return asyncio.run(environment.observe(given)).state

    return run


SETS = {"static-resources-compliant": GOOD, "v01": BAD, "v02": GOOD, "v03": f"{OBJECT}bad: false\n"}


def verdicts(observed: JsonObject) -> dict[str, str]:
    return {name: each.get("verdict", {}).get("kind", "") for name, each in observed["sets"].items()}


def test_a_right_script_and_policy_are_tried_on_every_set(observe: Observe) -> None:
    observed = observe({"fetch.sh": SCRIPT, "policy.rego": POLICY}, SETS, "rego")
    assert verdicts(observed) == {
        "static-resources": "false", "static-resources-compliant": "true", "v01": "false", "v02": "true", "v03": "true",
    }  # fmt: skip
    assert observed["engine"]["name"] == "opa"
    assert all(each["fetch"]["exit_code"] == 0 for each in observed["sets"].values())
    assert json.loads(json.dumps(observed)) == observed


OWN_SHAPE = """\
python3 - <<'END'
import glob, json, yaml
found = [d for p in sorted(glob.glob("static-resources/*")) for d in yaml.safe_load_all(open(p)) if d["kind"] == "Thing"]
json.dump({"pods": {f"{number}/{d['kind']}": d for number, d in enumerate(found)}}, open("collected_data.json", "w"))
END
"""
OWN_POLICY = """\
package check
import rego.v1
default result := false
result if count([1 | some pod in input.pods; pod.bad]) == 0
"""
VERDICT = 'grep -q \'bad: true\' static-resources/* && ok=false || ok=true; echo "{\\"ok\\": $ok}" > collected_data.json'
FIELD = SCRIPT.replace('"resources": found', '"resources": [{"bad": d.get("bad", False)} for d in found]')


@pytest.mark.parametrize(
    ("script", "policy", "in_script"),
    [
        (SCRIPT, POLICY, False),
        (OWN_SHAPE, OWN_POLICY, False),
        (VERDICT, "package check\nresult := input.ok", True),
        (FIELD, POLICY, True),
    ],
    ids=["reference", "another shape", "the whole verdict", "the one field"],
)
def test_a_script_that_computes_the_verdict_shows(
    script: str, policy: str, in_script: bool, observe: Observe
) -> None:
    observed = observe({"fetch.sh": script, "policy.rego": policy}, SETS, "rego")
    found = verdicts(observed)
    assert found["v01"] == "false"
    assert [found[name] for name in ("v02", "v03")] == ["true", "true"]
    masked = {name: each["masked"]["kind"] for name, each in observed["sets"].items() if "masked" in each}
    assert set(masked) == {"static-resources", "v01", "v02", "v03"}
    assert (masked != {name: found[name] for name in masked}) is in_script


@pytest.mark.parametrize(
    ("files", "seen"),
    [
        ({"fetch.sh": SCRIPT}, {}),
        ({"policy.rego": POLICY}, {}),
        ({"fetch.sh": "exit 1", "policy.rego": POLICY}, {"static-resources": ""}),
        (
            {
                "fetch.sh": "grep -q bad static-resources/a.yaml && echo {} > collected_data.json",
                "policy.rego": POLICY,
            },
            {"static-resources": "", "static-resources-compliant": ""},
        ),
        (
            {"fetch.sh": SCRIPT, "policy.rego": "package check\nresult := true"},
            {"static-resources": "true", "static-resources-compliant": "true"},
        ),
        (
            {"fetch.sh": SCRIPT, "policy.rego": "package check\nresult := false"},
            {"static-resources": "false", "static-resources-compliant": "false"},
        ),
        (
            {"fetch.sh": SCRIPT, "policy.rego": "package check\nresult := http.send({})"},
            {"static-resources": "refused", "static-resources-compliant": "refused"},
        ),
    ],
    ids=[
        "no policy",
        "no script",
        "no data",
        "no data of the compliant set",
        "always true",
        "always false",
        "refused",
    ],
)
def test_judging_stops_at_the_first_criterion_that_is_not_met(
    files: Mapping[str, str], seen: Mapping[str, str], observe: Observe
) -> None:
    assert verdicts(observe(files, SETS, "rego")) == seen


def test_all_further_violating_sets_are_tried_before_the_others(observe: Observe) -> None:
    sets = {
        "static-resources-compliant": GOOD,
        "static-resources-violation-1": BAD,
        "static-resources-violation-2": GOOD,
        "v01": BAD,
    }
    observed = observe({"fetch.sh": SCRIPT, "policy.rego": POLICY}, sets, "rego")
    assert "v01" not in observed["sets"]
    assert verdicts(observed)["static-resources-violation-2"] == "true"


def test_an_update_replaces_only_what_is_handed_in(observe: Observe) -> None:
    existing = {
        "existing/policy.rego": "package check\nimport rego.v1\ndefault result := false\nresult if data.policies.one.result\n",
        "existing/policies/one.rego": "package policies.one\nresult := true",
        "existing/fetch.sh": SCRIPT,
    }
    fixed = {"policies/one.rego": POLICY.replace("package check", "package policies.one")}
    assert verdicts(observe(existing, SETS, "update")) == dict.fromkeys([*SETS, "static-resources"], "true")
    observed = observe(existing | fixed, SETS, "update")
    assert verdicts(observed)["v01"] == "false"
    assert {name: each["before"]["kind"] for name, each in observed["sets"].items()} == dict.fromkeys(
        [*SETS, "static-resources"], "true"
    )


def test_an_admission_policy_needs_no_script(observe: Observe) -> None:
    policy = """\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: x}
spec:
  matchConstraints: {resourceRules: [{apiGroups: ["*"], apiVersions: ["*"], operations: ["*"], resources: ["*"]}]}
  validations: [{expression: "!(has(object.bad) && object.bad)"}]
"""
    observed = observe({"policy.yaml": policy}, SETS, "admission")
    assert verdicts(observed) == {
        "static-resources": "false",
        "static-resources-compliant": "true",
        "v01": "false",
        "v02": "true",
        "v03": "true",
    }
    assert observed["engine"]["name"] == "cel"
    assert observe({}, SETS, "admission")["sets"] == {}


def test_the_place_that_an_agent_saw_is_taken_out_of_its_script(
    bench: Sandbox, manifests: Callable[..., list[Input]]
) -> None:
    task = Task(
        id="t", title="t", instructions="t", hand_in=HandIn(answer=None, files=("fetch.sh",)), tags=("rego",)
    )
    inputs = manifests({"static-resources/a.yaml": BAD}, "shown")
    hidden = manifests({"static-resources-compliant/a.yaml": GOOD}, "hidden")

    async def run() -> JsonObject:
        environment = CisoEnvironment(
            TrialSetup(task=task, inputs=inputs, hidden=hidden, sandbox=LocalSandbox(), bench=bench)
        )
        async with environment.open() as workspace:
            script = SCRIPT.replace('"static-resources/*"', f'"{workspace.path}/static-resources/*"')
            script = script.replace('"collected_data.json"', f'"{workspace.path}/collected_data.json"')
            files = {"fetch.sh": script.encode(), "policy.rego": POLICY.encode()}
            return (await environment.observe(files)).state

    assert verdicts(asyncio.run(run())) == {"static-resources": "false", "static-resources-compliant": "true"}


ODD_FILES = {
    "a.yaml": "---\n---\nkind: List\napiVersion: v1\nitems:\n- kind: PodList\n  items: [{kind: Pod, a: 1e3, b: 0o7, c: yes}]\n- null\n- x\n",
    "b.yaml": "just text\n---\n- a list\n---\nkind: ConfigMap\ndata: {t: 'é\\n', d: \"2020\"}\n",
    "sub/c.yaml": "kind: {}\nitems: []\n",
    "z.yaml": "",
}


def test_what_is_collected_without_a_script_is_what_the_reference_script_collects(
    bench: Sandbox, manifests: Callable[..., list[Input]], made: Path
) -> None:
    from itbench_ciso.suites.admission import ADMISSION_SUITE

    sets: dict[str, Sequence[Input]] = {"odd": manifests(ODD_FILES)}
    ADMISSION_SUITE.restore(["admission-0001"])
    hidden = sets_of(ADMISSION_SUITE.hidden("admission-0001"))
    sets |= {name: hidden[name] for name in sorted(hidden)[:3]}
    found: dict[str, Any] = asyncio.run(Fetcher(FETCH.encode(), bench).fetch(sets))
    for name, files in sets.items():
        assert found[name].problem == ""
        assert json.loads(found[name].data) == json.loads(collected(files))
