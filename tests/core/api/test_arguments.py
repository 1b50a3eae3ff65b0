"""The arguments from Python are those of the command line, and what cannot be used is said in one line."""

import inspect
import math
import subprocess
import sys
from pathlib import Path
from typing import Any, get_type_hints

import pytest

import itbench
from itbench.api.arguments import run_options
from itbench.cli import running as commands
from itbench.runs.plan.options import RunOptions

# Of the command line: what is only printed, or has no place in a program.
ONLY_THERE = {"dry_run", "fail_under", "as_json"}
ONLY_HERE = {"progress", "hooks"}
OTHER_NAMES = {
    "reference": "suite",
    "role_model": "role_models",
    "task": "tasks",
    "tag": "tags",
    "cost_limit": "cost_limit_usd",
    "time_limit": "time_limit_s",
    "command_limit": "command_limit_s",
    "max_cost": "max_cost_usd",
    "suite_option": "suite_options",
    "path": "path",
}


@pytest.mark.parametrize("name", ["run", "resume", "score"])
def test_each_option_of_the_command_is_an_argument_with_the_same_default(name: str) -> None:
    options = inspect.signature(getattr(commands, name)).parameters
    arguments = inspect.signature(getattr(itbench, name)).parameters
    expected = {OTHER_NAMES.get(option, option): option for option in options if option not in ONLY_THERE}
    assert set(arguments) - ONLY_HERE == set(expected)
    for argument, option in expected.items():
        ours, theirs = arguments[argument].default, options[option].default
        assert (ours or None) == (str(theirs) if isinstance(theirs, Path) else theirs or None), argument


def test_the_twin_has_the_arguments_and_types_of_run() -> None:
    given = get_type_hints(itbench.run)
    del given["suite"], given["return"]
    assert get_type_hints(itbench.RunArguments) == given


def test_without_arguments_a_run_is_what_the_plan_has_by_default() -> None:
    assert run_options("sums", {}) == RunOptions(reference="sums")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"repeats": 0}, "repeats is 0; it must be an integer from 1"),
        ({"limit": True}, "limit is True; it must be an integer from 1"),
        ({"max_trials": 2.5}, "max_trials is 2.5; it must be an integer from 1"),
        ({"max_cost_usd": math.nan}, "max_cost_usd is nan; it must be a number above 0"),
        ({"time_limit_s": "15m"}, "time_limit_s is '15m'; it must be a number above 0"),
        ({"tasks": "sum-0001"}, "tasks is 'sum-0001'; it must be a list of texts, such as ['sum-0001']"),
        ({"agent": object}, "agent is <class 'object'>; it must be a text, as on the command line"),
        ({"shard": "9/8"}, "'9/8' is not a part of a run"),
        ({"base_url": "http://localhost"}, "is the endpoint of a model"),
        ({"agent": "\ud800"}, "is not UTF-8"),
    ],
)
def test_what_no_run_can_have_is_refused(given: Any, message: str) -> None:
    with pytest.raises(itbench.UsageError) as refused:
        itbench.run("sums", **given)
    assert message in str(refused.value)


def test_to_import_itbench_loads_nothing_else_of_it() -> None:
    code = "import sys; import itbench; print(*sorted(name for name in sys.modules if 'itbench' in name))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["itbench", "itbench.lazy"]
