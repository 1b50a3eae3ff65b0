"""The SRE domain as a user meets it: every suite, by the command line."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from itbench.validation.rules import RULES

Itbench = Callable[..., Any]
# What these tests are about is not the sandbox.
OPEN = ("--sandbox", "none", "--allow-unsafe")
# The options of a fresh incident, which is searched for once: other tests and docs/tutorial/getting-started.md have the same.
FRESH = ("-S", "seed=20260117", "-S", "count=1")
TRUTHS = Path(__file__).parents[2] / "../shared/reference/itbench/ground_truths/head"

needs_truths = pytest.mark.skipif(not TRUTHS.is_dir(), reason=f"the public truths are not at {TRUTHS}")


@pytest.fixture
def incidents(incident_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ITBENCH_CACHE", str(incident_cache))


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lay all public truths out as ITBench-Lite does, each with an alert file."""
    root = tmp_path_factory.mktemp("published")
    for path in sorted(TRUTHS.glob("scenario_*/v1.yaml")):
        folder = root / f"Scenario-{path.parent.name.removeprefix('scenario_')}"
        (folder / "alerts").mkdir(parents=True)
        shutil.copyfile(path, folder / "ground_truth.yaml")
        (folder / "alerts" / "alerts_at_2025-12-15T17-30-49.329092.json").write_text("[]")
        (folder / "status.json").write_text('{"events": []}')
    return root


def run(itbench: Itbench, *arguments: str | Path) -> dict[str, Any]:
    done = itbench("run", "--json", *arguments)
    assert done.code == 0, done.err
    result: dict[str, Any] = json.loads(done.out)
    return result


# In sre-0011 nothing is wrong, nor in two more of the forty, which is all that the cheat `empty` ever says.
@pytest.mark.parametrize(
    ("tasks", "count", "empty"),
    [
        pytest.param("sre-00[01][15]", 4, 0.25, marks=pytest.mark.slow),
        pytest.param("sre-*", 40, 0.075, marks=pytest.mark.soak),
    ],
)
def test_the_oracle_scores_one_and_null_scores_zero_on_the_embedded_suite(
    tasks: str, count: int, empty: float, incidents: None, itbench: Itbench
) -> None:
    """Slow: makes some of the embedded incidents."""
    for agent, score in (("oracle", 1.0), ("null", 0.0), ("echo", 0.0), ("empty", empty)):
        found = run(itbench, "sre", "-a", agent, "--task", tasks)
        assert (found["score"], found["trials_scored"]) == (score, count), agent


@pytest.mark.soak
def test_no_cheat_gets_far_and_the_best_adversary_is_the_floor(incidents: None, itbench: Itbench) -> None:
    """All agents over all embedded incidents."""
    from itbench_sre.domain import DOMAIN
    from itbench_sre.suites.incidents import INCIDENTS

    scores = {spec.name: run(itbench, "sre", "-a", spec.name)["score"] for spec in DOMAIN.agents}
    assert 0.2 <= scores.pop("baseline") <= 0.9
    cheats = {spec.name: scores[spec.name] for spec in DOMAIN.agents if spec.role == "cheat"}
    assert max(cheats.values()) < 0.25, cheats
    assert INCIDENTS.floor is not None
    assert INCIDENTS.floor.value >= max(score for name, score in scores.items() if name != "expert")


@pytest.mark.soak
@pytest.mark.slow
def test_validating_a_drawn_suite_finds_nothing(incidents: None, itbench: Itbench) -> None:
    """Slow: searches for an incident, runs every cheat on it and reads every input for canaries."""
    done = itbench("validate", "sre", *FRESH)
    conclusion = f"sre/incidents: 1 tasks, {len(RULES) + 1} rules, 2 skipped in part, no fault"
    assert (done.code, done.out.splitlines()[-1]) == (0, conclusion)


@pytest.mark.soak
def test_validating_the_embedded_suite_finds_nothing(incidents: None, itbench: Itbench) -> None:
    done = itbench("validate", "sre")
    assert (done.code, done.out) == (0, f"sre/incidents: 40 tasks, {len(RULES) + 1} rules, no fault\n")


@pytest.mark.soak
@pytest.mark.slow
def test_a_held_out_suite_is_one_option_away_and_has_no_floor(incidents: None, itbench: Itbench) -> None:
    """Slow: searches for an incident, where no other test has."""
    found = run(itbench, "sre/incidents", "-a", "oracle", *FRESH)
    assert (found["score"], found["trials_scored"], found["floor"]) == (1.0, 1, None)
    assert "floor: " not in itbench("leaderboard", found["path"], "--published").out


@pytest.mark.soak
@pytest.mark.slow
def test_a_kill_while_incidents_are_made_leaves_no_process_and_no_half_incident(
    incidents: None, incident_cache: Path, copy_tasks: Callable[..., None], tmp_path: Path
) -> None:
    """Slow: makes two incidents of eight, of which one takes much longer, is killed in between, and makes what is left."""
    from itbench_sre.suites.incidents import INCIDENTS_QUICK

    cache = tmp_path / "cache"
    root = cache / INCIDENTS_QUICK._root.relative_to(incident_cache)
    there = [f"sre-{number:04d}" for number in range(3, 9)]
    copy_tasks(INCIDENTS_QUICK._root, root, there)
    variables = os.environ | {"ITBENCH_CACHE": str(cache), "PYTHONPATH": os.pathsep.join(sys.path)}
    words = ["list-tasks", "sre/incidents-quick"]
    command = [sys.executable, "-c", "from itbench.cli.main import main; main()", *words]
    process = subprocess.Popen(command, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while len(list(root.glob("inputs/*"))) == len(there) and time.monotonic() < deadline:
        time.sleep(0.05)
    workers = _children(process.pid)
    process.kill()
    process.wait()
    while any(_is_alive(pid) for pid in workers) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert workers
    assert not any(_is_alive(pid) for pid in workers)
    done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert len(list(root.glob("truths/*.json"))) == len(list(root.glob("inputs/*"))) == 8


def _children(pid: int) -> list[int]:
    return [int(text) for text in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _is_alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("seed=abc", "suite option seed='abc' must be an integer from 1 to"),
        ("count=3", "takes `count` only with `seed`"),
        ("colour=red", "suite 'incidents' has no option 'colour'"),
    ],
)
def test_wrong_options_of_the_embedded_suite_are_refused(option: str, message: str, itbench: Itbench) -> None:
    done = itbench("run", "sre", "-S", option)
    assert done.code == 2
    assert message in done.err


@pytest.mark.slow
def test_no_id_path_or_time_of_an_input_tells_one_incident_from_another(
    incidents: None, incident_cache: Path
) -> None:
    """Slow: needs embedded incidents."""
    from itbench_sre.suites.incidents import INCIDENTS_QUICK
    from itbench_sre.world.mechanisms.catalogue import CATALOGUE

    for task in INCIDENTS_QUICK.tasks():
        inputs = INCIDENTS_QUICK.inputs(task.id)
        assert len({entry.source.stat().st_mtime for entry in inputs}) == 1
        assert not any(name in entry.path for entry in inputs for name in CATALOGUE)
        assert "truth" not in " ".join(str(entry.source.relative_to(incident_cache)) for entry in inputs)


@needs_truths
@pytest.mark.soak  # Three agents over 61 tasks; what is validated below is tried each time.
def test_every_public_truth_is_solved_by_its_oracle_and_by_nothing_else(
    published: Path, itbench: Itbench
) -> None:
    arguments = ("sre/itbench-aa", "--data", published)
    assert run(itbench, *arguments, "-a", "oracle")["score"] == 1.0
    assert run(itbench, *arguments, "-a", "null")["score"] == 0.0
    assert run(itbench, *arguments, "-a", "echo")["score"] == 0.0


@needs_truths
@pytest.mark.soak  # All agents that know nothing over 61 tasks.
def test_every_public_truth_keeps_all_rules(published: Path, itbench: Itbench) -> None:
    done = itbench("validate", "sre/itbench-lite", "--data", published)
    assert (done.code, done.out) == (0, f"sre/itbench-lite: 61 tasks, {len(RULES) + 1} rules, no fault\n")


@pytest.mark.slow
@needs_truths
def test_the_view_that_agents_had_is_recorded_and_bookkeeping_is_hidden_by_default(
    published: Path, itbench: Itbench
) -> None:
    program = """ls -R . > seen; printf '{"contributing_factors": [{"name": "%s"}]}' "$(cat seen | tr '\\n' ' ')" > agent_output.json"""
    seen = {}
    for option in ((), ("--as-published",)):
        arguments = (
            "sre/itbench-lite",
            "--data",
            published,
            "-t",
            "itbench-lite-16",
            *option,
            "-a",
            "command",
            *OPEN,
        )
        found = run(itbench, *arguments, "--", "sh", "-c", program)
        shown = json.loads(itbench("show", found["path"], "itbench-lite-16", "--json").out)
        plan = _plan(Path(found["path"]))
        seen[plan["suite_settings"]["view"]] = shown["answer"]["contributing_factors"][0]["name"]
    assert "ground_truth" not in " ".join(seen.values())
    assert ("status.json" in seen["default"], "status.json" in seen["as-published"]) == (False, True)


def _plan(path: Path) -> dict[str, Any]:
    from itbench.store.reader import RunFile

    with RunFile(path) as found:
        return found.plan()


@needs_truths
@pytest.mark.slow  # Two runs of programs in sandboxes.
def test_a_run_can_be_scored_with_truths_that_lie_elsewhere(
    published: Path, itbench: Itbench, tmp_path: Path
) -> None:
    apart = tmp_path / "without-truths"
    shutil.copytree(published, apart, ignore=shutil.ignore_patterns("ground_truth.yaml"))
    program = """echo '{"contributing_factors": [{"name": "otel-demo/ConfigMap/flagd-config"}]}' > agent_output.json"""
    command = ("-a", "command", *OPEN, "--", "sh", "-c", program)
    tasks = ("--task", "itbench-lite-[12]?")
    here = run(itbench, "sre/itbench-lite", "--data", published, *tasks, *command)
    there = run(itbench, "sre/itbench-lite", "--data", apart, *tasks, "--no-score", *command)
    again = json.loads(itbench("score", there["path"], "--truths", published, "--json").out)
    assert again["score"] == here["score"]
    # 16 of the 64 root groups are a ConfigMap; flagd-config is the whole answer of 13 of all 61 tasks.
    assert 0 < here["score"] < 1


def test_a_missing_dataset_is_one_line_with_the_command_that_brings_it(
    itbench: Itbench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    done = itbench("run", "sre/itbench-aa")
    assert done.code == 3
    assert "itbench fetch sre/itbench-aa" in done.err
    assert len(done.err.splitlines()) == 1
