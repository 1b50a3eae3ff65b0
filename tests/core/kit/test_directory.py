"""A suite in a folder: read, checked, and every fault told at once."""

import json
from pathlib import Path
from typing import Any

import pytest

from itbench.errors import DataError
from itbench.kit.directory import DirectorySuite
from itbench.suites.load import FaultyTasksError, load_tasks
from itbench.validation.suite import validate_folder

TASK: dict[str, Any] = {"title": "T", "instructions": "Do."}
CANARY = "canary-0123456789abcdef"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "suite"
    for name in ("tasks", "truths", "inputs/t-1"):
        (root / name).mkdir(parents=True)
    write(root / "suite.json", {"name": "small", "version": "1", "summary": "Two tasks."})
    for name in ("t-1", "t-2"):
        write(root / "tasks" / f"{name}.json", TASK | {"id": name})
        write(root / "truths" / f"{name}.json", {"canary": f"{CANARY}-{name}"})
    (root / "inputs" / "t-1" / "data.txt").write_text("hello")
    return root


def write(path: Path, value: object) -> None:
    path.write_text(json.dumps(value))


def test_tasks_inputs_and_truths_are_read(folder: Path) -> None:
    suite = DirectorySuite(folder)
    assert (suite.name, suite.version) == ("small", "1")
    assert [task.id for task in load_tasks(suite)] == ["t-1", "t-2"]
    assert [entry.path for entry in suite.inputs("t-1")] == ["data.txt"]
    assert suite.inputs("t-2") == []
    assert suite.truth("t-2") == {"canary": f"{CANARY}-t-2"}


def test_all_faults_of_all_files_are_told_at_once(folder: Path) -> None:
    write(folder / "tasks" / "t-1.json", TASK | {"id": "t-1", "colour": "red", "title": ""})
    (folder / "tasks" / "t-2.json").write_bytes(b'{"id": "t-2", "tit')
    (folder / "tasks" / "t-3.json").write_bytes(b"\x89PNG\r\n\x1a\n\xff\xfe")
    write(folder / "tasks" / "t-4.json", TASK | {"id": "other"})
    write(folder / "tasks" / "t-5.json", [])
    with pytest.raises(FaultyTasksError) as caught:
        load_tasks(DirectorySuite(folder))
    tasks = folder / "tasks"
    assert [line.split(": found")[0] for line in caught.value.faults] == [
        f"{tasks / 't-1.json'}: $",
        f"{tasks / 't-1.json'}: $.title",
        f"{tasks / 't-2.json'}: not JSON: Unterminated string starting at: line 1 column 15 (char 14)",
        f"{tasks / 't-3.json'}",
        f"{tasks / 't-4.json'}: $.id",
        f"{tasks / 't-5.json'}: $",
    ]
    assert "suite 'small' has 6 faults" in str(caught.value)
    assert "found byte 0 that is not UTF-8, allowed: JSON text" in str(caught.value)


def test_deep_nesting_is_a_fault_and_no_crash(folder: Path) -> None:
    (folder / "tasks" / "t-1.json").write_text("[" * 100_000)
    with pytest.raises(FaultyTasksError, match="not JSON: maximum recursion depth exceeded"):
        load_tasks(DirectorySuite(folder))


def test_a_folder_without_a_head_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"suite\.json: cannot be read: No such file"):
        DirectorySuite(tmp_path)


def test_a_head_with_an_unknown_key_is_refused(folder: Path) -> None:
    write(folder / "suite.json", {"name": "small", "version": "1", "summary": "s", "author": "me"})
    with pytest.raises(
        DataError,
        match=r"found the unknown key 'author', allowed: only the keys domain, name, options, summary, version",
    ):
        DirectorySuite(folder)


def test_a_link_in_the_inputs_is_left_out(folder: Path) -> None:
    (folder / "inputs" / "t-1" / "way-out").symlink_to(folder / "truths" / "t-1.json")
    assert [entry.path for entry in DirectorySuite(folder).inputs("t-1")] == ["data.txt"]


def test_validating_a_sound_folder_finds_nothing(folder: Path) -> None:
    report = validate_folder(folder)
    assert (report.tasks, report.findings) == (2, [])


def test_validating_finds_a_truth_that_an_agent_could_read(folder: Path) -> None:
    (folder / "inputs" / "t-1" / "notes.bin").write_bytes(b"\0" * (1 << 20) + f"{CANARY}-t-1".encode())
    (finding,) = validate_folder(folder).findings
    assert (finding.rule, finding.place) == ("truth-hidden", "task t-1: input 'notes.bin'")


def test_validating_finds_missing_and_faulty_truths(folder: Path) -> None:
    (folder / "truths" / "t-1.json").unlink()
    write(folder / "truths" / "t-2.json", {"sum": 3})
    missing, faulty = validate_folder(folder).findings
    assert missing.place.endswith("t-1.json")
    assert missing.problem == "cannot be read: No such file or directory"
    assert faulty.place.endswith("t-2.json")
    assert faulty.problem == "$: found no key 'canary', allowed: an object that has it"
