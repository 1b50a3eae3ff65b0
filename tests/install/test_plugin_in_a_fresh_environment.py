"""A domain in a distribution of its own: installed, used, and gone after it is uninstalled."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # It makes an environment and installs into it.

SUMS = Path(__file__).resolve().parents[1] / "plugins" / "sums"


@pytest.fixture
def command(installed: Path, tmp_path: Path) -> Callable[..., str]:
    def run(program: str, *arguments: str | Path) -> str:
        done = subprocess.run(
            [installed / program, *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=300,
            check=True,
        )
        return done.stdout

    return run


def test_a_domain_appears_when_it_is_installed_runs_and_is_gone_when_it_is_uninstalled(
    command: Callable[..., str],
) -> None:
    def domains() -> dict[str, str]:
        return {
            row["domain"]: row["status"] for row in json.loads(command("itbench", "list-domains", "--json"))
        }

    assert domains()["sre"] == "ok"
    assert "sums" not in domains()
    command("pip", "install", "--quiet", "--no-deps", SUMS)
    try:
        assert domains()["sums"] == "ok"
        run = json.loads(command("itbench", "run", "sums", "--agent", "adder:wrong=3", "--json"))
        assert (run["trials_scored"], run["domain"]) == (12, "sums")
        assert json.loads(command("itbench", "run", "sums", "--agent", "oracle", "--json"))["score"] == 1.0
        assert command("itbench", "validate", "sums") == "sums/easy: 12 tasks, 14 rules, no fault\n"
    finally:
        command("pip", "uninstall", "--quiet", "--yes", "itbench-sums")
    assert "sums" not in domains()


def test_what_is_installed_has_all_data_that_it_needs(command: Callable[..., str]) -> None:
    assert command("itbench", "--version").startswith("itbench ")
    assert len(json.loads(command("itbench", "list-suites", "sre", "--json"))) == 7
    code = (
        "import itbench_schemas, itbench_sre.domain as d; "
        "[itbench_schemas.load(n) for n in itbench_schemas.NAMES]; d.truth_schema(); "
        "from itbench_sre.suites.incidents import INCIDENTS; assert len(INCIDENTS.pinned()) == 160; assert len(INCIDENTS.tasks()) == 40; "
        "from itbench_ciso.controls.register import controls; from itbench_ciso.controls import texts; "
        "assert len([texts.baseline_policy(each) for each in controls().values()]) == 34; "
        "print(len(d.ITBENCH_AA.published()))"
    )
    assert command("python", "-c", code) == "8\n"


@pytest.mark.soak  # The tutorial's first page does all this too, with a domain that it edits.
def test_a_new_domain_is_generated_installed_listed_run_validated_and_tested_with_nothing_edited(
    command: Callable[..., str],
) -> None:
    command("itbench", "new-domain", "fresh-work")
    command("pip", "install", "--quiet", "--no-build-isolation", "./itbench-fresh-work")
    try:
        assert "fresh-work" in command("itbench", "list-domains")
        assert command("itbench", "validate", "fresh-work").endswith(
            "2 tasks, 14 rules, 1 skipped in part, no fault\n"
        )
        assert json.loads(command("itbench", "run", "fresh-work", "--json"))["score"] == 0.5
        assert (
            json.loads(command("itbench", "run", "fresh-work", "--agent", "oracle", "--json"))["score"] == 1.0
        )
        assert "5 passed" in command("python", "-m", "pytest", "-q", "itbench-fresh-work")
        assert "12 passed" in command("python", "-m", "pytest", "-q", "--itbench-domain", "fresh-work")
    finally:
        command("pip", "uninstall", "--quiet", "--yes", "itbench-fresh-work")
