"""`itbench new-domain` writes what works as it stands, and pytest checks any domain by one option."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from itbench.validation.rules import RULES

Itbench = Callable[..., Any]


@pytest.mark.parametrize(
    ("options", "count"), [((), 19), (("--kind", "files"), 19), (("--kind", "acting"), 20)]
)
def test_a_new_domain_is_written_whole_and_says_what_comes_next(
    options: tuple[str, ...], count: int, itbench: Itbench
) -> None:
    done = itbench("new-domain", "net-ops", *options)
    assert done.code == 0
    assert f"{count} files written to itbench-net-ops" in done.out
    assert "pip install -e itbench-net-ops" in done.out
    texts = {path: path.read_text() for path in Path("itbench-net-ops").rglob("*") if path.is_file()}
    assert len(texts) == count
    assert not [
        path for path, text in texts.items() if "@" in f"{path}{text}" and "@module@" in f"{path}{text}"
    ]
    assert not any(
        "@name@" in f"{path}{text}" or "@title@" in f"{path}{text}" for path, text in texts.items()
    )


@pytest.mark.parametrize("name", ["Net", "1st", "net_ops", "a", "net--ops", "../up", ""])
def test_a_name_that_cannot_be_one_is_refused(name: str, itbench: Itbench) -> None:
    done = itbench("new-domain", name)
    assert done.code == 2
    assert f"a domain cannot be named {name!r}" in done.err


def test_a_kind_that_there_is_not_is_refused(itbench: Itbench) -> None:
    done = itbench("new-domain", "netops", "--kind", "moving")
    assert done.code == 2
    assert "'moving' is not one of 'files', 'acting'" in done.err
    assert not Path("itbench-netops").exists()


def test_a_folder_with_something_in_it_is_left_alone(itbench: Itbench) -> None:
    Path("taken").mkdir()
    Path("taken/file").write_text("mine")
    done = itbench("new-domain", "netops", "taken")
    assert done.code == 2
    assert "'taken' is not an empty folder" in done.err
    assert [path.name for path in Path("taken").iterdir()] == ["file"]


@pytest.fixture
def pytest_run(
    sums: Path, shared_sandbox: None, tmp_path: Path
) -> Callable[..., subprocess.CompletedProcess[str]]:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / "empty").mkdir(exist_ok=True)
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments],
            cwd=tmp_path / "empty",
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            timeout=120,
        )

    return run


@pytest.mark.soak
@pytest.mark.slow  # A pytest of its own.
def test_pytest_checks_every_rule_of_a_domain_as_a_test_of_its_own(
    pytest_run: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    done = pytest_run("--itbench-domain", "sums/easy")
    assert done.returncode == 0, done.stdout
    assert f"{len(RULES) + 1} passed" in done.stdout


@pytest.mark.slow  # A pytest of its own.
def test_pytest_shows_rule_place_and_mend_of_what_is_broken(
    pytest_run: Callable[..., subprocess.CompletedProcess[str]], distribution: Callable[..., Path]
) -> None:
    code = (
        "from dataclasses import replace\nfrom itbench_sums import DOMAIN, Sums\n"
        "class Bare(Sums):\n    def truth(self, task_id):\n        return super().truth(task_id) | {'canary': 'x'}\n"
        "DOMAIN = replace(DOMAIN, name='bare', suites=(Bare('few', 2),))\n"
    )
    distribution(
        "bare", group="itbench.domains", points={"bare": "bare_domain:DOMAIN"}, code={"bare_domain": code}
    )
    done = pytest_run("--itbench-domain", "bare")
    assert done.returncode == 1
    assert (
        "truth-valid: truth of sum-0000: $.canary: found 'x', allowed: at least 16 characters" in done.stdout
    )
    assert "Traceback" not in done.stdout


@pytest.mark.soak
@pytest.mark.slow  # A pytest of its own.
def test_hypothesis_finds_a_submission_that_breaks_a_scorer(
    pytest_run: Callable[..., subprocess.CompletedProcess[str]], distribution: Callable[..., Path]
) -> None:
    code = (
        "from dataclasses import replace\nfrom itbench_sums import DOMAIN, SumScorer\n"
        "class Fragile(SumScorer):\n    def score(self, task, submission, truth):\n"
        "        assert submission.answer['sum'] != 4242 and abs(submission.answer['sum']) < 10**12\n"
        "        return super().score(task, submission, truth)\n"
        "DOMAIN = replace(DOMAIN, name='thin', scorer=Fragile())\n"
    )
    distribution(
        "thin", group="itbench.domains", points={"thin": "thin_domain:DOMAIN"}, code={"thin_domain": code}
    )
    done = pytest_run("--itbench-domain", "thin/easy")
    assert done.returncode == 1
    assert re.search(r"scorer-total: task sum-0000: .*AssertionError", done.stdout)


@pytest.mark.slow  # A pytest of its own.
def test_pytest_without_the_option_is_as_it_was(
    pytest_run: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    done = pytest_run()
    assert done.returncode == 5
    assert "no tests ran" in done.stdout
