"""What the author of a submission signs is not believed for being signed: what is hostile in it is refused, in one line."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.core.sealing.conftest import Sealed, only, resigned, same

from itbench.errors import DataError, ITBenchError
from itbench.interfaces.task import HandIn, Task
from itbench.sealed.keys import SigningKey
from itbench.sealing.judging import collected_of
from itbench.sealing.records import COLUMNS, TrialLine
from itbench.sealing.score import score_submission
from itbench.sealing.submission import read_submission
from itbench.store.reader import RunFile

# Slow: they seal a suite, whose tasks are made by processes of their own.
pytestmark = pytest.mark.slow
Itbench = Callable[..., Any]
Row = dict[str, Any]


def other_limits(head: Row, trials: list[Row]) -> None:
    head["plan"]["limits"]["turns"] = 7


def other_suite(head: Row, trials: list[Row]) -> None:
    head["plan"]["suite"] = "fixed"


def fewer_tasks(head: Row, trials: list[Row]) -> None:
    head["plan"]["tasks"].pop()


def easy_task(head: Row, trials: list[Row]) -> None:
    head["plan"]["tasks"][0]["content_hash"] = "sha256:" + "0" * 64


def unknown_task(head: Row, trials: list[Row]) -> None:
    head["plan"]["tasks"][0]["id"] = "sum-0009"


def observed(head: Row, trials: list[Row]) -> None:
    trials[0]["handed_in"]["observed"] = {"seen": ["anything"]}


def scored(head: Row, trials: list[Row]) -> None:
    trials[0]["score"] = 1.0


def more_files(head: Row, trials: list[Row]) -> None:
    trials[0]["handed_in"]["files"]["../../evil"] = ""


def large_file(head: Row, trials: list[Row]) -> None:
    trials[0]["handed_in"]["files"]["answer.json"] = "AAAA" * 2_000_000


def third_repeat(head: Row, trials: list[Row]) -> None:
    trials[-1]["trial"]["repeat"] = 2


def odd_time(head: Row, trials: list[Row]) -> None:
    trials[0]["trial"]["wall_s"] = -1


def odd_event(head: Row, trials: list[Row]) -> None:
    trials[0]["events"].append([1.0, "message", "no JSON"])


def no_column(head: Row, trials: list[Row]) -> None:
    trials[0]["trial"].pop("turns")


def no_plan(head: Row, trials: list[Row]) -> None:
    head["plan"].pop("repeats")


def traversal(head: Row, trials: list[Row]) -> None:
    head["plan"]["agent"]["name"] = "/../../../evil"


def subfolder(head: Row, trials: list[Row]) -> None:
    head["plan"]["agent"]["name"] = "a/b"


def control_character(head: Row, trials: list[Row]) -> None:
    head["plan"]["agent"]["name"] = "evil\0"


def line_feed(head: Row, trials: list[Row]) -> None:
    head["plan"]["id"] += "\n"


def odd_moment(head: Row, trials: list[Row]) -> None:
    head["plan"]["created_at"] = "yesterday"


def no_number(head: Row, trials: list[Row]) -> None:
    head["plan"]["agent"]["description"] = {"temperature": float("nan")}


def half_a_pair(head: Row, trials: list[Row]) -> None:
    head["plan"]["agent"]["description"] = {"model": "\ud800"}


def deep_plan(head: Row, trials: list[Row]) -> None:
    value: Row = {}
    for _ in range(200):
        value = {"a": value}
    head["plan"]["agent"]["description"] = value


def endless_repeats(head: Row, trials: list[Row]) -> None:
    head["plan"]["repeats"] = 10**12


def shard(head: Row, trials: list[Row]) -> None:
    head["plan"]["shard"] = {"number": 1, "count": 2}


def task_twice(head: Row, trials: list[Row]) -> None:
    head["plan"]["tasks"].append(head["plan"]["tasks"][0])


def fault_that_is_no_text(head: Row, trials: list[Row]) -> None:
    trials[0]["trial"] |= {"fault_stage": ["agent"], "fault": "x"}


def fault_that_cannot_be_stored(head: Row, trials: list[Row]) -> None:
    trials[0]["trial"] |= {"fault_stage": "agent", "fault": "\udfff"}


def endless_time(head: Row, trials: list[Row]) -> None:
    trials[0]["trial"]["wall_s"] = 10**300


def no_base64(head: Row, trials: list[Row]) -> None:
    trials[0]["handed_in"]["files"]["answer.json"] = "=?"


SIGNED = {
    other_limits: "task 'sum-0000' of the submission has another text, other limits or other inputs than sealed",
    other_suite: "the plan of the submission is of another suite than held/fresh",
    fewer_tasks: "another hash of the suite than its tasks have",
    easy_task: "task 'sum-0000' of the submission has another text",
    unknown_task: "task 'sum-0009' of the submission is not in the sealed suite",
    observed: "trial sum-0000 repeat 0 attempt 0: handed_in.observed: Extra inputs are not permitted",
    scored: "trial sum-0000 repeat 0 attempt 0: score: Extra inputs are not permitted",
    more_files: "it holds the file '../../evil', which the task does not ask for",
    large_file: "its file 'answer.json' has 6000000 bytes, allowed: 5000000",
    third_repeat: "trial sum-0002 repeat 2 attempt 0: repeat is 2, which is not planned",
    odd_time: "wall_s is -1, must be a number from 0",
    odd_event: "data is 'no JSON', must be JSON",
    no_column: "its columns are not those of a trial: turns",
    no_plan: "its first line: plan.repeats: Field required",
    traversal: "no file can have the name ",
    subfolder: "no file can have the name ",
    control_character: "no file can have the name ",
    line_feed: "no file can have the name ",
    odd_moment: "the plan of the submission was made at 'yesterday', must be a time by ISO 8601",
    no_number: "its first line: a number is not finite",
    half_a_pair: "its first line: a text in it is no Unicode",
    deep_plan: "its first line: nested deeper than 100 levels",
    endless_repeats: "its plan has 3000000000000 trials, which no run has",
    shard: "the submission is of shard 1/2 of a run",
    task_twice: "has a task twice",
    fault_that_is_no_text: "fault_stage is ['agent'], must be one of",
    fault_that_cannot_be_stored: "fault cannot be stored",
    endless_time: "wall_s cannot be stored",
    no_base64: "its file 'answer.json' is not base64",
}


def files_here() -> list[Path]:
    return [
        path
        for path in Path().rglob("*")
        if path.is_file() and path.suffix != ".pyc" and "cache" not in path.parts
    ]


@pytest.mark.parametrize("change", SIGNED, ids=lambda change: change.__name__)
def test_what_a_cheating_author_signs_is_still_looked_at(
    change: Callable[[Row, list[Row]], None], sealed: Sealed, submission: Path
) -> None:
    forged = resigned(submission, Path("forged"), change, SigningKey.new())
    before = set(files_here())
    with pytest.raises(ITBenchError) as refused:
        score_submission(sealed.private, forged, Path("out"))
    assert SIGNED[change] in str(refused.value)
    assert "\n" not in str(refused.value)
    assert set(files_here()) == before
    assert not list((sealed.private / "scored").glob("*")), "what was not scored does not count"


SPELLINGS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "a key twice": (lambda line: line.replace(b'{"answer":', b'{"answer":1,"answer":', 1), "it is not spelled as itbench writes it"),
    "blanks": (lambda line: line.replace(b'{"answer":', b'{ "answer":', 1), "it is not spelled as itbench writes it"),
    "a deep answer": (
        lambda line: line.replace(b'"notes":[]', b'"notes":' + b"[" * 100_000 + b"]" * 100_000),
        "it is not JSON: maximum recursion depth exceeded",
    ),
    "an endless number": (lambda line: line.replace(b'"notes":[]', b'"notes":' + b"9" * 5000), "it is not JSON: Exceeds the limit"),
    "no UTF-8": (lambda line: line.replace(b'"notes":[]', b'"notes":["\xff"]'), "it is not JSON: 'utf-8' codec can't decode"),
}  # fmt: skip


@pytest.mark.parametrize("case", SPELLINGS)
def test_a_record_that_is_signed_in_another_spelling_is_refused(
    case: str, sealed: Sealed, submission: Path
) -> None:
    spelled, told = SPELLINGS[case]
    forged = resigned(submission, Path("forged"), same, SigningKey.new(), spelled)
    with pytest.raises(DataError) as refused:
        score_submission(sealed.private, forged, Path("out"))
    assert f"trial sum-0000 repeat 0 attempt 0: {told}" in str(refused.value)


def odd_answers(head: Row, trials: list[Row]) -> None:
    deep: list[Any] = []
    for _ in range(300):
        deep = [deep]
    for trial, answer in zip(trials, ({"sum": float("nan")}, {"sum": "\ud800"}, deep), strict=False):
        trial["handed_in"]["answer"] = answer


def test_odd_answers_are_the_fault_of_the_agent_as_where_it_ran(sealed: Sealed, submission: Path) -> None:
    forged = resigned(submission, Path("forged"), odd_answers, SigningKey.new())
    done = score_submission(sealed.private, forged, Path("out"))
    with RunFile(done.path) as run:
        statuses = [row["status"] for row in run.outcomes()]
    assert sorted(statuses) == ["agent fault"] * 3 + ["scored"] * 3


def test_lines_that_nobody_signed_are_not_even_counted(submission: Path) -> None:
    """Each of them would take memory."""
    head, *others = submission.read_bytes().splitlines(keepends=True)
    submission.write_bytes(b"".join([head, b"{}\n" * 300_000, *others]))
    with pytest.raises(
        DataError, match=r"is not as it was signed: line 2 was added or changed; .*; and \d{2,3} more$"
    ):
        read_submission(submission)


def test_only_plain_files_are_read_as_submissions(submission: Path) -> None:
    os.mkfifo("pipe")
    Path("empty").touch()
    for path, told in {
        "pipe": "it is no plain file",
        ".": "it is no plain file",
        "/dev/null": "it is no plain file",
        "none": "cannot be read: No such file",
        "empty": "it has 0 lines",
    }.items():
        with pytest.raises(DataError, match=told):
            read_submission(Path(path))
    Path("linked").symlink_to(submission)
    assert read_submission(Path("linked")).index == read_submission(submission).index


def test_a_key_has_one_spelling(sealed: Sealed, submission: Path) -> None:
    key = SigningKey.new()

    class Spelled(SigningKey):
        @property
        def public(self) -> str:
            return key.public + "\n"

    with pytest.raises(ValueError, match="String should match pattern"):
        resigned(submission, Path("forged"), same, Spelled(key._key))


def flattering(head: Row, trials: list[Row]) -> None:
    head["plan"] |= {
        "data_faults": {"sum-0000": ["odd"]},
        "data_warning": None,
        "floor": {"agent": "guesser", "value": 0.0},
        "suite_secret": {"seed": "x"},
    }
    head["plan"]["tasks"][0]["private_hash"] = "hmac-sha256:" + "0" * 64
    head["plan"]["suite_data"] = "/nowhere"


def test_what_a_plan_says_of_the_suite_is_taken_from_the_bundle(sealed: Sealed, submission: Path) -> None:
    forged = resigned(submission, Path("forged"), flattering, SigningKey.new())
    plans = []
    for path, out in ((submission, "honest"), (forged, "flattered")):
        with RunFile(score_submission(Path("s/private"), path, Path(out)).path) as run:
            plans.append(run.plan())
        shutil.rmtree("s/private/scored")
    assert plans[0] == plans[1]
    assert "were sealed and are not those of held/fresh" in plans[0]["data_warning"]
    assert Path(plans[0]["suite_data"]).is_absolute()


def faults_for_failures(head: Row, trials: list[Row]) -> None:
    trials.pop()
    for trial in trials[:2]:
        trial["trial"] |= {"fault_stage": "environment", "fault": "power cut"}


def test_what_is_left_out_and_chosen_is_told(itbench: Itbench, sealed: Sealed, submission: Path) -> None:
    forged = resigned(submission, Path("forged"), faults_for_failures, SigningKey.new())
    done = itbench("score", "--sealed", sealed.private, forged, "--out", "o")
    assert (done.code, "3 of 6 trials" in done.out) == (1, True), done.out
    receipt = json.loads(itbench("check", only("o", ".json"), "--json").out)[0]
    assert (receipt["planned_trials"], receipt["trials"], receipt["scored"]) == (6, 5, 3)
    assert itbench("run", sealed.public, "-n", "1", "--turn-limit", "9", "--out", "part").code == 0
    assert itbench("submit", only("part"), "--out", "part.submission").code == 0
    part = itbench("score", "--sealed", sealed.private, "part.submission", "--out", "p")
    assert "the run was planned with 1 of the 3 tasks of the suite, which its author chose" in part.err
    assert "the run has limits of its own in place of those of the tasks: turns 9" in part.err
    assert "this is submission 2 that the bundle has scored, and 1 of this key" in part.err
    shown = json.loads(itbench("check", only("p", ".json"), "--json").out)[0]
    assert (shown["suite_tasks"], shown["planned_tasks"], shown["number"], shown["number_of_submitter"]) == (
        3,
        1,
        2,
        1,
    )


def test_the_word_null_is_an_answer_where_it_was_handed_in() -> None:
    task = Task(id="t-1", title="t", instructions="i", hand_in=HandIn(answer_schema={}))
    for flag, files in ((1, {"answer.json": b"null"}), (0, {})):
        row = dict.fromkeys(COLUMNS) | {"task": "t-1", "repeat": 0, "attempt": 0, "handed_in": flag}
        line = TrialLine.model_validate(
            {"trial": row, "handed_in": {"answer": None, "files": {}}, "events": []}
        )
        assert collected_of(line, task).files == files


def off_schema(head: Row, trials: list[Row]) -> None:
    trials[0]["handed_in"]["answer"] = {"sum": "all", "value": 1.0}


def test_an_answer_off_its_schema_is_the_fault_of_its_author(
    itbench: Itbench, sealed: Sealed, submission: Path
) -> None:
    forged = resigned(submission, Path("forged"), off_schema, SigningKey.new())
    done = itbench("score", "--sealed", sealed.private, forged, "--json")
    assert (json.loads(done.out)["agent_faults"], json.loads(done.out)["trials_scored"]) == (1, 6)
