"""The suites over published-like trees of made-up data."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from itbench.errors import DataError, UsageError
from itbench.interfaces.suite import SuiteOptions
from itbench.suites.shown import shown_inputs
from itbench_sre.suites.itbench_aa import ITBENCH_AA
from itbench_sre.suites.itbench_lite import ITBENCH_LITE


def aa(root: Path, **options):
    return ITBENCH_AA.configured(SuiteOptions(data=root, **options))


def lite(root: Path, **options):
    return ITBENCH_LITE.configured(SuiteOptions(data=root, **options))


def paths(suite, task_id: str) -> list[str]:
    return [item.path for item in shown_inputs(suite, task_id)]


def test_the_index_gives_the_order_and_numbers_stay_the_public_ids(tmp_path, make):
    suite = aa(make.write_tree(tmp_path, make.repository_files(105, 2, 11)))
    tasks = list(suite.tasks())
    assert [task.id for task in tasks] == ["itbench-aa-105", "itbench-aa-2", "itbench-aa-11"]
    assert tasks[0].tags == ("sre", "itbench-aa", "public-105")


def test_without_an_index_the_order_is_that_of_the_numbers(tmp_path, make):
    suite = lite(make.write_tree(tmp_path, make.repository_files(105, 2, 11, has_index=False)))
    assert [task.id for task in suite.tasks()] == ["itbench-lite-2", "itbench-lite-11", "itbench-lite-105"]


def test_the_task_is_the_published_contract(tmp_path, make):
    (task,) = aa(make.write_tree(tmp_path, make.repository_files(1))).tasks()
    assert task.limits.turns == 100
    assert task.hand_in.answer == "agent_output.json"
    assert "agent_output.json" in task.instructions
    assert '"contributing_factors"' in task.instructions
    assert make.sentence(1) not in task.model_dump_json()


def test_the_answer_schema_takes_an_answer_of_the_contract_and_no_other(tmp_path, make):
    from jsonschema import Draft202012Validator

    (task,) = aa(make.write_tree(tmp_path, make.repository_files(1))).tasks()
    schema = Draft202012Validator(task.hand_in.answer_schema)
    factor = {"name": "shop/ConfigMap/till-config", "reasoning": "r", "evidence": "e"}
    assert schema.is_valid({"contributing_factors": [factor]})
    assert not schema.is_valid({"contributing_factors": "till"})


def test_the_truth_comes_from_the_index_where_there_is_one(tmp_path, make):
    make.write_tree(tmp_path, make.repository_files(1))
    make.write_tree(tmp_path, {"sre/Scenario-1/ground_truth.yaml": make.truth_text(99).encode()})
    suite = aa(tmp_path)
    assert suite.truth("itbench-aa-1")["groups"][0]["name"] == "till-config-1"
    assert suite.settings()["truth_source"] == "data.jsonl"


def test_the_truth_comes_from_the_directory_where_there_is_no_index(tmp_path, make):
    suite = lite(make.write_tree(tmp_path, make.repository_files(5, has_index=False)))
    assert suite.truth("itbench-lite-5")["groups"][0]["name"] == "till-config-5"
    assert suite.settings()["truth_source"] == "ground_truth.yaml"


def test_a_wrapped_truth_reads_like_a_flat_one(tmp_path, make):
    flat, wrapped = (
        aa(
            make.write_tree(
                tmp_path / str(is_wrapped),
                make.repository_files(1)
                | {
                    "sre/data.jsonl": make.index_line(
                        1, ground_truth_yaml=make.truth_text(1, is_wrapped=is_wrapped)
                    ).encode()
                },
            )
        ).truth("itbench-aa-1")
        for is_wrapped in (False, True)
    )
    assert wrapped == flat


def test_a_truth_without_text_or_file_is_a_fault(tmp_path, make):
    files = make.repository_files(1, has_index=False)
    del files["sre/Scenario-1/ground_truth.yaml"]
    with pytest.raises(DataError, match="no truth there"):
        lite(make.write_tree(tmp_path, files)).truth("itbench-lite-1")


def test_every_broken_line_of_the_index_is_named_with_its_number(tmp_path, make):
    lines = [
        make.index_line(1),
        "{not json",
        "",
        "[]",
        make.index_line(1),
        make.index_line(2, scenario_id="../../etc"),
        make.index_line(3, ground_truth_yaml=None),
    ]
    make.write_tree(tmp_path, make.repository_files(1) | {"sre/data.jsonl": "\n".join(lines).encode()})
    with pytest.raises(DataError) as raised:
        aa(tmp_path).prepare()
    message = str(raised.value)
    for part in (
        "line 2: ",
        "line 4: expected an object, found list",
        "line 5: Scenario-1 stands twice",
        "line 6: 'scenario_id' must be Scenario-<number>, found '../../etc'",
        "line 7: 'ground_truth_yaml' must be text, found 'None'",
    ):
        assert part in message
    assert "line 1:" not in message
    assert "line 3:" not in message


def test_an_index_that_is_not_text_is_a_fault_of_that_line(tmp_path, make):
    make.write_tree(tmp_path, make.repository_files(1) | {"sre/data.jsonl": b"\xff\xfe\x00"})
    with pytest.raises(DataError, match="line 1: "):
        aa(tmp_path).prepare()


def test_a_directory_without_a_line_in_the_index_is_a_fault(tmp_path, make):
    make.write_tree(tmp_path, make.repository_files(1, 2))
    make.write_tree(tmp_path, {"sre/data.jsonl": make.index_line(1).encode()})
    with pytest.raises(DataError, match=r"Scenario-2 has no line in data\.jsonl"):
        aa(tmp_path).prepare()


def test_a_line_without_a_directory_stays_a_task_that_says_what_is_missing(tmp_path, make):
    make.write_tree(tmp_path, make.repository_files(1))
    make.write_tree(tmp_path, {"sre/data.jsonl": f"{make.index_line(1)}\n{make.index_line(2)}".encode()})
    suite = aa(tmp_path)
    assert [task.id for task in suite.tasks()] == ["itbench-aa-1", "itbench-aa-2"]
    with pytest.raises(DataError, match=r"Scenario-2: no such directory; bring it with `itbench fetch"):
        suite.inputs("itbench-aa-2")


@pytest.mark.parametrize("name", ["Scenario-x", "Scenario-01"])
def test_a_directory_that_has_no_number_of_its_own_is_a_fault(tmp_path, make, name):
    make.write_tree(
        tmp_path, make.repository_files(1, has_index=False) | {f"sre/{name}/k8s_events_raw.tsv": b""}
    )
    with pytest.raises(DataError, match="expected Scenario-<number>"):
        lite(tmp_path).prepare()


HIDDEN = [
    "ground_truth.yaml",
    "GROUND_TRUTH.YML",
    "ground_truth_v2.json",
    "groundtruth.yaml",
    "GroundTruth-old.Yaml",
    "metrics/ground-truth.json",
    "deep/down/data.jsonl",
    "Ground_Truth/notes.txt",
    ".hidden",
    ".cache/leak.json",
]


@pytest.mark.parametrize("name", HIDDEN)
def test_no_file_that_tells_the_truth_is_an_input(tmp_path, make, name):
    make.write_tree(tmp_path, make.repository_files(1) | {f"sre/Scenario-1/{name}": b"anything"})
    for as_published in (False, True):
        found = paths(aa(tmp_path, as_published=as_published), "itbench-aa-1")
        assert name not in found
        assert "k8s_events_raw.tsv" in found


def test_the_recorders_bookkeeping_is_an_input_only_as_published(tmp_path, make):
    extra = {f"sre/Scenario-1/{name}": b"{}" for name in ("status.json", "Assertion.json")}
    make.write_tree(tmp_path, make.repository_files(1) | extra)
    default, published = aa(tmp_path), aa(tmp_path, as_published=True)
    assert set(paths(published, "itbench-aa-1")) - set(paths(default, "itbench-aa-1")) == {
        "status.json",
        "Assertion.json",
    }
    assert (default.settings()["view"], published.settings()["view"]) == ("default", "as-published")


def test_inputs_are_sorted_and_say_where_they_lie(tmp_path, make):
    make.write_tree(tmp_path, make.repository_files(1))
    inputs = aa(tmp_path).inputs("itbench-aa-1")
    assert [item.path for item in inputs] == [
        "alerts/alerts_at_2031-03-04T05-06-07.000001.json",
        "k8s_events_raw.tsv",
        "metrics/pod_till-1_raw.tsv",
    ]
    assert all(item.source == tmp_path / "sre/Scenario-1" / item.path for item in inputs)


@pytest.mark.parametrize(
    "target", ["../Scenario-2/ground_truth.yaml", "../data.jsonl", "../Scenario-2", "/etc/hosts"]
)
def test_a_link_out_of_the_scenario_is_refused(tmp_path, make, target):
    make.write_tree(tmp_path, make.repository_files(1, 2))
    (tmp_path / "sre/Scenario-1/innocent.tsv").symlink_to(target)
    with pytest.raises(DataError, match=r"innocent\.tsv: a symbolic link out of"):
        aa(tmp_path).inputs("itbench-aa-1")


def test_a_link_to_nothing_is_refused(tmp_path, make):
    make.write_tree(tmp_path, make.repository_files(1))
    (tmp_path / "sre/Scenario-1/innocent.tsv").symlink_to("gone")
    with pytest.raises(DataError, match="a symbolic link to nothing"):
        aa(tmp_path).inputs("itbench-aa-1")


@pytest.mark.parametrize("link", [os.symlink, os.link], ids=["symbolic", "hard"])
def test_another_name_of_the_truth_is_refused(tmp_path, make, link):
    directory = make.write_tree(tmp_path, make.repository_files(1)) / "sre/Scenario-1"
    link(directory / "ground_truth.yaml", directory / "innocent.tsv")
    with pytest.raises(DataError, match=r"innocent\.tsv: another name of a truth"):
        paths(aa(tmp_path), "itbench-aa-1")


def test_a_link_inside_the_scenario_is_followed(tmp_path, make):
    directory = make.write_tree(tmp_path, make.repository_files(1)) / "sre/Scenario-1"
    (directory / "again.tsv").symlink_to("k8s_events_raw.tsv")
    assert "again.tsv" in paths(aa(tmp_path), "itbench-aa-1")


def test_what_is_no_regular_file_is_left_out(tmp_path, make):
    directory = make.write_tree(tmp_path, make.repository_files(1)) / "sre/Scenario-1"
    os.mkfifo(directory / "pipe.tsv")
    assert "pipe.tsv" not in paths(aa(tmp_path), "itbench-aa-1")


def as_hub_cache(root: Path, files: dict[str, bytes]) -> Path:
    """The client's layout: content in blobs, named by its hash, and symbolic links to it."""
    repository = root / "datasets--ArtificialAnalysis--ITBench-AA"
    snapshot = repository / "snapshots" / "abc"
    (repository / "blobs").mkdir(parents=True)
    for number, (path, data) in enumerate(files.items()):
        blob = repository / "blobs" / f"blob{number}"
        blob.write_bytes(data)
        (snapshot / path).parent.mkdir(parents=True, exist_ok=True)
        (snapshot / path).symlink_to(os.path.relpath(blob, (snapshot / path).parent))
    return repository


def test_the_links_of_the_hubs_cache_are_followed(tmp_path, make, monkeypatch):
    as_hub_cache(tmp_path, make.repository_files(1))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    suite = ITBENCH_AA.configured(SuiteOptions())
    assert paths(suite, "itbench-aa-1")
    assert "ground_truth.yaml" not in paths(suite, "itbench-aa-1")
    assert suite.settings() == {
        "repository": "ArtificialAnalysis/ITBench-AA",
        "revision": "abc",
        "directory": "sre",
        "view": "default",
        "truth_source": "data.jsonl",
    }


def test_a_second_link_to_the_blob_of_a_truth_is_refused(tmp_path, make, monkeypatch):
    repository = as_hub_cache(tmp_path, make.repository_files(1))
    directory = repository / "snapshots/abc/sre/Scenario-1"
    (directory / "innocent.tsv").symlink_to((directory / "ground_truth.yaml").resolve())
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(DataError, match="another name of a truth"):
        paths(ITBENCH_AA.configured(SuiteOptions()), "itbench-aa-1")


@pytest.mark.parametrize("name", ["Scenario-2/ground_truth.yaml", "data.jsonl"])
def test_a_link_to_the_blob_of_another_scenarios_truth_is_refused(tmp_path, make, monkeypatch, name):
    directory = as_hub_cache(tmp_path, make.repository_files(1, 2)) / "snapshots/abc/sre"
    (directory / "Scenario-1/innocent.tsv").symlink_to((directory / name).resolve())
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(DataError, match="another name of a truth"):
        paths(ITBENCH_AA.configured(SuiteOptions()), "itbench-aa-1")


def test_no_canary_stands_in_any_input_of_any_task(tmp_path, make):
    files = make.repository_files(1, 2, 105) | {f"sre/Scenario-1/{name}": b"" for name in HIDDEN}
    for name in HIDDEN:
        files[f"sre/Scenario-2/{name}"] = make.truth_text(2).encode()
    suite = aa(make.write_tree(tmp_path, files), as_published=True)
    ids = [task.id for task in suite.tasks()]
    canaries = [suite.truth(task_id)["canary"] for task_id in ids]
    assert canaries == [make.sentence(number) for number in (1, 2, 105)]
    sources = [item.source for task_id in ids for item in suite.inputs(task_id)]
    assert len(sources) == 9
    leaks = [path for path in sources for canary in canaries if canary.encode() in path.read_bytes()]
    assert leaks == []


@pytest.mark.parametrize(
    "name",
    [
        "Scenario-3/ground_truth.yaml",
        "sre/Scenario-3/ground_truth.yml",
        "scenario_3/v1.yaml",
        "itbench-aa-3.yaml",
        "itbench-aa-3.yml",
    ],
)
def test_a_truth_is_read_from_any_published_layout_of_another_directory(tmp_path, make, name):
    make.write_tree(tmp_path, {name: make.truth_text(3).encode()})
    truth = ITBENCH_AA.truth_from("itbench-aa-3", tmp_path)
    assert truth["canary"] == make.sentence(3)


@pytest.mark.parametrize("name", ["data.jsonl", "sre/data.jsonl"])
def test_a_truth_is_read_from_the_index_of_another_directory(tmp_path, make, name):
    make.write_tree(tmp_path, {name: f"{make.index_line(1)}\n{make.index_line(3)}\n".encode()})
    assert ITBENCH_AA.truth_from("itbench-aa-3", tmp_path)["canary"] == make.sentence(3)


def test_a_truth_that_was_stored_as_json_comes_back_the_same(tmp_path, make):
    truth = aa(make.write_tree(tmp_path, make.repository_files(3))).truth("itbench-aa-3")
    make.write_tree(tmp_path, {"kept/itbench-aa-3.json": json.dumps(truth).encode()})
    assert ITBENCH_AA.truth_from("itbench-aa-3", tmp_path / "kept") == truth


def test_a_missing_truth_in_another_directory_says_what_is_expected(tmp_path):
    with pytest.raises(
        DataError,
        match=r"no truth of task 'itbench-aa-3' in '.*'; expected one of itbench-aa-3\.json, itbench-aa-3\.yaml",
    ):
        ITBENCH_AA.truth_from("itbench-aa-3", tmp_path)


def test_an_unknown_task_is_refused(tmp_path, make):
    suite = aa(make.write_tree(tmp_path, make.repository_files(1)))
    with pytest.raises(UsageError, match="has no task 'itbench-aa-2'"):
        suite.truth("itbench-aa-2")
    with pytest.raises(UsageError, match="its ids are itbench-aa-<number>"):
        suite.truth_from("itbench-lite-1", tmp_path)


def test_an_unknown_option_is_refused():
    with pytest.raises(UsageError, match="'itbench-aa' has no option 'colour'; it knows: revision"):
        ITBENCH_AA.configured(SuiteOptions(extra={"colour": "red"}))


def test_published_results_are_shares_with_their_source():
    results = ITBENCH_AA.published()
    assert len(results) == 8
    assert [result.value for result in results] == sorted((r.value for r in results), reverse=True)
    assert all(0 < result.value < 1 and "2026" in result.source for result in results)
    assert ITBENCH_LITE.published() == []


def test_importing_the_suites_brings_nothing_heavy():
    program = (
        "import sys, itbench_sre.suites.itbench_aa, itbench_sre.suites.itbench_lite\n"
        "print([n for n in ('pydantic','yaml','jsonschema','huggingface_hub','csv','numpy') if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", program],
        env={"PYTHONPATH": ":".join(path for path in sys.path if path)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.strip() == "[]"


DAMAGES = {
    "too few fields": ("k8s_events_raw.tsv", b"only\tthree\tfields\n", "3 fields, but the header has 16"),
    "an open quote": ("k8s_events_raw.tsv", b'x\t"never closed\t', "a quoted field without an end"),
    "not UTF-8": ("k8s_events_raw.tsv", b"\xff\xfe" + b"\t" * 15 + b"\n", "not UTF-8: byte b'\\xff'"),
    "a NUL byte": ("k8s_events_raw.tsv", b"\0" + b"\t" * 15 + b"\n", "a NUL byte"),
    "no JSON": ("k8s_events_raw.tsv", b"2031-03-04 05:06:07\t" + b"\t" * 14 + b"\n", "Body is not JSON"),
    "no number": (
        "metrics/pod_till-1_raw.tsv",
        b"cpu\t2031-03-04 05:06:07.000\tmuch\ttill-1\tshop\t{}\n",
        "could not convert string to float",
    ),
    "no time": ("metrics/pod_till-1_raw.tsv", b"cpu\tnoon\t1.0\ttill-1\tshop\t{}\n", "noon"),
    "no alerts": ("alerts/alerts_at_2031-03-04T05-06-07.000001.json", b"]", "not JSON"),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", DAMAGES)
def test_damaged_data_gives_no_score_and_is_found_by_validate(tmp_path, make, itbench, kind):
    name, data, told = DAMAGES[kind]
    make.write_tree(tmp_path / "lite", make.repository_files(2, 5, has_index=False))
    with (tmp_path / "lite/sre/Scenario-5" / name).open("ab") as file:
        file.write(data)
    words = ("sre/itbench-lite", "--data", tmp_path / "lite")
    assert ITBENCH_LITE.configured(SuiteOptions(data=tmp_path / "lite")).check("itbench-lite-2") == []
    done = itbench("run", *words, "-a", "oracle", "--json")
    found = json.loads(done.out)
    assert (done.code, found["score"], found["trials_scored"], found["faults"]) == (1, 1.0, 1, {"task": 1})
    assert "the data of task itbench-lite-5 is faulty, it gets no score" in done.err
    assert told in done.err
    checked = itbench("validate", *words)
    assert checked.code == 1
    assert f"data-sound: task itbench-lite-5: {tmp_path / 'lite/sre/Scenario-5' / name}" in checked.out
    assert told in checked.out


def test_what_is_odd_but_can_be_read_is_no_fault(tmp_path, make):
    files = make.repository_files(2, has_index=False)
    events = files["sre/Scenario-2/k8s_events_raw.tsv"].decode().replace("\n", "\tEventName\tMore\n")
    body = '"{""object"": {}, ""type"": ""ADDED""}"'
    before, after = "\t" * 8, "\t" * 9
    rows = (f"2031-03-04 05:0{minute}:00{before}{body}{after}\n" for minute in (9, 1, 1))
    files["sre/Scenario-2/k8s_events_raw.tsv"] = (events + "".join(rows)).encode()
    files["sre/Scenario-2/metrics/odd name.tsv"] = b"anything"
    files["sre/Scenario-2/notes.txt"] = b"\xff"
    suite = lite(make.write_tree(tmp_path, files))
    assert suite.check("itbench-lite-2") == []


def test_a_scenario_without_telemetry_is_no_sound_one(tmp_path, make):
    files = {"sre/Scenario-2/ground_truth.yaml": make.truth_text(2).encode()}
    (fault,) = lite(make.write_tree(tmp_path, files)).check("itbench-lite-2")
    assert "no telemetry" in fault
