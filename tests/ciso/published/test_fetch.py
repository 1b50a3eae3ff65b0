"""Fetching with the hub's real client from a hub on this machine."""

import json
import os
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("huggingface_hub", reason="the extra `hub` is not installed")

# Each one starts a process, because the hub's client reads its environment when it is imported.
pytestmark = pytest.mark.slow

SERVER = Path(__file__).parents[2] / "core" / "kit" / "published" / "hub_server.py"
PROGRAM = """
import json, sys
from itbench.errors import ITBenchError
from itbench_ciso.suites.itbench_lite import ITBENCH_LITE
try:
    root = ITBENCH_LITE.fetch(sys.argv[1:])
    print(json.dumps(sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())))
except ITBenchError as error:
    print(json.dumps(str(error)))
"""
TASKS = ("k8s-opa-static-cis-5.1.1", "k8s-opa-static-cis-5.1.2")
FILES = [f"snapshots/ciso/v0.1/{task}/problem.md" for task in TASKS]
MARKER = ".itbench-ciso-itbench-lite.json"


def fetch(url: str, cache: Path, *tasks: str) -> Any:
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


def test_only_the_tasks_that_were_asked_for_are_brought(tmp_path: Path) -> None:
    files = dict.fromkeys([*FILES, "snapshots/sre/v0.2/Scenario-1/alerts/a.json"], b"text")
    with runpy.run_path(str(SERVER))["serve"]("ibm-research/ITBench-Lite", files) as hub:
        assert fetch(hub.url, tmp_path / "one", TASKS[0]) == [MARKER, FILES[0]]
        assert fetch(hub.url, tmp_path / "all") == [MARKER, *FILES]


def test_a_hub_that_is_not_there_is_told_in_one_line(tmp_path: Path) -> None:
    message = fetch("http://127.0.0.1:9", tmp_path)
    assert message.startswith("ibm-research/ITBench-Lite could not be downloaded: ")
    assert message.count("\n") == 0
