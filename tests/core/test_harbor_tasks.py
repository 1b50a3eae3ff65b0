"""`itbench export-tasks --to harbor`: Harbor loads every task, the truth is nowhere an agent is, and the scores are itbench's own."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from itbench.harbor.score import score_folder

Itbench = Callable[..., Any]
# Domains are loaded, and Harbor's models are another Python's.
pytestmark = pytest.mark.slow

READ = """
import json, sys, tomllib
from pathlib import Path
from harbor.models.task.task import Task
from harbor.models.task.verifier_mode import resolve_verifier_environment_definition
found = []
for path in sorted(Path(sys.argv[1]).iterdir()):
    assert Task.is_valid_dir(path)
    task = Task(path)
    scoring = resolve_verifier_environment_definition(task.config, task.paths)
    assert scoring.bundled_tests and scoring.directory == task.paths.tests_dir
    assert task.paths.discovered_solve_path is not None
    found.append([task.name, task.instruction, task.config.artifacts, task.config.agent.timeout_sec])
print(json.dumps(found))
"""
# Incidents take seconds each to make.
SUITES = ["sums/easy", "finops/anomalies", pytest.param("sre/incidents", marks=pytest.mark.soak)]


@pytest.fixture
def written(itbench: Itbench, sums: Path) -> Callable[[str], Path]:
    def write(suite: str) -> Path:
        reference = suite
        if not suite.startswith("sums"):
            reference = "./made"
            assert itbench("make", suite, "--seed", "7", "--tasks", "2", "--out", reference).code == 0
        done = itbench("export-tasks", reference, "--to", "harbor", "--out", "tasks", "--json")
        assert done.code == 0, done.err
        told = json.loads(done.out)
        folders = sorted(Path("tasks").iterdir())
        assert (told["suite"], told["tasks"]) == (suite, len(folders))
        return Path("tasks").absolute()

    return write


def scored(task: Path, workspace: Path, logs: Path) -> tuple[Any, Any]:
    """Score as the script in the image does, with its own words but for the folders."""
    words = (task / "tests" / "test.sh").read_text().split()
    assert words[1:6] == ["exec", "python", "-I", "-m", "itbench.harbor.score"]
    problem = score_folder(words[6], task / "tests" / "suite", workspace, logs)
    reward = logs / "reward.json"
    return (json.loads(reward.read_text())["reward"] if reward.exists() else None), problem


@pytest.mark.parametrize("suite", SUITES)
def test_harbor_loads_every_task_with_a_scoring_image_of_its_own(suite: str, written: Any, peer: Any) -> None:
    root = written(suite)
    found = json.loads(peer(READ, root))
    assert len(found) == len(list(root.iterdir())) > 1
    for name, instruction, artifacts, seconds in found:
        task = root / name.partition("/")[2]
        stored = json.loads(next((task / "tests/suite/tasks").iterdir()).read_text())
        assert instruction.strip() == stored["instructions"].strip()
        assert artifacts == [f"/app/{stored['hand_in']['answer']}"]
        assert seconds == stored["limits"]["wall_s"]


@pytest.mark.parametrize("suite", SUITES)
def test_no_truth_is_outside_of_the_folders_that_no_agent_sees(suite: str, written: Any) -> None:
    for task in written(suite).iterdir():
        truth = json.loads(next((task / "tests/suite/truths").iterdir()).read_text())
        shown = [path for path in task.rglob("*") if path.is_file() and path.parts[-2] != "truths"]
        of_the_agent = [
            path for path in shown if not {"tests", "solution"} & set(path.relative_to(task).parts)
        ]
        assert {path.relative_to(task).parts[0] for path in of_the_agent} == {
            "instruction.md",
            "task.toml",
            "environment",
        }
        # What the image of the agent is built from: its Dockerfile and the inputs, neither itbench nor a file of a truth.
        assert {path.name for path in (task / "environment").iterdir()} <= {"Dockerfile", "inputs"}
        assert "itbench" not in (task / "environment" / "Dockerfile").read_text()
        for path in of_the_agent:
            assert truth["canary"].encode() not in path.read_bytes()
            assert not path.is_symlink()


@pytest.mark.parametrize("suite", SUITES)
def test_the_solution_scores_1_and_nothing_scores_0(suite: str, written: Any, tmp_path: Path) -> None:
    for number, task in enumerate(sorted(written(suite).iterdir())[:4]):
        empty, logs = tmp_path / f"empty-{number}", tmp_path / f"logs-{number}"
        empty.mkdir()
        assert scored(task, empty, logs / "empty") == (0.0, None)
        assert "was not handed in" in json.loads((logs / "empty" / "score.json").read_text())["fault"]
        script = (task / "solution" / "solve.sh").read_text()
        perfect = tmp_path / f"perfect-{number}"
        perfect.mkdir()
        # The script's own words, with another working directory.
        (task / "solution" / "here.sh").write_text(script.replace("/app/", f"{perfect}/"))
        subprocess.run(["sh", task / "solution" / "here.sh"], check=True)
        assert scored(task, perfect, logs / "perfect") == (1.0, None)


def test_scores_are_those_of_a_run(written: Any, itbench: Itbench, tmp_path: Path) -> None:
    """Each answer of a baseline that is now and then wrong gets the same score in Harbor's container as in the run."""
    root = written("sums/easy")
    done = itbench("run", "sums", "--agent", "adder:wrong=2", "--json")
    itbench("export", json.loads(done.out)["path"], "-o", "run.jsonl")
    values = []
    for line in map(json.loads, Path("run.jsonl").read_text().splitlines()):
        workspace = tmp_path / "work" / line["task"]
        workspace.mkdir(parents=True)
        (workspace / "answer.json").write_text(json.dumps(line["submission"]["answer"]))
        reward, problem = scored(root / line["task"], workspace, tmp_path / "logs" / line["task"])
        assert (reward, problem) == (line["value"], None)
        values.append(reward)
    assert set(values) == {0.5, 1.0}


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda path: path.symlink_to("/etc/passwd"), "not a plain file"),
        (lambda path: path.mkdir(), "not a plain file"),
        (lambda path: path.write_bytes(b"x" * 6_000_000), "allowed: 5000000"),
        (lambda path: path.write_bytes(b"{"), "JSON"),
        (lambda path: path.write_text('{"sum": "many"}'), "sum"),
    ],
    ids=["link", "folder", "too large", "no JSON", "no answer"],
)
def test_what_cannot_be_read_is_the_agents_fault_and_scores_0(
    make: Callable[[Path], object], told: str, written: Any, tmp_path: Path
) -> None:
    task, workspace = min(written("sums/easy").iterdir()), tmp_path / "work"
    workspace.mkdir()
    make(workspace / "answer.json")
    assert scored(task, workspace, tmp_path / "logs") == (0.0, None)
    assert told in json.loads((tmp_path / "logs" / "score.json").read_text())["fault"]


def test_a_truth_that_cannot_be_read_is_an_error_and_no_zero(written: Any, tmp_path: Path) -> None:
    task = min(written("finops/anomalies").iterdir())
    (workspace := tmp_path / "work").mkdir()
    subprocess.run(["cp", "-R", f"{task}/solution/files/.", workspace], check=True)
    truth = next((task / "tests" / "suite" / "truths").iterdir())
    truth.write_text("{}")
    words = ["finops", task / "tests" / "suite", workspace, tmp_path / "logs"]
    done = subprocess.run(
        [sys.executable, "-I", "-m", "itbench.harbor.score", *words], capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stderr.startswith("itbench: no score: task: ")
    assert not (tmp_path / "logs" / "reward.json").exists()


@pytest.mark.parametrize(
    ("suite", "told"), [("ciso", "is no suite of files"), ("sre/no-such", "no-such"), ("nothing", "nothing")]
)
def test_a_suite_whose_world_is_more_than_files_is_refused(suite: str, told: str, itbench: Itbench) -> None:
    done = itbench("export-tasks", suite, "--out", "tasks")
    assert (done.code, Path("tasks").exists()) == (2, False)
    assert told in done.err
