"""A run on other data than the published one says so everywhere, and never stands beside published results."""

import hashlib
import json

import pytest

from itbench.kit.published.marker import MarkedFile, Marker, write_marker
from itbench_sre.suites.itbench_aa import AA
from itbench_sre.suites.itbench_lite import LITE

LITE_NUMBERS = sorted(int(name.removeprefix("Scenario-")) for name in LITE.published)
AA_NUMBERS = sorted(int(name.removeprefix("Scenario-")) for name in AA.published)


def test_the_published_numbers_are_those_that_the_publishers_name():
    assert (len(LITE_NUMBERS), len(AA_NUMBERS)) == (35, 40)
    assert set(AA_NUMBERS) - set(LITE_NUMBERS) == {3, 26, 27, 37, 40}
    assert not {10, 28, 30, 32, 36, 39} & set(AA_NUMBERS)


def written(make, root, numbers, *, has_index, index=None):
    files = make.repository_files(*numbers, has_index=has_index)
    if index is not None:
        files["sre/data.jsonl"] = "".join(f"{make.index_line(number)}\n" for number in index).encode()
    return make.write_tree(root, files)


CASES = {
    "ITBench-Lite in ITBench-AA": ("itbench-aa", LITE_NUMBERS, None, "there is no data.jsonl"),
    "ITBench-AA in ITBench-Lite": ("itbench-lite", AA_NUMBERS, AA_NUMBERS, "there is a data.jsonl"),
    "made-up scenarios in ITBench-AA": ("itbench-aa", [1, 500], [1, 500], "ITBench-AA has no Scenario-500"),
    "made-up scenarios in ITBench-Lite": ("itbench-lite", [1, 3], None, "ITBench-Lite has no Scenario-3"),
    "a part of the index": ("itbench-aa", [1, 2], [1, 2], "has 2 of the 40 tasks of ITBench-AA"),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_other_data_is_said_and_recorded_and_never_beside_published_results(tmp_path, make, itbench, case):
    suite, numbers, index, told = CASES[case]
    data = written(make, tmp_path / "data", numbers, has_index=index is not None, index=index)
    words = (f"sre/{suite}", "--data", data, "-n", "1", "-a", "oracle")
    done = itbench("run", *words, "--json")
    assert done.code == 0
    assert "note: not the published data: " in done.err
    assert told in done.err
    found = json.loads(done.out)
    assert told in found["plan_warnings"][0]
    assert f"warning: {found['plan_warnings'][0]}" in itbench("show", found["path"]).out
    assert "not the published data: " in itbench("resume", found["path"]).err
    board = itbench("leaderboard", found["path"], "--published").out
    assert "not the published data, so no published results: " in board
    assert "published elsewhere" not in board
    (parsed,) = json.loads(itbench("leaderboard", found["path"], "--published", "--json").out)
    assert (parsed["published"], told in parsed["data_warning"]) == ([], True)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("suite", "present", "index"),
    [
        ("itbench-aa", [1, 2], AA_NUMBERS),
        ("itbench-aa", AA_NUMBERS, AA_NUMBERS),
        ("itbench-lite", [2, 105], None),
        ("itbench-lite", LITE_NUMBERS, None),
    ],
)
def test_what_looks_like_the_published_data_is_no_warning(tmp_path, make, itbench, suite, present, index):
    data = written(make, tmp_path / "data", present, has_index=index is not None, index=index)
    words = (f"sre/{suite}", "--data", data, "-t", f"{suite}-2", "-a", "oracle")
    done = itbench("run", *words, "--json")
    assert (done.code, "not the published data" in done.err) == (0, False)
    found = json.loads(done.out)
    assert found["plan_warnings"] == []
    board = itbench("leaderboard", found["path"], "--published").out
    for words in ("published elsewhere, not run here", "Claude", "0.467", "source: "):
        assert (words in board) == (suite == "itbench-aa")
    assert "Claude" not in itbench("leaderboard", found["path"]).out


@pytest.mark.slow
def test_runs_of_one_task_on_published_and_on_other_data_stand_on_two_boards(tmp_path, make, itbench):
    paths = []
    for name, index in (("whole", AA_NUMBERS), ("cut", [1, 2])):
        data = written(make, tmp_path / name, [1, 2], has_index=True, index=index)
        words = ("sre/itbench-aa", "--data", data, "-t", "itbench-aa-2", "-a", "oracle", "--json")
        paths.append(json.loads(itbench("run", *words).out)["path"])
    boards = json.loads(itbench("leaderboard", *paths, "--published", "--json").out)
    assert len({board["suite_hash"] for board in boards}) == 1
    assert sorted((board["data_warning"] is None, bool(board["published"])) for board in boards) == [
        (False, False),
        (True, True),
    ]


@pytest.mark.slow
def test_fewer_tasks_than_were_published_are_said_everywhere(tmp_path, make, itbench):
    data = written(make, tmp_path / "data", LITE_NUMBERS[:3], has_index=False)
    told = "has 3 of the 35 tasks of ITBench-Lite"
    words = ("sre/itbench-lite", "--data", data)
    for command in (("list-tasks", *words), ("list-tasks", *words, "--json"), ("validate", *words)):
        done = itbench(*command)
        assert f"note: not the published data: {data / 'sre'} {told}" in done.err, command
    for chosen in (
        (),
        ("-n", "2"),
        ("-t", "*"),
        ("-t", "itbench-lite-[12]"),
        ("-t", "itbench-lite-1", "-t", "*-2"),
    ):
        done = itbench("run", *words, *chosen, "-a", "oracle", "--json")
        assert (done.code, told in done.err) == (0, True), chosen
        found = json.loads(done.out)
        assert told in found["plan_warnings"][0]
        assert told in itbench("show", found["path"]).out
        assert "not the published data" in itbench("leaderboard", found["path"]).out
    done = itbench("run", *words, "-t", "itbench-lite-1", "-t", "itbench-lite-2", "-a", "oracle", "--json")
    assert (done.code, json.loads(done.out)["plan_warnings"]) == (0, [])


@pytest.mark.slow
@pytest.mark.parametrize(("suite", "index"), [("itbench-aa", AA_NUMBERS), ("itbench-lite", None)])
def test_content_that_was_changed_since_it_was_fetched_gives_no_score(tmp_path, make, itbench, suite, index):
    dataset = {"itbench-aa": AA, "itbench-lite": LITE}[suite]
    data = written(make, tmp_path / "data", [1, 2], has_index=index is not None, index=index)
    write_marker(dataset, data, marker_of(dataset, data))
    words = (
        "run",
        f"sre/{suite}",
        "--data",
        data,
        "-t",
        f"{suite}-1",
        "-t",
        f"{suite}-2",
        "-a",
        "oracle",
        "--json",
    )
    sound = json.loads(itbench(*words).out)
    assert sound["trials_scored"] == 2
    changed = data / "sre" / "Scenario-2" / "k8s_events_raw.tsv"
    changed.write_bytes(changed.read_bytes().replace(b"Severity", b"severity"))
    done = itbench(*words)
    assert (done.code, json.loads(done.out)["trials_scored"], json.loads(done.out)["faults"]) == (
        1,
        1,
        {"task": 1},
    )
    assert f"is faulty, it gets no score: {changed}: not the content that was fetched" in done.err
    truth = data / "sre" / ("data.jsonl" if index else "Scenario-2/ground_truth.yaml")
    truth.write_bytes(truth.read_bytes().replace(b"till-config-2", b"till-config-9"))
    done = itbench("score", sound["path"], "--json")
    found = json.loads(done.out)
    assert (done.code, found["faults"]) == (1, {"task": 2 if index else 1})
    changed.write_bytes(b"")
    done = itbench(*words)
    assert (done.code, "1 cut off or of another size" in done.err) == (3, True)


def marker_of(dataset, root):
    files = {
        path.relative_to(root).as_posix(): MarkedFile(
            size=path.stat().st_size, sha256=hashlib.sha256(path.read_bytes()).hexdigest()
        )
        for path in root.rglob("*")
        if path.is_file()
    }
    return Marker(repository=dataset.repository, revision="abc", files=files)
