"""Fetching with the hub's real client from a hub on this machine."""

from pathlib import Path

import pytest

pytest.importorskip("huggingface_hub", reason="the extra `hub` is not installed")

# Each one starts a process, because the hub's client reads its environment when it is imported.
pytestmark = pytest.mark.slow

AA = "ArtificialAnalysis/ITBench-AA"
LITE = "ibm-research/ITBench-Lite"


def test_a_whole_dataset_is_fetched_and_can_be_read_at_once(serve, fetch, make):
    files = make.repository_files(7, 2, 105) | {"README.md": b"not needed", "finops/data.csv": b"not needed"}
    with serve(AA, files) as hub:
        result = fetch(hub.url)
    assert result["error"] is None
    assert result["tasks"] == ["itbench-aa-7", "itbench-aa-2", "itbench-aa-105"]
    assert result["revision"] == hub.commit
    root = Path(result["root"])
    assert (root / "sre/Scenario-2/ground_truth.yaml").read_bytes() == files[
        "sre/Scenario-2/ground_truth.yaml"
    ]
    assert not (root / "README.md").exists()
    assert not hub.downloads("README.md")


def test_progress_counts_files_and_ends_with_all_of_them(serve, fetch, make):
    files = make.repository_files(1)
    with serve(AA, files) as hub:
        result = fetch(hub.url)
    text, done, total = result["progress"][-1]
    assert (done, total) == (len(files), len(files))
    assert text.startswith("fetching itbench-aa: ")


def test_only_the_wanted_tasks_are_fetched_and_the_others_stay_listed(serve, fetch, make):
    with serve(AA, make.repository_files(1, 2, 11)) as hub:
        result = fetch(hub.url, tasks=["itbench-aa-1"])
    fetched = {path.name for path in Path(result["root"], "sre").iterdir()}
    assert fetched == {"data.jsonl", "Scenario-1"}
    assert result["tasks"] == ["itbench-aa-1", "itbench-aa-2", "itbench-aa-11"]


def test_the_lite_dataset_is_fetched_from_its_versioned_folder(serve, fetch, make):
    files = make.repository_files(4, folder="snapshots/sre/v0.2-X", has_index=False)
    with serve(LITE, files | {"snapshots/finops/v1/Scenario-4/data.csv": b""}) as hub:
        result = fetch(hub.url, suite="itbench-lite", tasks=["itbench-lite-4"])
    assert result["tasks"] == ["itbench-lite-4"]
    assert not Path(result["root"], "snapshots/finops").exists()


def test_a_repository_that_does_not_exist_is_a_fault_of_one_line(serve, fetch, make):
    with serve("somebody/else", make.repository_files(1)) as hub:
        result = fetch(hub.url)
    assert result["error_type"] == "DataError"
    assert result["error"].startswith(
        "ArtificialAnalysis/ITBench-AA could not be downloaded: RepositoryNotFoundError"
    )
    assert "\n" not in result["error"]


def test_a_task_that_does_not_exist_is_refused_before_anything_is_downloaded(serve, fetch, make):
    with serve(AA, make.repository_files(1, 2)) as hub:
        result = fetch(hub.url, tasks=["itbench-aa-2", "itbench-aa-10"])
    assert result["error_type"] == "UsageError"
    assert (
        result["error"]
        == "ArtificialAnalysis/ITBench-AA has no task itbench-aa-10; it has itbench-aa-1, itbench-aa-2"
    )
    assert not any("/resolve/" in path for _, path, _ in hub.requests)


@pytest.mark.parametrize(
    ("revision", "is_known"), [("main", True), ("c0ffee" + "0" * 34, True), ("v9", False)]
)
def test_a_revision_can_be_asked_for(serve, fetch, make, revision, is_known):
    with serve(AA, make.repository_files(1)) as hub:
        result = fetch(hub.url, extra={"revision": revision})
    if is_known:
        assert result["revision"] == hub.commit
    else:
        assert "RevisionNotFoundError" in result["error"]


def test_a_hub_that_does_not_answer_is_a_fault_of_one_line(serve, fetch, make):
    with serve(AA, {}) as hub:
        url = hub.url
    result = fetch(url)
    assert result["error_type"] == "DataError"
    assert "could not be downloaded: ConnectError" in result["error"]
