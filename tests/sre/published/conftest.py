"""Published-like trees of made-up data, and a hub to fetch them from."""

import json
import os
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent

HEADER = (
    "Timestamp\tTimestampTime\tTraceId\tSpanId\tTraceFlags\tSeverityText\tSeverityNumber\tServiceName\tBody\t"
    "ResourceSchemaUrl\tResourceAttributes\tScopeSchemaUrl\tScopeName\tScopeVersion\tScopeAttributes\tLogAttributes"
)


def truth_text(number: int, *, is_wrapped: bool = False) -> str:
    """Made up in the published shape; the sentence is its canary."""
    body = f"""\
groups:
- id: till-config
  kind: ConfigMap
  namespace: shop
  name: till-config-{number}
  root_cause: true
- id: till-pod
  kind: Pod
  namespace: shop
  filter: ['till-.*']
propagations:
- source: till-config
  target: till-pod
  condition: {sentence(number)}
  effect: short
alerts: []
fault: []
"""
    if not is_wrapped:
        return body
    inner = "".join(f"  {line}\n" for line in body.splitlines())
    return (
        f"apiVersion: itbench.io/v1\nkind: GroundTruth\nmetadata: {{name: scenario-{number}}}\nspec:\n{inner}"
    )


def sentence(number: int) -> str:
    return f"the till of made-up shop number {number} was told to take payment in seashells"


def scenario_files(number: int) -> dict[str, bytes]:
    return {
        "alerts/alerts_at_2031-03-04T05-06-07.000001.json": b"[]",
        "k8s_events_raw.tsv": f"{HEADER}\n".encode(),
        "metrics/pod_till-1_raw.tsv": b"metric_name\ttimestamp\tvalue\tpod_name\tnamespace\ttags\n",
        "ground_truth.yaml": truth_text(number).encode(),
    }


def index_line(number: int, **changes: object) -> str:
    row = {
        "id_aa": f"public-{number}",
        "scenario_id": f"Scenario-{number}",
        "category": "sre",
        "source_split": "public",
        "scenario_root": "/home/user",
        "ground_truth_yaml": truth_text(number),
    }
    return json.dumps(row | changes)


def repository_files(*numbers: int, folder: str = "sre", has_index: bool = True) -> dict[str, bytes]:
    found = {
        f"{folder}/Scenario-{number}/{path}": data
        for number in numbers
        for path, data in scenario_files(number).items()
    }
    if has_index:
        found[f"{folder}/data.jsonl"] = "".join(f"{index_line(number)}\n" for number in numbers).encode()
    return found


def write_tree(root: Path, files: dict[str, bytes]) -> Path:
    for path, data in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    return root


@pytest.fixture(autouse=True)
def _no_dataset_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("ITBENCH_DATA", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hugging"))


@pytest.fixture
def make() -> Any:
    """The builders above; test modules cannot import this one."""
    return sys.modules[__name__]


@pytest.fixture(scope="session")
def serve() -> Callable[..., Any]:
    program = HERE.parents[1] / "core" / "kit" / "published" / "hub_server.py"
    serve: Callable[..., Any] = runpy.run_path(str(program), run_name="hub_server")["serve"]
    return serve


@pytest.fixture
def fetch(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    def run(url: str, suite: str = "itbench-aa", **wanted: Any) -> dict[str, Any]:
        environment = {
            "PATH": os.environ.get("PATH", ""),
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            "HOME": str(tmp_path),
            "HF_HOME": str(tmp_path / "hugging"),
            "HF_ENDPOINT": url,
            "HF_HUB_DISABLE_XET": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1",
        }
        program = subprocess.run(
            [sys.executable, str(HERE / "fetch_program.py"), json.dumps({"suite": suite, **wanted})],
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert program.returncode == 0, program.stderr
        result: dict[str, Any] = json.loads(program.stdout)
        assert set(result["hosts"]) <= {"127.0.0.1"}
        assert result["threads"] == []
        return result

    return run
