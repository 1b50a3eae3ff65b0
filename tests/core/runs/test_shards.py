"""Runs in shards, and the run that is merged of them: the same trials, each once, and nothing missing unseen."""

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from itbench.errors import UsageError
from itbench.interfaces.shard import PlannedShard, planned_repeats
from itbench.runs.merging import merge
from itbench.store.claim import Claim
from itbench.store.reader import RunFile
from itbench.store.seals import seal_all

Itbench = Callable[..., Any]
AGENT = ("-a", "adder:wrong=3,events=2")
# All that was measured and decided, in the order of the plan; when it happened and how long it took is each run's own.
SCORES = """
SELECT trial.task, trial.repeat, trial.attempt, trial.fault, trial.answer_hash, trial.turns, submission.answer,
    score.value, score.metrics, score.reasons, score.details
FROM trial JOIN task ON task.id = trial.task JOIN submission ON submission.trial = trial.id JOIN score ON score.trial = trial.id ORDER BY task.position, trial.repeat, trial.attempt
"""


@pytest.fixture(autouse=True)
def _sums(sums: Path) -> None:
    """Install the domain."""


def in_shards(itbench: Itbench, count: int, *words: str, folder: str = "shards") -> list[Path]:
    """Run all shards, and return their files by number."""
    for number in range(1, count + 1):
        done = itbench("run", "sums/many", *AGENT, *words, "--shard", f"{number}/{count}", "-o", folder)
        assert done.code == 0, done.err
    found = {}
    for path in Path(folder).glob("*.itbench"):
        with RunFile(path) as run:
            found[run.plan()["shard"]["number"]] = path
    return [found[number] for number in sorted(found)]


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def changed(path: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """Return a copy of a run file whose plan is another one, sealed as if it had been written so."""
    copy = path.with_name(f"changed-{path.name}")
    shutil.copyfile(path, copy)
    with closing(sqlite3.connect(copy)) as connection:
        connection.row_factory = sqlite3.Row
        plan = json.loads(connection.execute("SELECT document FROM plan").fetchone()[0])
        change(plan)
        connection.execute("UPDATE plan SET document = ?", (json.dumps(plan),))
        hashes = [(task["content_hash"], task["id"]) for task in plan["tasks"]]
        connection.executemany("UPDATE task SET content_hash = ? WHERE id = ?", hashes)
        seal_all(connection)
        connection.commit()
    return copy


@pytest.mark.parametrize(
    "tasks", [25, pytest.param(500, marks=pytest.mark.soak, id="500, a thousand trials")]
)
def test_merged_shards_equal_one_run(tasks: int, itbench: Itbench) -> None:
    words = ("-S", f"count={tasks}", "-k", "2")
    paths = in_shards(itbench, 8, *words)
    random.Random(tasks).shuffle(paths)
    assert itbench("merge", *paths, "--out", "runs/merged.itbench").code == 0
    itbench("run", "sums/many", *AGENT, *words, "-o", "whole", "--max-trials", "1")
    (whole,) = Path("whole").glob("*.itbench")
    found = rows(Path("runs/merged.itbench"), SCORES)
    assert len(found) == 2 * tasks
    assert found == rows(whole, SCORES)
    assert itbench("check", "runs/merged.itbench").out.startswith("runs/merged.itbench: sound")
    alone, together = (
        json.loads(itbench("show", path, "--json").out) for path in (whole, "runs/merged.itbench")
    )
    for name in ("score", "interval", "headline", "suite_hash", "trials_planned", "trials_scored"):
        assert together[name] == alone[name], name


@pytest.mark.soak
def test_more_shards_are_merged_than_files_may_be_open(itbench: Itbench) -> None:
    paths = in_shards(itbench, 60, "-S", "count=60")
    words = [sys.executable, "-m", "itbench", "merge", *map(str, paths), "--out", "merged.itbench"]
    done = subprocess.run(
        ["sh", "-c", 'ulimit -n 40; exec "$@"', "sh", *words],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert "over 60 of 60 trials" in done.stdout


def test_a_shard_that_has_no_trial_yet_is_merged_where_trials_may_be_missing(itbench: Itbench) -> None:
    first, second = in_shards(itbench, 2, "-S", "count=4")
    with closing(sqlite3.connect(first)) as connection:
        connection.row_factory = sqlite3.Row
        for table in ("score", "event", "submission", "trial"):
            connection.execute(f"DELETE FROM {table}")
        seal_all(connection)
        connection.commit()
    made = itbench("merge", first, second, "--out", "merged.itbench", "--allow-missing", "--json")
    document = json.loads(made.out)
    assert (document["missing_shards"], document["missing_trials"]) == ([], 2)
    assert itbench("check", "merged.itbench").code == 0
    itbench("resume", "merged.itbench")
    assert len(rows(Path("merged.itbench"), SCORES)) == 4


@given(st.integers(1, 40), st.integers(1, 5), st.integers(1, 60))
def test_each_trial_is_in_one_shard(tasks: int, repeats: int, count: int) -> None:
    plan = {"tasks": [{"id": f"t{number}"} for number in range(tasks)], "repeats": repeats}
    seen: list[tuple[str, int]] = []
    for number in range(1, count + 1):
        shard = PlannedShard(number=number, count=count)
        planned = planned_repeats(plan | {"shard": shard.model_dump()})
        mine = [(task, repeat) for task, found in planned.items() for repeat in found]
        assert len(mine) == shard.size(tasks * repeats)
        seen += mine
    assert sorted(seen) == sorted(
        (task, repeat) for task, found in planned_repeats(plan).items() for repeat in found
    )


def test_a_shard_is_resumed_shown_and_exported_as_a_part(itbench: Itbench) -> None:
    first, second = in_shards(itbench, 2, "-S", "count=5", "-k", "2")
    shown = itbench("show", first).out
    assert "5 tasks x 2, shard 1/2" in shown
    assert "over 5 of 5 trials" in shown
    with closing(sqlite3.connect(first)) as connection:
        connection.row_factory = sqlite3.Row
        for table in ("score", "event", "submission"):
            connection.execute(f"DELETE FROM {table} WHERE trial > 2")
        connection.execute("DELETE FROM trial WHERE id > 2")
        seal_all(connection)
        connection.commit()
    refused = itbench("merge", first, second, "--out", "merged.itbench")
    assert refused.code == 2
    assert "has not ended: 3 of 5 trials are missing; `itbench resume" in refused.err
    assert itbench("resume", first).code == 0
    assert sorted(rows(first, "SELECT task, repeat FROM trial")) == [
        ("sum-0000", 0), ("sum-0001", 1), ("sum-0002", 0), ("sum-0003", 1), ("sum-0004", 0),
    ]  # fmt: skip
    for kind in ("csv", "jsonl", "html"):
        assert itbench("export", first, "--to", kind, "-o", f"first.{kind}").code == 0
    assert itbench("merge", first, second, "--out", "merged.itbench").code == 0


def test_a_board_has_whole_runs_only(itbench: Itbench) -> None:
    paths = in_shards(itbench, 2, "-S", "count=4")
    refused = itbench("leaderboard", *paths)
    assert refused.code != 0
    assert "shard 1/2 of a run; `itbench merge` makes one run of all its shards" in refused.err
    itbench("merge", *paths, "--out", "merged.itbench")
    board = itbench("leaderboard", *paths, "merged.itbench", "--json")
    assert board.err.count("skipped: ") == 2
    assert [row["run"] for row in json.loads(board.out)[0]["runs"]] == [
        json.loads(itbench("show", "merged.itbench", "--json").out)["run"]
    ]


def test_missing_shards_are_named_and_can_be_left_to_resume(itbench: Itbench) -> None:
    paths = in_shards(itbench, 4, "-S", "count=6")
    refused = itbench("merge", paths[1], paths[3], "--out", "merged.itbench")
    assert (refused.code, refused.err) == (
        2,
        "error: shards 1/4, 3/4 are missing; --allow-missing merges without, as a run that was interrupted\n",
    )
    assert not Path("merged.itbench").exists()
    made = itbench("merge", paths[1], paths[3], "--out", "merged.itbench", "--allow-missing", "--json")
    document = json.loads(made.out)
    assert (document["missing_shards"], document["missing_trials"]) == ([1, 3], 3)
    assert "3 trials are missing; `itbench resume merged.itbench` runs them" in made.err
    assert itbench("resume", "merged.itbench").code == 0
    itbench("merge", *paths, "--out", "all.itbench")
    both = [sorted(rows(Path(name), SCORES)) for name in ("merged.itbench", "all.itbench")]
    assert both[0] == both[1]


OTHERS: Mapping[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "version of itbench": (lambda plan: plan.update(itbench_version="0.0.1"), "itbench_version is"),
    "version of the domain": (lambda plan: plan.update(domain_origin="sums 2.0"), "domain_origin is"),
    "code of the domain": (lambda plan: plan.update(domain_code="sha256:0"), "domain_code is"),
    "suite": (lambda plan: plan.update(suite="easy"), "suite is"),
    "version of the suite": (lambda plan: plan.update(suite_version="2"), "suite_version is"),
    "seed": (lambda plan: plan.update(seed=1), "seed is"),
    "agent": (lambda plan: plan["agent"]["options"].update(wrong="4"), "options of the agent is"),
    "limits": (lambda plan: plan["limits"].update(turns=3), "limits is"),
    "sandbox": (lambda plan: plan.update(sandbox="podman"), "sandbox is"),
    "Python": (lambda plan: plan.update(python_version="3.99.1"), "python_version is"),
    "task": (
        lambda plan: plan["tasks"][1].update(content_hash="sha256:" + "0" * 64),
        "task sum-0001 is not the same in both",
    ),
    "truth": (
        lambda plan: plan["tasks"][0].update(private_hash="hmac-sha256:" + "0" * 64),
        "task sum-0000 is not the same in both",
    ),
    "resumed": (
        lambda plan: plan.update(
            resumed=[
                {
                    "resumed_at": "2026-01-01T00:00:00",
                    "itbench_version": "9",
                    "python_version": "3.11.1",
                    "domain_origin": "sums 1.0",
                    "agent_origin": "sums 1.0",
                }
            ]
        ),
        "was resumed with other versions than it was started with",
    ),
}


def test_shards_of_other_runs_are_refused(itbench: Itbench) -> None:
    first, second = in_shards(itbench, 2, "-S", "count=4")
    for name, (change, told) in OTHERS.items():
        refused = itbench("merge", first, changed(second, change), "--out", "merged.itbench")
        assert refused.code in (1, 2), name
        assert told in refused.err, name
        assert refused.err.count("\n") == 1, name
    assert not Path("merged.itbench").exists()


def test_what_overlaps_is_refused(itbench: Itbench) -> None:
    first, second = in_shards(itbench, 2, "-S", "count=4")
    for again in (first, shutil.copyfile(first, "copy.itbench")):
        refused = itbench("merge", first, again, second, "--out", "merged.itbench")
        assert f"shard 1/2 is there twice: {first} and {again}" in refused.err
    # A shard that has trials of another one is damaged, whatever its seals say.
    moved = changed(first, lambda plan: plan["shard"].update(number=2))
    assert "which is not planned" in itbench("merge", first, moved, "--out", "merged.itbench").err
    itbench("run", "sums/many", *AGENT, "-S", "count=4", "-o", "whole")
    (whole,) = Path("whole").glob("*.itbench")
    itbench("run", "sums/many", *AGENT, "-S", "count=4", "--shard", "2/3", "-o", "thirds")
    (third,) = Path("thirds").glob("*.itbench")
    refused = itbench("merge", first, third, "--out", "merged.itbench")
    assert "are not shards of one run: one is of 2 shards, the other of 3" in refused.err
    assert "is no shard" in itbench("merge", first, second, whole, "--out", "merged.itbench").err


def test_other_rules_are_refused_until_scored_again(itbench: Itbench) -> None:
    first, second = in_shards(itbench, 2, "-S", "count=4")
    with closing(sqlite3.connect(second)) as connection:
        connection.row_factory = sqlite3.Row
        connection.execute("UPDATE scoring SET scoring_version = scoring_version + 1")
        seal_all(connection)
        connection.commit()
    refused = itbench("merge", first, second, "--out", "merged.itbench")
    assert "are scored by rules of the versions 1, 2" in refused.err
    assert itbench("score", second).code == 0
    assert itbench("merge", first, second, "--out", "merged.itbench").code == 0
    assert rows(Path("merged.itbench"), "SELECT count(*) FROM score") == [(6,)]


def test_a_damaged_shard_or_one_under_way_is_refused(itbench: Itbench) -> None:
    first, second = in_shards(itbench, 2, "-S", "count=4")
    with Claim(second):
        refused = itbench("merge", first, second, "--out", "merged.itbench")
    assert "is being written; merge it when it has ended" in refused.err
    with closing(sqlite3.connect(second)) as connection:
        connection.execute("UPDATE event SET data = '{}' WHERE position = 0")
        connection.commit()
    refused = itbench("merge", first, second, "--out", "merged.itbench")
    assert "is damaged" in refused.err
    assert sorted(Path().glob("merged.itbench*")) == []


def test_a_shard_that_changes_while_it_is_merged_is_refused(itbench: Itbench) -> None:
    paths = in_shards(itbench, 2, "-S", "count=4")
    begun: list[str] = []

    def score_again(what: str, _done: int, _total: int) -> None:
        if not begun:
            begun.append(what)
            itbench("score", paths[1])

    with pytest.raises(UsageError, match="has changed since it was looked at"):
        merge(paths, Path("merged.itbench"), progress=score_again)
    assert begun == ["merging trials"]
    assert sorted(Path().glob("merged.itbench*")) == []


@pytest.mark.parametrize(
    ("out", "told"),
    [
        ("merged.db", "does not end in .itbench"),
        ("there.itbench", "is there already"),
        ("link.itbench", "is there already"),
        ("file/merged.itbench", "cannot write"),
    ],
)
def test_an_output_that_cannot_be_is_refused(out: str, told: str, itbench: Itbench) -> None:
    Path("there.itbench").touch()
    Path("file").touch()
    Path("link.itbench").symlink_to("nowhere")
    paths = in_shards(itbench, 2, "-S", "count=4")
    assert told in itbench("merge", *paths, "--out", out).err
    assert Path("there.itbench").stat().st_size == 0


@pytest.mark.parametrize(
    "word", ["0/2", "3/2", "2", "/", "1/", "-1/2", "1/2/3", "a/b", "1/9999999", "²/3", "1.0/2"]
)
def test_words_that_are_no_shard_are_refused(word: str, itbench: Itbench) -> None:
    refused = itbench("run", "sums/many", f"--shard={word}")
    assert refused.code == 2
    assert "is not a part of a run, such as 2/8" in refused.err


def test_a_shard_without_trials_is_refused(itbench: Itbench) -> None:
    refused = itbench("run", "sums/many", "-n", "3", "--shard", "4/4")
    assert "there is nothing in --shard 4/4: the run has 3 trials" in refused.err
    planned = itbench("run", "sums/many", "-n", "3", "-k", "2", "--shard", "4/4", "--dry-run")
    assert "1: shard 4/4 of a run with 2 of each task" in planned.out
