"""`itbench make` puts a fresh suite into a folder, whole or not at all, and other commands read it there."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Itbench = Callable[..., Any]

DRAWN = """
import time
from dataclasses import dataclass, replace
from pathlib import Path
from itbench import Floor
from itbench.kit import GeneratedSuite, Job
from itbench_sums import DOMAIN as SUMS, Sums, numbers

SLOW, NO_ROOM = 13, 28

@dataclass(frozen=True)
class Spec:
    id: str
    seed: int
    size: str

def make(spec, directory):
    for folder in (directory, directory.with_name("hidden")):
        folder.mkdir()
        (folder / "data.txt").write_text(f"{folder.name[0]} {spec.seed} {spec.size}")
    if spec.seed == SLOW:
        time.sleep(60)
    if spec.seed == NO_ROOM:
        Path("/dev/full").write_text("x")
    return {"sum": sum(numbers(spec.id))}

def task(spec):
    return Sums("any", 1)._task(spec.id)

class Fresh(GeneratedSuite):
    domain, name, version, summary, embedded = "drawn", "fresh", "1", "Sums that are drawn.", 2
    floor = Floor(agent="guess", value=0.25)
    choices = {"size": ("small", "large")}

    def jobs(self):
        seed, count = (1, 2) if self.drawn is None else (self.drawn.seed, self.drawn.count)
        specs = [Spec(f"sum-{seed % 97 + number:04}", seed, self.choice("size")) for number in range(count)]
        return [Job.of(spec, make, task) for spec in specs]

class Heavy(Fresh):
    name = "heavy"

DOMAIN = replace(SUMS, name="drawn", suites=(Fresh(), Heavy(), Sums("fixed", 2)))
"""


@pytest.fixture(autouse=True)
def _drawn(sums: Path, distribution: Callable[..., Path]) -> None:
    distribution(
        "itbench-drawn",
        group="itbench.domains",
        points={"drawn": "drawn_domain:DOMAIN"},
        code={"drawn_domain": DRAWN},
    )


def files_in(root: Path) -> dict[str, str]:
    return {path.relative_to(root).as_posix(): path.read_text() for path in root.rglob("*") if path.is_file()}


def files_and_folders() -> list[str]:
    """Return what lies here, but for compiled modules."""
    return sorted(str(path) for path in Path.cwd().rglob("*") if "__pycache__" not in path.parts)


def started(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "itbench", "make", *words],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(pattern: str) -> None:
    limit = time.monotonic() + 60
    while not list(Path.cwd().glob(pattern)):
        assert time.monotonic() < limit, f"no {pattern} in a minute"
        time.sleep(0.02)


@pytest.mark.slow  # Makes tasks in processes of their own.
def test_a_made_folder_is_listed_validated_and_run(itbench: Itbench) -> None:
    made = itbench("make", "drawn/fresh", "--seed", "41", "--tasks", "3", "--out", "new suites/one")
    assert made.code == 0
    assert made.out == ("3 tasks of drawn/fresh in new suites/one\nnext:\n  itbench run 'new suites/one'\n")
    folder = Path("new suites/one")
    assert [path.name for path in Path("new suites").iterdir()] == ["one"]
    assert sorted(path.name for path in folder.iterdir()) == [
        "hidden", "inputs", "suite.json", "tasks", "truths",
    ]  # fmt: skip
    assert "41" not in (folder / "suite.json").read_text(), "the seed is a secret"
    assert "sum-0042" in itbench("list-tasks", folder).out
    validated = itbench("validate", folder, "--json")
    assert (validated.code, json.loads(validated.out)["findings"]) == (0, [])
    done = itbench("run", folder, "--agent", "oracle")
    assert "score: 1.000" in done.out
    assert "warning: not the published data: these tasks were made from a seed" in done.out
    assert "floor" not in done.out
    assert "score: 1.000" in itbench("score", "latest").out
    boards = itbench("leaderboard", *Path("runs").glob("*"), "--published").out
    assert "not the published data, so no published results" in boards
    assert "floor" not in boards
    assert not Path("cache").joinpath("drawn").exists()


@pytest.mark.slow  # Makes tasks in processes of their own.
def test_truths_go_to_a_folder_of_their_own(itbench: Itbench) -> None:
    words = ("--seed", "7", "--out", "tasks", "--truths", "kept/truths", "--json")
    made = json.loads(itbench("make", "drawn/fresh", *words).out)
    assert made == {
        "suite": "drawn/fresh",
        "tasks": 2,
        "out": "tasks",
        "truths": "kept/truths",
        "commands": ["itbench run tasks --no-score", "itbench score latest --truths kept/truths"],
    }
    truths = files_in(Path("kept/truths"))
    assert sorted(truths) == ["sum-0007.json", "sum-0008.json"]
    shown = "".join(files_in(Path("tasks")).values())
    assert not any(json.loads(text)["canary"] in shown for text in truths.values())
    assert itbench("run", "tasks", "--no-score").code == 0
    unscored = itbench("run", "tasks")
    assert "there is none in tasks; run with --no-score, then use `itbench score --truths`" in unscored.err
    newest_first = sorted(Path("runs").glob("*"), key=lambda path: path.stat().st_mtime)
    assert "score: 1.000" in itbench("score", newest_first[0], "--truths", "kept/truths").out


@pytest.mark.slow  # Makes tasks in processes of their own.
def test_the_same_seed_and_options_make_the_same_bytes(itbench: Itbench) -> None:
    for out, words in {"a": (), "b": (), "large": ("-S", "size=large")}.items():
        assert itbench("make", "drawn", "--seed", "9", "--out", out, *words).code == 0
    one, other, large = (files_in(Path(name)) for name in ("a", "b", "large"))
    assert one == other
    assert large["inputs/sum-0009/data.txt"] == "i 9 large"
    assert itbench("list-tasks", "large", "-S", "size=large").code == 0
    refused = itbench("list-tasks", "large", "-S", "size=small")
    assert refused.err == ("error: the tasks in 'large' are made, with size=large; leave out size=small\n")


REFUSED = {
    "a file": (["--out", "file"], 2, "--out {here}/file' is there and is no folder; name a new folder"),
    "a full folder": (["--out", "full"], 2, "--out {here}/full' is not empty; name a new folder"),
    "below a file": (["--out", "file/x"], 4, "cannot write {here}/file': "),
    "the current folder": (["--out", "."], 2, "--out {here}' cannot be replaced: it is the current folder"),
    "the cache": (["--out", "cache/x"], 2, "--out {here}/cache/x' lies in the cache"),
    "truths in the cache": (["--out", "x", "--truths", "cache"], 2, "--truths {here}/cache' lies in the cache"),
    "a link into the cache": (["--out", "link/x"], 2, "--out {here}/cache/x' lies in the cache"),
    "truths among the tasks": (["--out", "x", "--truths", "x/y"], 2, "lie in each other"),
    "tasks among the truths": (["--out", "x/y", "--truths", "x"], 2, "lie in each other"),
    "full truths": (["--out", "x", "--truths", "full"], 2, "--truths {here}/full' is not empty"),
    "too many": (["--out", "x", "--tasks", "1001"], 2, "less than or equal to 1000"),
    "none": (["--out", "x", "--tasks", "0"], 2, "greater than or equal to 1"),
    "a huge seed": (["--out", "x", "--seed", str(2**129 + 1)], 2, f"less than or equal to {2**129}"),
    "a seed as an option": (["--out", "x", "-S", "seed=3"], 2, "give the seed with --seed"),
    "an unknown option": (["--out", "x", "-S", "a=b"], 2, "has no option 'a'; it knows: count, seed, size"),
    "a full disk": (["--out", "x", "--seed", "28"], 4, "No space left on device; make room there"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_is_refused_and_leaves_nothing(case: str, itbench: Itbench) -> None:
    words, code, told = REFUSED[case]
    Path("file").touch()
    Path("full").mkdir()
    Path("full/mine.txt").touch()
    Path("cache").mkdir(exist_ok=True)
    Path("link").symlink_to("cache")
    before = files_and_folders()
    seed = () if "--seed" in words else ("--seed", "5")
    done = itbench("make", "drawn/fresh", *seed, *words)
    assert done.code == code
    assert told.replace("{here}", f"'{Path.cwd()}") in done.err
    assert files_and_folders() == before


def test_a_suite_that_draws_nothing_says_which_ones_do(itbench: Itbench) -> None:
    done = itbench("make", "drawn/fixed", "--seed", "5", "--out", "x")
    assert (done.code, done.err) == (
        2,
        "error: drawn/fixed does not make its tasks from seeds; those of its domain that do: fresh, heavy\n",
    )


@pytest.mark.slow  # Makes tasks in processes of their own.
def test_a_folder_of_another_suite_or_version_is_refused(itbench: Itbench) -> None:
    itbench("make", "drawn/fresh", "--seed", "5", "--out", "x")
    assert (
        "it has tasks of drawn/fresh, not of drawn/heavy"
        in itbench("list-tasks", "drawn/heavy", "--data", "x").err
    )
    both = itbench("list-tasks", "drawn/fresh", "--data", "x", "-S", "seed=5")
    assert "the tasks in 'x' are made, with size=small; leave out seed=5" in both.err
    assert "'x' is a folder that holds its tasks; leave out --data" in itbench("run", "x", "--data", "x").err
    head = Path("x/suite.json")
    head.write_text(head.read_text().replace('"version": "1"', '"version": "0"'))
    assert "its tasks are of version 0 of drawn/fresh, installed is 1" in itbench("run", "x").err
    head.write_text(json.dumps({"name": "fresh", "version": "1", "summary": "Mine."}))
    assert "'x' names no domain in its suite.json, so it can only be checked" in itbench("run", "x").err


@pytest.mark.slow  # Programs of their own start, and are ended.
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_program_that_is_ended_leaves_no_folder(number: signal.Signals, itbench: Itbench) -> None:
    with started("drawn/fresh", "--seed", "13", "--out", "x", "--truths", "y") as process:
        try:
            wait_for(".itbench-making-*/.making-*/inputs/data.txt")
            process.send_signal(number)
            process.wait(timeout=60)
        finally:
            process.kill()
    left = list(Path.cwd().glob(".itbench-making-*"))
    assert (process.returncode, bool(left)) == ((130, False) if number == signal.SIGINT else (-9, True))
    assert not {"x", "y"} & {path.name for path in Path.cwd().iterdir()}
    assert itbench("make", "drawn/fresh", "--seed", "5", "--out", "x", "--truths", "y").code == 0
    assert not list(Path.cwd().glob(".itbench-making-*"))


@pytest.mark.slow  # Makes tasks in processes of their own.
def test_truths_whose_tasks_never_came_are_made_again(itbench: Itbench) -> None:
    Path("y").mkdir()
    Path("y/.itbench-unfinished").touch()
    Path("y/sum-0001.json").write_text("{}")
    assert itbench("make", "drawn/fresh", "--seed", "5", "--out", "x", "--truths", "y").code == 0
    assert sorted(files_in(Path("y"))) == ["sum-0005.json", "sum-0006.json"]
