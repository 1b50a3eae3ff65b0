"""`itbench validate` proves suites, and says what is wrong with those that cannot be proved."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from itbench.validation.rules import RULES

Itbench = Callable[..., Any]

pytestmark = pytest.mark.usefixtures("shared_sandbox")

FAULTY = """
from dataclasses import replace
from itbench import Score
from itbench_sums import DOMAIN as SUMS, Sums, SumScorer, solution

class Grumpy(SumScorer):
    def score(self, task, submission, truth):
        return Score(value=0.97, reasons=('never quite right',))

class Telling(Sums):
    def _task(self, task_id):
        task = super()._task(task_id)
        return task.model_copy(update={'instructions': task.instructions + ' ' + self.truth(task_id)['canary']})

class Bare(Sums):
    def truth(self, task_id):
        return {'sum': 3}

def stuck(task, truth):
    raise KeyError('no idea')

def shy(task, truth):
    return {}

def suite(kind):
    return (kind('few', 1),)

GRUMPY = replace(SUMS, name='grumpy', scorer=Grumpy(), suites=suite(Sums))
TELLING = replace(SUMS, name='telling', suites=suite(Telling))
BARE = replace(SUMS, name='bare', suites=suite(Bare))
STUCK = replace(SUMS, name='stuck', solution=stuck, suites=suite(Sums))
SHY = replace(SUMS, name='shy', solution=shy, suites=suite(Sums))
"""


@pytest.fixture
def faulty(sums: Path, distribution: Callable[..., Path]) -> None:
    names = ("grumpy", "telling", "bare", "stuck", "shy")
    points = {name: f"faulty_domains:{name.upper()}" for name in names}
    distribution("faulty", group="itbench.domains", points=points, code={"faulty_domains": FAULTY})


@pytest.mark.parametrize(
    ("domain", "fault"),
    [
        (
            "grumpy",
            "oracle-is-right: task sum-0000: its own solution scores 0.97, allowed: 1.0 (never quite right)",
        ),
        ("telling", "truth-hidden: task sum-0000: its text: its text holds the canary of its truth"),
        ("bare", "truth-valid: truth of sum-0000: $: found no key 'canary', allowed: an object that has it"),
        ("stuck", "oracle-is-right: task sum-0000: its own solution has no score: task: KeyError: 'no idea'"),
        (
            "shy",
            "oracle-is-right: task sum-0000: its own solution has no score: agent: 'answer.json' was not handed in",
        ),
    ],
)
def test_a_suite_that_cannot_be_proved_says_why(
    domain: str, fault: str, faulty: None, itbench: Itbench
) -> None:
    done = itbench("validate", domain)
    assert done.code == 1
    assert done.out.splitlines()[0].startswith(fault)
    assert done.out.splitlines()[-1].startswith(f"{domain}/few: 1 tasks, ")
    assert done.out.splitlines()[-1].endswith("1 fault")


@pytest.mark.slow
def test_a_sound_suite_is_proved(sums: Path, itbench: Itbench) -> None:
    assert itbench("validate", "sums/many").out == f"sums/many: 200 tasks, {len(RULES) + 1} rules, no fault\n"


def test_a_folder_that_is_no_suite_says_what_it_lacks(itbench: Itbench) -> None:
    Path("empty").mkdir()
    done = itbench("validate", "./empty")
    assert done.code == 3
    assert done.err == "error: empty/suite.json: cannot be read: No such file or directory\n"
