"""Downloading with the hub's real client from a hub on this machine."""

import json
import os
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("huggingface_hub", reason="the extra `hub` is not installed")

# Each one starts a process, because the hub's client reads its environment when it is imported.
pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
SERVER = HERE / "hub_server.py"
DATASET = "orchard/Fruit-Set"
PATHS = [f"fruit/apple-{number}/{name}" for number in (1, 2) for name in ("seed", "skin")]
FILES = {path: f"content of {path}".encode() for path in PATHS}


@pytest.fixture(scope="module")
def serve() -> Callable[..., Any]:
    return runpy.run_path(str(SERVER), run_name="hub_server")["serve"]


@pytest.fixture
def download(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    def run(url: str, *names: str, revision: str = "", before: str = "") -> dict[str, Any]:
        program = before + (HERE / "download_program.py").read_text()
        done = subprocess.run(
            [sys.executable, "-c", program, revision, *names],
            env={
                "PATH": os.environ.get("PATH", ""),
                "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
                "HOME": str(tmp_path),
                "HF_HOME": str(tmp_path / "hugging"),
                "HF_ENDPOINT": url,
                "HF_HUB_DISABLE_XET": "1",
                "HF_HUB_DISABLE_TELEMETRY": "1",
            },
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


def files_in(root: str) -> set[str]:
    """Return the files of the dataset; the marker of `itbench fetch` lies beside them."""
    found = {str(path.relative_to(root)) for path in Path(root).rglob("*") if path.is_file()}
    return found - {".itbench-fruit-fruit-set.json"}


def test_all_tasks_or_some_are_brought_and_progress_ends_with_the_last_file(serve, download):
    with serve(DATASET, FILES | {"README.md": b"not needed"}) as hub:
        some = download(hub.url, "apple-2")
        assert files_in(some["root"]) == {"fruit/apple-2/seed", "fruit/apple-2/skin"}
        everything = download(hub.url)
    assert files_in(everything["root"]) == set(FILES)
    text, done, total = everything["progress"][-1]
    assert (done, total) == (len(FILES), len(FILES))
    assert text.startswith("fetching fruit-set: ")


def test_a_download_that_is_cut_half_way_goes_on_from_there(serve, download):
    path = "fruit/apple-1/peel"
    # The client writes in chunks of 10 MiB, so a cut before that begins anew.
    data = bytes(range(256)) * 90_000
    with serve(DATASET, FILES | {path: data}) as hub:
        hub.cut.add(path)
        result = download(hub.url)
    assert Path(result["root"], path).read_bytes() == data
    first, second = hub.downloads(path)
    assert first == ""
    assert 0 < int(second.removeprefix("bytes=").rstrip("-")) <= len(data) // 2


def test_a_download_that_failed_goes_on_with_the_missing_files_only(serve, download):
    path = "fruit/apple-1/seed"
    with serve(DATASET, FILES) as hub:
        hub.broken.add(path)
        failed = download(hub.url)
        hub.broken.clear()
        hub.requests.clear()
        result = download(hub.url)
    assert failed["error"].startswith(f"DataError: {DATASET} could not be downloaded: ")
    assert "the same command resumes the download" in failed["error"]
    assert Path(result["root"], path).read_bytes() == FILES[path]
    assert len(hub.downloads(path)) == 1
    present = {name for name in FILES if name != path and hub.downloads(name)}
    assert len(present) < len(FILES) - 1


def test_a_repository_that_does_not_exist_is_a_fault_of_one_line(serve, download):
    with serve("somebody/else", FILES) as hub:
        error = download(hub.url)["error"]
    assert error.startswith(f"DataError: {DATASET} could not be downloaded: RepositoryNotFoundError")
    assert error.endswith("(for data that is not public, set HF_TOKEN)")
    assert "\n" not in error


@pytest.mark.parametrize(("revision", "is_known"), [("main", True), ("v9", False)])
def test_a_revision_can_be_asked_for(serve, download, revision, is_known):
    with serve(DATASET, FILES) as hub:
        result = download(hub.url, revision=revision)
    if is_known:
        assert Path(result["root"]).name == hub.commit
    else:
        assert "RevisionNotFoundError" in result["error"]


def test_a_hub_that_does_not_answer_is_a_fault_of_one_line(serve, download):
    with serve(DATASET, {}) as hub:
        url = hub.url
    error = download(url)["error"]
    assert error.startswith(f"DataError: {DATASET} could not be downloaded: ")
    assert "\n" not in error


def test_without_the_extra_the_command_that_brings_it_is_named(download):
    without = "import sys; sys.modules['huggingface_hub'] = None\n"
    assert download("http://127.0.0.1:9", before=without)["error"] == (
        "UsageError: fetching needs the hub's client; run: pip install 'itbench[hub]'"
    )
