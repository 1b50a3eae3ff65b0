"""Each rule is broken by a domain that breaks nothing else, and says which rule, where, and what to do."""

import json
import os
import random
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from itbench import (
    AgentSpec,
    Domain,
    FilesEnvironment,
    HandIn,
    Input,
    JsonObject,
    Score,
    Submission,
    Suite,
    Task,
    Trace,
    Workspace,
)
from itbench.testing import check_domain
from itbench.validation.finding import Finding
from itbench.validation.rules import RULES
from itbench.validation.suite import check_suite

HOSTS = ("alpha", "bravo", "delta", "gamma", "omega", "sigma", "theta", "kappa")
SCHEMA: JsonObject = {"type": "object", "required": ["host"], "properties": {"host": {"type": "string"}}}


class Hosts(Suite):
    """Find the host that is down: a sound suite of eight tasks."""

    name, version, summary = "hosts", "1", "Which host is down?"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def tasks(self) -> Sequence[Task]:
        return [self.task(number) for number in range(len(HOSTS))]

    def task(self, number: int) -> Task:
        return Task(id=f"host-{number:03}", title="T", instructions="I", hand_in=HandIn(answer_schema=SCHEMA))

    def inputs(self, task_id: str) -> Sequence[Input]:
        folder = self._folder / task_id
        folder.mkdir(exist_ok=True)
        for host in HOSTS:
            path = folder / f"{host}.log"
            if not path.exists():
                path.write_text("down" if host == HOSTS[number_of(task_id)] else "up")
        return [Input(path.name, path) for path in sorted(folder.iterdir())]

    def truth(self, task_id: str) -> JsonObject:
        return {"canary": f"canary-{task_id}-6ba7b810", "host": HOSTS[number_of(task_id)]}


def number_of(task_id: str) -> int:
    return int(task_id[-3:])


class HostScorer:
    def score(self, task: Task, submission: Submission, truth: JsonObject) -> Score:
        return Score(value=float(submission.answer["host"] == truth["host"]))


def solution(task: Task, truth: JsonObject) -> Mapping[str, bytes]:
    return {"answer.json": json.dumps({"host": truth["host"]}).encode()}


def truth_schema() -> JsonObject:
    return {"$ref": "urn:itbench:truth", "required": ["host"]}


def domain(suite: Suite, **changes: Any) -> Domain:
    sound = Domain(
        name="hosts",
        summary="S",
        suites=(suite,),
        scorer=HostScorer(),
        solution=solution,
        truth_schema=truth_schema,
    )
    return replace(sound, **changes)


def findings(suite: Suite, **changes: Any) -> list[Finding]:
    return check_suite(domain(suite, **changes), suite).findings


@pytest.mark.slow
def test_a_sound_domain_keeps_all_rules(tmp_path: Path) -> None:
    (report,) = check_domain(domain(Hosts(tmp_path)))
    assert report.findings == []
    assert report.conclusion == f"hosts/hosts: 8 tasks, {len(RULES) + 1} rules, no fault"


def test_every_rule_says_what_it_is_for() -> None:
    assert all(rule.summary and rule.summary[0].isupper() for rule in RULES)


class NamedAfterTruth(Hosts):
    def inputs(self, task_id: str) -> Sequence[Input]:
        path = self._folder / f"cause-is-{HOSTS[number_of(task_id)]}.txt"
        path.write_text("look at me")
        return [*super().inputs(task_id), Input(path.name, path)]


class NamedAfterCanary(Hosts):
    def inputs(self, task_id: str) -> Sequence[Input]:
        path = self._folder / f"{self.truth(task_id)['canary']}.txt"
        path.write_text("look at me")
        return [*super().inputs(task_id), Input(path.name, path)]


class CanaryInside(Hosts):
    def inputs(self, task_id: str) -> Sequence[Input]:
        (self._folder / "note").write_bytes(b"\0" * (1 << 20) + self.truth(task_id)["canary"].encode())
        return [*super().inputs(task_id), Input("note", self._folder / "note")]


class CanaryTold(Hosts):
    def task(self, number: int) -> Task:
        task = super().task(number)
        return task.model_copy(update={"instructions": f"Not {self.truth(task.id)['canary']}!"})


class Timed(Hosts):
    """The minute of the outage is the truth, and the time of a file is that minute."""

    def truth(self, task_id: str) -> JsonObject:
        return super().truth(task_id) | {"minute": 1_700_000_000 + 60 * number_of(task_id)}

    def inputs(self, task_id: str) -> Sequence[Input]:
        found = super().inputs(task_id)
        moment = self.truth(task_id)["minute"]
        for entry in found:
            os.utime(entry.source, (moment, moment))
        return found


class TellingIds(Hosts):
    def task(self, number: int) -> Task:
        task = super().task(number)
        return task.model_copy(update={"id": f"{HOSTS[number]}-{number:03}"})

    def inputs(self, task_id: str) -> Sequence[Input]:
        return ()


class AnyAnswer(Hosts):
    def task(self, number: int) -> Task:
        return super().task(number).model_copy(update={"hand_in": HandIn(answer_schema={})})


class SchemaWithoutAnswer(Hosts):
    def task(self, number: int) -> Task:
        hand_in = HandIn(answer=None, files=("host.txt",), answer_schema=SCHEMA)
        return super().task(number).model_copy(update={"hand_in": hand_in})


class Unwinnable(Hosts):
    def unwinnable(self, task_id: str) -> Sequence[str]:
        return ["no file names the host"] if task_id == "host-002" else ()


class Moving(Hosts):
    def task(self, number: int) -> Task:
        return super().task(number).model_copy(update={"instructions": f"I {random.random()}"})


class MovingTruth(Hosts):
    def truth(self, task_id: str) -> JsonObject:
        return super().truth(task_id) | {"nonce": random.random()}


class NoCanary(Hosts):
    def truth(self, task_id: str) -> JsonObject:
        return {"host": HOSTS[number_of(task_id)]}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("suite", "rule", "place", "problem"),
    [
        (
            NamedAfterTruth,
            "ids-opaque",
            "task host-000: input 'cause-is-alpha.txt'",
            "holds 'alpha', which its truth",
        ),
        (
            NamedAfterCanary,
            "truth-hidden",
            "task host-000: input 'canary-host-000-6ba7b810.txt'",
            "its name holds",
        ),
        (Unwinnable, "truth-winnable", "task host-002", "no file names the host"),
        (CanaryInside, "truth-hidden", "task host-000: input 'note'", "it holds the canary of its truth"),
        (CanaryTold, "truth-hidden", "task host-000: its text", "its text holds the canary of its truth"),
        (
            Timed,
            "truth-hidden",
            "task host-000: input 'alpha.log'",
            "its time is not that of the others, or holds",
        ),
        (TellingIds, "ids-opaque", "task alpha-000: $.id", "the name 'alpha-000' holds 'alpha'"),
        (AnyAnswer, "schemas-used", "task host-000: $.hand_in.answer_schema", "it takes any answer"),
        (Moving, "suite-stable", "task host-000", "asked twice, its content hash is another"),
        (MovingTruth, "suite-stable", "task host-000", "asked twice, its truth is another"),
        (NoCanary, "truth-valid", "truth of host-000", "$: found no key 'canary'"),
    ],
)
def test_a_suite_that_breaks_one_rule_is_told_which_where_and_what_to_do(
    suite: type[Hosts], rule: str, place: str, problem: str, tmp_path: Path
) -> None:
    found = findings(suite(tmp_path))
    assert {finding.rule for finding in found} - {"scorer-total"} == {rule}
    first = next(finding for finding in found if finding.rule == rule)
    assert first.place == place
    assert problem in first.problem
    assert first.fix


def test_the_names_of_a_single_task_are_compared_with_nothing(tmp_path: Path) -> None:
    suite = NamedAfterTruth(tmp_path)
    suite.tasks = lambda: [suite.task(0)]  # type: ignore[method-assign]
    report = check_suite(domain(suite), suite)
    assert [skipped.rule for skipped in report.skipped if skipped.rule == "ids-opaque"] == ["ids-opaque"]
    assert "ids-opaque" not in {finding.rule for finding in report.findings}


@pytest.mark.slow
def test_a_schema_for_an_answer_that_is_not_asked_for_is_told(tmp_path: Path) -> None:
    found = findings(SchemaWithoutAnswer(tmp_path))
    assert Finding(
        "schemas-used",
        "task host-000: $.hand_in.answer_schema",
        "a schema, but no answer is asked for",
        "set hand_in.answer, or drop it",
    ) in found  # fmt: skip


@pytest.mark.slow
def test_a_truth_schema_that_takes_anything_is_told(tmp_path: Path) -> None:
    (found,) = findings(Hosts(tmp_path), truth_schema=lambda: {"$ref": "urn:itbench:truth"})
    assert (found.rule, found.place) == ("schemas-used", "domain hosts: truth_schema")


class DamagedHosts(Hosts):
    def check(self, task_id: str) -> list[str]:
        return ["hosts.csv: line 3: column 'host': '' is not a name"] if task_id == self.tasks()[1].id else []


def test_what_a_suite_finds_wrong_with_its_data_is_told_for_each_task(tmp_path: Path) -> None:
    suite = DamagedHosts(tmp_path)
    (found,) = findings(suite)
    assert (found.rule, found.place) == ("data-sound", f"task {suite.tasks()[1].id}")
    assert found.problem == "hosts.csv: line 3: column 'host': '' is not a name"


class Grudging(HostScorer):
    def score(self, task: Task, submission: Submission, truth: JsonObject) -> Score:
        return Score(value=super().score(task, submission, truth).value * 0.97)


class Clockwise(HostScorer):
    def score(self, task: Task, submission: Submission, truth: JsonObject) -> Score:
        late = time.time() > 0
        return Score(value=super().score(task, submission, truth).value * late)


class Gambling(HostScorer):
    def score(self, task: Task, submission: Submission, truth: JsonObject) -> Score:
        return Score(
            value=super().score(task, submission, truth).value, details={"luck": random.getrandbits(60)}
        )


class Fragile(HostScorer):
    def score(self, task: Task, submission: Submission, truth: JsonObject) -> Score:
        assert submission.answer["host"].isascii()
        return super().score(task, submission, truth)


class Generous(HostScorer):
    def score(self, task: Task, submission: Submission, truth: JsonObject) -> Score:
        return Score(value=1.0)


class Beyond(HostScorer):
    def score(self, task: Task, submission: Submission, truth: JsonObject) -> Score:
        return Score(
            value=1.0 if submission.answer["host"] == truth["host"] else 1.0 + len(submission.answer)
        )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("scorer", "rule", "problem"),
    [
        (Grudging, "oracle-is-right", "its own solution scores 0.97, allowed: 1.0"),
        (Clockwise, "scorer-pure", "the scorer calls time"),
        (Gambling, "scorer-pure", "the same submission got two different scores"),
        (Fragile, "scorer-total", "breaks the scorer: AssertionError"),
        (Beyond, "scorer-total", "breaks the scorer: ValidationError"),
        (Generous, "cheats-stay-low", "it scores 1.000 on average, allowed: less than 0.25"),
    ],
)
def test_a_scorer_that_breaks_one_rule_is_told_which_and_why(
    scorer: type[HostScorer], rule: str, problem: str, tmp_path: Path
) -> None:
    found = findings(Hosts(tmp_path), scorer=scorer())
    assert {finding.rule for finding in found} - {"cheats-stay-low"} <= {rule}
    assert problem in next(finding for finding in found if finding.rule == rule).problem


class FilesScorer:
    def score(self, task: Task, submission: Submission, truth: JsonObject) -> Score:
        return Score(value=0.5 if not submission.files else 1.0)


class FilesSuite(Hosts):
    def task(self, number: int) -> Task:
        hand_in = HandIn(answer=None)  # What is scored is the end state.
        return super().task(number).model_copy(update={"hand_in": hand_in})


@pytest.mark.slow
def test_a_scorer_that_pays_for_nothing_is_told(tmp_path: Path) -> None:
    found = findings(
        FilesSuite(tmp_path),
        scorer=FilesScorer(),
        solution=lambda _task, truth: {"host.txt": truth["host"].encode()},
    )
    assert "doing nothing scores 0.5, allowed: 0.0" in {finding.problem for finding in found}


class Lucky:
    async def solve(self, task: Task, workspace: Workspace, trace: Trace) -> None:
        downs = [path for path in await workspace.list_files() if await workspace.read_file(path) == b"down"]
        await workspace.write_file(
            "answer.json", json.dumps({"host": downs[0].removesuffix(".log")}).encode()
        )


@pytest.mark.slow
class Closed(FilesEnvironment):
    """The worlds of two tasks do not open."""

    def open(self) -> AbstractAsyncContextManager[Workspace]:
        if self.setup.task.id in {"host-001", "host-003"}:
            raise RuntimeError("no server answers")
        return super().open()


def test_a_world_that_does_not_open_is_told_once_and_with_its_own_remedy(tmp_path: Path) -> None:
    report = check_suite(domain(Hosts(tmp_path), environment=Closed), Hosts(tmp_path))
    assert [(found.rule, found.place) for found in report.findings] == [
        ("worlds-open", "task host-001"),
        ("worlds-open", "task host-003"),
    ]
    assert "no server answers; fix the environment" in str(report.findings[0])


def test_a_cheat_that_gets_far_is_told(tmp_path: Path) -> None:
    spec = AgentSpec(name="lucky", summary="s", create=lambda _request: Lucky(), role="cheat")
    (found,) = findings(Hosts(tmp_path), agents=(spec,))
    assert (found.rule, found.place) == ("cheats-stay-low", "agent lucky")


@pytest.mark.slow
def test_the_plain_function_raises_with_every_finding(tmp_path: Path) -> None:
    with pytest.raises(
        AssertionError, match=r"8 rules are broken:\nhosts/hosts: schemas-used: task host-000"
    ):
        check_domain(domain(AnyAnswer(tmp_path), scorer=Tolerant()))


class Tolerant(HostScorer):
    def score(self, task: Task, submission: Submission, truth: JsonObject) -> Score:
        return Score(value=float(submission.answer == {"host": truth["host"]}))
