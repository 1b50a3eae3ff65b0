"""Every control has its texts, policies and scripts, and the texts name what a task draws."""

import json
import os
import re
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest

from itbench.kit.generated.randomness import Randomness
from itbench_ciso.controls import texts
from itbench_ciso.controls.register import controls
from itbench_ciso.controls.variants import make_variants

CONTROLS = list(controls().values())


def names(value):
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]


def test_a_requirement_states_all_that_is_drawn():
    for control, seed in product(CONTROLS, range(3)):
        parameters = control.parameters(Randomness(seed))
        text = texts.requirement(control, parameters)
        assert "## How to read the manifests" in text, control.number
        assert not re.search(r"\$[a-z{]", text), control.number
        missing = [name for value in parameters.values() for name in names(value) if f"`{name}`" not in text]
        assert missing == [], control.number


def test_policies_are_filled():
    for control in CONTROLS:
        parameters = control.parameters(Randomness(1))
        for policy in (texts.solution_policy(control, parameters), texts.baseline_policy(control)):
            assert policy.startswith("package check\n\nimport rego.v1\n"), control.number
            assert not re.search(r"\$[a-z{]", policy), control.number
        if control.is_admission:
            for policy in (texts.admission_policy(control, parameters), texts.admission_baseline(control)):
                assert "kind: ValidatingAdmissionPolicy\n" in policy, control.number
                assert not re.search(r"\$[a-z{]", policy), control.number


def test_a_requirement_names_lists_in_words():
    control = controls()["5.2.5"]
    parameters = {
        "exempt_namespaces": ["a", "b"],
        "exempt_kind": "Pod",
        "exempt_name": "c",
        "exempt_namespace": "d",
    }
    assert "the namespaces `a` and `b`, and the `Pod` `c` in the namespace `d`" in texts.requirement(
        control, parameters
    )


@pytest.mark.slow
@pytest.mark.parametrize("script", [texts.FETCH, texts.BASELINE_FETCH], ids=["reference", "baseline"])
def test_the_scripts_collect_the_manifests(script, tmp_path, collected):
    control = controls()["5.2.3"]
    (tmp_path / "fetch.sh").write_text(script, "utf-8")
    (tmp_path / "static-resources").mkdir()
    variant = make_variants(control, {}, Randomness(2), 1)[0]
    for path, data in variant.files.items():
        (tmp_path / path).write_bytes(data)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(["bash", "./fetch.sh"], cwd=tmp_path, env={"PATH": path}, check=True, timeout=60)
    found = json.loads((tmp_path / "collected_data.json").read_text("utf-8"))
    expected = collected(variant.files)
    if script is texts.FETCH:
        assert found == expected
    else:
        assert sum(len(each.get("items", [each])) for each in found["resources"]) == len(
            expected["resources"]
        )
