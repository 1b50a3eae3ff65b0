"""Fetching with the hub's real client from a hub on this machine."""

import subprocess
import sys
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


def test_a_download_that_is_cut_half_way_goes_on_from_there(serve, fetch, make):
    path = "sre/Scenario-1/otel_logs_raw.tsv"
    # The client writes in chunks of 10 MiB, so a cut before that begins anew.
    data = bytes(range(256)) * 90_000
    with serve(AA, make.repository_files(1) | {path: data}) as hub:
        hub.cut.add(path)
        result = fetch(hub.url)
    assert Path(result["root"], path).read_bytes() == data
    first, second = hub.downloads(path)
    assert first == ""
    assert 0 < int(second.removeprefix("bytes=").rstrip("-")) <= len(data) // 2


def test_a_download_that_failed_goes_on_with_the_missing_files_only(serve, fetch, make):
    files = make.repository_files(1)
    path = "sre/Scenario-1/k8s_events_raw.tsv"
    with serve(AA, files) as hub:
        hub.broken.add(path)
        failed = fetch(hub.url)
        hub.broken.clear()
        hub.requests.clear()
        result = fetch(hub.url)
    assert failed["error_type"] == "DataError"
    assert "the same command goes on where it stopped" in failed["error"]
    assert Path(result["root"], path).read_bytes() == files[path]
    assert len(hub.downloads(path)) == 1
    present = {name for name in files if name != path and hub.downloads(name)}
    assert len(present) < len(files) - 1


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
    assert result["error"] == "ArtificialAnalysis/ITBench-AA has no task itbench-aa-10; its numbers are 1, 2"
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


def test_without_the_extra_the_command_that_brings_it_is_named():
    program = (
        "import sys; sys.modules['huggingface_hub'] = None\n"
        "from itbench.errors import UsageError\n"
        "from itbench_sre.published import ITBENCH_AA\n"
        "try:\n    ITBENCH_AA.fetch()\n"
        "except UsageError as error:\n    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": ":".join(path for path in sys.path if path)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.strip() == "fetching needs the hub's client; run: pip install 'itbench[hub]'"
