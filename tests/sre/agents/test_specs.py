"""The list of agents."""

import subprocess
import sys

import pytest

from itbench.errors import UsageError
from itbench.interfaces.agent import AgentRequest
from itbench_sre.agents.specs import AGENTS


def test_the_baseline_comes_first_and_the_others_know_nothing():
    assert [(spec.name, spec.role) for spec in AGENTS] == [
        ("baseline", "baseline"),
        ("name-everything", "cheat"),
        ("loudest-alert", "cheat"),
        ("last-change", "cheat"),
        ("any-chaos", "cheat"),
        ("first-error", "cheat"),
        ("empty", "cheat"),
        ("loudest-warning", "adversary"),
        ("constant", "cheat"),
        ("first-unready", "cheat"),
        ("first-alert", "cheat"),
        ("first-warning", "cheat"),
        ("expert", "privileged"),
    ]


@pytest.mark.parametrize("spec", AGENTS, ids=lambda spec: spec.name)
def test_an_option_that_nobody_knows_is_refused(spec):
    with pytest.raises(UsageError, match="no option 'depth'"):
        spec.create(AgentRequest(name=spec.name, options={"depth": "3"}))


def test_listing_the_agents_loads_neither_them_nor_anything_heavy():
    program = (
        "import sys, itbench_sre.agents.specs\n"
        "heavy = {'pydantic', 'yaml', 'jsonschema', 'itbench_sre.snapshot', 'itbench_sre.agents.cheats', 'itbench_sre.opsbench'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-B", "-c", program], capture_output=True, text=True, check=True, env={"PYTHONPATH": ":".join(sys.path)})  # fmt: skip
    assert run.stdout.strip() == "[]"
