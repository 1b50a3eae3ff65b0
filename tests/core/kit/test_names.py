"""The names of directories and tasks, and the numbers in them."""

import re
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from itbench import DataError
from itbench.kit import TaskNames, numbered, task_number

SCENARIOS = numbered("Scenario-", "lite-")
CONTROLS = TaskNames(
    rest=r"[A-Za-z0-9-]*cis-(?P<number>[0-9]+(?:\.[0-9]+){1,3})[A-Za-z0-9._-]{0,40}", rest_form="<control>"
)


@pytest.mark.parametrize(
    ("task_id", "number"),
    [("sre-0042", 42), ("itbench-lite-7", 7), ("v2-fleet-0010", 10), ("a1b2c", 2), ("9", 9)],
)
def test_the_number_of_a_task_is_the_last_one_in_its_id(task_id: str, number: int) -> None:
    assert task_number(task_id) == number


@pytest.mark.parametrize("task_id", ["", "sre-", "sre-x", "٣"])
def test_an_id_without_a_number_is_a_bug_of_its_maker(task_id: str) -> None:
    with pytest.raises(ValueError, match="has no number"):
        task_number(task_id)


@pytest.mark.parametrize(
    ("names", "directory", "task_id", "number"),
    [
        (SCENARIOS, "Scenario-7", "lite-7", "7"),
        (SCENARIOS, "Scenario-0", "lite-0", "0"),
        (SCENARIOS, "Scenario-999999", "lite-999999", "999999"),
        (CONTROLS, "k8s-opa-cis-5.1.10", "k8s-opa-cis-5.1.10", "5.1.10"),
        (CONTROLS, "k8s-cis-5.2.3-b", "k8s-cis-5.2.3-b", "5.2.3"),
        (TaskNames(), "apple.2", "apple.2", ""),
    ],
)
def test_directory_and_task_have_one_name_each(
    names: TaskNames, directory: str, task_id: str, number: str
) -> None:
    assert names.task_id(directory) == task_id
    assert names.directory_name(task_id) == directory
    assert names.number(task_id) == number


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Scenario-",
        "Scenario-01",
        "Scenario-1234567",
        "Scenario-٣",
        "scenario-1",
        "Scenario-1\n",
        "x/Scenario-1",
    ],
)
def test_other_names_are_no_tasks(name: str) -> None:
    assert SCENARIOS.task_id(name) is None
    assert SCENARIOS.directory_name(name.replace("Scenario", "lite")) is None


@pytest.mark.parametrize("name", ["", ".", "..", ".git", "a/b", "a b", "a\n", "/etc"])
def test_no_name_leads_elsewhere(name: str) -> None:
    for names in (SCENARIOS, CONTROLS, TaskNames()):
        assert names.directory_name(name) is None
        assert names.task_id(name) is None


@given(st.text(max_size=30))
def test_whatever_is_an_id_is_the_name_of_one_directory_without_a_separator(text: str) -> None:
    for names in (SCENARIOS, CONTROLS, TaskNames()):
        directory = names.directory_name(names.task_prefix + text)
        if directory is not None:
            assert names.task_id(directory) == names.task_prefix + text
            assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", directory)


def test_directories_come_in_the_order_of_all_parts_of_their_numbers(tmp_path: Path) -> None:
    for name in ("b-cis-5.1.10", "a-cis-5.1.2", "z-cis-5.1.2", "a-cis-4.9", "README", ".git"):
        (tmp_path / name).mkdir()
    (tmp_path / "a-cis-1.1").touch()
    assert [*CONTROLS.directories(tmp_path)] == ["a-cis-4.9", "a-cis-5.1.2", "z-cis-5.1.2", "b-cis-5.1.10"]
    assert CONTROLS.sorted(["b-cis-5.1.10", "a-cis-5.1.2"]) == ["a-cis-5.1.2", "b-cis-5.1.10"]


def test_a_folder_without_tasks_or_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no tasks there any longer; fetch the dataset again"):
        SCENARIOS.directories(tmp_path)
    with pytest.raises(DataError, match="gone: cannot be read: No such file or directory"):
        SCENARIOS.directories(tmp_path / "gone")
