"""The seed of a held-out suite stands in no run file, and a run is resumed and scored with it all the same."""

import json
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from itbench.errors import UsageError
from itbench.interfaces.suite import SuiteOptions
from itbench.kit.generated.suite import GeneratedSuite
from itbench.store.seals import seal_all
from itbench.suites.secret import public_options, recalled, remember, secret_fingerprints

SEED = "7340129556318402751"
DRAWN = """
from dataclasses import replace
from functools import partial
import itbench_sums
from itbench.interfaces.task import HandIn, Limits, Task
from itbench.kit.generated.jobs import Job
from itbench.kit.generated.randomness import Randomness
from itbench.kit.generated.suite import GeneratedSuite

def make(number, directory):
    directory.mkdir()
    (directory / "numbers.txt").write_text(f"{number} 1")
    return {"sum": number + 1}

class Drawn(GeneratedSuite):
    name, domain, embedded, version, summary = "drawn", "draws", 2, "1", "Numbers."
    def jobs(self):
        random = Randomness(self.drawn.seed if self.drawn else 1)
        count = self.drawn.count if self.drawn else 2
        return [Job(f"drawn-{n:03}", n, partial(make, random.below(1000)), partial(task_of, n)) for n in range(count)]

def task_of(n):
    return Task(id=f"drawn-{n:03}", title="T", instructions="Add them.", hand_in=HandIn(answer_schema=itbench_sums.ANSWER_SCHEMA))

DOMAIN = replace(itbench_sums.DOMAIN, name="draws", suites=(Drawn(),), agents=())
"""


@pytest.fixture
def draws(sums: Path, distribution: Callable[..., Path]) -> Path:
    """Install a domain whose tasks are drawn from a seed."""
    return distribution(
        "itbench-draws", group="itbench.domains", points={"draws": "draws:DOMAIN"}, code={"draws": DRAWN}
    )


class Suite(GeneratedSuite):
    name, domain, embedded, version, summary = "some", "somewhere", 1, "1", "Some."

    def jobs(self) -> list[Any]:
        return []


def plan_of(options: SuiteOptions) -> dict[str, Any]:
    return {
        "domain": "somewhere",
        "suite": "some",
        "suite_extra": public_options(Suite(), options),
        "suite_secret": secret_fingerprints(Suite(), options),
    }


def test_a_fingerprint_is_salted_and_tells_the_value_only_where_it_was_used() -> None:
    options = SuiteOptions(extra={"seed": SEED, "count": "3"})
    plan, other = plan_of(options), plan_of(options)
    assert plan["suite_extra"] == {"count": "3"}
    assert plan["suite_secret"] != other["suite_secret"]
    assert SEED not in json.dumps(plan)
    with pytest.raises(
        UsageError, match=r"list-tasks somewhere/some --suite-option seed=\.\.\. --suite-option count=3"
    ):
        recalled(plan)
    remember("somewhere", Suite(), SuiteOptions(extra={"seed": "1"}))
    remember("elsewhere", Suite(), options)
    with pytest.raises(UsageError, match="no value that was used here is the right one"):
        recalled(plan)
    remember("somewhere", Suite(), options)
    assert recalled(plan) == recalled(other) == {"seed": SEED}
    assert recalled({"domain": "d", "suite": "s", "suite_extra": {}}) == {}


def test_what_is_remembered_is_for_this_user_alone(tmp_path: Path) -> None:
    remember("somewhere", Suite(), SuiteOptions(extra={"seed": SEED}))
    remember("somewhere", Suite(), SuiteOptions(extra={"seed": SEED}))
    remember("somewhere", Suite(), SuiteOptions(extra={"count": "3"}))
    folder = tmp_path / "cache/seeds"
    (kept,) = folder.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    (folder / "damaged.json").write_text("[")
    (folder / "strange.json").write_text("[1]")
    assert recalled(plan_of(SuiteOptions(extra={"seed": SEED}))) == {"seed": SEED}


@pytest.mark.slow
def test_no_file_of_a_run_holds_its_seed(draws: Path, itbench: Callable[..., Any]) -> None:
    """Slow: starts processes that make tasks."""
    words = ("-S", f"seed={SEED}", "-S", "count=3")
    done = itbench("run", "draws", "-a", "oracle", *words, "--json")
    assert done.code == 0, done.err
    assert json.loads(done.out)["score"] == 1.0
    (path,) = Path("runs").iterdir()
    holding = [
        SEED.encode(),
        int(SEED).to_bytes(8, "big"),
        int(SEED).to_bytes(8, "little"),
        f"{int(SEED):x}".encode(),
    ]
    assert not any(form in path.read_bytes() for form in holding)
    shown = [
        done,
        itbench("show", path, "--json"),
        itbench("show", path),
        itbench("leaderboard", path, "--json"),
    ]
    shown += [itbench("leaderboard", path), itbench("export", path, "--to", "jsonl", "-o", "-")]
    shown += [itbench("run", "draws", "-a", "oracle", *words, "--dry-run", "--json")]
    assert all(each.code == 0 for each in shown)
    assert not any(SEED in each.out + each.err for each in shown)


@pytest.mark.slow
def test_a_run_is_resumed_and_scored_where_its_seed_was_used_or_is_given_again(
    draws: Path, itbench: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slow: starts processes that make tasks, three times."""
    words = ("-S", f"seed={SEED}", "-S", "count=3")
    assert itbench("run", "draws", "-a", "oracle", *words).code == 0
    (path,) = Path("runs").iterdir()
    with closing(sqlite3.connect(path)) as connection:  # As if one trial had never been done.
        connection.executescript(
            "DELETE FROM score WHERE trial = 1; DELETE FROM submission WHERE trial = 1;"
            "DELETE FROM event WHERE trial = 1; DELETE FROM trial WHERE id = 1;"
        )
        ((kept,),) = connection.execute("SELECT min(task) FROM trial").fetchall()
        seal_all(connection)
        connection.commit()
    monkeypatch.setenv("ITBENCH_CACHE", str(tmp_path / "another machine"))
    for command in ("resume", "score"):
        refused = itbench(command, path)
        assert refused.code == 2
        assert "itbench list-tasks draws/drawn --suite-option seed=... --suite-option count=3" in refused.err
    assert "not available here" in itbench("show", path, kept).out
    assert itbench("list-tasks", "draws", "-S", "seed=2", "-S", "count=3").code == 0
    assert itbench("resume", path).code == 2
    assert itbench("list-tasks", "draws", *words).code == 0
    done = itbench("resume", path, "--json")
    assert done.code == 0, done.err
    assert (done.code, json.loads(done.out)["trials_scored"]) == (0, 3)
    assert itbench("score", path).code == 0


@pytest.mark.slow
def test_a_run_of_before_that_holds_its_seed_is_still_read(draws: Path, itbench: Callable[..., Any]) -> None:
    """Slow: starts processes that make tasks."""
    assert itbench("run", "draws", "-a", "oracle", "-S", f"seed={SEED}", "-S", "count=2").code == 0
    (path,) = Path("runs").iterdir()
    with closing(sqlite3.connect(path)) as connection:
        ((text,),) = connection.execute("SELECT document FROM plan").fetchall()
        plan = json.loads(text)
        del plan["suite_secret"]
        plan["suite_extra"]["seed"] = SEED
        connection.execute("UPDATE plan SET document = ?", (json.dumps(plan),))
        seal_all(connection)
        connection.commit()
    assert itbench("score", path).code == 0
    assert itbench("resume", path).code == 0
