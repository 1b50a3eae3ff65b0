"""What continuous integration demands of a run, and what it reads of one."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import junitparser
import pytest

from itbench.report.ci.drop import Drop, drop
from itbench.statistics import compare
from itbench.store.reader import RunFile

Itbench = Callable[..., Any]
# Each way in which a trial ends, by its task; what fails at `sum-0002` succeeds in the second attempt.
ODD = """
from dataclasses import replace
from itbench import AgentSpec, Stage, StageError
from itbench_sums import DOMAIN as SUMS, Adder

HOSTILE = "no <way> & 'none' ]]> \\x1b[2J \\x00 \\ufffe \\u202e 100% \\r\\n::error::forged"

class Odd(Adder):
    def __init__(self, request):
        self._events, self._delay_s, self._wrong = 1, 0, 0
        self._is_flaky = "flaky" in request.options
    async def solve(self, task, workspace, trace):
        if task.id == "sum-0000" and not self._is_flaky:
            raise ValueError(HOSTILE)
        if task.id == "sum-0001" and not self._is_flaky:
            raise StageError(Stage.MODEL, "the provider is down")
        if task.id == "sum-0002" and trace.attempt == 0:
            raise StageError(Stage.ENVIRONMENT, "no disk")
        await super().solve(task, workspace, trace)

DOMAIN = replace(SUMS, name="odd", agents=(
    AgentSpec(name="odd", summary="s", create=Odd, role="baseline", is_in_process=True),))
"""


@pytest.fixture
def odd(sums: Path, distribution: Callable[..., Path]) -> None:
    distribution("odd", group="itbench.domains", points={"odd": "odd_mod:DOMAIN"}, code={"odd_mod": ODD})


def newest(folder: str = "runs") -> Path:
    return max(Path(folder).glob("*.itbench"), key=lambda path: path.stat().st_mtime_ns)


def test_each_trial_is_a_case_of_a_test(odd: None, itbench: Itbench) -> None:
    done = itbench("run", "odd", "-n", "4", "--repeats", "2", "--junit", "made/report.xml")
    assert done.code == 1
    report = junitparser.JUnitXml.fromfile("made/report.xml")
    (suite,) = list(report)
    assert suite.name == "odd/easy with odd"
    assert (suite.tests, suite.failures, suite.errors, suite.skipped) == (8, 2, 2, 0)
    found = {
        case.name: [type(each).__name__ for each in case.result]
        for case in suite
        if isinstance(case, junitparser.TestCase)
    }
    assert found == {
        f"sum-000{task}:{repeat}": result
        for task, result in enumerate([["Failure"], ["Error"], [], []])
        for repeat in (0, 1)
    }
    properties = {each.name: each.value for each in suite.properties()}
    assert properties["run"] == str(newest())
    assert properties["headline"].startswith("0.667, ")


def test_what_was_not_run_or_not_scored_is_skipped(sums: Path, itbench: Itbench) -> None:
    assert itbench("run", "sums", "-n", "3", "--no-score", "--junit", "a.xml").code == 0
    (suite,) = list(junitparser.JUnitXml.fromfile("a.xml"))
    assert (suite.tests, suite.skipped) == (3, 3)


def test_words_of_others_neither_break_the_xml_nor_forge_a_command(
    odd: None, itbench: Itbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
    done = itbench("run", "odd", "-n", "1", "--github", "--junit", "a.xml")
    root = ET.fromstring(Path("a.xml").read_bytes())
    (failure,) = root.iter("failure")
    assert "no <way> & 'none' ]]>" in failure.get("message", "")
    assert [line for line in done.err.splitlines() if line.startswith("::error::")] == []
    commands = [line for line in done.err.splitlines() if line.startswith("::")]
    assert [command.split("::")[1].split(" ")[0] for command in commands] == ["error", "warning"]
    assert "100%25" in commands[1]
    summary = Path("summary.md").read_text()
    assert "\x1b" not in summary
    assert "<way>" not in summary


def test_github_shows_why_the_step_fails_first(
    odd: None, itbench: Itbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
    Path("summary.md").write_text("what another step wrote\n")
    done = itbench("run", "odd", "-n", "3", "--github", "--fail-under", "0.9", "--json")
    assert done.code == 1
    assert json.loads(done.out)["checks"]["unmet"] == ["the score is 0.500, with --fail-under 0.9"]
    commands = [line for line in done.err.splitlines() if line.startswith("::")]
    assert commands == [
        "::error title=odd/easy with odd::the score is 0.500, with --fail-under 0.9",
        "::error title=sum-0001%3A0 of odd/easy with odd::no score; model fault: StageError: the provider is down",
        commands[2],
    ]
    assert commands[2].startswith(
        "::warning title=sum-0000%3A0 of odd/easy with odd::score 0.000; agent fault: ValueError"
    )
    summary = Path("summary.md").read_text()
    assert summary.startswith("what another step wrote\n")
    assert "sum-0002" in summary
    assert "the score is 0.500" in summary


def test_ten_annotations_of_a_kind_are_shown_of_all_runs_together(sums: Path, itbench: Itbench) -> None:
    Path("study.yaml").write_text("suites: [sums]\nagents: ['null', {agent: 'null', name: again}]\n")
    done = itbench("run", "study.yaml", "--github", "--fail-under", "1")
    levels = [line.split(" ")[0] for line in done.err.splitlines() if line.startswith("::")]
    assert levels == ["::error"] * 2 + ["::warning"] * 10


def test_without_a_summary_of_the_step_annotations_are_told_all_the_same(
    sums: Path, itbench: Itbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    done = itbench("run", "sums", "-n", "1", "-a", "null", "--github")
    assert (done.code, "GITHUB_STEP_SUMMARY is not set" in done.err) == (0, True)
    assert "::warning title=sum-0000%3A0 of sums/easy with null::" in done.err


@pytest.mark.parametrize(
    ("options", "unmet"),
    [
        ((), []),
        (("--fail-on", "agent-fault"), []),
        (
            ("--fail-on", "fault"),
            [
                "1 attempt failed through no fault of the agent, for example with 'environment fault: StageError: no disk', with --fail-on fault"
            ],
        ),
    ],
    ids=["none", "agent-fault", "fault"],
)
def test_a_fault_that_was_tried_again_with_success_fails_a_step_that_asks_for_it(
    odd: None, itbench: Itbench, options: tuple[str, ...], unmet: list[str]
) -> None:
    done = itbench("run", "odd", "-n", "3", "-a", "odd:flaky=1", *options, "--json")
    assert (done.code, json.loads(done.out)["checks"]["unmet"]) == (int(bool(unmet)), unmet)
    assert itbench("score", newest(), *options).code == done.code


def test_a_fault_of_the_agent_fails_a_step_that_asks_for_it(odd: None, itbench: Itbench) -> None:
    words = ("run", "odd", "-t", "sum-0000", "-t", "sum-0003")
    assert itbench(*words).code == 0
    done = itbench(*words, "--fail-on", "agent-fault")
    assert done.code == 1
    assert "error: the agent failed in 1 trial, which count as 0, with --fail-on agent-fault" in done.err


def test_a_run_that_is_worse_than_another_fails(sums: Path, itbench: Itbench) -> None:
    assert itbench("run", "sums", "--out", "before").code == 0
    before = newest("before")
    good = itbench("run", "sums", "--fail-if-worse-than", before)
    assert good.code == 0
    assert (
        f"note: not shown to be worse than '{before}': difference +0.000 on 12 tasks, one-sided p = 0.500"
        in good.err
    )
    bad = itbench("run", "sums", "-a", "null", "--fail-if-worse-than", before, "--json")
    told = json.loads(bad.out)["checks"]["compared"]
    assert (bad.code, told["is_worse"], told["p_value"]) == (1, True, 2**-12)
    assert "at most 5% of runs as good as that one are called worse" in bad.err
    assert itbench("score", before, "--fail-if-worse-than", newest()).code == 0
    assert itbench("resume", newest(), "--fail-if-worse-than", before).code == 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("sums/many", "-n", "9"), "is a run of sums/easy, not of sums/many"),
        (("sums", "-n", "4"), "4 tasks of this run have a score in"),
        (("sums", "--turn-limit", "3"), "has other tasks or limits"),
    ],
    ids=["suite", "too few", "limits"],
)
def test_a_run_that_could_not_be_compared_does_not_begin(
    sums: Path, itbench: Itbench, words: Sequence[str], message: str
) -> None:
    assert itbench("run", "sums", "--out", "before").code == 0
    done = itbench("run", *words, "--fail-if-worse-than", newest("before"))
    assert (done.code, message in done.err) == (2, True), done.err
    assert not Path("runs").exists() or not list(Path("runs").iterdir())


def test_what_is_no_run_is_refused_before_the_run(sums: Path, itbench: Itbench) -> None:
    Path("other.itbench").write_text("no")
    done = itbench("run", "sums", "--fail-if-worse-than", "other.itbench")
    assert done.code == 3
    assert not Path("runs").exists() or not list(Path("runs").iterdir())


def test_all_runs_of_a_study_are_in_one_report(odd: None, itbench: Itbench) -> None:
    Path("study.yaml").write_text("suites: [{suite: odd, limit: 4}]\nagents: [odd, oracle]\n")
    done = itbench("run", "study.yaml", "--junit", "a.xml", "--fail-on", "agent-fault")
    assert done.code == 1
    assert "error: odd with odd: the agent failed in 1 trial" in done.err
    suites = list(junitparser.JUnitXml.fromfile("a.xml"))
    assert [(suite.name, suite.failures, suite.errors) for suite in suites] == [
        ("odd/easy with odd", 1, 1),
        ("odd/easy with oracle", 0, 0),
    ]
    refused = itbench("run", "study.yaml", "--fail-if-worse-than", "x.itbench")
    assert (refused.code, "leave out --fail-if-worse-than" in refused.err) == (2, True)
    other = itbench("resume", "runs/study", "--fail-if-worse-than", newest("runs/study"))
    assert (other.code, "compares one run" in other.err) == (2, True)


def test_equally_good_runs_are_called_worse_no_more_often_than_promised(
    sums: Path, itbench: Itbench, tmp_path: Path
) -> None:
    """Over all ways in which equally good agents may differ on a number of tasks: the definition of the test's level."""
    assert itbench("run", "sums", "-n", "5").code == 0
    with RunFile(newest()) as run:
        comparison = drop(run, newest()).comparison
    for n in (5, 8):
        alarms = 0
        for pattern in range(2**n):
            first = {f"t{task}": [float(pattern >> task & 1)] for task in range(n)}
            second = {
                f"t{task}": [1 - value[0]] for task, value in zip(range(n), first.values(), strict=True)
            }
            result = compare(first, second)
            alarms += Drop(tmp_path, _with(comparison, result)).is_worse
        assert 0 < alarms / 2**n <= 0.05


def _with(comparison: Any, result: Any) -> Any:
    from dataclasses import replace

    return replace(comparison, result=result)
