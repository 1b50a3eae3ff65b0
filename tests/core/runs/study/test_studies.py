"""Studies as users run them: one folder of runs, which is killed and resumed, and one table at the end."""

import json
import random
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from itbench.store.claim import Claim

Itbench = Callable[..., Any]
Background = Callable[..., subprocess.Popen[str]]

STUDY = """
repeats: 2
seed: 7
max_trials: 2
suites:
  - sums/easy
  - {suite: sums/many, name: more, options: {count: 20}}
  - {suite: sums/many, name: strict, options: {count: 10}, limits: {turns: 5}, limit: 8}
agents:
  - {agent: adder, options: {delay_ms: 30}}
  - {agent: adder, name: sloppy, options: {wrong: 3, delay_ms: 30}}
  - oracle
"""
RUNS, TRIALS = 9, 2 * 3 * (12 + 20 + 8)
# What each run has of its own, whatever it measured.
OF_ITS_OWN = {"run", "path", "wall_s", "folder", "study"}


@pytest.fixture(autouse=True)
def _sums(sums: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install the domain, in a folder of the test's own."""
    monkeypatch.chdir(tmp_path)


def written(text: str, name: str = "study.yaml") -> Path:
    Path(name).write_text(text)
    return Path(name)


def measured(value: Any) -> Any:
    """Return what a matrix says without names and times."""
    if isinstance(value, dict):
        return {key: measured(entry) for key, entry in value.items() if key not in OF_ITS_OWN}
    return [measured(entry) for entry in value] if isinstance(value, list) else value


def attempts(folder: Path) -> dict[str, list[int]]:
    """Return how often each trial was attempted, by run file, through nothing of ours."""
    found = {}
    for path in sorted(folder.glob("*.itbench")):
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            rows = connection.execute("SELECT count(*) FROM trial GROUP BY task, repeat").fetchall()
        found[path.name] = [row[0] for row in rows]
    return found


def begun(folder: Path) -> int:
    return sum(map(len, attempts(folder).values()))


def kill(process: subprocess.Popen[str], folder: Path, at_least: int, delay_s: float) -> None:
    """Kill a process a while after its study has so many trials."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None and begun(folder) < at_least:
        time.sleep(0.02)
    time.sleep(delay_s)
    process.send_signal(signal.SIGKILL)
    out, err = process.communicate()
    assert process.returncode == -signal.SIGKILL, f"it ended before its time: {out}{err}"


@pytest.mark.slow  # It starts processes of its own.
@pytest.mark.parametrize(
    "seed", [1, pytest.param(2, marks=pytest.mark.soak), pytest.param(3, marks=pytest.mark.soak)]
)
def test_a_study_that_is_killed_twice_and_resumed_gives_the_table_of_one_that_was_not(
    itbench: Itbench, background: Background, seed: int
) -> None:
    chance = random.Random(seed)
    path, folder = written(STUDY), Path("runs/study")
    kill(background("run", path), folder, chance.randrange(1, 60), chance.random() * 0.3)
    kept = begun(folder)
    kill(background("resume", folder), folder, kept + chance.randrange(1, 60), chance.random() * 0.3)
    assert kept < begun(folder) < TRIALS
    resumed = itbench("resume", folder)
    whole = itbench("run", path, "--out", "whole")
    assert (resumed.code, whole.code) == (0, 0), resumed.err + whole.err
    assert resumed.out.replace("runs/study", "whole") == whole.out
    matrices = [json.loads(itbench("resume", each, "--json").out) for each in (folder, "whole")]
    assert measured(matrices[0]) == measured(matrices[1])
    assert len(matrices[0]["runs"]) == RUNS
    found = attempts(folder)
    assert len(found) == RUNS
    assert {count for counts in found.values() for count in counts} == {1}
    assert begun(folder) == TRIALS
    assert sorted(each.name for each in folder.iterdir()) == sorted([*found, "study.json"])


def test_the_matrix_has_the_numbers_of_its_runs_and_the_boards_have_its_runs(itbench: Itbench) -> None:
    path = written(STUDY.replace("delay_ms: 30", "delay_ms: 0"))
    done = itbench("run", path, "--json", "--out", "whole")
    assert done.code == 0, done.err
    assert [line for line in done.err.splitlines() if line.startswith("run ")][
        -1
    ] == "run 9 of 9: strict with oracle"
    matrix = json.loads(done.out)
    for run in matrix["runs"]:
        shown = json.loads(itbench("show", run["path"], "--json").out)
        assert {key: run[key] for key in ("score", "interval", "headline")} == {
            key: shown[key] for key in ("score", "interval", "headline")
        }
    assert {run["row"] for run in matrix["runs"] if run["score"] == 1.0} == {"adder:delay_ms=0", "oracle"}
    boards = json.loads(itbench("leaderboard", *sorted(Path("whole").glob("*.itbench")), "--json").out)
    assert [len(board["runs"]) for board in boards] == [3, 3, 3]
    assert {board["suite_hash"] for board in boards} == {
        each for suite in matrix["suites"] for each in suite["suite_hashes"]
    }
    text = itbench("resume", "whole").out.splitlines()
    assert text[0] == "study whole: 3 suites, 3 agents, 9 runs; score (95 % interval)"
    assert text[1].split() == ["agent", "sums/easy", "more", "strict", "scored", "cost", "marks"]
    assert [line.split()[0] for line in text[3:7]] == ["adder:delay_ms=0", "sloppy", "oracle", "floor"]


SMALL = "suites: [{suite: sums, limit: 2}]\nagents: [adder, 'null', oracle]\n"


def test_the_floor_of_a_column_is_that_of_its_cheats(itbench: Itbench) -> None:
    done = itbench("run", written(SMALL))
    assert done.code == 0, done.err
    (floor,) = [line for line in done.out.splitlines() if line.startswith("floor")]
    assert floor.split() == ["floor", "0.000", "(null)"]


def test_a_study_is_begun_once_in_a_folder(itbench: Itbench) -> None:
    path = written(SMALL)
    assert itbench("run", path).code == 0
    again = itbench("run", path)
    assert again.code == 2
    assert "was begun in 'runs/study' already; `itbench resume runs/study` runs what is missing" in again.err
    written(SMALL.replace("limit: 2", "limit: 3"))
    changed = itbench("run", path)
    assert changed.code == 2
    assert "is not the one in 'runs/study' ($.suites[0].limit was 2 and is 3)" in changed.err
    assert len(attempts(Path("runs/study"))) == 3
    assert itbench("run", path, "--out", "other").code == 0


def test_other_runs_and_a_study_do_not_share_a_folder(itbench: Itbench) -> None:
    assert itbench("run", "sums", "-n", "1").code == 0
    done = itbench("run", written(SMALL), "--out", "runs")
    assert done.code == 2
    assert "'runs' holds other runs; give the study a folder of its own" in done.err
    assert not Path("runs/study.json").exists()


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        (SMALL + "seed: 3\n", "$.seed was not there and is 3"),
        (
            SMALL.replace("limit: 2", "limit: 2, tags: [even]"),
            '$.suites[0].tags was not there and is ["even"]',
        ),
        (SMALL.replace(", oracle", ""), '$.agents[2] was "oracle" and is gone'),
        (SMALL.replace("adder", "adder:wrong=1"), '$.agents[0] was "adder" and is "adder:wrong=1"'),
    ],
)
def test_a_study_whose_file_has_changed_is_not_resumed(itbench: Itbench, text: str, changed: str) -> None:
    path = written(SMALL)
    assert itbench("run", path, "--max-trials", "1").code == 0
    written(text)
    done = itbench("resume", "runs/study")
    assert done.code == 2
    assert f"has changed since the study in 'runs/study' was begun ({changed}); change it back" in done.err
    written(f"# A remark changes nothing.\n{SMALL}\n")
    assert itbench("resume", "runs/study").code == 0


def test_a_study_is_resumed_elsewhere_and_without_its_file(
    itbench: Itbench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = written(SMALL)
    assert itbench("run", path).code == 0
    path.unlink()
    Path("runs/study").rename("moved")
    gone = next(Path("moved").glob("*-oracle-*"))
    gone.unlink()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    done = itbench("resume", tmp_path / "moved")
    assert done.code == 0, done.err
    assert [line for line in done.err.splitlines() if line.startswith("run ")] == [
        "run 3 of 3: sums with oracle"
    ]
    assert len(attempts(tmp_path / "moved")) == 3


def test_what_a_kill_leaves_between_the_state_and_the_run_file_is_removed(itbench: Itbench) -> None:
    assert itbench("run", written(SMALL)).code == 0
    folder = Path("runs/study")
    state = json.loads((folder / "study.json").read_text())
    last = folder / state["runs"][2]["file"]
    last.rename(f"{last}.part")
    Path(f"{last}.lock").touch()
    before = attempts(folder)
    done = itbench("resume", folder)
    assert done.code == 0, done.err
    after = attempts(folder)
    assert len(after) == 3
    assert before.items() < after.items()
    assert sorted(each.name for each in folder.iterdir()) == sorted([*after, "study.json"])


def test_two_processes_do_not_work_on_a_study(itbench: Itbench) -> None:
    assert itbench("run", written(SMALL)).code == 0
    with Claim(Path("runs/study/study.json")):
        done = itbench("resume", "runs/study")
    assert done.code == 3
    assert "'runs/study/study.json' is in use: process " in done.err


def test_a_damaged_state_and_a_folder_without_one_are_told(itbench: Itbench) -> None:
    assert itbench("run", written(SMALL)).code == 0
    Path("runs/study/study.json").write_text('{"format": 1}')
    done = itbench("resume", "runs/study")
    assert (done.code, "Traceback" in done.err) == (3, False)
    assert "'runs/study/study.json' is damaged, or of a newer itbench" in done.err
    none = itbench("resume", "runs")
    assert none.code == 2
    assert "there is no study in 'runs'; `itbench runs runs` lists the runs in it" in none.err


def test_all_runs_that_cannot_start_are_told_before_any_begins(
    itbench: Itbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    path = written(
        "suites: [sums/easy, sums/hard, nowhere]\n"
        "agents: [adder, 'adder:speed=3', {model: openai/gpt-5, suites: [sums/easy]}]\n"
    )
    done = itbench("run", path)
    assert done.code == 2
    lines = done.err.splitlines()
    assert [line for line in lines if line.startswith("run ")] == []
    for part in (
        "sums/hard with adder and 1 more run cannot start: unknown suite 'sums/hard'",
        "nowhere with adder and 1 more run cannot start: unknown domain 'nowhere'",
        "sums/easy with adder:speed=3 cannot start: ",
        "sums/easy with react:model=openai/gpt-5 cannot start: this is missing: no API key",
    ):
        assert [line for line in lines if part in line], (part, lines)
    assert not Path("runs").exists()


UNREADY = """
from dataclasses import replace
from itbench import AgentSpec, UsageError
from itbench_sums import DOMAIN as SUMS, Adder

class Unready(Adder):
    def __init__(self, request):
        self._events, self._delay_s, self._wrong = 1, 0, 0
    def prepare(self, progress):
        raise UsageError("it could not be installed")

class Broken(Unready):
    def prepare(self, progress):
        pass
    async def solve(self, task, workspace, trace):
        raise ValueError("no way")

DOMAIN = replace(SUMS, name="unready", agents=(*SUMS.agents,
    AgentSpec(name="unready", summary="s", create=Unready, is_in_process=True),
    AgentSpec(name="broken", summary="s", create=Broken, is_in_process=True)))
"""


def test_a_run_that_fails_does_not_stop_the_others(
    itbench: Itbench, distribution: Callable[..., Path]
) -> None:
    distribution(
        "unready", group="itbench.domains", points={"unready": "unready:DOMAIN"}, code={"unready": UNREADY}
    )
    path = written("suites: [{suite: unready/easy, limit: 2}]\nagents: [unready, broken, adder]\n")
    for done in (itbench("run", path), itbench("resume", "runs/study")):
        assert done.code == 1
        assert (
            "error: unready/easy with unready: it could not be installed; the other runs continue" in done.err
        )
        cells = {line.split()[0]: line.split()[1] for line in done.out.splitlines()[3:6]}
        assert cells == {"unready": "failed", "broken": "0.000", "adder": "1.000"}
        assert "unready/easy with unready: failed: it could not be installed" in done.out
        assert (
            "unready/easy with broken: the agent failed in all trials, for example with 'ValueError: no way'"
            in done.out
        )
    found = json.loads(itbench("resume", "runs/study", "--json").out)
    assert [run["status"] for run in found["runs"]] == ["failed", "agent failed", "complete"]
    assert not found["is_complete"]


def test_a_budget_holds_over_all_runs(spend: None, itbench: Itbench) -> None:
    path = written(
        "suites: [{suite: spend, limit: 3}, {suite: spend/many, limit: 3}]\n"
        "agents: [spender, {agent: 'spender:wrong=2', name: other}]\nmax_cost: 4\nmax_trials: 1\n"
    )
    done = itbench("run", path)
    folder = Path("runs/study")
    assert (done.code, begun(folder)) == (1, 4)
    assert (
        "stopped: $4.00 is spent, of at most $4.00 for the study; continue with: itbench resume runs/study --max-cost"
        in done.err
    )
    assert "not begun: 2 runs" in done.out
    assert "cost of the study: $4.00, at most $4.00" in done.out
    again = itbench("resume", folder)
    assert (again.code, begun(folder)) == (1, 4)
    assert again.err.splitlines()[-1].startswith("stopped: $4.00 is spent, of at most $4.00 for the study; ")
    more = itbench("resume", folder, "--max-cost", "7.5")
    assert (more.code, begun(folder)) == (1, 8)
    assert "cost of the study: $8.00, at most $7.50" in more.out
    last = itbench("resume", folder, "--max-cost", "100")
    assert (last.code, begun(folder)) == (0, 12)
    assert "cost of the study: $12.00, at most $100.00" in last.out


def test_a_cost_that_is_not_known_ends_the_study(spend: None, itbench: Itbench) -> None:
    path = written(
        "suites: [spend, spend/many]\nagents: ['spender:price=unknown']\nmax_cost: 4\nmax_trials: 1\n"
    )
    done = itbench("run", path)
    assert (done.code, begun(Path("runs/study"))) == (1, 1)
    assert "replies cost is not known" in done.err


def test_the_command_line_says_what_holds_for_all_runs(spend: None, itbench: Itbench) -> None:
    path = written("suites: [{suite: spend, limit: 2}]\nmax_cost: 100\nmax_trials: 7\nout: from-file\n")
    words = ("--max-cost", "1", "--max-trials", "1", "--out", "named", "--json")
    done = json.loads(itbench("run", path, *words).out)
    assert (done["folder"], done["max_cost_usd"], begun(Path("named"))) == ("named", 1.0, 1)
    assert itbench("run", path, "--dry-run").out.splitlines()[-1] == "run files: in from-file"
    assert not Path("from-file").exists()


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("--agent", "oracle"), "--agent"),
        (("-m", "openai/gpt-5"), "--model"),
        (("--task", "x", "--repeats", "1"), "--task, --repeats"),
        (("--seed", "0"), "--seed"),
        (("--shard", "1/2"), "--shard"),
        (("--no-score",), "--no-score"),
        (("--", "./my-agent"), "the words after --"),
    ],
)
def test_options_that_belong_in_the_file_are_refused_by_name(
    itbench: Itbench, words: tuple[str, ...], named: str
) -> None:
    done = itbench("run", written(SMALL), *words)
    assert done.code == 2
    assert f"with a study file, leave out {named}: the file says which suites and agents" in done.err
    assert not Path("runs").exists()


def test_words_after_the_dashes_belong_to_one_run(itbench: Itbench) -> None:
    assert itbench("run", written(SMALL)).code == 0
    done = itbench("resume", "runs/study", "--", "x")
    assert done.code == 2
    assert "words after -- belong to one run" in done.err


def test_each_run_has_to_reach_the_least_score(itbench: Itbench) -> None:
    done = itbench("run", written(SMALL), "--fail-under", "0.5")
    assert done.code == 1
    assert "error: sums with null: the score is 0.000, with --fail-under 0.5" in done.err
    assert "sums with adder" not in done.err.partition("error:")[2]
    assert itbench("resume", "runs/study", "--fail-under", "0").code == 0


def test_a_dry_run_prices_each_run_and_all(itbench: Itbench, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("genai_prices")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    path = written(
        "repeats: 2\nsuites: [{suite: sums, limit: 3}, {suite: sums/many, limit: 5}]\n"
        "agents: [adder, {model: openai/gpt-5}, {agent: react, model: openai/gpt-5-mini, name: mini}]\n"
    )
    done = itbench("run", path, "--dry-run")
    assert done.code == 0, done.err
    rows = [line.split() for line in done.out.splitlines()[2:9]]
    assert [(row[0], row[1]) for row in rows[:-1]] == [
        (suite, agent)
        for suite in ("sums", "sums/many")
        for agent in ("adder", "react:model=openai/gpt-5", "mini")
    ]
    assert [row[3] for row in rows[:-1]] == ["6", "6", "6", "10", "10", "10"]
    assert rows[-1][:4] == ["total", "6", "runs", "48"]
    assert "to run mini, this is missing: no API key" in done.out
    found = json.loads(itbench("run", path, "--dry-run", "--json").out)
    for at in (0, 1):
        parts = [run["estimates"][at] for run in found["runs"] if run["estimates"]]
        assert len(parts) == 4
        for name in ("input_tokens", "output_tokens", "cost_usd"):
            assert found["estimates"][at][name] == pytest.approx(sum(part[name] for part in parts)) != 0
    single = json.loads(
        itbench("run", "sums", "-n", "3", "-k", "2", "-m", "openai/gpt-5", "--dry-run", "--json").out
    )
    assert found["runs"][1]["estimates"] == single["estimates"]
    assert not Path("runs").exists()


def test_a_dry_run_names_what_cannot_be_planned(itbench: Itbench) -> None:
    done = itbench("run", written("suites: [sums/hard]\n"), "--dry-run")
    assert done.code == 2
    assert "sums/hard with baseline cannot start: unknown suite" in done.err


HELD_OUT = """
from dataclasses import replace
from itbench_sums import DOMAIN as SUMS, Sums

class HeldOut(Sums):
    secret_options = frozenset({"count"})

DOMAIN = replace(SUMS, name="held", suites=(HeldOut("out", 5),))
"""


def test_a_secret_option_of_a_suite_is_not_kept_in_the_folder(
    itbench: Itbench, distribution: Callable[..., Path]
) -> None:
    distribution("held", group="itbench.domains", points={"held": "held:DOMAIN"}, code={"held": HELD_OUT})
    text = "suites: [{suite: held, options: {count: 0000000000003}}]\nagents: [adder, oracle]\n"
    path = written(text)
    assert itbench("run", path).code == 0
    folder = Path("runs/study")
    assert "0000000000003" not in (folder / "study.json").read_text()
    next(folder.glob("*-oracle-*")).unlink()
    assert itbench("resume", folder).code == 0
    written(text.replace("0000000000003", "0000000000004"))
    changed = itbench("resume", folder)
    assert changed.code == 2
    assert "the option 'count' of suite 'held' is another one" in changed.err
    path.unlink()
    next(folder.glob("*-oracle-*")).unlink()
    done = itbench("resume", folder, "--json")
    assert done.code == 0, done.err
    assert {run["trials_planned"] for run in json.loads(done.out)["runs"]} == {3}


def test_a_study_without_scores_is_scored_later(itbench: Itbench) -> None:
    done = itbench("run", written(SMALL + "score: false\n"))
    assert done.code == 0, done.err
    assert done.out.count("not scored") == 2  # An agent that hands in nothing has 0, whatever the truth is.
    for each in Path("runs/study").glob("*.itbench"):
        assert itbench("score", each).code == 0
    assert "1.000" in itbench("resume", "runs/study").out


def test_without_agents_each_domain_brings_its_baseline(spend: None, itbench: Itbench) -> None:
    done = itbench("run", written("suites: [{suite: sums, limit: 1}, {suite: spend, limit: 1}]\n"), "--json")
    assert done.code == 0, done.err
    runs = json.loads(done.out)["runs"]
    assert [(run["row"], run["agent"]["name"]) for run in runs] == [
        ("baseline", "adder"),
        ("baseline", "spender"),
    ]


def test_tasks_are_chosen_as_on_the_command_line(itbench: Itbench) -> None:
    Path("chosen.txt").write_text("sum-0003\nsum-001*\n")
    suites = (
        "[{suite: sums, task_file: chosen.txt}, {suite: sums/many, tasks: [sum-00*], tags: [even], limit: 7}]"
    )
    done = itbench("run", written(f"suites: {suites}\nagents: [adder]\n"), "--json")
    assert done.code == 0, done.err
    assert [run["tasks_planned"] for run in json.loads(done.out)["runs"]] == [3, 7]
    chosen = itbench("run", written(f"suites: {suites}\n"), "--dry-run", "--json")
    ids = [[task["id"] for task in run["plan"]["tasks"]] for run in json.loads(chosen.out)["runs"]]
    assert ids[0] == ["sum-0003", "sum-0010", "sum-0011"]
    missing = itbench("run", written("suites: [{suite: sums, task_file: none.txt}]\n"), "--out", "other")
    assert missing.code == 2
    assert "none.txt' cannot be read: No such file" in missing.err
