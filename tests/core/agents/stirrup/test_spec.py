"""Without Stirrup, on any Python, the agent says in one line what to do, and costs nothing."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from itbench.agents.stirrup.installed import problem_with
from itbench.plugins.agents import agent_host


def test_an_older_python_is_named_with_the_one_that_is_needed() -> None:
    assert problem_with("stirrup", (3, 11)) == (
        "agent 'stirrup' needs Python 3.12 or newer, found 3.11;"
        " in an environment of such a Python: pip install 'itbench[stirrup]'"
    )


def test_a_package_that_is_not_there_is_named_with_how_to_install_it() -> None:
    assert problem_with("no_such_harness", (3, 12)) == (
        "the package 'no_such_harness' is not installed; install it with: pip install 'itbench[stirrup]'"
    )


def test_a_package_that_lacks_another_says_which(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "half_a_harness.py").write_text("import the_other_half")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert "No module named 'the_other_half'" in str(problem_with("half_a_harness", (3, 12)))


def test_a_package_that_is_there_is_no_problem() -> None:
    assert problem_with("json", (3, 13)) is None


@pytest.mark.usefixtures("sums")
def test_without_the_harness_a_run_ends_with_one_line(
    itbench: Callable[..., Any], distribution: Callable[..., Path]
) -> None:
    problem = problem_with("stirrup", (sys.version_info[0], sys.version_info[1]))
    if problem is None:
        pytest.skip("stirrup is installed here")
    if "stirrup" not in agent_host().names():
        points = {"stirrup": "itbench.agents.stirrup.spec:STIRRUP"}
        distribution("itbench-stirrup", group="itbench.agents", points=points, code={})
    done = itbench("run", "sums/easy", "--agent", "stirrup", "--model", "openai/gpt-5")
    assert (done.code, done.out) == (2, "")
    assert " ".join(done.err.split()).endswith(problem)


def test_naming_the_agent_imports_nothing_that_it_needs() -> None:
    code = (
        "import sys; import itbench.agents.stirrup.spec\n"
        "print([name for name in ('stirrup', 'openai', 'numpy', 'pydantic') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
