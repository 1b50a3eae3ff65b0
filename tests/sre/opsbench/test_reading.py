"""A clone is read as it is, and nothing of a task but its system tells where it lies."""

import asyncio
import json
import os
import shutil
import stat
from pathlib import Path

import pytest

from itbench import DataError, UsageError
from itbench_sre.opsbench.environment import CACHE

from .conftest import cache_of, environment_of, suite_of, write_case


def test_ids_and_their_order_come_from_content_and_not_from_paths(clone: Path, tmp_path: Path) -> None:
    tasks = list(suite_of(clone).tasks())
    assert [task.id for task in tasks] == sorted(task.id for task in tasks)
    assert {len(task.id) for task in tasks} == {len("cloud-opsbench-") + 10}
    other = tmp_path / "other"
    shutil.copytree(clone / "benchmark/boutique/scheduling/7", other / "benchmark/boutique/service/99")
    shutil.copytree(clone / "golden-trajectory", other / "golden-trajectory")
    (moved,) = suite_of(other).tasks()
    assert moved.id in {task.id for task in tasks}


def test_a_task_tells_its_system_and_the_symptom_and_no_category(clone: Path) -> None:
    suite = suite_of(clone)
    for task in suite.tasks():
        category = suite.directory(task.id).parent.name
        number = suite.directory(task.id).name
        assert task.tags == (suite.directory(task.id).parents[1].name,)
        assert "Carts do not open." in task.instructions
        public = f"{task.id} {task.title} {task.tags} "
        assert category not in public
        assert f"/{number}" not in task.document()
        assert f"{category}/" not in task.document()


def test_the_task_of_a_system_is_the_same_for_all_cases_with_one_symptom(published: Path) -> None:
    texts: dict[tuple[str, str], set[str]] = {}
    suite = suite_of(published)
    tasks = list(suite.tasks())
    assert len(tasks) == 50
    for task in tasks:
        place = (task.tags[0], suite.setup(task.id)["query"])
        texts.setdefault(place, set()).add(task.document().replace(task.id, ""))
    assert {len(found) for found in texts.values()} == {1}


def test_nothing_is_an_input_and_the_environment_is_given_no_truth(clone: Path) -> None:
    for extra in ({}, {"files": "raw"}, {"tools": "kubectl"}):
        suite = suite_of(clone, **extra)
        truths = {path.name for path in suite.truth_files()}
        assert truths == {"metadata.json", "path1.json", "path2.json"}
        for task in suite.tasks():
            assert list(suite.inputs(task.id)) == []
            assert not truths & {entry.source.name for entry in suite.hidden(task.id)}
            assert set(suite.setup(task.id)) == {"namespace", "query", "system", "way"}


@pytest.mark.parametrize("extra", [{}, {"files": "raw"}, {"tools": "kubectl"}], ids=str)
def test_no_file_of_a_workspace_tells_its_origin_by_name_content_or_time(
    clone: Path, extra: dict[str, str]
) -> None:
    for path in clone.rglob("*.json"):
        os.utime(path, (10**9, 10**9))
    suite = suite_of(clone, **extra)

    found: list[os.stat_result] = []

    async def look(task_id: str) -> None:
        async with environment_of(suite, task_id).open() as workspace:
            for path in await workspace.list_files():
                data = await workspace.read_file(path)
                for word in (
                    b"fault_",
                    b"root_cause",
                    b"node_cordon",
                    b"GetResources",
                    b"path1",
                    b"tool_name",
                    bytes(clone),
                ):
                    assert word not in data, (path, word)
                found.append(os.lstat(f"{workspace.path}/{path}"))

    for task in suite.tasks():
        asyncio.run(look(task.id))
    assert all(stat.S_ISREG(each.st_mode) and each.st_mtime > 1.5 * 10**9 for each in found)
    assert bool(found) == bool(extra)


def test_a_truth_has_diagnosis_paths_and_calls_and_can_be_stored(clone: Path, tmp_path: Path) -> None:
    suite = suite_of(clone)
    (task_id,) = (id_ for id_, path in suite.directories.items() if path.parent.name == "scheduling")
    truth = suite.truth(task_id)
    assert (truth["fault_object"], truth["root_cause"]) == ("app/cart", "node_cordon_mismatch")
    assert truth["expert"]["path1"][0] == [
        "GetResources",
        {"namespace": "boutique", "resource_type": "pod", "show_labels": False},
    ]
    stored = tmp_path / "truths"
    stored.mkdir()
    (stored / f"{task_id}.json").write_text(json.dumps(truth))
    assert suite.truth_from(task_id, stored) == truth
    assert suite.truth_from(task_id, clone) == truth


def test_damaged_cases_are_told_in_one_line(clone: Path) -> None:
    suite = suite_of(clone)
    task_id, directory = next(iter(suite.directories.items()))
    (directory / "metadata.json").write_text('{"namespace": "boutique", "query": "x"}')
    with pytest.raises(DataError, match=r"\$: found no key 'result'"):
        suite.truth(task_id)
    (directory / CACHE).write_text("[")
    with pytest.raises(DataError, match=r"tool_cache\.json: cannot be parsed"):
        asyncio.run(environment_of(suite, task_id).open().__aenter__())
    with pytest.raises(UsageError, match="has no task 'cloud-opsbench-7'"):
        suite.directory("cloud-opsbench-7")


DAMAGES: list[tuple[str, str, dict[str, str]]] = [
    # File, content (none: it is removed), the ways in which that matters, what is said.
    ("tool_cache.json", "[1]", {"": "expected a JSON object, found list"}),
    ("tool_cache.json", '{"a": ', {"": "cannot be parsed"}),
    ("raw_data/k8s_states.json", "-", {"raw": "no such file", "kubectl": "no such file"}),
    ("raw_data/k8s_states.json", "[]", {"raw": "expected a JSON object", "kubectl": "expected a JSON object"}),
    ("raw_data/logs.json", "x", dict.fromkeys(("", "raw", "kubectl"), "cannot be parsed")),
    ("raw_data/logs.json", "-", {}),
]  # fmt: skip
WAYS: dict[str, dict[str, str]] = {"": {}, "raw": {"files": "raw"}, "kubectl": {"tools": "kubectl"}}


def test_what_a_way_needs_and_was_damaged_is_a_fault_of_that_task_alone(tmp_path: Path) -> None:
    for number, (name, content, told) in enumerate(DAMAGES):
        root = tmp_path / str(number)
        damaged = write_case(root, "boutique/runtime/1", 1)
        write_case(root, "boutique/runtime/2", 2)
        (damaged / name).unlink() if content == "-" else (damaged / name).write_text(content)
        for way, extra in WAYS.items():
            suite = suite_of(root, **extra)
            faults = {suite.directory(task.id).name: list(suite.check(task.id)) for task in suite.tasks()}
            assert faults["2"] == []
            expected = told.get(way)
            assert len(faults["1"]) == bool(expected), (name, way, faults)
            assert expected is None or (expected in faults["1"][0] and name in faults["1"][0])


def test_odd_metadata_is_told_and_never_taken_for_text(tmp_path: Path) -> None:
    good = json.loads((write_case(tmp_path, "boutique/runtime/1", 1) / "metadata.json").read_text())
    path = tmp_path / "benchmark/boutique/runtime/1/metadata.json"
    for change, message in (
        ({"query": {"a": 1}}, r"\$\.query: found \{'a': 1\}, allowed: string"),
        ({"namespace": " "}, r"\$\.namespace: found ' ', allowed: text that matches"),
        (
            {"result": good["result"] | {"fault_object": None}},
            r"\$\.result\.fault_object: found None, allowed: string",
        ),
        ({"process": good["process"] | {"path1": "abc"}}, r"\$\.process\.path1: found 'abc', allowed: array"),
    ):
        path.write_text(json.dumps(good | change))
        suite = suite_of(tmp_path)
        (task_id,) = suite.directories
        with pytest.raises(DataError, match=message):
            suite.tasks(), suite.truth(task_id)


def test_cases_of_an_unknown_application_are_refused(tmp_path: Path) -> None:
    write_case(tmp_path, "shop/runtime/1", 1)
    with pytest.raises(
        DataError, match="of the application 'shop', but known are only boutique, trainticket"
    ):
        suite_of(tmp_path).tasks()


def test_a_link_is_not_followed_as_it_may_lead_to_a_truth(clone: Path) -> None:
    suite = suite_of(clone, files="raw")
    task_id, directory = next(iter(suite.directories.items()))
    (directory / "raw_data/metrics.csv").symlink_to(directory / "metadata.json")
    with pytest.raises(DataError, match=r"metrics\.csv: a symbolic link; put a file in its place"):
        suite.hidden(task_id)


def test_two_copies_of_one_case_are_refused(clone: Path) -> None:
    shutil.copytree(clone / "benchmark/boutique/scheduling/7", clone / "benchmark/boutique/service/1")
    with pytest.raises(DataError, match=r"hold the same tool_cache\.json; remove one of them"):
        list(suite_of(clone).tasks())


def test_options_that_exclude_each_other_are_refused(clone: Path) -> None:
    with pytest.raises(UsageError, match="exclude each other"):
        suite_of(clone, files="raw", tools="kubectl")
    with pytest.raises(UsageError, match="has no files 'all'; it knows: none, raw"):
        suite_of(clone, files="all")


def test_cases_with_equal_beginnings_have_ids_of_their_own(tmp_path: Path) -> None:
    for number in (1, 2):
        directory = write_case(tmp_path, f"boutique/runtime/{number}", 5)
        cache = cache_of(5) | {"GetAppYAML:{}": "x" * number}
        (directory / CACHE).write_text(json.dumps(cache))
    assert len(list(suite_of(tmp_path).tasks())) == 2
