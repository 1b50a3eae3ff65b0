"""Fetching with the hub's real client from a hub on this machine."""

import json
import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("huggingface_hub", reason="the extra `hub` is not installed")

# Each one starts a process, because the hub's client reads its environment when it is imported.
pytestmark = pytest.mark.slow

SERVER = Path(__file__).parents[2] / "core" / "kit" / "published" / "hub_server.py"
PROGRAM = """
import json, sys
from itbench.errors import ITBenchError
from itbench_finops.suites.itbench_lite import ITBENCH_LITE
try:
    ITBENCH_LITE.fetch(sys.argv[1:])
    print(json.dumps([task.id for task in ITBENCH_LITE.tasks()]))
except ITBenchError as error:
    print(json.dumps(str(error)))
"""


def fetch(url: str, cache: Path, *tasks: str):
    variables = {"HF_ENDPOINT": url, "HF_HUB_CACHE": str(cache), "HF_HUB_DISABLE_XET": "1"}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "ITBENCH"))}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *tasks],
        env=kept | variables | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def files_of(lite: Path) -> dict[str, bytes]:
    found = {str(path.relative_to(lite)): path.read_bytes() for path in lite.rglob("*") if path.is_file()}
    return found | {"snapshots/sre/v0.2/Scenario-1/alerts/a.json": b"not needed"}


def test_all_tasks_or_some_are_fetched_and_nothing_of_other_domains(lite: Path, tmp_path: Path) -> None:
    with runpy.run_path(str(SERVER))["serve"]("ibm-research/ITBench-Lite", files_of(lite)) as hub:
        assert fetch(hub.url, tmp_path / "some", "itbench-lite-2") == ["itbench-lite-2"]
        assert fetch(hub.url, tmp_path / "all") == ["itbench-lite-1", "itbench-lite-2", "itbench-lite-10"]
        assert not hub.downloads("a.json")


def test_a_hub_that_is_not_there_is_told_in_one_line(tmp_path: Path) -> None:
    message = fetch("http://127.0.0.1:9", tmp_path)
    assert message.startswith("ibm-research/ITBench-Lite could not be downloaded: ")
    assert "\n" not in message
