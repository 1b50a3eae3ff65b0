"""The arguments from Python are those of the command line, and what cannot be used is said in one line."""

import inspect
import math
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_type_hints

import pytest

import itbench
from itbench.api.arguments import run_options
from itbench.cli import running, scoring
from itbench.runs.plan.options import RunOptions

# Of the command line: what is only printed, or has no place in a program.
ONLY_THERE = {
    "context",
    "dry_run",
    "fail_under",
    "fail_on",
    "fail_if_worse_than",
    "junit",
    "github",
    "as_json",
}
# A submission is no run, and is scored by the command alone.
OF_SUBMISSIONS = {"sealed", "submitter", "out"}
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


@pytest.mark.parametrize(
    ("command", "left_out"),
    [
        (running.run, ONLY_THERE),
        (running.resume, ONLY_THERE),
        (scoring.score, ONLY_THERE | OF_SUBMISSIONS),
    ],
    ids=["run", "resume", "score"],
)
def test_each_option_of_the_command_is_an_argument_with_the_same_default(
    command: Callable[..., None], left_out: set[str]
) -> None:
    options = inspect.signature(command).parameters
    arguments = inspect.signature(getattr(itbench, command.__name__)).parameters
    expected = {OTHER_NAMES.get(option, option): option for option in options if option not in left_out}
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
