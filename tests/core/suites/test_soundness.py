"""Data is checked before a run, once for each content, and by each version of its domain."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from itbench import DataError, Input, JsonObject, Suite, Task
from itbench.host.digests import FileDigests
from itbench.suites.shown import Secrets
from itbench.suites.soundness import SoundData, data_faults, read_data, task_data_faults


class Letters(Suite):
    """A file for each task, which must be one of letters."""

    name, version, summary = "letters", "1", "Letters."

    def __init__(self, root: Path, **texts: str) -> None:
        self.root, self.checked = root, list[str]()
        for name, text in texts.items():
            (root / name).write_text(text)

    def tasks(self) -> list[Task]:
        return [Task(id=path.name, title="T", instructions="I") for path in sorted(self.root.iterdir())]

    def inputs(self, task_id: str) -> Sequence[Input]:
        return [Input("letters", self.root / task_id)]

    def truth(self, task_id: str) -> JsonObject:
        return {"canary": "canary-of-letters-0f1e2d3c"}

    def check(self, task_id: str) -> list[str]:
        self.checked.append(task_id)
        text = (self.root / task_id).read_text()
        if text == "raise":
            raise DataError(f"{task_id}: cannot be read at all")
        if text == "crash":
            raise KeyError("a bug")
        return [f"{task_id}: {letter!r}" for letter in text if not letter.isalpha()]


def faults(suite: Letters, checker: str = "checker 1") -> dict[str, list[str]]:
    return data_faults(suite, read_data(suite, suite.tasks()), checker, FileDigests())


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


def test_each_task_with_faults_is_named_with_all_of_them(root: Path) -> None:
    suite = Letters(root, a="abc", b="1b2", c="raise", d="crash")
    assert faults(suite) == {
        "b": ["b: '1'", "b: '2'"],
        "c": ["c: cannot be read at all"],
        "d": ["the check of suite 'letters' failed: KeyError: 'a bug'"],
    }


def test_very_many_faults_are_counted(root: Path) -> None:
    found = faults(Letters(root, a="1" * 500))["a"]
    assert (len(found), found[-1]) == (21, "480 more faults")


def test_sound_data_is_looked_at_once_and_faulty_data_every_time(root: Path) -> None:
    suite = Letters(root, a="abc", b="1")
    for _ in range(3):
        assert list(faults(suite)) == ["b"]
    assert suite.checked == ["a", "b", "b", "b"]


def test_other_content_another_check_and_a_direct_question_are_looked_at_again(root: Path) -> None:
    suite = Letters(root, a="abc")
    assert faults(suite) == faults(suite) == {}
    assert faults(suite, "checker 2") == {}
    assert suite.checked == ["a", "a"]
    assert task_data_faults(suite, "a", Secrets(suite, ())) == []
    assert suite.checked == ["a", "a", "a"]
    (root / "a").write_text("a1")
    assert faults(suite) == {"a": ["a: '1'"]}
    (root / "a").write_text("abc")
    assert faults(suite) == {}
    assert len(suite.checked) == 4


def test_another_truth_is_looked_at_again(root: Path, tmp_path: Path) -> None:
    class WithTruths(Letters):
        def truth_files(self) -> list[Path]:
            return [tmp_path / "truth"]

    (tmp_path / "truth").write_text("one")
    suite = WithTruths(root, a="abc")
    assert faults(suite) == faults(suite) == {}
    (tmp_path / "truth").write_text("two")
    assert faults(suite) == {}
    assert suite.checked == ["a", "a"]


@pytest.mark.parametrize("content", ["no database", None], ids=["broken", "a folder in its place"])
def test_a_broken_memory_costs_time_and_nothing_else(root: Path, tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "cache" / "sound.sqlite"
    path.parent.mkdir()
    path.write_text(content) if content else path.mkdir()
    suite = Letters(root, a="abc")
    assert faults(suite) == faults(suite) == {}
    assert suite.checked == ["a", "a"]
    SoundData(path).remember(["key"])
